package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what photon says into the scripts, and the permissions into README.md")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"photon": main, "steady": steady, "interrupted": interrupted})
}

// TestScripts runs the product as people do. Besides the commands of
// testscript, the scripts have:
//
//	exits CODE PROGRAM ARGUMENT…   run it, and want exactly this exit code
//	engine                         start an AWS; until then AWS must not be called
//	image NAME [ARCH]              push an image to the engine's registry
//	secret NAME                    make a secret
//	taken NAME                     make a log group that is not Photon's
//	tamper SERVICE                 change the service behind Photon's back
//	get TEXT URL                   ask the load balancer, and want this answer
//
// and the programs "steady", which runs another one and makes the volatile parts
// of what it says the same in every run, and "interrupted", which also
// interrupts it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup:         setup,
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "engine": startEngine, "image": pushImage, "secret": makeSecret,
			"taken": takeName, "tamper": tamper, "get": get,
		},
	})
}

// The wrong files and the wrong uses that the scripts hold; fewer would mean
// that some were lost.
func TestScriptsHoldEnoughWrongInput(t *testing.T) {
	const least = 60
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		count += len(regexp.MustCompile(`(?m)^exits 2 `).FindAll(text, -1))
	}
	if count < least {
		t.Errorf("%d steps exit with 2; want at least %d", count, least)
	}
}

// setup gives a script an environment that leads nowhere but to a server that
// must not be called.
func setup(env *testscript.Env) error {
	guard := &guard{}
	server := httptest.NewServer(guard)
	env.Defer(server.Close)
	env.Values[guardKey] = guard
	env.Values[worldKey] = &world{}
	env.Vars = append(env.Vars,
		"AWS_ENDPOINT_URL="+server.URL,
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=111111111111", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_CONFIG_FILE="+filepath.Join(env.WorkDir, "no", "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(env.WorkDir, "no", "credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
		"HOME="+filepath.Join(env.WorkDir, "home"),
		"DOCKER_CONFIG="+filepath.Join(env.WorkDir, "no"),
		"GIT_CEILING_DIRECTORIES="+filepath.Dir(env.WorkDir),
	)
	return nil
}

const guardKey = "guard"

// guard stands where AWS would be, and remembers who called.
type guard struct {
	mu    sync.Mutex
	calls []string
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Amz-Target")))
	w.WriteHeader(http.StatusTeapot)
}

func (g *guard) seen() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.calls)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGUMENT…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if calls := ts.Value(guardKey).(*guard).seen(); len(calls) > 0 {
		ts.Fatalf("AWS was called: %s", strings.Join(calls, ", "))
	}
}

// steady runs a program and shows what it says without what is different in
// every run: times, ids, addresses, hashes in names, the order of changes that
// are made side by side, and looks, of which there are as many as time allows.
func steady() {
	follow(os.Args[1:], func(string) bool { return false })
}

// interrupted is steady, but interrupts the program when a line of its talk
// matches a pattern.
func interrupted() {
	follow(os.Args[2:], regexp.MustCompile(os.Args[1]).MatchString)
}

func follow(args []string, interrupt func(line string) bool) {
	command := exec.Command(args[0], args[1:]...)
	var out, errs bytes.Buffer
	command.Stdin, command.Stdout = os.Stdin, &out
	talk, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(127)
	}
	for lines := bufio.NewScanner(talk); lines.Scan(); {
		fmt.Fprintln(&errs, lines.Text())
		if interrupt(lines.Text()) {
			_ = command.Process.Signal(os.Interrupt)
		}
	}
	_ = command.Wait()
	fmt.Print(calm(out.String()))
	fmt.Fprint(os.Stderr, calm(errs.String()))
	os.Exit(command.ProcessState.ExitCode())
}

var volatile = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?m)^ *[0-9hms]+s  `), "TIME  "},
	{regexp.MustCompile(`\b(in|after) [0-9hms.]+s\b`), "$1 TIME"},
	{regexp.MustCompile(`(SUCCESSFUL|IN_PROGRESS) +[0-9hms]+ +`), "$1  TIME  "},
	{regexp.MustCompile(`"time":"[^"]+"`), `"time":"TIME"`},
	{regexp.MustCompile(`"(seconds|age)":[0-9.e-]+`), `"$1":0`},
	{regexp.MustCompile(`\b127\.0\.0\.1:[0-9]+`), "ENGINE"},
	{regexp.MustCompile(`\b(eu-central-1)[a-c]\b`), "${1}x"},
	{regexp.MustCompile(`\b(subnet|vpc|sg|igw|eni)-[0-9a-f]{8,17}\b`), "$1-ID"},
	{regexp.MustCompile(`sha256:[0-9a-f]{12,64}\b`), "sha256:DIGEST"},
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), "ID"},
	{regexp.MustCompile(`/[0-9a-f]{16}\b`), "/ID"},
	{regexp.MustCompile(`/[0-9a-f]{8} `), "/ID "},
	{regexp.MustCompile(`/[0-9]{19,20}\b`), "/ID"},
	{regexp.MustCompile(`/[A-Za-z0-9_-]{21,22}"`), `/ID"`},
	{regexp.MustCompile(`([-_])[0-9a-f]{8}\b`), "${1}HASH"},
	{regexp.MustCompile(`\b[0-9]+ tasks: `), "N tasks: "},
	{regexp.MustCompile(`(?m)^TIME  .*: [0-9]+ of [0-9]+ new tasks running.*\n`), ""},
	{regexp.MustCompile(`(?m)^\{"event":"look".*\n`), ""},
	{regexp.MustCompile(`(?m)^TIME  .* (is|are) (being .*|stopping|draining)\n`), ""},
	{regexp.MustCompile(`(?m)^\{"event":"step".*"state":"waits".*\n`), ""},
}

// sideBySide are lines about what happens side by side, so that their order is
// left to chance. A new service comes after what is prepared for it.
var sideBySide = []*regexp.Regexp{
	regexp.MustCompile(`^TIME  (\S+  )?[+~] service `),
	regexp.MustCompile(`^TIME  (\S+  )?[+~] `),
	regexp.MustCompile(`^TIME  (\S+  )?- `),
	regexp.MustCompile(`^TIME  (\S+  )?  \S+ succeeded`),
	regexp.MustCompile(`^\{"event":"step".*"action":"[+~]","kind":"service"`),
	regexp.MustCompile(`^\{"event":"step".*"action":"[+~]"`),
	regexp.MustCompile(`^\{"event":"step".*"action":"-"`),
}

func calm(text string) string {
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	lines := strings.SplitAfter(text, "\n")
	for begin, end := 0, 0; begin < len(lines); begin = end {
		kind := kindOf(lines[begin])
		for end = begin + 1; end < len(lines) && kind >= 0 && kindOf(lines[end]) == kind; end++ {
		}
		slices.Sort(lines[begin:end])
	}
	return strings.Join(lines, "")
}

// kindOf finds which kind of line side by side a line is; -1 for none.
func kindOf(line string) int {
	return slices.IndexFunc(sideBySide, func(kind *regexp.Regexp) bool { return kind.MatchString(line) })
}
