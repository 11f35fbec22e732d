// Package fieldpath names the fields of a manifest.
package fieldpath

import (
	"strconv"
	"strings"
)

// Path names a field from the root, as in spec.wans[0].download.floors.red.
// The root's own path is empty.
type Path string

// Field is the path of a field of the object at p. A name that would be
// misread as a path is quoted in brackets.
func (p Path) Field(name string) Path {
	switch {
	case !plain(name):
		return p + Path("["+strconv.Quote(name)+"]")
	case p == "":
		return Path(name)
	default:
		return p + "." + Path(name)
	}
}

// Index is the path of the i-th element, from 0, of the list at p.
func (p Path) Index(i int) Path { return p + Path("["+strconv.Itoa(i)+"]") }

// Parent is the path of what holds the field at p; the root is its own parent.
func (p Path) Parent() Path { return p[:max(0, strings.LastIndexAny(string(p), ".["))] }

// Within says that p is outer or part of what is at outer.
func (p Path) Within(outer Path) bool {
	rest, inside := strings.CutPrefix(string(p), string(outer))
	return inside && (outer == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// plain says that a name reads as one part of a path.
func plain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
