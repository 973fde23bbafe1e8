package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// prefixes are the names that services have in IAM, where they are not those
// of the SDK's packages.
var prefixes = map[string]string{
	"cloudwatchlogs":           "logs",
	"elasticloadbalancingv2":   "elasticloadbalancing",
	"resourcegroupstaggingapi": "tag",
}

// also are the actions that an operation needs besides the one of its name:
// tags are given with the creation, roles are passed on, and the first cluster
// and the first load balancer of an account make the role of their service.
var also = map[string][]string{
	"ec2:AuthorizeSecurityGroupIngress":       {"ec2:CreateTags"},
	"ec2:CreateSecurityGroup":                 {"ec2:CreateTags"},
	"ecs:CreateCluster":                       {"ecs:TagResource", "iam:CreateServiceLinkedRole"},
	"ecs:CreateService":                       {"ecs:TagResource", "iam:PassRole"},
	"ecs:RegisterTaskDefinition":              {"ecs:TagResource", "iam:PassRole"},
	"elasticloadbalancing:CreateListener":     {"elasticloadbalancing:AddTags"},
	"elasticloadbalancing:CreateLoadBalancer": {"elasticloadbalancing:AddTags", "iam:CreateServiceLinkedRole"},
	"elasticloadbalancing:CreateRule":         {"elasticloadbalancing:AddTags"},
	"elasticloadbalancing:CreateTargetGroup":  {"elasticloadbalancing:AddTags"},
	"iam:CreateRole":                          {"iam:TagRole"},
	"logs:CreateLogGroup":                     {"logs:TagResource"},
}

// free are the actions that need no permission.
var free = []string{"sts:GetCallerIdentity"}

// The README lists what Photon calls, no less and no more.
func TestREADMEListsThePermissions(t *testing.T) {
	const marker = "<!-- permissions -->\n"
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(text), marker)
	if !found {
		t.Fatalf("README.md has no line %s", marker)
	}
	got, rest, found := strings.Cut(strings.TrimLeft(after, "\n"), "\n\n")
	if !found || !strings.HasPrefix(got, "|") {
		got, rest = "", strings.TrimLeft(after, "\n")
	}
	want := permissionTable(actions(t))
	if *update {
		if err := os.WriteFile("README.md", []byte(before+marker+"\n"+want+"\n\n"+rest), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("README.md has:\n%s\nwant (go test . -update writes it):\n%s", got, want)
	}
}

// actions finds what the package cloud may do on AWS: no operation is called
// without its input.
func actions(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("internal/cloud/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, path := range paths {
		if isTest(path) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range actionsOf(file) {
			found[action] = true
			for _, more := range also[action] {
				found[more] = true
			}
		}
	}
	for action := range also {
		if !found[action] {
			t.Errorf("%s is not called any more", action)
		}
	}
	for _, action := range free {
		delete(found, action)
	}
	return slices.Sorted(maps.Keys(found))
}

func actionsOf(file *ast.File) []string {
	services := map[string]string{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		service, ok := strings.CutPrefix(path, sdkService)
		if !ok || strings.Contains(service, "/") {
			continue
		}
		name := service
		if spec.Name != nil {
			name = spec.Name.Name
		}
		services[name] = service
		if prefix, ok := prefixes[service]; ok {
			services[name] = prefix
		}
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && of.Obj == nil && services[of.Name] != "" {
			if operation, ok := strings.CutSuffix(selector.Sel.Name, "Input"); ok {
				found = append(found, services[of.Name]+":"+operation)
			}
		}
		return true
	})
	return found
}

// permissionTable has a row for each service.
func permissionTable(actions []string) string {
	lines := []string{"| | |", "|---|---|"}
	for i, action := range actions {
		service, operation, _ := strings.Cut(action, ":")
		if i == 0 || !strings.HasPrefix(actions[i-1], service+":") {
			lines = append(lines, "| `"+service+":` | "+operation)
			continue
		}
		lines[len(lines)-1] += ", " + operation
	}
	for i := range lines[2:] {
		lines[i+2] += " |"
	}
	return strings.Join(lines, "\n")
}
