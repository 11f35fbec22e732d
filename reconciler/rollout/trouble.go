package rollout

import (
	"strings"
	"unicode"
)

// words is a trouble's reason in lower-case words: RouterUnreachable is "router
// unreachable".
func (t *Trouble) words() string {
	var b strings.Builder
	for i, r := range t.Reason {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.ReplaceAll(b.String(), "i c m p", "icmp")
}

// sentence says what is wrong with which WAN.
func (t *Trouble) sentence() string {
	if t.Message == "" {
		return t.WAN + ": " + t.words()
	}
	return t.Message
}
