package balancer_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/balancer"
)

const (
	prefix      = "arn:aws:elasticloadbalancing:us-east-1:111111111111:"
	listenerARN = prefix + "listener/app/web/0123456789abcdef/fedcba9876543210"
	front       = "127.88.0.1"
	idle        = 10 * time.Second
)

func groupARN(name string) string { return prefix + "targetgroup/" + name + "/0123456789abcdef" }

// world is a balancer with one open listener in a bubble.
type world struct {
	*testing.T
	net      *network
	balancer *balancer.Balancer

	mu      sync.Mutex
	metrics map[string]float64 // name and target group → sum
}

// inBubble runs a test in a bubble with a balancer that listens on port 80.
func inBubble(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, net: newNetwork(), metrics: map[string]float64{}}
		w.balancer = balancer.New(balancer.Options{Dial: w.net.Dial, Listen: w.net.Listen, Metric: w.record})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); w.balancer.Run(ctx) }()
		defer func() { cancel(); <-ended }()
		if _, err := w.balancer.Open(listenerARN, front, 80, 0); err != nil {
			t.Fatal(err)
		}
		test(w)
	})
}

func (w *world) record(_ context.Context, _, name, _ string, values, counts []float64, dimensions map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, v := range values {
		w.metrics[name+" "+dimensions["LoadBalancer"]+" "+dimensions["TargetGroup"]] += v * counts[i]
	}
}

// backend serves at an address of the in-memory network until it is stopped.
func (w *world) backend(where string, handler http.HandlerFunc) (stop func()) {
	socket, err := w.net.Listen("tcp", where)
	if err != nil {
		w.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(socket) }()
	var once sync.Once
	stop = func() { once.Do(func() { server.Close(); <-done }) }
	w.Cleanup(stop)
	return stop
}

// raw serves connections with a function of its own.
func (w *world) raw(where string, serve func(c net.Conn, r *bufio.Reader)) {
	socket, err := w.net.Listen("tcp", where)
	if err != nil {
		w.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := socket.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				serve(c, bufio.NewReader(c))
			})
		}
	})
	w.Cleanup(func() { socket.Close() })
}

// says answers every request with a word.
func says(word string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, word) }
}

func at(addresses ...string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, a := range addresses {
		out = append(out, netip.MustParseAddrPort(a))
	}
	return out
}

// weights is a forward action over target groups.
func weights(sticky int32, pairs ...any) types.Action {
	config := &types.ForwardActionConfig{TargetGroupStickinessConfig: &types.TargetGroupStickinessConfig{
		Enabled: aws.Bool(sticky > 0), DurationSeconds: aws.Int32(sticky),
	}}
	for i := 0; i < len(pairs); i += 2 {
		config.TargetGroups = append(config.TargetGroups, types.TargetGroupTuple{
			TargetGroupArn: aws.String(groupARN(pairs[i].(string))), Weight: aws.Int32(int32(pairs[i+1].(int))),
		})
	}
	return types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: config}
}

// route makes the action the default rule, behind the other rules.
func (w *world) route(action types.Action, others ...types.Rule) {
	w.balancer.Route(listenerARN, append(others, types.Rule{
		IsDefault: aws.Bool(true), Priority: aws.String("default"), Actions: []types.Action{action},
	}), idle)
}

// dial connects to the listener.
func (w *world) dial() *peer {
	c, err := w.net.dial(w.Context(), front+":80")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { c.Close() })
	return &peer{w, c, bufio.NewReader(c)}
}

// peer is a client that speaks plain text.
type peer struct {
	w *world
	net.Conn
	reader *bufio.Reader
}

func (p *peer) send(text string) *peer {
	if _, err := io.WriteString(p.Conn, text); err != nil {
		p.w.Errorf("sending %q: %v", text, err)
	}
	return p
}

// response reads one whole response.
func (p *peer) response(method string) (*http.Response, string) {
	p.w.Helper()
	r, err := http.ReadResponse(p.reader, &http.Request{Method: method})
	if err != nil {
		p.w.Fatalf("reading the response: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.w.Fatalf("reading the body: %v", err)
	}
	return r, string(body)
}

// get makes one request on a connection of its own.
func (w *world) get(path string, headers ...string) (*http.Response, string) {
	w.Helper()
	text := "GET " + path + " HTTP/1.1\r\nHost: shop.example.com\r\n"
	for _, h := range headers {
		text += h + "\r\n"
	}
	p := w.dial()
	defer p.Close()
	return p.send(text + "\r\n").response("GET")
}

// expect makes one request and compares status and body; "" is any body.
func (w *world) expect(path string, status int, body string) {
	w.Helper()
	r, got := w.get(path)
	if r.StatusCode != status || body != "" && got != body {
		w.Errorf("GET %s: got %d %q, want %d %q", path, r.StatusCode, got, status, body)
	}
}
