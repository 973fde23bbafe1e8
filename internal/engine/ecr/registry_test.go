package ecr

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"photon/internal/engine/state"
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
