package ecr

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

func TestPulledImageIsThePushedOne(t *testing.T) {
	b := newBench(t)
	b.create(t, "team/orders")
	pushed := b.push(t, "team/orders:1", newImage(t, 3))
	for _, ref := range []string{"team/orders:1", "team/orders@" + pushed} {
		image, err := remote.Image(b.ref(t, ref), b.auth(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := sum(t, image); got != pushed {
			t.Errorf("%s: got %s, want %s", ref, got, pushed)
		}
		readLayers(t, image)
	}
}

func TestIndexIsPulledForEachPlatform(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	index := mutate.IndexMediaType(empty.Index, "application/vnd.docker.distribution.manifest.list.v2+json")
	want := map[string]string{}
	for _, arch := range []string{"amd64", "arm64"} {
		image := newImage(t, 1)
		want[arch] = sum(t, image)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	if err := remote.WriteIndex(b.ref(t, "orders:1"), index, b.auth(t)); err != nil {
		t.Fatal(err)
	}
	for arch, digest := range want {
		image, err := remote.Image(b.ref(t, "orders:1"), b.auth(t), remote.WithPlatform(v1.Platform{OS: "linux", Architecture: arch}))
		if err != nil {
			t.Fatal(err)
		}
		if got := sum(t, image); got != digest {
			t.Errorf("%s: got %s, want %s", arch, got, digest)
		}
	}
	deleted := b.do(t, http.MethodDelete, "/v2/orders/manifests/"+want["amd64"], "")
	if got := errorOf(t, deleted); got != "403 DENIED: Requested image referenced by manifest list: ["+sum(t, index)+"]" {
		t.Errorf("delete of a child: %s", got)
	}
}

func TestImagesSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "state")
	db, err := state.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	before := open(t, db, dir)
	before.create(t, "orders")
	pushed := before.push(t, "orders:1", newImage(t, 2))
	password := loginOf(t, before.client)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err = state.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	after := open(t, db, dir)
	image, err := remote.Image(after.ref(t, "orders:1"), remote.WithAuth(authn.FromConfig(password)))
	if err != nil {
		t.Fatal(err)
	}
	if got := sum(t, image); got != pushed {
		t.Errorf("got %s, want %s", got, pushed)
	}
	readLayers(t, image)
}

func TestPushIsRefused(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	b.push(t, "orders:1", newImage(t, 1))
	if _, err := b.client.PutImageTagMutability(context.Background(), &ecr.PutImageTagMutabilityInput{
		RepositoryName: aws.String("orders"), ImageTagMutability: types.ImageTagMutabilityImmutable,
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, ref, want string }{
		{"no repository", "none:1", "404 NAME_UNKNOWN: The repository with name 'none' does not exist in the registry with id '000000000000'"},
		{"immutable tag", "orders:1", "400 TAG_INVALID: The image tag '1' already exists in the 'orders' repository and cannot be overwritten because the tag is immutable."},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := remote.Write(b.ref(t, test.ref), newImage(t, 1), b.auth(t))
			var refused *transport.Error
			if !errors.As(err, &refused) || len(refused.Errors) != 1 {
				t.Fatalf("got %v", err)
			}
			if got := fmt.Sprintf("%d %s: %s", refused.StatusCode, refused.Errors[0].Code, refused.Errors[0].Message); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestLoginIsNeeded(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	good := loginOf(t, b.client).Password
	for _, test := range []struct {
		name, user, password, want string
	}{
		{"none", "", "", "401 UNAUTHORIZED: not authorized"},
		{"another user", "root", good, "401 UNAUTHORIZED: not authorized"},
		{"garbage", "AWS", "garbage", "401 UNAUTHORIZED: not authorized"},
		{"forged", "AWS", good[:len(good)-2] + "AA", "401 UNAUTHORIZED: not authorized"},
		{"download token", "AWS", b.sign(wire.Call{Account: "000000000000", Region: "us-east-1"}, "/v2/orders/blobs/x"), "401 UNAUTHORIZED: not authorized"},
		{"good", "AWS", good, "200 : "},
	} {
		t.Run(test.name, func(t *testing.T) {
			request, _ := http.NewRequest(http.MethodGet, "http://"+b.host+"/v2/", nil)
			if test.user != "" {
				request.SetBasicAuth(test.user, test.password)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if got := errorOf(t, response); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			challenge := response.Header.Get("WWW-Authenticate")
			if (challenge == `Basic realm="photon",service="ecr.amazonaws.com"`) != (response.StatusCode == 401) {
				t.Errorf("challenge %q", challenge)
			}
		})
	}
}

func TestLoginExpiresAfterTwelveHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(state.Memory(), t.TempDir(), nil)
		password := e.sign(wire.Call{Account: "111111111111", Region: "eu-west-1"}, "")
		time.Sleep(tokenLife - time.Second)
		if l, err := e.verify(password); err != nil || l.call().World() != "111111111111/eu-west-1/" {
			t.Errorf("got %+v, %v", l, err)
		}
		time.Sleep(time.Second)
		if _, err := e.verify(password); err != errExpired {
			t.Errorf("got %v, want %v", err, errExpired)
		}
	})
}

func TestRegionsDoNotMeet(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	b.push(t, "orders:1", newImage(t, 1))
	elsewhere := remote.WithAuth(authn.FromConfig(loginOf(t, clientOf(b.ECR, "eu-west-1"))))
	_, err := remote.Image(b.ref(t, "orders:1"), elsewhere)
	var refused *transport.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
}

func TestUploads(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("hello world")))
	begin := func(t *testing.T) string {
		response := b.do(t, http.MethodPost, "/v2/orders/blobs/uploads/", "")
		if response.StatusCode != http.StatusAccepted || response.Header.Get("Range") != "0-0" {
			t.Fatalf("begin: %s, range %q", response.Status, response.Header.Get("Range"))
		}
		return response.Header.Get("Location")
	}
	t.Run("in parts", func(t *testing.T) {
		at := begin(t)
		first := b.do(t, http.MethodPatch, at, "hello ", "Content-Range", "0-5")
		if first.StatusCode != http.StatusAccepted || first.Header.Get("Range") != "0-5" {
			t.Errorf("first part: %s, range %q", first.Status, first.Header.Get("Range"))
		}
		if got := errorOf(t, b.do(t, http.MethodPatch, at, "world", "Content-Range", "7-11")); got != "416 BLOB_UPLOAD_INVALID: part does not begin where the one before ended" {
			t.Errorf("gap: %s", got)
		}
		if status := b.do(t, http.MethodGet, at, ""); status.StatusCode != http.StatusNoContent || status.Header.Get("Range") != "0-5" {
			t.Errorf("status: %s, range %q", status.Status, status.Header.Get("Range"))
		}
		last := b.do(t, http.MethodPut, at+"?digest="+digest, "world")
		if last.StatusCode != http.StatusCreated || last.Header.Get("Location") != "/v2/orders/blobs/"+digest || last.Header.Get("Docker-Content-Digest") != digest {
			t.Errorf("last part: %s %v", last.Status, last.Header)
		}
		if got := errorOf(t, b.do(t, http.MethodGet, at, "")); got != "404 BLOB_UPLOAD_UNKNOWN: upload unknown to registry" {
			t.Errorf("afterwards: %s", got)
		}
	})
	t.Run("in one", func(t *testing.T) {
		if response := b.do(t, http.MethodPost, "/v2/orders/blobs/uploads/?digest="+digest, "hello world"); response.StatusCode != http.StatusCreated {
			t.Errorf("got %s", response.Status)
		}
	})
	t.Run("nothing at all", func(t *testing.T) {
		none := fmt.Sprintf("sha256:%x", sha256.Sum256(nil))
		if response := b.do(t, http.MethodPut, begin(t)+"?digest="+none, ""); response.StatusCode != http.StatusCreated {
			t.Errorf("got %s", response.Status)
		}
	})
	t.Run("another digest", func(t *testing.T) {
		if got := errorOf(t, b.do(t, http.MethodPut, begin(t)+"?digest="+digest, "hello")); got != "400 DIGEST_INVALID: provided digest did not match uploaded content" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("no digest", func(t *testing.T) {
		if got := errorOf(t, b.do(t, http.MethodPut, begin(t), "hello")); got != "400 DIGEST_INVALID: invalid digest" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("bad range", func(t *testing.T) {
		if got := errorOf(t, b.do(t, http.MethodPatch, begin(t), "hello", "Content-Range", "x-y")); got != "400 BLOB_UPLOAD_INVALID: invalid Content-Range" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("given up", func(t *testing.T) {
		at := begin(t)
		if response := b.do(t, http.MethodDelete, at, ""); response.StatusCode != http.StatusNoContent {
			t.Errorf("got %s", response.Status)
		}
		if got := errorOf(t, b.do(t, http.MethodPatch, at, "hello")); got != "404 BLOB_UPLOAD_UNKNOWN: upload unknown to registry" {
			t.Errorf("afterwards: %s", got)
		}
	})
	t.Run("of another repository", func(t *testing.T) {
		b.create(t, "other")
		at := strings.Replace(begin(t), "/orders/", "/other/", 1)
		if got := errorOf(t, b.do(t, http.MethodPatch, at, "hello")); got != "404 BLOB_UPLOAD_UNKNOWN: upload unknown to registry" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("taken over", func(t *testing.T) {
		b.create(t, "copy")
		path := "/v2/copy/blobs/uploads/?from=orders&mount="
		if response := b.do(t, http.MethodPost, path+digest, ""); response.StatusCode != http.StatusCreated {
			t.Errorf("got %s", response.Status)
		}
		none := "sha256:" + strings.Repeat("0", 64)
		if response := b.do(t, http.MethodPost, path+none, ""); response.StatusCode != http.StatusAccepted {
			t.Errorf("unknown blob: got %s", response.Status)
		}
	})
	t.Run("read in part", func(t *testing.T) {
		response := b.do(t, http.MethodGet, "/v2/copy/blobs/"+digest, "", "Range", "bytes=6-8")
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != http.StatusPartialContent || string(body) != "wor" {
			t.Errorf("got %s %q", response.Status, body)
		}
		head := b.do(t, http.MethodHead, "/v2/copy/blobs/"+digest, "")
		if head.StatusCode != http.StatusOK || head.ContentLength != 11 {
			t.Errorf("head: %s, %d bytes", head.Status, head.ContentLength)
		}
	})
}

func TestAbandonedUploadsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBlobs(t.TempDir())
		old, err := b.begin("orders")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(abandoned + time.Second)
		if _, err := b.begin("orders"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.upload("orders", old.id); err != errNoUpload {
			t.Errorf("got %v", err)
		}
	})
}

func TestManifestsAreRefused(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	layer := "sha256:" + strings.Repeat("0", 64)
	for _, test := range []struct{ name, ref, mediaType, body, want string }{
		{"not JSON", "1", ociManifest, "{", "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"},
		{"old schema", "1", "application/vnd.docker.distribution.manifest.v1+json", `{"schemaVersion":1}`, "400 MANIFEST_INVALID: Unsupported image: manifest with schemaVersion other than 2"},
		{"other type", "1", "text/plain", `{"schemaVersion":2}`, "400 MANIFEST_INVALID: Unsupported image: media type 'text/plain'"},
		{"two types", "1", ociManifest, `{"schemaVersion":2,"mediaType":"` + dockerManifest + `"}`, "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'media type must be the one of the request'"},
		{"no config", "1", ociManifest, `{"schemaVersion":2}`, "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'must have a config'"},
		{"bad digest", "1", ociManifest, `{"schemaVersion":2,"config":{"digest":"x"}}`, "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'must have valid digests'"},
		{"missing layer", "1", ociManifest, `{"schemaVersion":2,"config":{"digest":"` + layer + `"}}`, "404 MANIFEST_BLOB_UNKNOWN: Layers with digests '[" + layer + "]' do not exist in the repository with name 'orders' in the registry with id '000000000000'"},
		{"missing child", "1", ociIndex, `{"schemaVersion":2,"manifests":[{"digest":"` + layer + `"}]}`, "404 MANIFEST_BLOB_UNKNOWN: The image with digest '" + layer + "' that the index refers to does not exist in the repository with name 'orders'"},
		{"another digest", layer, ociIndex, `{"schemaVersion":2}`, "400 DIGEST_INVALID: The digest '" + layer + "' does not match the digest '" + digestOf([]byte(`{"schemaVersion":2}`)) + "' of the image manifest"},
		{"bad tag", "-x", ociIndex, `{"schemaVersion":2}`, "400 MANIFEST_INVALID: invalid tag or digest"},
		{"too large", "1", ociIndex, strings.Repeat(" ", largestManifest+1), "413 SIZE_INVALID: manifest is larger than 4194304 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := errorOf(t, b.do(t, http.MethodPut, "/v2/orders/manifests/"+test.ref, test.body, "Content-Type", test.mediaType)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestUnknownThings(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	none := "sha256:" + strings.Repeat("0", 64)
	for _, test := range []struct{ method, path, want string }{
		{"GET", "/v2/orders/manifests/9", "404 MANIFEST_UNKNOWN: The image with imageId {imageDigest:'null', imageTag:'9'} does not exist within the repository with name 'orders' in the registry with id '000000000000'"},
		{"DELETE", "/v2/orders/manifests/9", "404 MANIFEST_UNKNOWN: The image with imageId {imageDigest:'null', imageTag:'9'} does not exist within the repository with name 'orders' in the registry with id '000000000000'"},
		{"GET", "/v2/orders/blobs/" + none, "404 BLOB_UNKNOWN: blob unknown to registry"},
		{"GET", "/v2/orders/blobs/x", "400 DIGEST_INVALID: invalid digest"},
		{"DELETE", "/v2/orders/blobs/" + none, "405 UNSUPPORTED: The operation is unsupported."},
		{"POST", "/v2/orders/manifests/9", "405 UNSUPPORTED: The operation is unsupported."},
		{"POST", "/v2/orders/tags/list", "405 UNSUPPORTED: The operation is unsupported."},
		{"GET", "/v2/orders/blobs/uploads/", "405 UNSUPPORTED: The operation is unsupported."},
		{"GET", "/v2/none/tags/list", "404 NAME_UNKNOWN: The repository with name 'none' does not exist in the registry with id '000000000000'"},
		{"GET", "/v2/orders", "404 UNSUPPORTED: no such endpoint"},
		{"GET", "/v2/orders/tags/list?n=x", "400 PAGINATION_NUMBER_INVALID: invalid number of results requested"},
	} {
		if got := errorOf(t, b.do(t, test.method, test.path, "")); got != test.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", test.method, test.path, got, test.want)
		}
	}
}

func TestListsArePaged(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders", "stock", "team/mail")
	image := newImage(t, 1)
	for _, tag := range []string{"3", "1", "2"} {
		b.push(t, "orders:"+tag, image)
	}
	for _, test := range []struct{ path, want, link string }{
		{"/v2/_catalog", `{"repositories":["orders","stock","team/mail"]}`, ""},
		{"/v2/_catalog?n=1", `{"repositories":["orders"]}`, `</v2/_catalog?last=orders&n=1>; rel="next"`},
		{"/v2/_catalog?last=orders&n=9", `{"repositories":["stock","team/mail"]}`, ""},
		{"/v2/orders/tags/list", `{"name":"orders","tags":["1","2","3"]}`, ""},
		{"/v2/orders/tags/list?n=2", `{"name":"orders","tags":["1","2"]}`, `</v2/orders/tags/list?last=2&n=2>; rel="next"`},
		{"/v2/team/mail/tags/list", `{"name":"team/mail","tags":[]}`, ""},
	} {
		response := b.do(t, http.MethodGet, test.path, "")
		body, _ := io.ReadAll(response.Body)
		if got := strings.TrimSpace(string(body)); got != test.want || response.Header.Get("Link") != test.link {
			t.Errorf("%s: got %s, link %q", test.path, got, response.Header.Get("Link"))
		}
	}
}

func TestReferrersOfAnImage(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	image := newImage(t, 1)
	b.push(t, "orders:1", image)
	subject, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	signature := mutate.Subject(newImage(t, 1), v1.Descriptor{Digest: subject, MediaType: dockerManifest}).(v1.Image)
	digest := b.push(t, "orders:signature", signature)
	index, err := remote.Referrers(b.ref(t, "orders").Context().Digest(subject.String()), b.auth(t))
	if err != nil {
		t.Fatal(err)
	}
	found, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Manifests) != 1 || found.Manifests[0].Digest.String() != digest {
		t.Errorf("got %+v", found.Manifests)
	}
}

func TestDeleteFreesTheDiskUnlessShared(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders", "stock")
	shared := newImage(t, 2)
	b.push(t, "orders:1", shared)
	b.push(t, "stock:1", shared)
	for _, repository := range []string{"orders", "stock"} {
		if got := len(files(t, b.dir)); got != 3 { // configuration and two layers
			t.Errorf("before %s goes: %d files", repository, got)
		}
		response := b.do(t, http.MethodDelete, "/v2/"+repository+"/manifests/"+sum(t, shared), "")
		if response.StatusCode != http.StatusAccepted {
			t.Fatalf("got %s", response.Status)
		}
	}
	if got := files(t, b.dir); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestPushedLayerIsNotHeldInMemory(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	const size = 64 << 20
	hash := sha256.New()
	_, _ = io.Copy(hash, io.LimitReader(zeros{}, size))
	at := b.do(t, http.MethodPost, "/v2/orders/blobs/uploads/", "").Header.Get("Location")
	request, _ := http.NewRequest(http.MethodPut, "http://"+b.host+at+fmt.Sprintf("?digest=sha256:%x", hash.Sum(nil)), io.LimitReader(zeros{}, size))
	auth := loginOf(t, b.client)
	request.SetBasicAuth(auth.Username, auth.Password)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	runtime.ReadMemStats(&after)
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("got %s", response.Status)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > size/16 {
		t.Errorf("%d bytes allocated for a layer of %d", used, size)
	}
}

func TestPullAuthIsForThisRegistryOnly(t *testing.T) {
	b := newBench(t)
	ctx := wire.With(context.Background(), wire.Call{Account: "000000000000", Region: "us-east-1"})
	if _, ok := b.PullAuth(ctx, "registry.example.com/orders:1"); ok {
		t.Error("a login for another registry")
	}
	auth, ok := b.PullAuth(ctx, b.host+"/orders:1")
	if !ok || auth.Username != "AWS" {
		t.Fatalf("got %v %v", auth.Username, ok)
	}
	b.create(t, "orders")
	pushed := b.push(t, "orders:1", newImage(t, 1))
	got, err := remote.Head(b.ref(t, "orders:1"), remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: auth.Username, Password: auth.Password})))
	if err != nil || got.Digest.String() != pushed {
		t.Errorf("got %+v, %v", got, err)
	}
}

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

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
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
