package ecr

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
