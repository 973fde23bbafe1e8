package ecr

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// blob serves /v2/<name>/blobs/<digest>.
func (v *visit) blob() {
	if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
		v.unsupported()
		return
	}
	if !digestShape.MatchString(v.ref) {
		v.refuse(&fault{http.StatusBadRequest, "DIGEST_INVALID", "invalid digest"})
		return
	}
	unknown := &fault{http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry"}
	if _, ok := v.ecr.layers.Get(v.place.image(v.ref)); !ok {
		v.refuse(unknown)
		return
	}
	file, err := v.ecr.blobs.open(v.ref)
	if errors.Is(err, os.ErrNotExist) {
		err = unknown // somebody deleted it from the disk
	}
	if err != nil {
		v.refuse(err)
		return
	}
	defer file.Close()
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Docker-Content-Digest", v.ref)
	v.w.Header().Set("Etag", `"`+v.ref+`"`)
	http.ServeContent(v.w, v.r, "", time.Time{}, file)
}

// upload serves /v2/<name>/blobs/uploads/[<id>].
func (v *visit) upload() {
	if v.ref == "" {
		if v.r.Method != http.MethodPost {
			v.unsupported()
			return
		}
		v.beginUpload()
		return
	}
	u, err := v.ecr.blobs.upload(v.place.key, v.ref)
	if err != nil {
		v.refuse(err)
		return
	}
	switch v.r.Method {
	case http.MethodGet:
		u.mu.Lock()
		size := u.size
		u.mu.Unlock()
		v.progress(u, size, http.StatusNoContent)
	case http.MethodPatch:
		v.addToUpload(u)
	case http.MethodPut:
		v.finishUpload(u)
	case http.MethodDelete:
		v.ecr.blobs.cancel(u)
		v.w.WriteHeader(http.StatusNoContent)
	default:
		v.unsupported()
	}
}

func (v *visit) beginUpload() {
	query := v.r.URL.Query()
	if digest := query.Get("mount"); digest != "" && v.mount(digest, query.Get("from")) {
		v.created("/blobs/"+digest, digest)
		return
	}
	u, err := v.ecr.blobs.begin(v.place.key)
	if err != nil {
		v.refuse(err)
		return
	}
	if query.Has("digest") {
		v.finishUpload(u)
		return
	}
	v.progress(u, 0, http.StatusAccepted)
}

// mount takes over a layer from another repository of the same registry.
func (v *visit) mount(digest, from string) bool {
	v.ecr.mu.Lock()
	defer v.ecr.mu.Unlock()
	source, _, err := v.ecr.at(v.r.Context(), &from, nil)
	if err != nil {
		return false
	}
	row, ok := v.ecr.layers.Get(source.image(digest))
	if ok {
		v.ecr.layers.Put(v.place.image(digest), row)
	}
	return ok
}

func (v *visit) addToUpload(u *upload) {
	from, err := contentRange(v.r)
	if err != nil {
		v.refuse(err)
		return
	}
	size, err := u.add(from, v.r.Body)
	if errors.Is(err, errOffset) {
		v.where(u, size) // so that the client can go on from there
	}
	if err != nil {
		v.refuse(err)
		return
	}
	v.progress(u, size, http.StatusAccepted)
}

func (v *visit) finishUpload(u *upload) {
	digest := v.r.URL.Query().Get("digest")
	if !digestShape.MatchString(digest) {
		v.refuse(&fault{http.StatusBadRequest, "DIGEST_INVALID", "invalid digest"})
		return
	}
	from, err := contentRange(v.r)
	if err == nil {
		_, err = u.add(from, v.r.Body)
	}
	if err == nil {
		err = v.ecr.keep(v.place, u, digest)
	}
	if err != nil {
		if errors.Is(err, errDigest) {
			v.ecr.blobs.cancel(u)
		}
		v.refuse(err)
		return
	}
	v.created("/blobs/"+digest, digest)
}

// contentRange returns where the content begins, and -1 where it does not say.
func contentRange(r *http.Request) (int64, error) {
	header := r.Header.Get("Content-Range")
	if header == "" {
		return -1, nil
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(header, "bytes "), "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 {
		return 0, &fault{http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "invalid Content-Range"}
	}
	return from, nil
}

func (v *visit) progress(u *upload, size int64, status int) {
	v.where(u, size)
	v.w.WriteHeader(status)
}

func (v *visit) where(u *upload, size int64) {
	v.w.Header().Set("Location", "/v2/"+v.place.name+"/blobs/uploads/"+u.id)
	v.w.Header().Set("Docker-Upload-Uuid", u.id)
	v.w.Header().Set("Range", fmt.Sprintf("0-%d", max(size-1, 0)))
}

func (v *visit) created(path, digest string) {
	v.w.Header().Set("Location", "/v2/"+v.place.name+path)
	v.w.Header().Set("Docker-Content-Digest", digest)
	v.w.WriteHeader(http.StatusCreated)
}

// readAll reads a body of at most limit bytes.
func readAll(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return nil, &fault{http.StatusRequestEntityTooLarge, "SIZE_INVALID", fmt.Sprintf("manifest is larger than %d bytes", limit)}
	}
	return body, err
}
