package routerosdouble

import (
	"bufio"
	"crypto/md5" //nolint:gosec // the protocol's
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// session is one connection.
type session struct {
	router *Router
	conn   net.Conn
	in     *bufio.Reader
	// challenge is that of a legacy login that has begun.
	challenge []byte
	policies  []string
	loggedIn  bool
}

var errEnd = errors.New("the connection ends")

// serve talks to one client until either has had enough.
func (r *Router) serve(conn net.Conn) {
	r.mu.Lock()
	r.conns[conn] = true
	r.mu.Unlock()
	defer func() {
		conn.Close()
		r.mu.Lock()
		delete(r.conns, conn)
		r.mu.Unlock()
	}()
	if f, _ := r.lastingFault(); f == SilentAfterAccept {
		// The kernel takes what the client sends; nobody reads it.
		<-r.ended
		return
	}
	if r.opts.TLS != nil {
		conn = tls.Server(conn, r.opts.TLS)
	}
	s := &session{router: r, conn: conn, in: bufio.NewReader(conn)}
	for {
		words, err := readSentence(s.in)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && strings.Contains(err.Error(), "word of") {
				r.violation("%v", err)
			}
			return
		}
		if len(words) == 0 {
			continue
		}
		if s.answer(words) != nil {
			return
		}
	}
}

// answer carries out one sentence.
func (s *session) answer(words []string) error {
	c := parse(words)
	if c.path == "/login" {
		return s.login(c)
	}
	if !s.loggedIn {
		s.router.violation("%s before a login", c.path)
		_ = s.send(blow{}, appendSentence(nil, "!fatal", "not logged in"))
		return errEnd
	}
	r := s.router
	r.mu.Lock()
	r.commands++
	r.mu.Unlock()
	if f, _ := r.lastingFault(); f == Deaf {
		return nil
	}
	b := r.nextBlow()
	switch b.fault {
	case ResetBefore:
		s.reset()
		return errEnd
	case Fatal:
		_ = s.send(blow{}, appendSentence(nil, "!fatal", "session terminated by administrator"))
		return errEnd
	case Interrupted:
		return s.send(b, c.trap(nil, trap{2, "interrupted"}))
	case Untagged:
		c.tag = ""
	}
	return s.send(b, r.carryOut(c, s.policies))
}

// login is either of the two ways in.
func (s *session) login(c command) error {
	r := s.router
	if f, _ := r.lastingFault(); f == SilentAtLogin {
		return nil
	}
	r.mu.Lock()
	known, exists := r.users[c.values["name"]]
	r.mu.Unlock()
	response, responds := c.values["response"]
	refusal := trap{-1, "invalid user name or password (6)"}
	switch {
	case r.opts.LegacyLogin && !responds:
		s.challenge = make([]byte, 16)
		_, _ = rand.Read(s.challenge)
		return s.send(blow{}, appendSentence(nil, c.tagged("!done", "=ret="+hex.EncodeToString(s.challenge))...))
	case r.opts.LegacyLogin:
		refusal.message = "cannot log in"
		sum := md5.Sum(slices.Concat([]byte{0}, []byte(known.password), s.challenge)) //nolint:gosec // the protocol's
		exists = exists && s.challenge != nil && response == "00"+hex.EncodeToString(sum[:])
		s.challenge = nil
	default:
		exists = exists && subtle.ConstantTimeCompare([]byte(known.password), []byte(c.values["password"])) == 1
	}
	ok := exists && slices.Contains(known.policies, "api")
	r.mu.Lock()
	if ok {
		r.logins++
	} else {
		r.refused++
	}
	r.mu.Unlock()
	if !ok {
		return s.send(blow{}, c.trap(nil, refusal))
	}
	s.loggedIn, s.policies = true, known.policies
	return s.send(blow{}, appendSentence(nil, c.tagged("!done")...))
}

// send writes a reply, with whatever goes wrong with it.
func (s *session) send(b blow, reply []byte) error {
	lasting, delay := s.router.lastingFault()
	if b.fault == Late {
		delay = b.delay
	}
	if (lasting == Slow || b.fault == Late) && !s.pause(delay) {
		return errEnd
	}
	switch b.fault {
	case ResetMidSentence:
		_, _ = s.conn.Write(reply[:len(reply)/2])
		s.reset()
		return errEnd
	case HugeWord:
		_, err := s.conn.Write([]byte{0xf0, 0xff, 0xff, 0xff, 0xff, '!', 'r', 'e'})
		return err
	case StaleReply:
		reply = append(appendSentence(appendSentence(nil, "!re", ".tag=stale", "=max-limit=1"), "!done", ".tag=stale"), reply...)
	case Endless:
		for {
			row := appendSentence(nil, "!re", "=name="+strings.Repeat("x", 1000))
			if _, err := s.conn.Write(row); err != nil {
				return err
			}
		}
	}
	if lasting == SplitBytes {
		for i := range reply {
			if _, err := s.conn.Write(reply[i : i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := s.conn.Write(reply)
	return err
}

// reset breaks a connection the hard way.
func (s *session) reset() {
	if tcp, ok := s.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	s.conn.Close()
}

func (s *session) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.router.ended:
		return false
	}
}
