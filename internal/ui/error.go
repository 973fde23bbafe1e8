package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"photon/internal/spec"
)

// Error shows each thing that is wrong, with the hints that help. An error
// without a text has been shown already.
func (s Screen) Error(err error) {
	var problems spec.Problems
	if errors.As(err, &problems) {
		fmt.Fprintln(s.Talk, problems)
		return
	}
	var shown []string
	hints := func(of error) {
		for _, hint := range HintsOf(of) {
			if !slices.Contains(shown, hint) {
				shown = append(shown, hint)
				s.hint(hint)
			}
		}
	}
	for _, each := range apart(err) {
		for line := range strings.Lines(each.Error()) {
			s.wrong(legible(line))
		}
		hints(each)
	}
	hints(err)
}

// Error shows each thing that is wrong, with the hints that help. An error
// without a text has been shown already.
func (j *JSON) Error(err error) {
	var problems spec.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			j.problem(problem)
		}
		return
	}
	all := apart(err)
	for _, each := range all {
		hints := HintsOf(each)
		if len(all) == 1 {
			hints = HintsOf(err)
		}
		if each.Error() != "" {
			j.write(struct {
				jsonHead
				Message string   `json:"message"`
				Hints   []string `json:"hints,omitempty"`
			}{j.head("error"), each.Error(), hints})
		}
	}
}

func (j *JSON) problem(p spec.Problem) {
	j.write(struct {
		jsonHead
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
		Column  int    `json:"column,omitempty"`
		Field   string `json:"field,omitempty"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}{j.head("problem"), p.File, p.Line, p.Column, p.Field, p.Message, p.Hint})
}

// apart takes an error that holds several apart.
func apart(err error) []error {
	switch joined := err.(type) {
	case interface{ Unwrap() []error }:
		var all []error
		for _, each := range joined.Unwrap() {
			all = append(all, apart(each)...)
		}
		return all
	case interface{ Unwrap() error }:
		// One that says more than what it wraps is one thing.
		if inner := joined.Unwrap(); inner != nil && inner.Error() == err.Error() {
			if all := apart(inner); len(all) > 1 {
				return all
			}
		}
	}
	return []error{err}
}

// HintsOf collects, without repetition, what the errors behind err offer as
// help: those that have a method Hints() []string.
func HintsOf(err error) []string {
	var hints []string
	if helpful, ok := err.(interface{ Hints() []string }); ok {
		hints = helpful.Hints()
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		if inner := err.Unwrap(); inner != nil {
			hints = append(hints, HintsOf(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range err.Unwrap() {
			hints = append(hints, HintsOf(inner)...)
		}
	}
	var once []string
	for _, hint := range hints {
		if !slices.Contains(once, hint) {
			once = append(once, hint)
		}
	}
	return once
}
