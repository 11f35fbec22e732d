package routeros

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-routeros/routeros/v3/proto"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

var _ router.Inspector = (*Router)(nil)

// Inspect looks for what keeps the queues of a WAN from shaping it: a queue that
// is disabled or invalid, is not CAKE, limits twice, stands on an interface that
// is down, or does not see the packets. A queue that is missing is told of by
// Rate. It changes nothing.
func (r *Router) Inspect(ctx context.Context, download, upload router.Queue) ([]router.Finding, error) {
	found := findings{wan: upload.WAN}
	for _, q := range []router.Queue{download, upload} {
		if q == upload && q.Kind == v1alpha1.QueueSimple && q.Name == download.Name {
			continue
		}
		if err := r.inspect(ctx, q, &found); err != nil {
			return nil, fault("inspect", q.Name, err)
		}
	}
	for _, look := range []func(context.Context, router.Queue, router.Queue, *findings) error{r.inspectInterface, r.inspectTraffic} {
		if err := look(ctx, download, upload, &found); err != nil {
			return nil, fault("inspect", upload.Name, err)
		}
	}
	return found.list, nil
}

// findings gathers what is wrong with one WAN.
type findings struct {
	wan  string
	list []router.Finding
}

func (f *findings) add(flaw router.Flaw, queue, format string, args ...any) {
	f.list = append(f.list, router.Finding{Flaw: flaw, WAN: f.wan, Queue: queue, Message: fmt.Sprintf(format, args...)})
}

// inspect looks at one queue.
func (r *Router) inspect(ctx context.Context, q router.Queue, found *findings) error {
	p := placeOf(q)
	if p.menu == "/queue/type" {
		return r.inspectType(ctx, q, found)
	}
	rows, err := r.run(ctx, p.menu+"/print", "?name="+q.Name, "=.proplist=.id,parent,queue,disabled,invalid,"+marks(q))
	if err != nil || len(rows) != 1 {
		return err
	}
	row, where := rows[0].Map, strings.ReplaceAll(strings.TrimPrefix(p.menu, "/"), "/", " ")
	if truth(row["disabled"]) {
		found.add(router.FlawQueueDisabled, q.Name, "the queue %s is disabled and shapes nothing; enable it with: /%s enable [find name=%q]", q.Name, where, q.Name)
	}
	if truth(row["invalid"]) {
		found.add(router.FlawQueueInvalid, q.Name, "the router marks the queue %s as invalid; its parent or its packet mark is not there: /%s print detail where name=%q", q.Name, where, q.Name)
	}
	for _, name := range unique(side(row["queue"], router.Upload), side(row["queue"], router.Download)) {
		if err := r.inspectLeaf(ctx, q, name, where, found); err != nil {
			return err
		}
	}
	bypassed := p.menu == "/queue/simple"
	if !bypassed {
		root, err := r.inspectParent(ctx, q, row["parent"], found)
		if err != nil {
			return err
		}
		bypassed = root == "global" || row["packet-mark"] != "" && row["packet-mark"] != "no-mark"
	}
	if bypassed {
		return r.inspectFasttrack(ctx, q, found)
	}
	return nil
}

// marks is the property that only trees have.
func marks(q router.Queue) string {
	if placeOf(q).menu == "/queue/tree" {
		return "packet-mark"
	}
	return "target"
}

func unique(a, b string) []string {
	if a == b {
		return []string{a}
	}
	return []string{a, b}
}

// inspectLeaf looks at the queue type that a queue uses.
func (r *Router) inspectLeaf(ctx context.Context, q router.Queue, name, where string, found *findings) error {
	rows, err := r.run(ctx, "/queue/type/print", "?name="+name, "=.proplist=kind,cake-bandwidth")
	if err != nil || len(rows) != 1 {
		return err
	}
	row := rows[0].Map
	if row["kind"] != "cake" {
		found.add(router.FlawNotCake, q.Name, "the queue %s has %s inside (of kind %s), not CAKE: flows are not kept apart, and probes wait behind bulk; "+
			"make a type with: /queue type add name=cake kind=cake, and use it: /%s set [find name=%q] queue=...", q.Name, name, row["kind"], where, q.Name)
		return nil
	}
	if limit, err := parseRate(row["cake-bandwidth"]); err == nil && limit < 1<<62 {
		found.add(router.FlawShapedTwice, q.Name, "the queue %s limits with max-limit, and its type %s with cake-bandwidth=%s too; "+
			"leave one: /queue type set [find name=%q] cake-bandwidth=0", q.Name, name, row["cake-bandwidth"], name)
	}
	return nil
}

// inspectType looks at a queue type that is itself the limit.
func (r *Router) inspectType(ctx context.Context, q router.Queue, found *findings) error {
	used := 0
	for _, user := range []string{"/queue/tree", "/queue/interface"} {
		rows, err := r.run(ctx, user+"/print", "?queue="+q.Name, "=.proplist=.id")
		if err != nil {
			return err
		}
		used += len(rows)
	}
	rows, err := r.run(ctx, "/queue/simple/print", "=.proplist=queue,disabled")
	if err != nil {
		return err
	}
	for _, row := range rows {
		if side(row.Map["queue"], router.Upload) == q.Name || side(row.Map["queue"], router.Download) == q.Name {
			used++
		}
	}
	if used == 0 {
		found.add(router.FlawBypassed, q.Name, "no queue and no interface uses the queue type %s; let one: /queue interface set [find interface=INTERFACE] queue=%s", q.Name, q.Name)
	}
	return nil
}

// deepest is how many queues may stand on each other.
const deepest = 8

// inspectParent walks down from a tree to what it stands on: an interface, or
// global. It is empty where that cannot be found.
func (r *Router) inspectParent(ctx context.Context, q router.Queue, parent string, found *findings) (string, error) {
	for range deepest {
		if parent == "global" {
			return parent, nil
		}
		rows, err := r.run(ctx, "/queue/tree/print", "?name="+parent, "=.proplist=parent,disabled")
		if err != nil {
			return "", err
		}
		if len(rows) != 1 {
			return parent, r.inspectUp(ctx, q, parent, "its queue stands on it", found)
		}
		if truth(rows[0].Map["disabled"]) {
			found.add(router.FlawQueueDisabled, q.Name, "the queue %s, on which %s stands, is disabled; enable it with: /queue tree enable [find name=%q]", parent, q.Name, parent)
		}
		parent = rows[0].Map["parent"]
	}
	return "", nil
}

// inspectUp looks whether an interface is there and up.
func (r *Router) inspectUp(ctx context.Context, q router.Queue, name, why string, found *findings) error {
	rows, err := r.run(ctx, "/interface/print", "?name="+name, "=.proplist=running,disabled")
	if err != nil {
		return err
	}
	switch {
	case len(rows) == 0:
		found.add(router.FlawInterfaceDown, q.Name, "there is no interface %s (%s); see: /interface print", name, why)
	case truth(rows[0].Map["disabled"]):
		found.add(router.FlawInterfaceDown, q.Name, "the interface %s is disabled (%s); enable it with: /interface enable %q", name, why, name)
	case !truth(rows[0].Map["running"]):
		found.add(router.FlawInterfaceDown, q.Name, "the interface %s is down (%s); look at its cable or its modem", name, why)
	}
	return nil
}

// inspectInterface looks at the interface that the manifest names.
func (r *Router) inspectInterface(ctx context.Context, _, upload router.Queue, found *findings) error {
	if upload.Interface == "" {
		return nil
	}
	return r.inspectUp(ctx, router.Queue{}, upload.Interface, "the manifest names it as the WAN's", found)
}

// inspectFasttrack looks for rules that let packets pass a queue by. They leave
// alone what stands on an interface and takes all packets without a mark.
func (r *Router) inspectFasttrack(ctx context.Context, q router.Queue, found *findings) error {
	for _, menu := range []string{"/ip/firewall/filter", "/ipv6/firewall/filter"} {
		rows, err := r.run(ctx, menu+"/print", "?action=fasttrack-connection", "=.proplist=.id,disabled")
		if t, refused := err.(*trapError); refused && kindOf(t) == router.Missing {
			continue // without IPv6 there is no such menu
		}
		if err != nil {
			return err
		}
		if enabled(rows) > 0 {
			where := strings.ReplaceAll(strings.TrimPrefix(menu, "/"), "/", " ")
			found.add(router.FlawFasttrack, q.Name, "fasttrack is on (%s), and fasttracked packets pass the queue %s by; "+
				"turn it off with: /%s disable [find action=fasttrack-connection]", where, q.Name, where)
		}
	}
	return nil
}

// enabled counts the rows that are.
func enabled(rows []*proto.Sentence) (n int) {
	for _, row := range rows {
		if !truth(row.Map["disabled"]) {
			n++
		}
	}
	return n
}
