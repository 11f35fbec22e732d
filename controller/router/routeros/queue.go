package routeros

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-routeros/routeros/v3/proto"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// place is where a kind of queue is kept and which of its properties is the
// limit.
type place struct{ menu, limit, example string }

var places = map[v1alpha1.QueueKind]place{
	v1alpha1.QueueTree:   {"/queue/tree", "max-limit", "/queue tree add name=%q parent=INTERFACE queue=CAKE-TYPE max-limit=100M"},
	v1alpha1.QueueSimple: {"/queue/simple", "max-limit", "/queue simple add name=%q target=INTERFACE queue=CAKE-TYPE/CAKE-TYPE max-limit=20M/100M"},
	v1alpha1.QueueType:   {"/queue/type", "cake-bandwidth", "/queue type add name=%q kind=cake cake-bandwidth=100M"},
}

// placeOf is where a queue is kept; a tree when nothing is said.
func placeOf(q router.Queue) place {
	if p, ok := places[q.Kind]; ok {
		return p
	}
	return places[v1alpha1.QueueTree]
}

// Rate reads what a queue's limit is, in bit/s.
func (r *Router) Rate(ctx context.Context, q router.Queue) (int64, error) {
	const op = "read the rate of"
	limit, err := r.limit(ctx, q)
	if err != nil {
		return 0, fault(op, q.Name, err)
	}
	rate, err := parseRate(side(limit, q.Direction))
	if err != nil {
		return 0, fault(op, q.Name, err)
	}
	return rate, nil
}

// limit is a queue's limit in the router's words; of a simple queue, those of
// both directions.
func (r *Router) limit(ctx context.Context, q router.Queue) (string, error) {
	p := placeOf(q)
	row, err := r.find(ctx, q, p.limit)
	if err != nil {
		return "", err
	}
	return row[p.limit], nil
}

// find is a queue's item, with some of its properties; its .id is remembered.
func (r *Router) find(ctx context.Context, q router.Queue, properties string) (map[string]string, error) {
	p := placeOf(q)
	if q.Kind == v1alpha1.QueueType {
		properties += ",kind"
	}
	rows, err := r.run(ctx, p.menu+"/print", "?name="+q.Name, "=.proplist=.id,"+properties)
	if err != nil {
		return nil, err
	}
	delete(r.items, item{p.menu, q.Name})
	switch {
	case len(rows) == 0:
		return nil, missing{fmt.Errorf("there is no such queue in %s; make it with: "+p.example, p.menu, q.Name)}
	case len(rows) > 1:
		return nil, missing{fmt.Errorf("%d queues of %s have this name; rename all but one, by number: %s set 0 name=ANOTHER", len(rows), p.menu, strings.ReplaceAll(p.menu, "/queue/", "/queue "))}
	}
	row := rows[0].Map
	if q.Kind == v1alpha1.QueueType && row["kind"] != "cake" {
		return nil, missing{fmt.Errorf("this queue type is of kind %s, and only cake has cake-bandwidth; set it with: "+
			"/queue type set [find name=%q] kind=cake", row["kind"], q.Name)}
	}
	r.items[item{p.menu, q.Name}] = row[".id"]
	return row, nil
}

// SetRate sets a queue's limit, in bit/s, and nothing else of it. Of a simple
// queue the other direction's is written as it stands.
func (r *Router) SetRate(ctx context.Context, q router.Queue, bitsPerSecond int64) error {
	const op = "set the rate of"
	if bitsPerSecond <= 0 {
		return fault(op, q.Name, missing{fmt.Errorf("%d bit/s is no limit; it must be above 0", bitsPerSecond)})
	}
	err := r.set(ctx, q, strconv.FormatInt(bitsPerSecond, 10))
	if noSuchItem(err) {
		// Somebody made the queue anew, and it has another id.
		delete(r.items, item{placeOf(q).menu, q.Name})
		err = r.set(ctx, q, strconv.FormatInt(bitsPerSecond, 10))
	}
	if err != nil {
		return fault(op, q.Name, err)
	}
	return nil
}

func (r *Router) set(ctx context.Context, q router.Queue, value string) error {
	p := placeOf(q)
	// Without a connection there are no ids: those of the last are void.
	if err := r.connectFor(ctx); err != nil {
		return err
	}
	id, known := r.items[item{p.menu, q.Name}]
	if !known || q.Kind == v1alpha1.QueueSimple {
		row, err := r.find(ctx, q, p.limit)
		if err != nil {
			return err
		}
		id = row[".id"]
		if q.Kind == v1alpha1.QueueSimple {
			value = withSide(row[p.limit], q.Direction, value)
		}
	}
	_, err := r.run(ctx, p.menu+"/set", "=.id="+id, "="+p.limit+"="+value)
	return err
}

// connectFor is connect for a call that has not begun.
func (r *Router) connectFor(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.connect(ctx)
}

// one is the only row of a reply.
func one(rows []*proto.Sentence) (map[string]string, error) {
	if len(rows) != 1 {
		return nil, errors.New("the router gave no figures")
	}
	return rows[0].Map, nil
}
