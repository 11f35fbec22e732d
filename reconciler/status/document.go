package status

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document is one YAML document of a file.
type document struct {
	// start and end are byte offsets; a line that starts with "---" belongs to
	// the document that it opens, one with "..." to none.
	start, end int
	// root is the document's content; nil where it has none.
	root *yaml.Node
}

// parse splits a file into its documents. Only a marker at the start of a line
// can end one, whatever the line before it is part of.
func parse(file []byte) ([]document, error) {
	if !utf8.Valid(file) {
		return nil, fmt.Errorf("it is not UTF-8")
	}
	var docs []document
	starts := append(lineStarts(file), len(file))
	begin, content, opened := 0, false, false
	cut := func(end, next int) {
		docs = append(docs, document{start: begin, end: end})
		begin, content, opened = next, false, false
	}
	for i, at := range starts[:len(starts)-1] {
		line := file[at:starts[i+1]]
		switch {
		case marks(line, "---"):
			// Directives and comments before the marker belong to it.
			if content || opened {
				cut(at, at)
			}
			opened = true
		case marks(line, "..."):
			cut(at, starts[i+1])
		case !blank(line) && line[0] != '%':
			content = true
		}
	}
	cut(len(file), len(file))
	for i := range docs {
		var node yaml.Node
		if err := yaml.Unmarshal(file[docs[i].start:docs[i].end], &node); err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		if node.Kind == yaml.DocumentNode {
			docs[i].root = node.Content[0]
		}
	}
	return docs, nil
}

// marks says that a line begins with a document marker.
func marks(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || bytes.ContainsAny(rest[:1], " \t\r\n"))
}

// blank says that a line holds nothing but white space or a comment.
func blank(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

// lineStarts are the offsets at which lines begin, as YAML counts lines.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		i += size
		switch r {
		case '\r':
			if i < len(data) && data[i] == '\n' {
				i++
			}
			starts = append(starts, i)
		case '\n', '\u0085', '\u2028', '\u2029':
			starts = append(starts, i)
		}
	}
	return starts
}

// offset is where a node begins in the document that it was parsed from; -1
// where the document does not reach so far.
func offset(doc []byte, starts []int, node *yaml.Node) int {
	if node.Line < 1 || node.Line > len(starts) {
		return -1
	}
	at := starts[node.Line-1]
	if at == 0 && bytes.HasPrefix(doc, []byte("\ufeff")) {
		at = len("\ufeff")
	}
	for range node.Column - 1 {
		if at >= len(doc) {
			return -1
		}
		_, size := utf8.DecodeRune(doc[at:])
		at += size
	}
	return at
}

// entry is the value of a mapping's key; nil where it has none.
func entry(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// sameNode says that two nodes mean the same, however they are written.
func sameNode(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameNode(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
