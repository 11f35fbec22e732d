package linux

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// meter reads counters many times a second.
type meter struct {
	*poller
	// links are the indices of interfaces by name, as they were last seen.
	links         map[string]int32
	stats, qdiscs []byte
	scratch       Cake
	// shapers are what the root qdiscs had counted when they were last read, and
	// of which WAN and when that was.
	shapers   [2]router.ShaperCounters
	shapersOf string
	shapersAt time.Time
}

// shapersEvery is how often the qdiscs are read: listing them costs many times
// what a link's counters do, and drops and backlog need no more.
const shapersEvery = time.Second

// The kernel's question for the counters of one interface, and where its answer
// has the bytes received and sent: struct if_stats_msg and rtnl_link_stats64.
const (
	sizeofStatsMsg = 12
	linkStats64    = 1
	rxBytes        = 16
	txBytes        = 24
)

// Counters reads the bytes that the upload queue's interface, which is the WAN
// itself, has received and sent, and what the root qdiscs of both queues'
// interfaces have counted.
func (r *Router) Counters(ctx context.Context, download, upload router.Queue) (router.Counters, error) {
	const op = "read the counters of"
	if err := ctx.Err(); err != nil {
		return router.Counters{}, fault(op, upload.Name, err)
	}
	c, err := r.kernel.count(ctx, download.Name, upload.Name)
	if err != nil {
		return router.Counters{}, fault(op, upload.Name, err)
	}
	return c, nil
}

func (k *kernel) count(ctx context.Context, download, upload string) (c router.Counters, err error) {
	wan, err := k.index(ctx, upload)
	if err != nil {
		return c, err
	}
	c.Download, c.Upload, err = k.crossed(wan)
	if errors.Is(err, unix.ENODEV) {
		k.forget(upload)
		if wan, err = k.index(ctx, upload); err == nil {
			c.Download, c.Upload, err = k.crossed(wan)
		}
	}
	if err != nil {
		return c, err
	}
	c.At = time.Now()
	if m := &k.meter; m.shapersOf == upload && c.At.Sub(m.shapersAt) < shapersEvery {
		c.Shapers = m.shapers
		return c, nil
	}
	// Without it the download is counted all the same.
	ifb, _ := k.index(ctx, download)
	seen, err := k.roots([2]int32{router.Download: ifb, router.Upload: wan}, &c.Shapers)
	if !seen[router.Download] {
		k.forget(download)
	}
	k.meter.shapers, k.meter.shapersOf, k.meter.shapersAt = c.Shapers, upload, c.At
	return c, err
}

// index is an interface's index, asked for once and whenever the interface is
// looked at otherwise.
func (k *kernel) index(ctx context.Context, name string) (int32, error) {
	if index, ok := k.meter.links[name]; ok {
		return index, nil
	}
	if err := k.begin(ctx); err != nil {
		return 0, err
	}
	link, err := k.link(name)
	if err != nil {
		return 0, err
	}
	return int32(link.Attrs().Index), nil
}

func (k *kernel) remember(name string, index int) {
	if k.meter.links == nil {
		k.meter.links = map[string]int32{}
	}
	k.meter.links[name] = int32(index)
}

func (k *kernel) forget(name string) { delete(k.meter.links, name) }

// crossed are the bytes that an interface has received and sent.
func (k *kernel) crossed(index int32) (received, sent uint64, err error) {
	m := &k.meter
	if m.stats == nil {
		m.stats = request(unix.RTM_GETSTATS, 0, statsOf{}).Serialize()
	}
	binary.NativeEndian.PutUint32(m.stats[unix.NLMSG_HDRLEN+4:], uint32(index))
	found := false
	err = m.ask(m.stats, unix.RTM_NEWSTATS, func(answer []byte) {
		for kind, value := range attributes(answer[min(len(answer), sizeofStatsMsg):]) {
			if kind == linkStats64 && len(value) >= txBytes+8 {
				received, sent, found = number64(value[rxBytes:]), number64(value[txBytes:]), true
			}
		}
	})
	if err == nil && !found {
		err = errors.New("the kernel gave no statistics")
	}
	return received, sent, err
}

// statsOf asks for the counters of an interface that is still to be named.
type statsOf struct{}

func (statsOf) Len() int { return sizeofStatsMsg }

func (statsOf) Serialize() []byte {
	b := make([]byte, sizeofStatsMsg)
	binary.NativeEndian.PutUint32(b[8:], 1<<(linkStats64-1))
	return b
}

// roots reads what the root qdiscs of two interfaces have counted, in one list,
// and says which of the interfaces are there.
func (k *kernel) roots(links [2]int32, into *[2]router.ShaperCounters) (seen [2]bool, err error) {
	if k.meter.qdiscs == nil {
		k.meter.qdiscs = request(unix.RTM_GETQDISC, unix.NLM_F_DUMP, &nl.TcMsg{Family: nl.FAMILY_ALL}).Serialize()
	}
	err = k.meter.ask(k.meter.qdiscs, unix.RTM_NEWQDISC, func(answer []byte) {
		q, kind, ok := parseQdisc(answer)
		if !ok || q.parent != netlink.HANDLE_ROOT || q.link == 0 {
			return
		}
		for dir, link := range links {
			if q.link == int(link) {
				seen[dir] = true
				into[dir] = k.meter.scratch.count(kind, q.stats)
			}
		}
	})
	return seen, err
}

// count is what a qdisc has counted, if it is one that shapes.
func (c *Cake) count(kind, stats []byte) router.ShaperCounters {
	isCake := string(kind) == "cake\x00"
	if !isCake && string(kind) != "htb\x00" {
		return router.ShaperCounters{}
	}
	c.parse(stats)
	s := router.ShaperCounters{Known: true, Bytes: c.Bytes, Drops: uint64(c.Drops), BacklogBytes: uint64(c.BacklogBytes), QueuedPackets: uint64(c.BacklogPackets)}
	if isCake {
		s.Drops, s.Marks = c.drops(), c.marks()
	}
	return s
}
