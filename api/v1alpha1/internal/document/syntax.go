package document

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// reported is the form of the parser's errors.
var reported = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// hints say what would be right, by what the parser finds wrong.
var hints = map[string]string{
	"mapping values are not allowed in this context": "a text with \": \" in it needs quotes, and the fields of one object the same indentation",
	"found character that cannot start any token":    "a text that begins with this character needs quotes",
	"did not find expected key":                      "the fields of one object need the same indentation",
	"did not find expected '-' indicator":            "the elements of one list need the same indentation",
	"did not find expected ',' or ']'":               "close the list that begins here",
	"did not find expected ',' or '}'":               "close the object that begins here",
	"found unexpected end of stream":                 "close the quotes that begin here",
	"could not find expected ':'":                    "a field is written as name: value",
}

// syntaxError says where and why a part cannot be parsed.
func (p part) syntaxError(err error) *SyntaxError {
	found := reported.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if found == nil {
		found = []string{"", "", err.Error()}
	}
	line, problem := 1, found[2]
	if n, err := strconv.Atoi(found[1]); err == nil {
		line = n
	}
	lines := bytes.Split(p.text, []byte("\n"))
	line = min(max(line, p.firstBroken(len(lines))), len(lines))
	text := lines[line-1]
	content := bytes.TrimLeft(text, " \t")
	if tab := bytes.IndexByte(text[:len(text)-len(content)], '\t'); tab >= 0 {
		return &SyntaxError{p.before + line, tab + 1, "a tab indents this line; YAML wants spaces"}
	}
	message := "not valid YAML: " + problem
	if hint, known := hints[problem]; known {
		message += "; " + hint
	}
	indent := text[:len(text)-len(content)]
	return &SyntaxError{p.before + line, utf8.RuneCount(indent) + 1, message}
}

// maxSearch is how many lines a part may have for firstBroken to look.
const maxSearch = 1000

// firstBroken is the first line from which on no beginning of the part can be
// parsed. The parser itself often names the line where the object begins that
// it was in; this is nearer to the fault.
func (p part) firstBroken(lines int) int {
	if lines > maxSearch {
		return 1
	}
	end := len(p.text)
	for line := lines; line > 1; line-- {
		end = bytes.LastIndexByte(p.text[:end], '\n')
		if yaml.Unmarshal(p.text[:end], new(yaml.Node)) == nil {
			return line
		}
	}
	return 1
}
