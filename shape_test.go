package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// The limits of the house style. Tables may be long: they are read by looking
// something up, not from top to bottom.
const (
	longestFunction = 80
	longestFile     = 300
)

func TestFunctionsAndFilesFitTheEye(t *testing.T) {
	for file := range imports(t) {
		files := token.NewFileSet()
		syntax, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		lines := files.File(syntax.Pos()).LineCount() - tableLines(files, syntax)
		if lines > longestFile && !isTest(file) {
			t.Errorf("%s: %d lines besides tables, more than %d", file, lines, longestFile)
		}
		for _, declaration := range syntax.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || isTest(file) {
				continue
			}
			if n := linesOf(files, function); n > longestFunction {
				t.Errorf("%s: %s has %d lines, more than %d", files.Position(function.Pos()), function.Name, n, longestFunction)
			}
		}
	}
}

// tableLines counts the lines of composite literals at the top level.
func tableLines(files *token.FileSet, file *ast.File) int {
	lines := 0
	for _, declaration := range file.Decls {
		variables, ok := declaration.(*ast.GenDecl)
		if ok && variables.Tok == token.VAR {
			lines += linesOf(files, variables)
		}
	}
	return lines
}

func linesOf(files *token.FileSet, node ast.Node) int {
	return files.Position(node.End()).Line - files.Position(node.Pos()).Line + 1
}

func isTest(file string) bool {
	const suffix = "_test.go"
	return len(file) > len(suffix) && file[len(file)-len(suffix):] == suffix
}
