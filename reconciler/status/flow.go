package status

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// replaceFlow puts a status, as JSON, into a document that is one flow
// mapping, as JSON documents are.
func replaceFlow(doc []byte, root *yaml.Node, status []byte) ([]byte, error) {
	starts := lineStarts(doc)
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "status" {
			continue
		}
		at := offset(doc, starts, root.Content[i])
		if at < 0 {
			return nil, errForm
		}
		match := statusKey.Find(doc[at:])
		if match == nil {
			return nil, errForm
		}
		at += len(match)
		begin := at + len(doc[at:]) - len(bytes.TrimLeft(doc[at:], " \t\r\n"))
		end := flowEnd(doc, begin)
		if end < 0 {
			return nil, errForm
		}
		return join(doc[:begin], status, doc[end:]), nil
	}
	at := offset(doc, starts, root)
	if at < 0 {
		return nil, errForm
	}
	open := bytes.IndexByte(doc[at:], '{')
	if open < 0 {
		return nil, errForm
	}
	at += open + 1
	return join(doc[:at], []byte(`"status": `), status, []byte(", "), doc[at:]), nil
}

// flowEnd is the offset after the flow mapping that begins at an offset; -1
// where none does. A quote opens a string, and a number sign a comment, only
// where a token can begin.
func flowEnd(doc []byte, at int) int {
	if at >= len(doc) || doc[at] != '{' {
		return -1
	}
	depth, before := 0, byte(' ')
	for at < len(doc) {
		c := doc[at]
		switch {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case (c == '"' || c == '\'') && strings.IndexByte("{[,: \t\r\n", before) >= 0:
			at = stringEnd(doc, at)
			before = c
			continue
		case c == '#' && strings.IndexByte(" \t\r\n", before) >= 0:
			at = lineEnd(doc, at)
			continue
		}
		before = c
		at++
		if depth == 0 {
			return at
		}
	}
	return -1
}

// stringEnd is the offset after the quoted string that begins at an offset.
func stringEnd(doc []byte, at int) int {
	quote := doc[at]
	for at++; at < len(doc); at++ {
		switch {
		case doc[at] == '\\' && quote == '"':
			at++
		case doc[at] == quote && quote == '\'' && at+1 < len(doc) && doc[at+1] == quote:
			at++
		case doc[at] == quote:
			return at + 1
		}
	}
	return len(doc)
}
