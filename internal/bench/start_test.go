//go:build bench

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startLimit  = 1.3      // times an empty program
	memoryLimit = 60 << 20 // bytes at a no-op
	binaryLimit = 45 << 20 // bytes on disk
)

// measureStart measures what every run pays for, and how large it is.
func measureStart(t *testing.T) []row {
	help, empty, pause := []string{photon(t), "--help"}, []string{emptyProgram(t)}, []string{photon(t), "internal-pause"}
	var times [3][]time.Duration
	var memory int64
	const runs = 41
	for range runs { // in turns, so that all meet the same noise
		for i, command := range [][]string{help, empty, pause} {
			took, most := start(t, command)
			times[i] = append(times[i], took)
			if i == 2 {
				memory = max(memory, most)
			}
		}
	}
	own, other := median(times[0]), median(times[1])
	ratio := own.Seconds() / other.Seconds()
	idle := idleMemory(t)
	size, err := os.Stat(photon(t))
	if err != nil {
		t.Fatal(err)
	}
	return []row{
		{fmt.Sprintf("start of photon --help, median of %d", runs), milliseconds(own), "", false},
		{"start of an empty program with the same AWS clients", milliseconds(other), "", false},
		{"start: photon to empty", fmt.Sprintf("%.2f times", ratio), "at most 1.3 times", ratio <= startLimit},
		{what: "start of the pause program", measured: fmt.Sprintf("%s, %d MB", milliseconds(median(times[2])), memory>>20)},
		{"peak memory of a no-op", fmt.Sprintf("%d MB", idle>>20), "under 60 MB", idle < memoryLimit},
		{"binary", fmt.Sprintf("%.1f MB", float64(size.Size())/(1<<20)), "under 45 MB", size.Size() < binaryLimit},
	}
}

// start runs a program to its end, whatever its exit code: the pause program
// ends at once when it is told no socket.
func start(t *testing.T, words []string) (time.Duration, int64) {
	t.Helper()
	command := exec.Command(words[0], words[1:]...)
	began := time.Now()
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return time.Since(began), command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// emptyProgram builds a program that does nothing, with every AWS client that
// Photon is linked with.
func emptyProgram(t *testing.T) string {
	t.Helper()
	list := output(t, exec.Command("go", "list", "-deps", "photon"))
	text := "package main\n\nimport (\n\t_ \"github.com/aws/aws-sdk-go-v2/config\"\n"
	for path := range strings.FieldsSeq(list) {
		if rest, ok := strings.CutPrefix(path, "github.com/aws/aws-sdk-go-v2/service/"); ok && !strings.Contains(rest, "/") {
			text += fmt.Sprintf("\t_ %q\n", path)
		}
	}
	dir := t.TempDir()
	source, path := filepath.Join(dir, "main.go"), filepath.Join(dir, "empty")
	if err := os.WriteFile(source, []byte(text+")\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, exec.Command("go", "build", "-ldflags", "-s -w", "-o", path, source))
	return path
}

// output runs a command that must succeed.
func output(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	text, err := command.Output()
	if err != nil {
		stderr := ""
		if ended, ok := err.(*exec.ExitError); ok {
			stderr = string(ended.Stderr)
		}
		t.Fatalf("%s: %v\n%s", strings.Join(command.Args, " "), err, stderr)
	}
	return string(text)
}

// idleMemory is the median of what runs use that find nothing to do.
func idleMemory(t *testing.T) int64 {
	w := newWorld(t, 0)
	path := w.file("orders", "1")
	w.run("--file", path)
	var most []int64
	for range 5 {
		_, memory := w.run("--file", path)
		most = append(most, memory)
	}
	return median(most)
}
