// Package ui shows plans, events, outcomes and errors: as text, as a live
// picture on a terminal, or in JSON. It is a reader of what others tell: it
// never decides, never asks AWS, and never ends the process.
package ui

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Paint says whether text is coloured. Colours only repeat what the text
// itself says.
type Paint bool

func (p Paint) good(text string) string { return p.in(lipgloss.Green, text) }
func (p Paint) bad(text string) string  { return p.in(lipgloss.Red, text) }
func (p Paint) warn(text string) string { return p.in(lipgloss.Yellow, text) }
func (p Paint) hint(text string) string { return p.in(lipgloss.Cyan, text) }
func (p Paint) dim(text string) string  { return p.in(lipgloss.BrightBlack, text) }

func (p Paint) bold(text string) string {
	if !p {
		return text
	}
	return lipgloss.NewStyle().Bold(true).Render(text)
}

func (p Paint) in(shade color.Color, text string) string {
	if !p || text == "" {
		return text
	}
	return lipgloss.NewStyle().Foreground(shade).Render(text)
}

// sign colours text by the sign of a change.
func (p Paint) sign(sign, text string) string {
	switch sign {
	case "+":
		return p.good(text)
	case "~":
		return p.warn(text)
	case "-":
		return p.bad(text)
	}
	return text
}
