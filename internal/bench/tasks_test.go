//go:build bench

package bench

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	tasksLimit = 4 * time.Second
	tasksImage = "photon-bench/app:1"
)

// measureTasks starts ten tasks of two containers each through the ECS API of
// an engine on the Docker Engine: the time until all of them run.
func measureTasks(t *testing.T) []row {
	loadImage(t)
	cfg := startEngine(t)
	e, subnet := ecs.NewFromConfig(cfg), subnetOf(t, cfg)
	prepare(t, e)
	runTasks(t, e, subnet, 1) // loads the pause image, as the first task ever does
	var times []time.Duration
	for range 5 {
		times = append(times, runTasks(t, e, subnet, 10))
	}
	took := median(times)
	t.Log(times)
	return []row{{
		fmt.Sprintf("ten tasks of two containers running, median of %d", len(times)),
		fmt.Sprintf("%.1f s", took.Seconds()), "within 4 s", took <= tasksLimit,
	}, {
		what: "the same without ECS: the runtime alone", measured: fmt.Sprintf("%.1f s", runtimeAlone(t).Seconds()),
	}}
}

var perRun = regexp.MustCompile(`([0-9]+) ns/op`)

// runtimeAlone runs the Docker runtime's own benchmark of the same tasks.
func runtimeAlone(t *testing.T) time.Duration {
	t.Helper()
	text := output(t, exec.Command("go", "test", "-tags", "docker", "-run", "^$", "-bench", "TenTasks", "-benchtime", "3x", "../engine/docker"))
	found := perRun.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("want a time:\n%s", text)
	}
	took, err := time.ParseDuration(found[1] + "ns")
	if err != nil {
		t.Fatal(err)
	}
	return took
}

// loadImage makes an image of the application that the Docker runtime is tested
// with.
func loadImage(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app")
	output(t, exec.Command("go", "build", "-ldflags", "-s -w", "-o", path, "../engine/docker/testdata/app"))
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	if err := archive.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := archive.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	load := exec.Command("docker", "import", "--change", `ENTRYPOINT ["/app"]`, "-", tasksImage)
	load.Stdin = &layer
	output(t, load)
	t.Cleanup(func() { output(t, exec.Command("docker", "rmi", "--force", tasksImage)) })
}

// startEngine runs an engine of its own until the test ends.
func startEngine(t *testing.T) aws.Config {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := socket.Addr().String()
	socket.Close()
	dir, err := os.MkdirTemp("", "pb") // short: sockets are made in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	engine := exec.Command(photon(t), "engine", "run")
	engine.Env = append(os.Environ(), "PHOTON_ENGINE_ADDR="+address, "PHOTON_ENGINE_DIR="+dir)
	engine.Stderr = os.Stderr
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		engine.Process.Signal(os.Interrupt)
		engine.Wait()
	})
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return aws.Config{
				Region: region, BaseEndpoint: aws.String("http://" + address),
				Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the engine does not answer")
	return aws.Config{}
}

func subnetOf(t *testing.T, cfg aws.Config) string {
	t.Helper()
	found, err := ec2.NewFromConfig(cfg).DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(found.Subnets[0].SubnetId)
}

// prepare makes a cluster and a task definition of two containers.
func prepare(t *testing.T, e *ecs.Client) {
	t.Helper()
	if _, err := e.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("bench")}); err != nil {
		t.Fatal(err)
	}
	of := func(name string) types.ContainerDefinition {
		return types.ContainerDefinition{Name: &name, Image: aws.String(tasksImage), Command: []string{"obey"}, Essential: aws.Bool(true)}
	}
	_, err := e.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("bench"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{of("app"), of("sidecar")},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// runTasks runs tasks side by side, and stops them when all of them have run.
func runTasks(t *testing.T, e *ecs.Client, subnet string, count int32) time.Duration {
	t.Helper()
	began := time.Now()
	out, err := e.RunTask(t.Context(), &ecs.RunTaskInput{
		Cluster: aws.String("bench"), TaskDefinition: aws.String("bench"), Count: &count, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{subnet}, AssignPublicIp: types.AssignPublicIpEnabled,
		}},
	})
	if err != nil || len(out.Failures) > 0 {
		t.Fatal(err, out)
	}
	var arns []string
	for _, task := range out.Tasks {
		arns = append(arns, aws.ToString(task.TaskArn))
	}
	await(t, e, arns, "RUNNING")
	took := time.Since(began)
	for _, arn := range arns {
		if _, err := e.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("bench"), Task: &arn}); err != nil {
			t.Fatal(err)
		}
	}
	await(t, e, arns, "STOPPED")
	return took
}

// await looks every 20 ms, which is less than a hundredth of what is measured.
func await(t *testing.T, e *ecs.Client, arns []string, status string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for there := 0; there < len(arns); {
		time.Sleep(20 * time.Millisecond)
		out, err := e.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String("bench"), Tasks: arns})
		if err != nil {
			t.Fatal(err)
		}
		there = 0
		for _, task := range out.Tasks {
			last := aws.ToString(task.LastStatus)
			if last == status {
				there++
			}
			if last == "STOPPED" && status == "RUNNING" {
				t.Fatalf("a task stopped: %s", aws.ToString(task.StoppedReason))
			}
		}
	}
}
