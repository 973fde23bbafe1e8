package ui

import (
	"bytes"
	"io"
	"strings"
)

// Named puts a name before every line, where several services share a screen.
// What is written at once stays together.
func Named(to io.Writer, name string) io.Writer { return named{to, name} }

type named struct {
	to   io.Writer
	name string
}

// Write takes whole lines.
func (n named) Write(text []byte) (int, error) {
	var lines bytes.Buffer
	for line := range strings.Lines(string(text)) {
		if line != "\n" {
			line = n.name + "  " + line
		}
		lines.WriteString(line)
	}
	if _, err := n.to.Write(lines.Bytes()); err != nil {
		return 0, err
	}
	return len(text), nil
}
