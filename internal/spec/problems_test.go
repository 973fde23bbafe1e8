package spec

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The archives in testdata/problems hold wrong files. The files of a case stand
// in a folder that is called what the case shows: deployment.json or .yaml, what
// it extends, flags (one per line, NAME=value for a variable), and the exact
// text of its problems.
func TestProblems(t *testing.T) {
	archives, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := range archive.Files {
				if name, ok := strings.CutSuffix(archive.Files[i].Name, "/problems"); ok {
					t.Run(name, func(t *testing.T) { checkProblems(t, archive, i, name) })
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func checkProblems(t *testing.T, archive *txtar.Archive, i int, name string) {
	files := filesOf(archive, name+"/")
	root := "deployment.json"
	if _, ok := files["deployment.yaml"]; ok {
		root = "deployment.yaml"
	}
	_, err := open(root, parseFlags(files["flags"]), files.read)
	if err == nil {
		t.Fatal("no problem was found")
	}
	if _, ok := err.(Problems); !ok {
		t.Errorf("the error is a %T", err)
	}
	got := err.Error() + "\n"
	if *update {
		archive.Files[i].Data = []byte(got)
		return
	}
	if want := string(archive.Files[i].Data); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// memory is a file system: the files of a case by their path.
type memory map[string]string

func filesOf(archive *txtar.Archive, folder string) memory {
	files := memory{}
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, folder); ok {
			files[name] = string(f.Data)
		}
	}
	return files
}

func (m memory) read(path string) ([]byte, error) {
	content, ok := m[filepath.ToSlash(path)]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return []byte(content), nil
}

func parseFlags(text string) Options {
	var options Options
	variables := map[string]string{}
	for line := range strings.Lines(text) {
		flag, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch flag {
		case "--env":
			options.Environment = value
		case "--instance":
			options.Instance = value
		case "--set":
			options.Set = append(options.Set, value)
		default:
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			variables[name] = value
		}
	}
	options.Lookup = func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}
	return options
}
