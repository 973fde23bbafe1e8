//go:build docker

package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// addressOf asks for the address of a file's only workload.
func addressOf(t *testing.T, path string) string {
	t.Helper()
	var status struct {
		Address string `json:"address"`
	}
	out := mustRun(t, 0, "status", "--file", path, "--local", "--output", "json").out
	if err := json.Unmarshal([]byte(out), &status); err != nil || status.Address == "" {
		t.Fatalf("no address (%v) in %s", err, out)
	}
	return status.Address
}

func terminate(t *testing.T, path string) {
	t.Helper()
	r := mustRun(t, 0, "--file", path, "--local", "--terminate")
	if !strings.Contains(r.talked+r.out, "Nothing remains") {
		t.Errorf("terminate does not prove that nothing remains: %s", r)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(body))
}

func TestNoRequestIsLostWhenVersionsChangeOver(t *testing.T) {
	two := func(d map[string]any) { d["scale"] = 2 }
	path := file(t, "load", two)
	mustRun(t, 0, "--file", path, "--local")
	l := startLoad(t, addressOf(t, path))
	for _, version := range []string{"two", "three"} {
		mustRun(t, 0, "--file", file(t, "load", func(d map[string]any) { two(d); env(d, "VERSION", version) }), "--local")
	}
	time.Sleep(time.Second) // the third version serves for a moment
	answers, failed := l.stop()
	t.Logf("answers: %v", answers)
	if len(failed) > 0 {
		t.Errorf("%d requests failed, the first: %s", len(failed), failed[0])
	}
	for _, version := range []string{"one", "two", "three"} {
		if answers[version] == 0 {
			t.Errorf("version %s never answered: %v", version, answers)
		}
	}
	terminate(t, path)
}

func TestASecondRunFindsNothingToDo(t *testing.T) {
	path := file(t, "twice", nil)
	mustRun(t, 0, "--file", path, "--local")
	again := mustRun(t, 0, "--file", path, "--local")
	if !strings.Contains(again.out+again.talked, "Nothing to do") {
		t.Errorf("got %s", again)
	}
	logs := mustRun(t, 0, "logs", "--file", path, "--local", "--since", "5m")
	if !strings.Contains(logs.out, "version one starts") {
		t.Errorf("the log lacks the first line: %s", logs)
	}
	terminate(t, path)
	terminate(t, path) // twice in a row
}

// Every way in which a new version fails has its own reason, ends with exit
// code 3, and leaves the old version serving.
func TestABadVersionIsExplainedAndTheOldOneServes(t *testing.T) {
	path := file(t, "bad", nil)
	mustRun(t, 0, "--file", path, "--local")
	address := addressOf(t, path)
	cases := []struct {
		name   string
		change func(map[string]any)
		says   []string
	}{
		{"crashes", func(d map[string]any) { env(d, "CRASH", "7") },
			[]string{"exit code 7", "cannot open the cupboard: it is locked", "hint:"}},
		{"never becomes healthy", func(d map[string]any) { env(d, "UNHEALTHY", "1") },
			[]string{"503", "hint:"}},
		{"runs out of memory", func(d map[string]any) { env(d, "EAT", "900") },
			[]string{"memory", "137", "hint:"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := mustRun(t, 3, "--file", file(t, "bad", c.change), "--local")
			for _, text := range c.says {
				if !strings.Contains(r.out+r.talked, text) {
					t.Errorf("the explanation lacks %q: %s", text, r)
				}
			}
			if got := get(t, address); got != "one" {
				t.Errorf("after the failure %q answers", got)
			}
		})
	}
	terminate(t, path)
}

// What can be known before the deployment is refused before it.
func TestWhatCannotWorkIsRefusedBeforeAnyChange(t *testing.T) {
	cases := []struct {
		name   string
		change func(map[string]any)
		says   []string
	}{
		{"an image that is not there", func(d map[string]any) { d["image"] = the.address + "/photon-e2e-app:none" },
			[]string{"photon-e2e-app:none"}},
		{"another architecture", func(d map[string]any) { d["arch"] = "arm64" }, []string{"linux/arm64", "linux/amd64"}},
		{"a secret that is not there", func(d map[string]any) { d["secrets"] = map[string]any{"SECRET": "secretsmanager:none"} },
			[]string{"SECRET", "secretsmanager:none"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := file(t, "refused", c.change)
			r := mustRun(t, 6, "--file", path, "--local")
			for _, text := range c.says {
				if !strings.Contains(r.talked, text) {
					t.Errorf("the refusal lacks %q: %s", text, r)
				}
			}
			if left := mustRun(t, 0, "--file", path, "--local", "--terminate"); !strings.Contains(left.out+left.talked, "Nothing to do") {
				t.Errorf("something was changed: %s", left)
			}
		})
	}
}

func TestAnImageOfTheDockerEnginesStoreNeedsNoRegistry(t *testing.T) {
	path := file(t, "store", func(d map[string]any) { d["image"] = "photon-e2e-app:1" })
	mustRun(t, 0, "--file", path, "--local")
	if got := get(t, addressOf(t, path)); got != "one" {
		t.Errorf("got %q", got)
	}
	terminate(t, path)
}

func TestTheServiceComesBackWithTheEngine(t *testing.T) {
	path := file(t, "restart", nil)
	mustRun(t, 0, "--file", path, "--local")
	address := addressOf(t, path)
	mustRun(t, 0, "engine", "stop")
	if out := containers(t); out != "" {
		t.Errorf("containers are left behind:\n%s", out)
	}
	mustRun(t, 0, "engine", "start")
	deadline := time.Now().Add(time.Minute)
	for {
		response, err := http.Get(address)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer again: %v", address, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if r := mustRun(t, 0, "--file", path, "--local"); !strings.Contains(r.out+r.talked, "Nothing to do") {
		t.Errorf("after the restart the plan is not empty: %s", r)
	}
	terminate(t, path)
}

// containers lists what runs under the tests' engine's name.
func containers(t *testing.T) string {
	t.Helper()
	_, port, _ := strings.Cut(the.address, ":")
	out, err := exec.Command("docker", "ps", "--all", "--format", "{{.Names}} {{.Labels}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "photon-"+port) {
			ours = append(ours, line)
		}
	}
	return strings.Join(ours, "")
}

func TestAnInterruptLeavesTheDeploymentGoing(t *testing.T) {
	path := file(t, "interrupt", nil)
	command := the.command(context.Background(), "--file", path, "--local")
	talk, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	buffer := make([]byte, 4096)
	for !regexp.MustCompile(`(?m)^ *\d+s  \+ service interrupt_web`).MatchString(said.String()) {
		n, err := talk.Read(buffer)
		said.Write(buffer[:n])
		if err != nil {
			t.Fatalf("%v after %s", err, said.String())
		}
	}
	time.Sleep(500 * time.Millisecond)
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(talk)
	command.Wait()
	said.Write(rest)
	if code := command.ProcessState.ExitCode(); code != 130 || !strings.Contains(said.String(), "photon wait") {
		t.Errorf("exit code %d: %s", code, said.String())
	}
	mustRun(t, 0, "wait", "--file", path, "--local")
	if got := get(t, addressOf(t, path)); got != "one" {
		t.Errorf("got %q", got)
	}
	terminate(t, path)
}

const marker = "MARKER-5f1c9a77-never-to-be-seen"

// A secret value reaches the container and nothing else.
func TestSecretValuesAreNowhere(t *testing.T) {
	aws(t, "ssm", "put-parameter", "--name", "/e2e/secret", "--type", "SecureString", "--value", marker)
	path := file(t, "secret", func(d map[string]any) { d["secrets"] = map[string]any{"SECRET": "ssm:/e2e/secret"} })
	var seen strings.Builder
	for _, args := range [][]string{
		{"--file", path, "--local"}, {"status", "--file", path, "--local", "--output", "json"},
		{"logs", "--file", path, "--local"}, {"explain", "--file", path}, {"plan", "--file", path, "--local"},
	} {
		r := mustRun(t, 0, args...)
		seen.WriteString(r.out + r.talked)
	}
	if got := get(t, addressOf(t, path)+"/secret"); got != "32" {
		t.Errorf("the container's secret has length %s", got)
	}
	seen.WriteString(aws(t, "ecs", "describe-task-definition", "--task-definition", "default_secret_web", "--include", "TAGS"))
	seen.WriteString(aws(t, "resourcegroupstaggingapi", "get-resources"))
	labels, err := exec.Command("docker", "ps", "--all", "--format", "{{.Labels}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen.Write(labels)
	err = filepath.WalkDir(filepath.Join(the.dir, "engine"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		seen.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if i := strings.Index(seen.String(), marker); i >= 0 {
		t.Errorf("the secret is shown: …%q", seen.String()[max(0, i-80):i])
	}
	terminate(t, path)
}
