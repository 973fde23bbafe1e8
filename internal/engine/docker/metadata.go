package docker

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	// readyPath is what the pause program asks for when it serves the task.
	readyPath = "/internal-pause/ready"
	// longestSocket is the longest path that Linux takes for a socket.
	longestSocket = 107
)

// metadata serves one task's metadata on a socket of its own, which is mounted
// into the task's pause container: whoever connects is the task, and nothing
// listens on a network address.
type metadata struct {
	path   string
	server http.Server
	done   sync.WaitGroup
	ready  chan struct{}
	once   sync.Once
}

func serveMetadata(dir string, answer func(path string) (contentType string, body []byte, status int)) (*metadata, error) {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	m := &metadata{path: filepath.Join(dir, hex.EncodeToString(random[:])), ready: make(chan struct{})}
	listener, err := net.Listen("unix", m.path)
	if err != nil {
		return nil, fmt.Errorf("metadata socket: %w", err)
	}
	// The pause program has no capability to pass permissions by, and with
	// user namespaces it is not even root. The folder keeps others out.
	if err := os.Chmod(m.path, 0o666); err != nil {
		return nil, errors.Join(fmt.Errorf("metadata socket: %w", err), listener.Close())
	}
	m.server.ReadHeaderTimeout = 10 * time.Second
	m.server.Handler = m.handler(answer)
	m.done.Go(func() { _ = m.server.Serve(listener) })
	return m, nil
}

func (m *metadata) handler(answer func(path string) (string, []byte, int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == readyPath:
			m.once.Do(func() { close(m.ready) })
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.WriteHeader(http.StatusMethodNotAllowed)
		default:
			contentType, body, status := answer(r.URL.Path)
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write(body)
		}
	}
}

// close ends the server and removes the socket; again is fine.
func (m *metadata) close() error {
	err := m.server.Close()
	m.done.Wait()
	return err
}

// socketDir makes the folder of the sockets, for this user only, and removes
// those that a runtime left there when it crashed.
func socketDir(dir string) error {
	if dir == "" {
		return errors.New("docker runtime: Dir is missing")
	}
	if longest := len(dir) + len("/") + 12; longest > longestSocket || !filepath.IsAbs(dir) {
		return fmt.Errorf("docker runtime: folder %s: must be absolute and at most %d bytes long, for sockets", dir, longestSocket-13)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("docker runtime: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("docker runtime: %w", err)
	}
	for _, entry := range entries {
		if entry.Type()&os.ModeSocket == 0 {
			continue
		}
		if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
			return fmt.Errorf("docker runtime: %w", err)
		}
	}
	return nil
}
