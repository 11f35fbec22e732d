package v1alpha1

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// FieldError is one thing wrong with a manifest.
//
// +kubebuilder:object:generate=false
type FieldError struct {
	// File is the manifest's name; empty where a Site was not read from a file.
	File string
	// Line and Column count from 1; a column counts characters. Both are 0
	// where a Site was not read from a file.
	Line, Column int
	// Path names the field, as in spec.wans[0].download.floors.red. It is empty
	// where the fault is not in a field: bad syntax, say.
	Path string
	// Message says what is wrong, and what would be right.
	Message string
}

// Error is file:line:column: path: message, less what is unknown.
func (e FieldError) Error() string {
	var b strings.Builder
	if e.File != "" || e.Line > 0 {
		fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Column)
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// FieldErrors is everything wrong with a manifest, in the order in which it
// stands there.
//
// +kubebuilder:object:generate=false
type FieldErrors []FieldError

// Error is one line for each fault.
func (e FieldErrors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// OrNil is e as an error, and nil when nothing is wrong.
func (e FieldErrors) OrNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// sorted puts faults in the order of the file and leaves out repetitions.
func (e FieldErrors) sorted() FieldErrors {
	slices.SortStableFunc(e, func(a, b FieldError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Path, b.Path))
	})
	return slices.Compact(e)
}
