package balancer_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/balancer"
)

const backendVariable = "BALANCER_TEST_BACKEND"

// TestMain lets the test binary be the backend of the benchmark, in a process
// of its own.
func TestMain(m *testing.M) {
	if address := os.Getenv(backendVariable); address != "" {
		body := []byte(strings.Repeat("x", 1024))
		err := http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Write(body)
		}))
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// BenchmarkAgainstNginx compares requests per second through the balancer, with
// two rules, two weighted groups and metrics on, with nginx in front of the
// same backend: 64 connections, 1 KB responses, both in the same run.
func BenchmarkAgainstNginx(b *testing.B) {
	for _, program := range []string{"nginx", "wrk"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skipf("%s is not installed", program)
		}
	}
	backend := startBackend(b)
	front := startNginx(b, backend)
	ours := startBalancer(b, backend)
	for b.Loop() {
		nginx, own := 0.0, 0.0
		for range 2 { // alternating, so that both meet the same noise
			nginx = max(nginx, load(b, front))
			own = max(own, load(b, ours))
		}
		b.ReportMetric(own, "balancer-rps")
		b.ReportMetric(nginx, "nginx-rps")
		b.ReportMetric(own/nginx, "ratio")
		b.Logf("direct %.0f, nginx %.0f, balancer %.0f requests per second", load(b, backend), nginx, own)
	}
}

// BenchmarkProxy is one request at a time through the balancer.
func BenchmarkProxy(b *testing.B) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Repeat("x", 1024))
	})}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go server.Serve(socket)
	b.Cleanup(func() { server.Close() })
	url := "http://" + startBalancer(b, socket.Addr().String())
	b.ReportAllocs()
	for b.Loop() {
		response, err := http.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func startBackend(b *testing.B) string {
	address := freeAddress(b)
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), backendVariable+"="+address)
	start(b, command, address)
	return address
}

func startNginx(b *testing.B, backend string) string {
	address, dir := freeAddress(b), b.TempDir()
	config := fmt.Sprintf(`
daemon off; worker_processes 2; pid %[1]s/pid; error_log %[1]s/error;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  upstream backend { server %[2]s; keepalive 256; }
  server {
    listen %[3]s; keepalive_requests 1000000;
    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}`, dir, backend, address)
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	start(b, exec.Command("nginx", "-p", dir, "-c", path), address)
	return address
}

// start runs a server and waits until it accepts connections.
func start(b *testing.B, command *exec.Cmd, address string) {
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		command.Process.Signal(os.Interrupt)
		command.Wait()
	})
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatalf("%s does not listen at %s", command.Path, address)
}

func startBalancer(b *testing.B, backend string) string {
	const prefix = "arn:aws:elasticloadbalancing:us-east-1:111111111111:"
	const arn = prefix + "listener/app/web/0123456789abcdef/fedcba9876543210"
	var dialer net.Dialer
	lb := balancer.New(balancer.Options{
		Dial: func(ctx context.Context, target netip.AddrPort) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", target.String())
		},
		Listen: net.Listen,
		Metric: func(context.Context, string, string, string, []float64, []float64, map[string]string) {},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); lb.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	port, err := lb.Open(arn, "127.0.0.1", 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	target := netip.MustParseAddrPort(backend)
	for _, name := range []string{"blue", "green"} {
		lb.Serve(prefix+"targetgroup/"+name+"/0123456789abcdef", []netip.AddrPort{target}, nil)
	}
	forward := []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{
		TargetGroups: []types.TargetGroupTuple{
			{TargetGroupArn: aws.String(prefix + "targetgroup/blue/0123456789abcdef"), Weight: aws.Int32(90)},
			{TargetGroupArn: aws.String(prefix + "targetgroup/green/0123456789abcdef"), Weight: aws.Int32(10)},
		},
	}}}
	lb.Route(arn, []types.Rule{
		{Priority: aws.String("1"), Actions: forward, Conditions: []types.RuleCondition{
			{Field: aws.String("path-pattern"), Values: []string{"/test/*"}}}},
		{Priority: aws.String("default"), IsDefault: aws.Bool(true), Actions: forward},
	}, time.Minute)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func freeAddress(b *testing.B) string {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer socket.Close()
	return socket.Addr().String()
}

var rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

func load(b *testing.B, address string) float64 {
	output, err := exec.Command("wrk", "-t2", "-c64", "-d3s", "http://"+address+"/").CombinedOutput()
	found := rate.FindSubmatch(output)
	if err != nil || found == nil || strings.Contains(string(output), "Non-2xx") {
		b.Fatalf("wrk: %v\n%s", err, output)
	}
	n, _ := strconv.ParseFloat(string(found[1]), 64)
	return n
}
