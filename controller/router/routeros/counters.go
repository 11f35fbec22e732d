package routeros

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// shapersEvery is how often what the queues count is read: it takes a command
// for each, and drops and backlog need no more.
const shapersEvery = time.Second

// shapers are what the queues of one WAN have counted, and when they were asked.
type shapers struct {
	at    time.Time
	count [2]router.ShaperCounters
}

// Counters reads what crossed the WAN's interface, and once a second what its
// queues counted. Where no interface is known the queues' bytes stand in for
// the interface's, of the moment and not of the second before.
func (r *Router) Counters(ctx context.Context, download, upload router.Queue) (router.Counters, error) {
	const op = "read the counters of"
	c, err := r.count(ctx, download, upload)
	if err != nil {
		return router.Counters{}, fault(op, upload.Name, err)
	}
	return c, nil
}

func (r *Router) count(ctx context.Context, download, upload router.Queue) (c router.Counters, err error) {
	name, err := r.wanInterface(ctx, upload)
	if err != nil {
		return c, err
	}
	if name != "" {
		before := time.Now()
		rows, err := r.run(ctx, "/interface/print", "?name="+name, "=.proplist=rx-byte,tx-byte")
		if err != nil {
			return c, err
		}
		if len(rows) == 0 {
			delete(r.parents, upload.Name)
			return c, missing{fmt.Errorf("there is no interface %s, whose counters say what crosses the WAN; name it in the manifest: wans[].interface", name)}
		}
		row, err := one(rows)
		if err != nil {
			return c, err
		}
		// The router counted somewhere between the question and the answer.
		c.At = before.Add(time.Since(before) / 2)
		c.Download, c.Upload = number(row["rx-byte"]), number(row["tx-byte"])
	}
	s := r.shapers[upload.WAN]
	if now := time.Now(); name == "" || now.Sub(s.at) >= shapersEvery {
		s.at = now
		for dir, q := range [2]router.Queue{router.Download: download, router.Upload: upload} {
			if s.count[dir], err = r.shaper(ctx, q); err != nil {
				return c, err
			}
		}
		r.shapers[upload.WAN] = s
	}
	c.Shapers = s.count
	if name == "" {
		if !s.count[router.Download].Known || !s.count[router.Upload].Known {
			return c, missing{errors.New("neither an interface nor the queues count what crosses the WAN; name its interface in the manifest: wans[].interface")}
		}
		c.At = s.at
		c.Download, c.Upload = s.count[router.Download].Bytes, s.count[router.Upload].Bytes
	}
	return c, nil
}

// shaper is what a queue has counted. A queue type counts nothing, and a queue
// that is missing is told of when its rate is read.
func (r *Router) shaper(ctx context.Context, q router.Queue) (router.ShaperCounters, error) {
	if q.Kind == v1alpha1.QueueType {
		return router.ShaperCounters{}, nil
	}
	rows, err := r.run(ctx, placeOf(q).menu+"/print", "?name="+q.Name, "=.proplist=bytes,dropped,queued-bytes,queued-packets")
	if err != nil || len(rows) != 1 {
		return router.ShaperCounters{}, err
	}
	row := rows[0].Map
	figure := func(name string) uint64 { return number(side(row[name], q.Direction)) }
	return router.ShaperCounters{
		Known: true, Bytes: figure("bytes"), Drops: figure("dropped"),
		BacklogBytes: figure("queued-bytes"), QueuedPackets: figure("queued-packets"),
	}, nil
}

// wanInterface is the interface whose counters are the WAN's: the manifest's,
// or the upload tree's parent where that is one; empty where neither is.
func (r *Router) wanInterface(ctx context.Context, upload router.Queue) (string, error) {
	if upload.Interface != "" {
		return upload.Interface, nil
	}
	if upload.Kind != v1alpha1.QueueTree && upload.Kind != "" {
		return "", nil
	}
	if name, known := r.parents[upload.Name]; known {
		return name, nil
	}
	if err := r.connectFor(ctx); err != nil {
		return "", err
	}
	row, err := r.find(ctx, upload, "parent")
	if err != nil {
		return "", err
	}
	rows, err := r.run(ctx, "/interface/print", "?name="+row["parent"], "=.proplist=name")
	if err != nil {
		return "", err
	}
	name := ""
	if len(rows) == 1 {
		name = row["parent"]
	}
	r.parents[upload.Name] = name
	return name, nil
}
