package routeros

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	api "github.com/go-routeros/routeros/v3"
	"github.com/go-routeros/routeros/v3/proto"
)

// conn is a connection that is logged in. One goroutine uses it.
type conn struct {
	raw    net.Conn
	guard  *guard
	client *api.Client
	tag    uint64
	// broken says that it must not be used any more.
	broken bool
}

// trapError is a router's refusal of one command. Category is the protocol's,
// or -1 where the router gave none.
type trapError struct {
	category int
	message  string
}

func (e *trapError) Error() string { return "the router says: " + e.message }

// loginError is the router's refusal of a login.
type loginError struct{ message string }

func (e *loginError) Error() string {
	return fmt.Sprintf("the router refuses the login: %s; the user must exist, with this password, and its group needs the policies api, read and write", e.message)
}

// newConn logs in. The connection is closed on any error.
func newConn(ctx context.Context, raw net.Conn, who login) (*conn, error) {
	g := &guard{Conn: raw}
	client, err := api.NewClient(g)
	if err != nil {
		raw.Close()
		return nil, err
	}
	// At debug level the client logs words, passwords among them.
	client.SetLogHandler(slog.DiscardHandler)
	c := &conn{raw: raw, guard: g, client: client}
	err = c.within(ctx, func() error { return c.client.Login(who.user.text(), who.password.text()) })
	if err == nil {
		return c, nil
	}
	c.close()
	if device, ok := errors.AsType[*api.DeviceError](err); ok {
		return nil, &loginError{masked(trapOf(device.Sentence).message, who)}
	}
	return nil, err
}

// masked takes a password out of what a router says.
func masked(message string, who login) string {
	if who.password.text() == "" {
		return message
	}
	return strings.ReplaceAll(message, who.password.text(), "[redacted]")
}

// run sends one command and reads its reply: the properties of each item. An
// error that is no *trapError has closed the connection.
func (c *conn) run(ctx context.Context, words ...string) (rows []*proto.Sentence, err error) {
	c.tag++
	tag := strconv.FormatUint(c.tag, 10)
	var reply *api.Reply
	err = c.within(ctx, func() (err error) {
		reply, err = c.client.RunArgs(append(words, ".tag="+tag))
		return err
	})
	var refused *api.DeviceError
	switch {
	case errors.As(err, &refused) && reply != nil:
		if refused.Sentence.Tag != tag {
			return nil, c.confused("a refusal")
		}
	case err != nil:
		c.close()
		return nil, c.explain(err)
	}
	if reply.Done == nil || reply.Done.Tag != tag {
		return nil, c.confused("the end of a reply")
	}
	for _, row := range reply.Re {
		if row.Tag != tag {
			return nil, c.confused("a row")
		}
	}
	if refused != nil {
		return nil, trapOf(refused.Sentence)
	}
	return reply.Re, nil
}

// within does something with the connection that ends with ctx, and closes the
// connection if ctx ended first: whatever comes then belongs to the past.
func (c *conn) within(ctx context.Context, f func() error) error {
	deadline, _ := ctx.Deadline()
	if err := c.raw.SetDeadline(deadline); err != nil {
		return err
	}
	c.guard.expect()
	stop := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(time.Unix(1, 0)) })
	err := f()
	// The connection's deadline and the context's come in either order.
	if !stop() || errors.Is(err, os.ErrDeadlineExceeded) {
		c.close()
		return fmt.Errorf("gave up waiting: %w", cmp.Or(context.Cause(ctx), context.DeadlineExceeded))
	}
	return err
}

// confused ends a connection on which something came that was not asked for.
func (c *conn) confused(what string) error {
	c.close()
	return protocolError("the router sent " + what + " that belongs to another command")
}

// explain says more of an error than go-routeros does: it hides what came with
// !fatal, and the connection's own end is but an EOF.
func (c *conn) explain(err error) error {
	switch {
	case c.guard.fault != nil:
		return c.guard.fault
	case c.guard.reason != "":
		return fmt.Errorf("the router ended the connection: %s", c.guard.reason)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the router closed the connection")
	}
	return err
}

func (c *conn) close() {
	if !c.broken {
		c.broken = true
		_ = c.client.Close()
	}
}

// trapOf reads a !trap.
func trapOf(s *proto.Sentence) *trapError {
	t := &trapError{category: -1, message: s.Map["message"]}
	if n, err := strconv.Atoi(s.Map["category"]); err == nil {
		t.category = n
	}
	if t.message == "" {
		t.message = "no reason"
	}
	return t
}
