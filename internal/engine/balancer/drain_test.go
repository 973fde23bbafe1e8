package balancer_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/balancer"
)

// generation is a backend on a real socket that shuts down gracefully.
func generation(t *testing.T, name string) (netip.AddrPort, *http.Server) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, name)
	})}
	go server.Serve(socket)
	t.Cleanup(func() { server.Close() })
	return netip.MustParseAddrPort(socket.Addr().String()), server
}

// realBalancer listens on a real socket and forwards to the group "web".
func realBalancer(t *testing.T) (*balancer.Balancer, string) {
	var dialer net.Dialer
	b := balancer.New(balancer.Options{
		Dial: func(ctx context.Context, target netip.AddrPort) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", target.String())
		},
		Listen: net.Listen,
		Metric: func(context.Context, string, string, string, []float64, []float64, map[string]string) {},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); b.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	port, err := b.Open(listenerARN, "127.0.0.1", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.Route(listenerARN, []types.Rule{{IsDefault: aws.Bool(true), Actions: []types.Action{weights(0, "web", 1)}}}, idle)
	return b, "http://127.0.0.1:" + strconv.Itoa(port)
}

// Twenty generations of a service take over from each other while keep-alive
// clients send GET and POST as fast as they can. No request may fail.
func TestNoRequestIsLostWhenTargetsAreReplacedUnderLoad(t *testing.T) {
	b, url := realBalancer(t)
	target, server := generation(t, "0")
	b.Serve(groupARN("web"), []netip.AddrPort{target}, nil)
	var sent atomic.Int64
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for n := range 16 {
		clients.Go(func() { hammer(t, url, n%2 == 0, stop, &sent) })
	}
	for n := 1; n <= 20; n++ {
		before := sent.Load()
		for sent.Load() < before+200 && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		next, nextServer := generation(t, fmt.Sprint(n))
		b.Serve(groupARN("web"), []netip.AddrPort{next}, []netip.AddrPort{target})
		for b.Busy(groupARN("web"), target) > 0 {
			time.Sleep(time.Millisecond)
		}
		b.Serve(groupARN("web"), []netip.AddrPort{next}, nil)
		if err := server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		target, server = next, nextServer
	}
	close(stop)
	clients.Wait()
}

func hammer(t *testing.T, url string, post bool, stop chan struct{}, sent *atomic.Int64) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for {
		select {
		case <-stop:
			return
		default:
		}
		var response *http.Response
		var err error
		if post {
			response, err = client.Post(url, "text/plain", http.NoBody)
		} else {
			response, err = client.Get(url)
		}
		if err != nil {
			t.Error(err)
			return
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("status %d", response.StatusCode)
			return
		}
		sent.Add(1)
	}
}
