package routerosdouble

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// command is a sentence of a client's.
type command struct {
	path    string
	tag     string
	names   []string
	values  map[string]string
	queries []string
	// odd are words that are none of the protocol's.
	odd []string
}

func parse(words []string) command {
	c := command{path: words[0], values: map[string]string{}}
	for _, word := range words[1:] {
		switch {
		case strings.HasPrefix(word, ".tag="):
			c.tag = word[len(".tag="):]
		case strings.HasPrefix(word, "="):
			name, value, _ := strings.Cut(word[1:], "=")
			c.names = append(c.names, name)
			c.values[name] = value
		case strings.HasPrefix(word, "?"):
			c.queries = append(c.queries, word[1:])
		default:
			c.odd = append(c.odd, word)
		}
	}
	return c
}

// trap is an error that a command met. Category is that of the protocol, or
// none below 0.
type trap struct {
	category int
	message  string
}

// tagged puts the command's tag behind a reply's first word.
func (c *command) tagged(word string, more ...string) []string {
	words := []string{word}
	if c.tag != "" {
		words = append(words, ".tag="+c.tag)
	}
	return append(words, more...)
}

func (c *command) trap(b []byte, t trap) []byte {
	var words []string
	if t.category >= 0 {
		words = append(words, "=category="+strconv.Itoa(t.category))
	}
	b = appendSentence(b, c.tagged("!trap", append(words, "=message="+t.message)...)...)
	return appendSentence(b, c.tagged("!done")...)
}

// carryOut does what a command says and returns the reply.
func (r *Router) carryOut(c command, policies []string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	cut := strings.LastIndex(c.path, "/")
	if cut < 0 {
		return c.trap(nil, trap{0, "no such command"})
	}
	path, verb := c.path[:cut], c.path[cut+1:]
	m := menus[path]
	switch {
	case m == nil:
		r.violate("%s: the double has no such menu", c.path)
		return c.trap(nil, trap{0, "no such command prefix"})
	case len(c.odd) > 0:
		r.violate("%s: the words %q are none", c.path, c.odd)
	}
	reply, fault := []byte(nil), (*trap)(nil)
	needs := "read"
	switch verb {
	case "print", "getall":
		reply, fault = r.print(c, path, m)
	case "set":
		needs, fault = "write", r.permitted(policies, "write")
		if fault == nil {
			fault = r.set(c, path, m)
		}
	default:
		return c.trap(nil, trap{0, "no such command"})
	}
	if needs == "read" {
		if refused := r.permitted(policies, "read"); refused != nil {
			fault = refused
		}
	}
	if fault != nil {
		return c.trap(nil, *fault)
	}
	return appendSentence(reply, c.tagged("!done")...)
}

func (r *Router) permitted(policies []string, policy string) *trap {
	if slices.Contains(policies, policy) {
		return nil
	}
	return &trap{-1, "not enough permissions (9)"}
}

// print lists what matches the queries, with the properties asked for.
func (r *Router) print(c command, path string, m *menu) ([]byte, *trap) {
	var wanted []string
	for _, name := range c.names {
		switch name {
		case ".proplist":
			wanted = strings.Split(c.values[name], ",")
		case "detail", "stats", "count-only":
		default:
			return nil, &trap{1, "unknown parameter " + name}
		}
	}
	for _, name := range wanted {
		if !m.has(name) {
			r.violate("%s: %q in .proplist is no property", c.path, name)
		}
	}
	for _, q := range c.queries {
		name, _, _ := strings.Cut(strings.TrimLeft(q, "=<>-"), "=")
		if !strings.HasPrefix(q, "#") && !m.has(name) {
			r.violate("%s: %q in a query is no property", c.path, name)
		}
	}
	var reply []byte
	for _, it := range r.items[path] {
		matches, sound := query(c.queries, it)
		if !sound {
			return nil, &trap{1, "bad query"}
		}
		if matches {
			reply = appendSentence(reply, c.tagged("!re", r.row(it, m, wanted)...)...)
		}
	}
	if reply == nil && r.tellsEmpty() {
		reply = appendSentence(nil, c.tagged("!empty")...)
	}
	return reply, nil
}

// row are the words of one item.
func (r *Router) row(it *item, m *menu, wanted []string) (words []string) {
	if m.single {
		it.values["uptime"] = uptime(time.Since(r.booted))
	}
	if wanted == nil {
		wanted = append(wanted, ".id")
		for name := range it.values {
			wanted = append(wanted, name)
		}
		slices.Sort(wanted[1:])
	}
	for _, name := range wanted {
		if value, ok := it.get(name); ok {
			words = append(words, "="+name+"="+value)
		}
	}
	return words
}

// uptime is a duration as RouterOS has it: 1w2d3h4m5s.
func uptime(d time.Duration) string {
	seconds := int64(d / time.Second)
	text := ""
	for _, unit := range []struct {
		name string
		size int64
	}{{"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}} {
		if n := seconds / unit.size; n > 0 {
			text += strconv.FormatInt(n, 10) + unit.name
			seconds %= unit.size
		}
	}
	return fmt.Sprintf("%s%ds", text, seconds)
}

// tellsEmpty says whether the version has !empty.
func (r *Router) tellsEmpty() bool {
	var major, minor int
	_, _ = fmt.Sscanf(r.opts.Version, "%d.%d", &major, &minor)
	return major > 7 || major == 7 && minor >= 18
}

// set changes properties of the items that .id lists: all or nothing.
func (r *Router) set(c command, path string, m *menu) *trap {
	if len(c.queries) > 0 {
		r.violate("%s: queries are for print", c.path)
	}
	ids, given := c.values[".id"]
	if !given {
		if ids, given = c.values["numbers"]; !given && !m.single {
			return &trap{0, "no such item"}
		}
	}
	var targets []*item
	for id := range strings.SplitSeq(ids, ",") {
		i := slices.IndexFunc(r.items[path], func(it *item) bool { return it.id == id })
		if i < 0 {
			return &trap{0, "no such item"}
		}
		targets = append(targets, r.items[path][i])
	}
	changes := map[string]string{}
	for _, name := range c.names {
		if name == ".id" || name == "numbers" {
			continue
		}
		normal := m.settable[name]
		if normal == nil {
			return &trap{1, "unknown parameter " + name}
		}
		value, ok := normal(c.values[name])
		if !ok {
			return &trap{1, "invalid value for argument " + name}
		}
		changes[name] = value
	}
	for _, it := range targets {
		for name, value := range changes {
			if it.values[name] == value {
				r.violate("%s: %s of %s was %s already", c.path, name, it.values["name"], value)
			}
			it.values[name] = value
			r.note(Set{Menu: path, ID: it.id, Name: it.values["name"], Property: name, Value: value})
		}
	}
	return nil
}

// note remembers a set.
func (r *Router) note(s Set) {
	if len(r.sets) >= 2*r.opts.KeepSets {
		r.sets = slices.Delete(r.sets, 0, r.opts.KeepSets)
	}
	r.sets = append(r.sets, s)
	if r.opts.OnSet != nil {
		r.opts.OnSet(s)
	}
}
