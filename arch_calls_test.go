package main

import (
	"go/ast"
	"strings"
)

// clientCalls finds calls of New and NewFromConfig of the SDK's service
// packages in a file.
func clientCalls(file *ast.File) []string {
	services := map[string]bool{}
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		rest, ok := strings.CutPrefix(path, sdkService)
		if !ok || strings.Contains(rest, "/") {
			continue
		}
		name := rest
		if spec.Name != nil {
			name = spec.Name.Name
		}
		services[name] = true
	}
	var calls []string
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := selector.X.(*ast.Ident)
		if ok && services[pkg.Name] && (selector.Sel.Name == "New" || selector.Sel.Name == "NewFromConfig") {
			calls = append(calls, pkg.Name+"."+selector.Sel.Name)
		}
		return true
	})
	return calls
}
