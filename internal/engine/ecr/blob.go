package ecr

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"photon/internal/engine/wire"
)

const digestShape wire.Pattern = `^sha256:[0-9a-f]{64}$`

var (
	errNoUpload = errors.New("upload unknown to registry")
	errOffset   = errors.New("part does not begin where the one before ended")
	errDigest   = errors.New("provided digest did not match uploaded content")
	errEmpty    = errors.New("nothing was uploaded")
)

// abandoned is how long an upload is kept that nobody adds to.
const abandoned = time.Hour

// blobs keeps content in files named by digest, and uploads on their way to
// become some. Uploads do not survive a restart; clients begin them anew.
type blobs struct {
	dir     string
	mu      sync.Mutex
	uploads map[string]*upload
}

// upload is content that is still arriving; it is hashed on its way to the
// disk, so that no content is read twice or held in memory.
type upload struct {
	id, path, key string // key: the repository's
	mu            sync.Mutex
	size          int64
	hash          hash.Hash
	touched       time.Time
}

func newBlobs(dir string) *blobs {
	_ = os.RemoveAll(filepath.Join(dir, "uploads")) // of an earlier run; nobody knows them
	return &blobs{dir: dir, uploads: map[string]*upload{}}
}

func (b *blobs) path(digest string) string {
	sum := strings.TrimPrefix(digest, "sha256:")
	return filepath.Join(b.dir, "sha256", sum[:2], sum)
}

func (b *blobs) open(digest string) (*os.File, error) { return os.Open(b.path(digest)) }

func (b *blobs) remove(digest string) { _ = os.Remove(b.path(digest)) }

// begin makes an upload for the repository at key.
func (b *blobs) begin(key string) (*upload, error) {
	dir := filepath.Join(b.dir, "uploads")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	b.sweep()
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	id := hex.EncodeToString(random[:])
	u := &upload{id: id, path: filepath.Join(dir, id), key: key, hash: sha256.New(), touched: time.Now()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.uploads[id] = u
	return u, nil
}

func (b *blobs) upload(key, id string) (*upload, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u, ok := b.uploads[id]
	if !ok || u.key != key {
		return nil, errNoUpload
	}
	return u, nil
}

func (b *blobs) cancel(u *upload) {
	b.mu.Lock()
	delete(b.uploads, u.id)
	b.mu.Unlock()
	_ = os.Remove(u.path)
}

// sweep forgets uploads that were given up.
func (b *blobs) sweep() {
	b.mu.Lock()
	var old []*upload
	for _, u := range b.uploads {
		if u.idle() > abandoned {
			old = append(old, u)
		}
	}
	b.mu.Unlock()
	for _, u := range old {
		b.cancel(u)
	}
}

func (u *upload) idle() time.Duration {
	if !u.mu.TryLock() {
		return 0 // something is arriving
	}
	defer u.mu.Unlock()
	return time.Since(u.touched)
}

// add appends content, which must begin at from unless from is negative. It
// returns the size so far; what arrived before an error counts.
func (u *upload) add(from int64, content io.Reader) (int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if from >= 0 && from != u.size {
		return u.size, errOffset
	}
	file, err := os.OpenFile(u.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return u.size, err
	}
	n, err := io.Copy(io.MultiWriter(file, u.hash), content)
	u.size += n
	u.touched = time.Now()
	return u.size, errors.Join(err, file.Close())
}

// finish turns the upload into the blob with this digest and returns its size.
func (b *blobs) finish(u *upload, digest string) (int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, err := os.Stat(u.path); err != nil {
		return 0, errEmpty
	}
	if sum := fmt.Sprintf("sha256:%x", u.hash.Sum(nil)); sum != digest {
		return 0, errDigest
	}
	path := b.path(digest)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	if err := os.Rename(u.path, path); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.uploads, u.id)
	return u.size, nil
}
