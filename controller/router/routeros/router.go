package routeros

import (
	"context"
	"net"
	"time"

	"github.com/go-routeros/routeros/v3/proto"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// deniedFor is how long a login that was refused is not tried again with the
// same words: routers log each, and some lock out who tries too often.
const deniedFor = 10 * time.Second

// Router is a router.Device for one MikroTik router.
type Router struct {
	spec v1alpha1.RouterOS
	dial DialFunc
	conn *conn
	// items are the queues as last seen on this connection.
	items map[item]string
	// refused is the login that was refused last, why and when.
	refused   login
	refusal   error
	refusedAt time.Time
	// shapers are what the queues of each WAN had counted when they were last
	// read; parents are the interfaces of upload queues.
	shapers map[string]shapers
	parents map[string]string
	moved   map[item]moved
	// validTo is when the chain of the last TLS handshake ends to be valid; zero
	// where nothing asks for that.
	validTo time.Time
}

var _ router.Device = (*Router)(nil)

// item is what has an .id.
type item struct{ menu, name string }

// New is a router that is dialled when it is first used. A nil dial is the
// network's.
func New(spec *v1alpha1.RouterOS, dial DialFunc) *Router {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return &Router{
		spec: *spec.DeepCopy(), dial: dial, shapers: map[string]shapers{}, parents: map[string]string{}, moved: map[item]moved{},
	}
}

// Close ends the connection; queues stay as they are.
func (r *Router) Close() error {
	if r.conn != nil {
		r.conn.close()
		r.conn = nil
	}
	return nil
}

// run sends one command, on a new connection where there is none. What goes
// wrong with a connection ends it.
func (r *Router) run(ctx context.Context, words ...string) ([]*proto.Sentence, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if err := r.connect(ctx); err != nil {
		return nil, err
	}
	return r.conn.run(ctx, words...)
}

// connect makes sure of a connection that is logged in.
func (r *Router) connect(ctx context.Context) error {
	if r.conn != nil && !r.conn.broken {
		return nil
	}
	r.conn = nil
	who, err := credentials(&r.spec.Credentials)
	if err != nil {
		return err
	}
	if r.refusal != nil && r.refused.same(who) && time.Since(r.refusedAt) < deniedFor {
		return r.refusal
	}
	raw, err := open(ctx, r.dial, &r.spec)
	if err != nil {
		return err
	}
	r.validTo = validTo(raw)
	c, err := newConn(ctx, raw, who)
	if _, no := err.(*loginError); no {
		r.refused, r.refusal, r.refusedAt = who, err, time.Now()
	}
	if err != nil {
		return err
	}
	r.refused, r.refusal = login{}, nil
	// A router that started anew may have given its items other ids.
	r.conn, r.items = c, map[item]string{}
	clear(r.parents)
	return nil
}
