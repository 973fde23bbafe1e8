package ecr

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// readLayers fetches all layers; the reader compares them with their digests.
func readLayers(t testing.TB, image v1.Image) {
	t.Helper()
	layers, err := image.Layers()
	if err != nil || len(layers) == 0 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	for _, layer := range layers {
		content, err := layer.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			t.Error(err)
		}
		content.Close()
	}
}

// errorOf returns status, code and message of a registry's answer.
func errorOf(t testing.TB, response *http.Response) string {
	t.Helper()
	var body struct {
		Errors []struct{ Code, Message string }
	}
	_ = json.NewDecoder(response.Body).Decode(&body)
	if len(body.Errors) == 0 {
		return fmt.Sprintf("%d : ", response.StatusCode)
	}
	if len(body.Errors) > 1 || !reflect.DeepEqual(response.Header["Content-Type"], []string{"application/json"}) {
		t.Errorf("body %+v, header %v", body, response.Header)
	}
	return fmt.Sprintf("%d %s: %s", response.StatusCode, body.Errors[0].Code, body.Errors[0].Message)
}

// files lists the files with blobs in them.
func files(t testing.TB, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "ecr", "sha256", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
