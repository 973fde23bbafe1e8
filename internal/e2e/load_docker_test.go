//go:build docker

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// load is a steady stream of requests: some clients keep their connections,
// some make a new one for each request, and one asks for what takes longer.
type load struct {
	mu      sync.Mutex
	answers map[string]int // by body
	failed  []string
	cancel  context.CancelFunc
	running sync.WaitGroup
}

const (
	loadClients  = 8
	loadInterval = 25 * time.Millisecond // of one client: 7 make 280 requests a second, the slow one 2
)

func startLoad(t *testing.T, address string) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{answers: map[string]int{}, cancel: cancel}
	for i := range loadClients {
		transport := &http.Transport{DisableKeepAlives: i%4 == 3}
		client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
		path := "/"
		if i == 0 {
			path = "/slow"
		}
		l.running.Go(func() {
			defer transport.CloseIdleConnections()
			l.client(ctx, client, address+path)
		})
	}
	t.Cleanup(func() { l.stop() })
	return l
}

func (l *load) client(ctx context.Context, client *http.Client, url string) {
	tick := time.NewTicker(loadInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// The request itself is not cut off: it counts.
			l.count(ask(client, url))
		}
	}
}

func ask(client *http.Client, url string) (body string, err error) {
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", response.Status, text)
	}
	return strings.TrimSpace(string(text)), nil
}

func (l *load) count(body string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failed = append(l.failed, time.Now().Format("15:04:05.000 ")+err.Error())
		return
	}
	l.answers[body]++
}

// stop ends the load and returns what was answered and what failed.
func (l *load) stop() (answers map[string]int, failed []string) {
	l.cancel()
	l.running.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answers, l.failed
}
