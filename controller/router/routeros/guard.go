package routeros

import (
	"fmt"
	"net"
)

// What a router may send: RouterOS' longest words are comments and scripts,
// which wanctl never asks for, and a reply to wanctl is a few hundred bytes.
const (
	longestWord  = 64 << 10
	longestReply = 4 << 20
)

// guard watches the words that arrive on a connection before anybody makes room
// for them: the protocol's lengths go up to 4 GiB.
type guard struct {
	net.Conn
	// size is the length being read, more how many bytes of it are to come, left
	// how many bytes of the word itself.
	size uint32
	more int
	left uint32
	// words is how many words of the sentence have begun, kept the beginning of
	// the present one.
	words int
	kept  []byte
	fatal bool
	// reply is how much came since expect.
	reply int
	// reason is what came with !fatal.
	reason string
	// fault is what the connection broke off with.
	fault error
}

// protocolError is a violation of the protocol by the router.
type protocolError string

func (e protocolError) Error() string { return string(e) }

// expect begins a reply.
func (g *guard) expect() { g.reply = 0 }

// Read hands on what holds no fault.
func (g *guard) Read(p []byte) (int, error) {
	if g.fault != nil {
		return 0, g.fault
	}
	n, err := g.Conn.Read(p)
	if g.reply += n; g.reply > longestReply {
		g.fault = protocolError(fmt.Sprintf("a reply of more than %d bytes", longestReply))
	} else {
		g.watch(p[:n])
	}
	if g.fault != nil {
		return 0, g.fault
	}
	return n, err
}

// watch walks over words, whole or cut anywhere.
func (g *guard) watch(b []byte) {
	for len(b) > 0 && g.fault == nil {
		if g.left > 0 {
			n := min(len(b), int(g.left))
			g.keep(b[:n])
			b = b[n:]
			if g.left -= uint32(n); g.left == 0 {
				g.wordEnds()
			}
			continue
		}
		g.length(b[0])
		b = b[1:]
	}
}

// length takes a byte of a word's length: the leading ones of the first say how
// many follow.
func (g *guard) length(b byte) {
	switch {
	case g.more > 0:
		g.size, g.more = g.size<<8|uint32(b), g.more-1
	case b < 0x80:
		g.size = uint32(b)
	case b < 0xc0:
		g.size, g.more = uint32(b&0x3f), 1
	case b < 0xe0:
		g.size, g.more = uint32(b&0x1f), 2
	case b < 0xf0:
		g.size, g.more = uint32(b&0x0f), 3
	case b == 0xf0:
		g.size, g.more = 0, 4
	default:
		g.fault = protocolError(fmt.Sprintf("%#x where a word's length should be; is this the API's port?", b))
		return
	}
	switch {
	case g.more > 0:
	case g.size > longestWord:
		g.fault = protocolError(fmt.Sprintf("a word of %d bytes; the longest taken has %d", g.size, longestWord))
	case g.size == 0:
		g.words, g.fatal = 0, false
	default:
		g.left, g.kept = g.size, g.kept[:0]
		g.words++
	}
}

// keep remembers enough of a word to know a reason by.
func (g *guard) keep(b []byte) {
	const enough = 200
	if g.words <= 2 {
		g.kept = append(g.kept, b[:min(len(b), enough-min(enough, len(g.kept)))]...)
	}
}

func (g *guard) wordEnds() {
	switch {
	case g.words == 1:
		g.fatal = string(g.kept) == "!fatal"
	case g.words == 2 && g.fatal:
		g.reason = string(g.kept)
	}
}
