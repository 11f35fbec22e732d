package routeros

import (
	"context"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// telling is how many bytes must have crossed a WAN between two looks before a
// queue that counted next to none of them, less than share, is told of.
const telling, share = 10 << 20, 0.01

// moved is what an interface and a queue had counted at the last look.
type moved struct{ crossed, queued uint64 }

// inspectTraffic compares what crossed the WAN since the last look with what
// the queues counted: packet marks that miss, IPv6 that is not marked, hardware
// that forwards by itself.
func (r *Router) inspectTraffic(ctx context.Context, download, upload router.Queue, found *findings) error {
	name, err := r.wanInterface(ctx, upload)
	if err != nil || name == "" {
		if _, gone := err.(missing); gone {
			err = nil
		}
		return err
	}
	rows, err := r.run(ctx, "/interface/print", "?name="+name, "=.proplist=rx-byte,tx-byte")
	if err != nil || len(rows) != 1 {
		return err
	}
	crossed := [2]uint64{router.Download: number(rows[0].Map["rx-byte"]), router.Upload: number(rows[0].Map["tx-byte"])}
	for dir, q := range [2]router.Queue{router.Download: download, router.Upload: upload} {
		counted, err := r.shaper(ctx, q)
		if err != nil {
			return err
		}
		if !counted.Known || q.Kind == v1alpha1.QueueType {
			continue
		}
		key := item{q.WAN + "/" + q.Direction.String(), q.Name}
		before, seen := r.moved[key]
		now := moved{crossed[dir], counted.Bytes}
		r.moved[key] = now
		if !seen || now.crossed < before.crossed || now.queued < before.queued {
			continue
		}
		if all := now.crossed - before.crossed; all > telling && float64(now.queued-before.queued) < share*float64(all) {
			found.add(router.FlawBypassed, q.Name, "%d MB crossed %s, and the queue %s saw next to none of them: look for a packet mark that misses "+
				"(IPv6 needs mangle rules of its own), fasttrack, or forwarding in hardware; see: /queue tree print stats", all>>20, name, q.Name)
		}
	}
	return nil
}
