package spec

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadReadsFilesAndFindsWhatTheyExtend(t *testing.T) {
	path := write(t, "deployment.json", `{"extends": "base.yaml", "name": "orders", "image": "orders:1"}`)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "base.yaml"), []byte("scale: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Owner() != "orders/default" || s.Workloads[0].Scale != 3 {
		t.Errorf("owner %s, scale %d", s.Owner(), s.Workloads[0].Scale)
	}
}

func TestLoadAndExplainReturnTheSameProblems(t *testing.T) {
	path := write(t, "deployment.json", `{"name": "orders"}`)
	_, loadErr := Load(path, Options{})
	_, explainErr := Explain(path, Options{})
	want := Problems{{File: path, Line: 1, Column: 1, Field: "image", Message: "is missing", Hint: `such as "registry.example.com/orders:1.4.2"`}}
	if !reflect.DeepEqual(loadErr, error(want)) || !reflect.DeepEqual(explainErr, error(want)) {
		t.Errorf("Load: %v\nExplain: %v", loadErr, explainErr)
	}
}

func TestADirectoryIsNoFile(t *testing.T) {
	path := t.TempDir()
	_, err := Load(path, Options{})
	if want := path + ": is a directory"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestALargeFileIsRefused(t *testing.T) {
	path := write(t, "deployment.json", strings.Repeat("[", maxFile+1))
	_, err := Load(path, Options{})
	if want := path + ": is larger than 256 KB"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestDeepNestingIsRefusedAtOnce(t *testing.T) {
	deep := strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1)
	for name, cases := range map[string]map[string]string{
		"deployment.json": {
			`{"x-a": ` + deep + `}`:     "1:1: image: is missing",
			`{"x-a": [` + deep + `]}`:   ": is nested deeper than 100 levels",
			strings.Repeat("[", 200000): "1:200001: the file ends too early",
		},
		"deployment.yaml": {
			`x-a: [` + deep + `]`:         ": is nested deeper than 100 levels",
			strings.Repeat("[", 200000):   "1:1: the file is nested too deeply",
			strings.Repeat("- ", 100000):  "1:1: the file is nested too deeply",
			strings.Repeat("a: {", 50000): "1:1: the file is nested too deeply",
		},
	} {
		for content, want := range cases {
			_, err := open(name, Options{}, memory{name: content}.read)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s %.20s: %v, want %s", name, content, err, want)
			}
		}
	}
}

func TestEnvironmentsAreListedInOrder(t *testing.T) {
	cases := []struct {
		content string
		want    []string
	}{
		{`{}`, nil},
		{`{"environments": {}}`, nil},
		{`{"environments": {"staging": {}, "x-shared": {}, "gone": null, "beta": {}}}`, []string{"beta", "staging"}},
		{`{"environments": 3}`, nil},
	}
	for _, c := range cases {
		got, err := Environments(write(t, "deployment.json", c.content), Options{})
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.content, got, err, c.want)
		}
	}
	if _, err := Environments(write(t, "deployment.json", `{`), Options{}); err == nil {
		t.Error("a broken file has environments")
	}
}

func TestTheDefaultEnvironmentMayBeNamed(t *testing.T) {
	path := write(t, "deployment.json", `{"name": "orders", "image": "orders:1"}`)
	if _, err := Load(path, Options{Environment: "default"}); err != nil {
		t.Error(err)
	}
}

func TestAByteOrderMarkIsNotPartOfTheFile(t *testing.T) {
	path := write(t, "deployment.json", "\uFEFF{\r\n\"name\": \"orders\",\r\n\"image\": 3}")
	_, err := Load(path, Options{})
	if want := path + `:3:10: image: expects an image reference, got 3`; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestEveryFargateSizeIsAccepted(t *testing.T) {
	for _, row := range taskSizes {
		for _, mib := range row.memory {
			path := write(t, "deployment.json", `{"name": "orders", "image": "orders:1", "cpu": `+formatCPU(row.cpu)+`, "memory": "`+formatSize(mib)+`"}`)
			s, err := Load(path, Options{})
			if err != nil {
				t.Errorf("%d units, %d MiB: %v", row.cpu, mib, err)
			} else if w := s.Workloads[0]; w.CPU != row.cpu || w.Memory != mib {
				t.Errorf("%d units, %d MiB became %d, %d", row.cpu, mib, w.CPU, w.Memory)
			}
		}
	}
}

func TestEveryRetentionOfCloudWatchIsAccepted(t *testing.T) {
	for _, days := range retentions {
		var r retention
		if f := r.read(&node{kind: kindText, text: strconv.Itoa(days) + "d"}); f != nil || int(r) != days {
			t.Errorf("%d days: %v, %d", days, f, r)
		}
	}
}

func TestHealthTimeoutStaysBelowAShortInterval(t *testing.T) {
	for interval, want := range map[string]string{"5s": "4s", "6s": "5s", "60s": "5s"} {
		path := write(t, "deployment.json", `{"name": "orders", "image": "orders:1", "http": {"port": 80, "health": {"interval": "`+interval+`"}}}`)
		s, err := Load(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := formatDuration(s.Workloads[0].HTTP.Health.Timeout); got != want {
			t.Errorf("interval %s: timeout %s, want %s", interval, got, want)
		}
	}
}

func TestWhereTheSmallestDeploymentCanProgress(t *testing.T) {
	cases := []struct {
		scale    int
		min, max percent
		progress bool
	}{
		{0, 100, 100, false},
		{0, 99, 100, true},
		{1, 100, 100, false},
		{1, 100, 199, false},
		{1, 100, 200, true},
		{1, 1, 100, false},
		{1, 0, 100, true},
		{2, 100, 149, false},
		{2, 100, 150, true},
		{2, 51, 100, false},
		{2, 50, 100, true},
		{10, 90, 100, true},
		{10, 91, 109, false},
		{10, 91, 110, true},
	}
	for _, c := range cases {
		f := checkProgress(&process{Scale: c.scale, Deploy: fileDeploy{Min: c.min, Max: c.max}})
		if (f == nil) != c.progress {
			t.Errorf("scale %d, min %d, max %d: %v", c.scale, c.min, c.max, f)
		}
	}
}

func TestNearWordsAreFoundAndFarOnesAreNot(t *testing.T) {
	words := []string{"scale", "port", "memory", "stopTimeout"}
	for word, want := range map[string]string{
		"scal": "scale", "sclae": "scale", "prot": "port", "ports": "port", "mem": "", "memroy": "memory",
		"STOPTIMEOUT": "stopTimeout", "stopTimout": "stopTimeout", "x": "", "": "", "hosts": "", "größe": "",
	} {
		if got := closest(word, words, nil); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
