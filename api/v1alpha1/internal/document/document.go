// Package document takes a YAML file apart into its documents, each with the
// line that it stands in, so that one that cannot be read does not hide the
// others.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Document is one document of a file.
type Document struct {
	// Root is the document's value, its lines counted from the file's first.
	// It is nil for a document without any, and for one with an Err.
	Root *yaml.Node
	// Err says why the document cannot be read; nil when it can.
	Err *SyntaxError
}

// SyntaxError is a place that is not YAML.
type SyntaxError struct {
	// Line and Column count from 1; columns in characters.
	Line, Column int
	// Message says what is wrong, and where possible what would be right.
	Message string
}

// Read takes a file apart.
func Read(data []byte) []Document {
	if fault := notText(data); fault != nil {
		return []Document{{Err: fault}}
	}
	var documents []Document
	for _, p := range split(data) {
		documents = append(documents, p.read())
	}
	return documents
}

// notText finds the first character that is not UTF-8, and the first that ends
// a line for YAML and for no editor: lines would be counted differently.
func notText(data []byte) *SyntaxError {
	for line, text := range bytes.Split(data, []byte("\n")) {
		text = bytes.TrimSuffix(text, []byte("\r"))
		for column := 1; len(text) > 0; column++ {
			r, size := utf8.DecodeRune(text)
			switch {
			case r == utf8.RuneError && size == 1:
				return &SyntaxError{line + 1, column, "this is not UTF-8; save the file as UTF-8 text"}
			case strings.ContainsRune("\r\u0085\u2028\u2029", r):
				return &SyntaxError{line + 1, column, fmt.Sprintf("%U ends a line here; save the file with the line ends of Unix or Windows", r)}
			}
			text = text[size:]
		}
	}
	return nil
}

// part is the text of one document and how many lines of the file come before.
type part struct {
	text   []byte
	before int
}

// split cuts a file before every line that begins a document (---) and after
// every one that ends one (...). Both mean that anywhere in YAML. What comes
// before the first --- is a part of its own only if it has any content.
func split(data []byte) []part {
	var parts []part
	current, bare := part{}, true
	cut := func(line int) {
		parts, current, bare = append(parts, current), part{before: line}, true
	}
	for line, text := range bytes.SplitAfter(data, []byte("\n")) {
		begins := marker(text, "---")
		if begins && !bare {
			cut(line)
		}
		current.text = append(current.text, text...)
		if begins || !preliminary(text) {
			bare = false
		}
		if marker(text, "...") {
			cut(line + 1)
		}
	}
	return append(parts, current)
}

// marker says that a line is a document marker.
func marker(line []byte, mark string) bool {
	rest, found := bytes.CutPrefix(bytes.TrimPrefix(line, []byte("\ufeff")), []byte(mark))
	return found && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// preliminary says that a line may stand before a document without being part
// of one: a comment, a directive, or nothing.
func preliminary(line []byte) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	return len(text) == 0 || text[0] == '#' || line[0] == '%'
}

// read parses one document.
func (p part) read() Document {
	decoder := yaml.NewDecoder(bytes.NewReader(p.text))
	var n yaml.Node
	if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
		return Document{}
	} else if err != nil {
		return Document{Err: p.syntaxError(err)}
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		shift(&second, p.before)
		return Document{Err: &SyntaxError{second.Line, second.Column, "a second document begins here; put --- on a line of its own before it"}}
	}
	if len(n.Content) == 0 || n.Content[0].Kind == yaml.ScalarNode && n.Content[0].ShortTag() == "!!null" {
		return Document{}
	}
	shift(&n, p.before)
	return Document{Root: n.Content[0]}
}

// shift counts a tree's lines from further up. Aliases are not followed: what
// they stand for is in the tree already.
func shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, child := range n.Content {
		shift(child, lines)
	}
}
