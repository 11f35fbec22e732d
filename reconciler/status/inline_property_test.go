package status

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// parts are what a random manifest is made of: what stands before the value
// of the status, the value, and what stands after it.
type parts struct{ before, value, after string }

// manifests draws a file whose second document is that of site home.
func manifests(t *rapid.T) parts {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	lines := func(label string) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"\n", "# comment: {\n", "  # indented 'comment\n", "#\n",
		}), 0, 3).Draw(t, label), "")
	}
	fields := func(label string) string {
		return strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"spec:\n  wans:\n  - name: att # \"x\n    text: |\n      status: {}\n      # text\n  status: {}\n",
			"spec: {a: [1, 2], 'b': \"}\", c: it's} # c\n",
			"folded: >-\n  one\n  two\n\n",
			"\"quoted\": 'it''s\n  two lines'\n",
			"- \"no\": 1\n"[2:],
			"plain: one\n  two # three\n",
			"anchor: &a {x: 1}\nalias: *a\n",
		}), 0, 4, func(s string) string { return s[:5] }).Draw(t, label), lines(label+" comments"))
	}
	var p parts
	p.before = lines("head") + pick("first document", "", "kind: Other\nmetadata: {name: home}\nstatus: {}\n---\n", "---\n", "%YAML 1.1\n---\n") +
		lines("top") + "kind: Site\nmetadata: {name: home}\n" + fields("fields before") + pick("key", "status:", "\"status\":", "'status' :")
	p.value = pick("value", "", " {}", " ~", " {a: {b: \"}\"}, c: [1]}", " {a: 1,\n  b: 2}",
		"\n  a: 1\n  b:\n  - c: \"#\"\n    d: x # inside\n  # inside\n  e: f",
		"\n  text: |\n    # text\n    more", "\n  text: |-\n    one\n\n    # two", "\n- a\n- b: 'c # d'")
	if !strings.Contains(p.value, "text: |") { // there it would be text
		p.after = pick("comment", "", " # by wanctl", "   #", "\t# tab")
	}
	p.after += "\n" + lines("below") +
		pick("field after", "", "zeta: 1\n", "zeta: {\n  a: 1 }\n", "\"zeta\" : |\n  # text\n") + lines("end") +
		pick("last document", "", "...\n", "---\nkind: Site\nmetadata: {name: house}\nstatus: {a: 1}\n", "--- {kind: Site}\n")
	if rapid.Bool().Draw(t, "no final newline") {
		p.after = strings.TrimRight(p.after, "\n")
	}
	if rapid.Bool().Draw(t, "carriage returns") {
		crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
		p = parts{crlf(p.before), crlf(p.value), crlf(p.after)}
	}
	return p
}

// decoded is every document of a file by an independent way, the status of
// the site taken out and returned.
func decoded(t *rapid.T, file []byte) (rest, status string) {
	d := yaml.NewDecoder(bytes.NewReader(file))
	var docs []any
	for {
		var doc any
		if err := d.Decode(&doc); err != nil {
			break
		}
		if m, ok := doc.(map[string]any); ok && m["kind"] == "Site" {
			if meta, ok := m["metadata"].(map[string]any); ok && meta["name"] == "home" {
				s, err := json.Marshal(m["status"])
				if err != nil {
					t.Fatal(err)
				}
				status = string(s)
				delete(m, "status")
			}
		}
		docs = append(docs, doc)
	}
	data, err := json.Marshal(docs)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), status
}

func TestInlineLeavesEveryOtherByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := manifests(t)
		file := []byte(p.before + p.value + p.after)
		before, _ := decoded(t, file)
		written := rapid.SampledFrom([]*v1alpha1.SiteStatus{short(7), long()}).Draw(t, "status")
		out, err := Inline(file, "home", written)
		if err != nil {
			t.Fatalf("%v in\n%s", err, file)
		}
		after, status := decoded(t, out)
		if after != before {
			t.Fatalf("the rest changed from\n%s\nto\n%s", before, after)
		}
		want, _ := json.Marshal(written)
		var a, b any
		if json.Unmarshal(want, &a) != nil || json.Unmarshal([]byte(status), &b) != nil || !equalJSON(a, b) {
			t.Fatalf("the status is\n%s\nwant\n%s", status, want)
		}
		if !onlyInserted(string(out), p, written) {
			t.Fatalf("bytes outside of the status changed:\n%q\nbecame\n%q", file, out)
		}
		again, err := Inline(out, "home", written)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("written again (error %v)\n%q\nbecame\n%q", err, out, again)
		}
	})
}

// onlyInserted says that a file is the parts around the value with the lines
// of a status between them, and nothing else. A comment on the line where the
// value ended may stand before them, on the key's line.
func onlyInserted(out string, p parts, status *v1alpha1.SiteStatus) bool {
	text, err := sigsyaml.Marshal(status)
	if err != nil {
		return false
	}
	eol := "\n"
	if strings.Contains(p.before, "\r\n") {
		eol = "\r\n"
	}
	block := eol + indent(text, 2, eol)
	comment, rest, ended := strings.Cut(p.after, eol)
	if ended {
		rest = eol + rest
	}
	return out == p.before+block+p.after || out == p.before+comment+block+rest
}

func equalJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func FuzzInline(f *testing.F) {
	for _, seed := range []string{
		"kind: Site\nmetadata: {name: home}\nstatus: {} # c\nspec: {}\n",
		"{\"kind\": \"Site\", \"metadata\": {\"name\": \"home\"}, \"status\": {\"a\": [1]}}",
		"--- {kind: Site, metadata: {name: home}}\n...\n",
		"%YAML 1.1\n---\r\n\"kind\": Site\r\n? metadata\r\n: {name: home}\r\nstatus:\r\n- |\r\n # x\r\n",
		"\ufeffkind: Site\nmetadata: {name: home}\n'status' : &a [*a]\n\u2028# x\u0085",
		"kind: Site\nmetadata: {name: home}\nstatus: >+\n\n # x\n\n# y",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		first, err := Inline(file, "home", short(7))
		if err != nil {
			return
		}
		second, err := Inline(first, "home", long())
		if err != nil {
			t.Fatalf("what was written cannot be written again: %v\n%q\n%q", err, file, first)
		}
		back, err := Inline(second, "home", short(7))
		if err != nil || !bytes.Equal(back, first) {
			t.Fatalf("there and back (error %v)\n%q\nbecame\n%q\nbecame\n%q", err, first, second, back)
		}
	})
}
