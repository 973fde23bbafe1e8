package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which packages of Photon a folder may import; folders below it
// follow the same rule. "engine" has its own arrows further down.
var arrows = map[string][]string{
	"spec":     {},
	"resource": {"spec"},
	"plan":     {"resource", "spec"},
	"rollout":  {"spec"},
	"cloud":    {"plan", "rollout", "resource", "spec"},
	"deploy":   {"cloud", "rollout", "plan", "resource", "spec"},
	"ui":       {"deploy", "cloud", "plan", "rollout", "resource", "spec"},
	"engine":   {"engine"},
	"e2e":      {},
	"bench":    {},
	"cli":      {"cli", "ui", "deploy", "cloud", "rollout", "plan", "resource", "spec", "engine"},
}

// closed lists the standard packages that the deciding packages may not use:
// a decision takes values and gives values.
var closed = map[string][]string{
	"spec":     {"os/exec", "net", "net/http", "context"},
	"resource": {"os", "os/exec", "net", "net/http", "context"},
	"plan":     {"os", "os/exec", "net", "net/http", "context"},
	"rollout":  {"os", "os/exec", "net", "net/http", "context"},
}

// base are the packages of the engine that its other packages may import.
var base = []string{"engine/wire", "engine/state", "engine/runtime"}

const sdkService = "github.com/aws/aws-sdk-go-v2/service/"

func TestImportsFollowTheArrows(t *testing.T) {
	for file, imports := range imports(t) {
		folder := folderOf(file)
		if folder == "" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		top, _, _ := strings.Cut(folder, "/")
		allowed, known := arrows[top]
		if !known {
			t.Errorf("%s: folder internal/%s has no arrows; add it to arch_test.go", file, top)
			continue
		}
		for _, path := range imports {
			if slices.Contains(closed[top], path) {
				t.Errorf("%s imports %s: %s decides and does not act", file, path, top)
			}
			target, ours := strings.CutPrefix(path, "photon/internal/")
			if ours && !mayImport(folder, target, allowed) {
				t.Errorf("%s imports %s: no arrow leads from %s to it", file, path, folder)
			}
		}
	}
}

func TestOnlyCloudSpeaksAWS(t *testing.T) {
	for file, imports := range imports(t) {
		folder := folderOf(file)
		top, _, _ := strings.Cut(folder, "/")
		if strings.HasSuffix(file, "_test.go") || top == "cloud" || top == "engine" {
			continue
		}
		for _, path := range imports {
			if strings.HasPrefix(path, sdkService) {
				t.Errorf("%s imports %s: only cloud speaks AWS", file, path)
			}
		}
	}
}

// The engine takes the SDK's input and output structs, never its clients.
func TestTheEngineMakesNoClients(t *testing.T) {
	for file := range imports(t) {
		if !strings.HasPrefix(folderOf(file), "engine") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range clientCalls(syntax) {
			t.Errorf("%s calls %s: the engine is the other side", file, call)
		}
	}
}

func mayImport(folder, target string, allowed []string) bool {
	top, _, _ := strings.Cut(target, "/")
	if !slices.Contains(allowed, top) {
		return false
	}
	if !strings.HasPrefix(folder, "engine/") || folder == "engine/server" {
		return true
	}
	for _, b := range base {
		if target == b || strings.HasPrefix(target, b+"/") {
			return true
		}
	}
	return folder == target || strings.HasPrefix(target, folder+"/") || strings.HasPrefix(folder, target+"/")
}

// folderOf is a file's folder below internal, or "" when it is elsewhere.
func folderOf(file string) string {
	folder, ok := strings.CutPrefix(filepath.ToSlash(filepath.Dir(file)), "internal/")
	if !ok {
		return ""
	}
	return folder
}

func imports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[path] = append(found[path], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
