package spec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The archives in testdata/explain hold right files, as those in
// testdata/problems hold wrong ones: with the exact text of the explanation, or
// the resolved Spec, or both.
func TestExplanationsAndSpecs(t *testing.T) {
	archives, err := filepath.Glob("testdata/explain/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range archive.Files {
			folder, kind := filepath.Split(archive.Files[i].Name)
			if kind != "explanation" && kind != "spec" {
				continue
			}
			t.Run(folder+kind, func(t *testing.T) {
				got := resolved(t, filesOf(archive, folder), kind)
				if *update {
					archive.Files[i].Data = []byte(got)
				} else if want := string(archive.Files[i].Data); got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func resolved(t *testing.T, files memory, kind string) string {
	t.Helper()
	root := "deployment.json"
	if _, ok := files["deployment.yaml"]; ok {
		root = "deployment.yaml"
	}
	d, err := open(root, parseFlags(files["flags"]), files.read)
	if err != nil {
		t.Fatal(err)
	}
	if kind == "explanation" {
		return trimLines(d.explain().String())
	}
	out, err := json.MarshalIndent(d.spec(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out) + "\n"
}

func trimLines(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
