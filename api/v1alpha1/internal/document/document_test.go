package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/document"
)

func TestReadTakesAFileApart(t *testing.T) {
	for _, c := range []struct {
		what, text string
		// want is for each document the line and column of its root, - for an
		// empty one, and ! before those of an error.
		want string
	}{
		{"one document", "a: 1\n", "1:1"},
		{"two documents", "a: 1\n---\nb: 2\n", "1:1 3:1"},
		{"a document beside its marker", "--- {a: 1}\n--- {b: 2}\n", "1:5 2:5"},
		{"an ended document", "a: 1\n...\n\n---\nb: 2\n...\n", "1:1 5:1 -"},
		{"documents told apart by their end alone", "a: 1\n...\nb: 2\n", "1:1 3:1"},
		{"comments before the first marker", "# a\n\n---\na: 1\n", "4:1"},
		{"empty documents", "---\n---\n# nothing\n--- ~\n", "- - -"},
		{"an empty file", "", "-"},
		{"Windows line ends", "a: 1\r\n---\r\nb: 2\r\n", "1:1 3:1"},
		{"a marker that is none", "a: |\n  ---\n  x\nb: '---x'\n---x: 1\n", "1:1"},
		{"a byte order mark", "\ufeff---\na: 1\n", "2:1"},
		{"a bad document between good ones", "a: 1\n---\nb: [\n---\nc: 3\n", "1:1 !3:1 5:1"},
		{"an error where it is, not where its object begins", "a:\n  b: 1\n  c: 2\n d: 3\n", "!4:2"},
		{"a tab", "a:\n \tb: 1\n", "!2:2"},
		{"quotes left open", "a: 1\nb: 'x\nc: 2\n", "!2:1"},
		{"bytes that are no text", "a: 1\nb: x\xffy\n", "!2:5"},
		{"a line end that editors do not count", "a: 1\u2028b: 2\n", "!1:5"},
		{"a stray end of object", "a: 1\n}\n", "!2:1"},
	} {
		var got []string
		for _, doc := range document.Read([]byte(c.text)) {
			switch {
			case doc.Err != nil:
				got = append(got, fmt.Sprintf("!%d:%d", doc.Err.Line, doc.Err.Column))
			case doc.Root == nil:
				got = append(got, "-")
			default:
				got = append(got, fmt.Sprintf("%d:%d", doc.Root.Line, doc.Root.Column))
			}
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

func TestASyntaxErrorSaysWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		"a: b: c\n":     `not valid YAML: mapping values are not allowed in this context; a text with ": " in it needs quotes, and the fields of one object the same indentation`,
		"a: @b\n":       "not valid YAML: found character that cannot start any token; a text that begins with this character needs quotes",
		"a:\n\tb: 1\n":  "a tab indents this line; YAML wants spaces",
		"a: [1, 2\nb\n": "not valid YAML: did not find expected ',' or ']'; close the list that begins here",
	} {
		docs := document.Read([]byte(text))
		if len(docs) != 1 || docs[0].Err == nil || docs[0].Err.Message != want {
			t.Errorf("%q: %+v, want %s", text, docs[0].Err, want)
		}
	}
}
