package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"photon/internal/engine"
	"photon/internal/engine/memory"
	"photon/internal/engine/state"
)

const (
	worldKey    = "world"
	testAccount = "111111111111"
	testRegion  = "eu-central-1"
)

// world is the AWS of one script, once the script has asked for one.
type world struct {
	engine  *engine.Engine
	address string

	mu    sync.Mutex
	ports map[string]string // of listeners, by the address that they were asked for
}

// startEngine starts an engine over containers that are goroutines, on a port
// of its own.
func startEngine(ts *testscript.TestScript, _ bool, _ []string) {
	w := ts.Value(worldKey).(*world)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	w.address, w.ports = listener.Addr().String(), map[string]string{}
	w.engine = engine.New(state.Memory(), memory.New(), engine.Options{
		Dir: ts.MkAbs("engine"), Address: w.address, Listen: w.listen, Settle: 100 * time.Millisecond,
	})
	server := &http.Server{Handler: w.engine}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	running.Go(func() { w.engine.Run(ctx) })
	ts.Defer(func() {
		stop()
		_ = server.Close()
		running.Wait()
	})
	ts.Setenv("AWS_ENDPOINT_URL", "http://"+w.address)
	ts.Setenv("ENGINE", w.address)
}

// listen gives every listener a free port: scripts run side by side, and the
// addresses of their load balancers are the same.
func (w *world) listen(network, address string) (net.Listener, error) {
	listener, err := net.Listen(network, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ports[address] = listener.Addr().String()
	return listener, nil
}

// pushImage pushes an image without files, the same for the same name.
func pushImage(ts *testscript.TestScript, _ bool, args []string) {
	w, arch := ts.Value(worldKey).(*world), "amd64"
	if len(args) == 2 {
		arch = args[1]
	}
	repository, _, _ := strings.Cut(args[0], ":")
	login, err := w.engine.Repository(context.Background(), testAccount, testRegion, repository)
	ts.Check(err)
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: arch, Author: args[0], RootFS: v1.RootFS{Type: "layers"},
	})
	ts.Check(err)
	reference, err := name.ParseReference(w.address + "/" + args[0])
	ts.Check(err)
	ts.Check(remote.Write(reference, image, remote.WithAuth(
		authn.FromConfig(authn.AuthConfig{Username: login.Username, Password: login.Password}))))
}

func (w *world) config() aws.Config {
	return aws.Config{
		Region: testRegion, BaseEndpoint: aws.String("http://" + w.address),
		Credentials: credentials.NewStaticCredentialsProvider(testAccount, "secret", ""),
	}
}

func makeSecret(ts *testscript.TestScript, _ bool, args []string) {
	client := secretsmanager.NewFromConfig(ts.Value(worldKey).(*world).config())
	_, err := client.CreateSecret(context.Background(), &secretsmanager.CreateSecretInput{
		Name: &args[0], SecretString: aws.String("the value"),
	})
	ts.Check(err)
}

// takeName makes a log group by hand.
func takeName(ts *testscript.TestScript, _ bool, args []string) {
	client := cloudwatchlogs.NewFromConfig(ts.Value(worldKey).(*world).config())
	_, err := client.CreateLogGroup(context.Background(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &args[0]})
	ts.Check(err)
}

// tamper scales a service by hand.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	client := ecs.NewFromConfig(ts.Value(worldKey).(*world).config())
	_, err := client.UpdateService(context.Background(), &ecs.UpdateServiceInput{
		Cluster: aws.String("photon-default"), Service: &args[0], DesiredCount: aws.Int32(2),
	})
	ts.Check(err)
}

func get(ts *testscript.TestScript, _ bool, args []string) {
	w := ts.Value(worldKey).(*world)
	asked, err := url.Parse(args[1])
	ts.Check(err)
	host := asked.Host
	if !strings.Contains(host, ":") {
		host += ":80"
	}
	w.mu.Lock()
	asked.Host = w.ports[host]
	w.mu.Unlock()
	answer, err := http.Get(asked.String())
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if got := fmt.Sprint(answer.StatusCode); got != args[0] {
		ts.Fatalf("%s: answers %s, want %s: %s", args[1], got, args[0], body)
	}
}
