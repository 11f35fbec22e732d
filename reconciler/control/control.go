// Package control is the agent's local socket: the commands that a person gives
// to the agent that runs, and its answers.
//
// It is HTTP with JSON over a Unix socket in the state directory. Who may write
// to the socket may give commands: its mode is 0660, and its group that of the
// directory. The kernel says who asked.
package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// socketName is the socket in a state directory.
const socketName = "agent.sock"

// Path is the socket of the agent of a state directory.
func Path(stateDir string) string { return filepath.Join(stateDir, socketName) }

// Verb is what is asked for.
type Verb string

// The verbs, all about a site's rollout.
const (
	// Approve lets a profile through that waits for a person.
	Approve Verb = "approve"
	// Reject sends a change back to the profile that ran before.
	Reject Verb = "reject"
	// Pause stops a soak's clock, Resume lets it go on.
	Pause  Verb = "pause"
	Resume Verb = "resume"
	// Retry lets a profile be tried again that has failed.
	Retry Verb = "retry"
)

// Verbs are all of them.
var Verbs = []Verb{Approve, Reject, Pause, Resume, Retry}

// Request is one command.
type Request struct {
	Verb Verb `json:"verb"`
	// Site is the site meant; empty for the only one.
	Site string `json:"site,omitempty"`
	// WAN and Profile narrow it down; empty for whatever it is about.
	WAN     string `json:"wan,omitempty"`
	Profile string `json:"profile,omitempty"`

	// Who gave it and At when it arrived are the server's to say.
	Who string    `json:"-"`
	At  time.Time `json:"-"`
}

// Answer is what came of a command that was carried out.
type Answer struct {
	// Site is the site that it was carried out on.
	Site string `json:"site"`
	// Message says what was done, and what happens next.
	Message string `json:"message"`
}

// RefusedError is a command that the agent understood and did not carry out.
type RefusedError struct{ Message string }

// Error says why not.
func (e *RefusedError) Error() string { return e.Message }

// maxRequest is the most bytes of a request, maxName the most of a name.
const maxRequest, maxName = 4096, 253

// Parse reads a request. The error says what is wrong with it.
func Parse(data []byte) (Request, error) {
	var r Request
	if !utf8.Valid(data) {
		return r, errors.New("the request is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return Request{}, fmt.Errorf("the request cannot be read: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Request{}, errors.New("the request holds more than one object")
	}
	return r, r.check()
}

func (r *Request) check() error {
	switch r.Verb {
	case Approve, Reject, Pause, Resume, Retry:
	default:
		return fmt.Errorf("there is no command %q; use one of %v", r.Verb, Verbs)
	}
	for _, n := range []struct{ what, name string }{{"site", r.Site}, {"WAN", r.WAN}} {
		if len(n.name) > maxName || strings.ContainsFunc(n.name, func(c rune) bool { return !unicode.IsPrint(c) || c == '/' }) {
			return fmt.Errorf("%q cannot be the name of a %s", n.name, n.what)
		}
	}
	if r.WAN != "" && r.Verb != Retry {
		return fmt.Errorf("%s is about a site's whole rollout; leave the WAN out", r.Verb)
	}
	if r.Profile == "" {
		return nil
	}
	if r.Verb != Approve && r.Verb != Retry {
		return fmt.Errorf("%s is about whatever is on trial; leave the profile out", r.Verb)
	}
	_, err := v1alpha1.ParseProfile(r.Profile)
	return err
}
