package bundle

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Redacted stands where a secret stood.
const Redacted = "[redacted]"

// shortest is the fewest characters of a secret that is looked for as it is: a
// shorter one would take words out that are none.
const shortest = 4

// Secrets takes secrets out of texts: those that are known, wherever they stand
// and however they are encoded, and what looks like one.
type Secrets struct{ known []string }

// Learn makes values known, each as it stands in a file or a variable.
func (s *Secrets) Learn(values ...string) {
	for _, v := range values {
		v = strings.TrimSpace(v)
		if len(v) < shortest {
			continue
		}
		quoted, _ := json.Marshal(v)
		for _, form := range []string{
			v, url.QueryEscape(v), url.PathEscape(v), base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)),
			strings.Trim(string(quoted), `"`),
		} {
			if !slices.Contains(s.known, form) {
				s.known = append(s.known, form)
			}
		}
	}
	// The longest first: one may hold another.
	slices.SortFunc(s.known, func(a, b string) int { return len(b) - len(a) })
}

// names are the words that a secret is called by, at the end of a name.
const names = `(?:passwd|password|passphrase|secret|token|community|psk|pin|api[-_]?key|private[-_]?key|access[-_]?key|preshared[-_]?key)`

var (
	privateKey = regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)`)
	userInfo   = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@"'<>]+@`)
	// A block of YAML: everything below that stands further in.
	block   = regexp.MustCompile(`(?i)^(\s*)((?:- +)*["']?[\w.-]*` + names + `["']?\s*:\s*)[|>][-+0-9]*\s*$`)
	named   = regexp.MustCompile(`(?i)([\w.-]*` + names + `["']?\s*(?::|=|:=)\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,;}\]"']+)`)
	flag    = regexp.MustCompile(`(?i)(--?[\w-]*` + names + `(?:=|\s+))("[^"\n]*"|'[^'\n]*'|[^\s-]\S*)`)
	spoken  = regexp.MustCompile(`(?i)(authorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest)\s+)[^\s"']+`)
	bearing = regexp.MustCompile(`(?i)(\bbearer\s+)[a-z0-9._~+/=-]{8,}`)
)

// Scrub is a text without secrets.
func (s *Secrets) Scrub(text string) string {
	text = s.scrubKnown(privateKey.ReplaceAllString(text, Redacted))
	text = scrubBlocks(text)
	text = userInfo.ReplaceAllString(text, "${1}"+Redacted+"@")
	text = spoken.ReplaceAllString(text, "${1}"+Redacted)
	text = bearing.ReplaceAllString(text, "${1}"+Redacted)
	text = named.ReplaceAllString(text, "${1}"+Redacted)
	// Once more: what was taken out may have brought the rest of one together.
	return s.scrubKnown(flag.ReplaceAllString(text, "${1}"+Redacted))
}

func (s *Secrets) scrubKnown(text string) string {
	for _, v := range s.known {
		text = strings.ReplaceAll(text, v, Redacted)
	}
	return text
}

// scrubBlocks takes out block scalars of YAML that are called a secret.
func scrubBlocks(text string) string {
	var b strings.Builder
	within := -1
	for line := range strings.Lines(text) {
		if within >= 0 {
			if indent := len(line) - len(strings.TrimLeft(line, " \t")); indent > within || strings.TrimSpace(line) == "" {
				continue
			}
			within = -1
		}
		if m := block.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			within = len(m[1])
			b.WriteString(m[1] + m[2] + Redacted + "\n")
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}
