package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
)

func TestMetadataAnswersOnItsSocketOnly(t *testing.T) {
	m, err := serveMetadata(t.TempDir(), func(path string) (string, []byte, int) {
		return "application/json", []byte(`{"path":"` + path + `"}`), http.StatusTeapot
	})
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return net.Dial("unix", m.path)
		},
	}}
	for _, test := range []struct{ method, want string }{
		{http.MethodGet, `418 application/json {"path":"/v4/x"}`},
		{http.MethodPost, "405  "},
	} {
		request, _ := http.NewRequest(test.method, "http://task/v4/x", nil)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if got := fmt.Sprintf("%d %s %s", response.StatusCode, response.Header.Get("Content-Type"), body); got != test.want {
			t.Errorf("%s: got %q, want %q", test.method, got, test.want)
		}
	}
	if err := announce(m.path); err != nil {
		t.Fatal(err)
	}
	<-m.ready
	for range 2 {
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(m.path); !os.IsNotExist(err) {
		t.Errorf("socket left: %v", err)
	}
}
