package status

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// statusKey is the key of a status section as far as its colon.
var statusKey = regexp.MustCompile(`^(?:status|"status"|'status')[ \t]*:`)

// section is where the status of a document stands, or will: what is written
// anew comes after [0, head) and kept, and before [rest, end).
type section struct {
	head int
	// kept is a comment on the key's own line.
	kept []byte
	rest int
}

// errForm is a status section that cannot be cut out.
var errForm = errors.New("its status section is written in a form that cannot be replaced; write it as \"status: {}\" on a line of its own")

// replaceBlock puts a status into a document in block style.
func replaceBlock(doc []byte, root *yaml.Node, status []byte) ([]byte, error) {
	eol := lineBreak(doc)
	block := indent(status, root.Column-1+2, eol)
	starts := lineStarts(doc)
	key := -1
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "status" {
			continue
		}
		if key >= 0 {
			return nil, errors.New("it has two status sections; delete one")
		}
		key = i
	}
	if key < 0 {
		return appendBlock(doc, strings.Repeat(" ", root.Column-1)+"status:"+eol+block, eol), nil
	}
	limit := len(doc)
	if key+2 < len(root.Content) {
		limit = starts[root.Content[key+2].Line-1]
	}
	s, err := locate(doc, starts, root.Content[key], root.Content[key+1], limit)
	if err != nil {
		return nil, err
	}
	return join(doc[:s.head], s.kept, []byte(eol+block), doc[s.rest:]), nil
}

// appendBlock puts a section at the end of a document that has none. A last
// line without an end stays the only one without.
func appendBlock(doc []byte, text, eol string) []byte {
	if n := len(doc); n == 0 || doc[n-1] == '\n' || doc[n-1] == '\r' {
		return join(doc, []byte(text+eol))
	}
	return join(doc, []byte(eol+text))
}

// locate finds the section of a key and its value that ends before limit.
func locate(doc []byte, starts []int, key, value *yaml.Node, limit int) (section, error) {
	at := offset(doc, starts, key)
	if at < 0 {
		return section{}, errForm
	}
	match := statusKey.Find(doc[at:])
	if match == nil {
		return section{}, errForm
	}
	head := at + len(match)
	end := valueEnd(doc, head, limit, value)
	if end < head {
		return section{}, errForm
	}
	line := lineEnd(doc, head)
	switch tail := doc[head:line]; {
	case end <= line:
		return section{head: head, kept: bytes.TrimRight(doc[end:line], " \t"), rest: line}, nil
	case blank(tail):
		return section{head: head, kept: tail, rest: end}, nil
	default:
		return section{head: head, rest: end}, nil
	}
}

// valueEnd is where the value that begins after head ends: before the blank
// lines and comments that follow it. Whether they are that, and not the text
// of a scalar, is seen by parsing the document without them.
func valueEnd(doc []byte, head, limit int, value *yaml.Node) int {
	whole := func(end int) bool {
		var cut yaml.Node
		if end < head || yaml.Unmarshal(doc[:end], &cut) != nil || cut.Kind != yaml.DocumentNode {
			return false
		}
		return sameNode(entry(cut.Content[0], "status"), value)
	}
	starts := append(lineStarts(doc[:limit]), limit)
	last := len(starts) - 2
	for last > 0 && starts[last] > head && blank(doc[starts[last]:starts[last+1]]) {
		last--
	}
	for last < len(starts)-2 && !whole(starts[last+1]) {
		last++
	}
	from, end := max(head, starts[last]), starts[last+1]
	end = from + len(bytes.TrimRight(doc[from:end], "\r\n\u0085\u2028\u2029"))
	for at := from; at < end; at++ {
		if doc[at] != '#' || at > from && doc[at-1] != ' ' && doc[at-1] != '\t' {
			continue
		}
		if before := from + len(bytes.TrimRight(doc[from:at], " \t")); whole(before) {
			return before
		}
	}
	return end
}

// lineEnd is where the line at an offset ends, its break left out.
func lineEnd(doc []byte, at int) int {
	if n := bytes.IndexAny(doc[at:], "\r\n\u0085\u2028\u2029"); n >= 0 {
		return at + n
	}
	return len(doc)
}

// lineBreak is how a document's first line ends.
func lineBreak(doc []byte) string {
	if n := bytes.IndexByte(doc, '\n'); n > 0 && doc[n-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// indent moves the lines of a block to the right; the last has no break.
func indent(block []byte, columns int, eol string) string {
	lines := strings.Split(strings.TrimRight(string(block), "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", columns) + line
		}
	}
	return strings.Join(lines, eol)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
