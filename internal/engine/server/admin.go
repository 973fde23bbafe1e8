package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"photon/internal/engine"
	"photon/internal/engine/docker"
)

// What a running engine answers besides AWS's API. No AWS service has paths
// of these names.
const (
	statusPath = "/_photon/engine"
	imagePath  = "/_photon/image"
	pushPath   = "/_photon/push"
)

// Image is an image of the Docker Engine's own store.
type Image struct {
	Digest   string `json:"digest"`   // by which tasks can run it without a registry
	Platform string `json:"platform"` // "linux/amd64"
}

// pushed names an image in the engine's registry.
type pushed struct {
	Reference string `json:"reference"`
}

// FindImage looks an image up in the store of the Docker Engine under the
// engine at address; false when it is not there.
func FindImage(ctx context.Context, address, reference string) (Image, bool, error) {
	var image Image
	err := call(ctx, http.MethodGet, address, imagePath, url.Values{"reference": {reference}}, &image)
	return image, image.Digest != "", err
}

// Push pushes an image of the Docker Engine's store to the private registry of
// the engine at address, in an account and region, making the repository if
// there is none. It returns the image's name there.
func Push(ctx context.Context, address, account, region, image string) (string, error) {
	var answer pushed
	values := url.Values{"account": {account}, "region": {region}, "image": {image}}
	err := call(ctx, http.MethodPost, address, pushPath, values, &answer)
	return answer.Reference, err
}

// foreignError says that what answered is not an engine.
type foreignError struct{}

func (*foreignError) Error() string { return "something else than Photon's engine answers" }

// call asks a running engine. What the engine refuses is an error in its words.
func call(ctx context.Context, method, address, path string, values url.Values, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path+"?"+values.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusUnprocessableEntity {
		text, err := io.ReadAll(response.Body)
		return cmp.Or(err, errors.New(strings.TrimSpace(string(text))))
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return &foreignError{}
	}
	return nil
}

// handler adds these answers to what the engine answers.
func handler(e *engine.Engine, store *docker.Runtime, config Config) http.Handler {
	status := Status{
		Endpoint: "http://" + config.Address, Registry: config.Address, Version: config.Version,
		Dir: config.Dir, PID: os.Getpid(), Started: time.Now().UTC().Truncate(time.Second),
	}
	mux := http.NewServeMux()
	mux.Handle("/", e)
	mux.HandleFunc("GET "+statusPath, func(w http.ResponseWriter, _ *http.Request) { reply(w, status, nil) })
	mux.HandleFunc("GET "+imagePath, func(w http.ResponseWriter, r *http.Request) {
		image, err := find(r.Context(), store, r.FormValue("reference"))
		reply(w, image, err)
	})
	mux.HandleFunc("POST "+pushPath, func(w http.ResponseWriter, r *http.Request) {
		answer, err := push(r, e, store, config.Address)
		reply(w, answer, err)
	})
	return mux
}

func find(ctx context.Context, store *docker.Runtime, reference string) (Image, error) {
	digest, platform, found, err := store.Image(ctx, reference)
	if err != nil || !found {
		return Image{}, err
	}
	return Image{Digest: digest, Platform: platform}, nil
}

func push(r *http.Request, e *engine.Engine, store *docker.Runtime, address string) (pushed, error) {
	image := r.FormValue("image")
	repository, tag := splitTag(image)
	if first, rest, ok := strings.Cut(repository, "/"); ok && strings.ContainsAny(first, ".:") {
		repository = rest // the host of another registry
	}
	login, err := e.Repository(r.Context(), r.FormValue("account"), r.FormValue("region"), repository)
	if err != nil {
		return pushed{}, err
	}
	target := fmt.Sprintf("%s/%s:%s", address, repository, cmp.Or(tag, "latest"))
	if err := store.Push(r.Context(), image, target, login); err != nil {
		return pushed{}, err
	}
	return pushed{Reference: target}, nil
}

// splitTag cuts the tag or the digest off a reference.
func splitTag(reference string) (repository, tag string) {
	repository, _, _ = strings.Cut(reference, "@")
	if colon := strings.LastIndex(repository, ":"); colon > strings.LastIndex(repository, "/") {
		return repository[:colon], repository[colon+1:]
	}
	return repository, ""
}

func reply(w http.ResponseWriter, answer any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return // the caller is gone
	}
}
