package linux

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// kernel is the netlink sockets: one for what shapes, one for the interfaces and
// filters around it, one for the counters. They stay in the network namespace
// that they were opened in.
type kernel struct {
	sockets map[int]*nl.SocketHandle
	around  *netlink.Handle
	meter   meter
}

// patience bounds a call whose context has no deadline.
const patience = time.Second

func dial() (*kernel, error) {
	socket, err := nl.Subscribe(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	// Extended acknowledgements put the kernel's own words into errors; old
	// kernels do not know them.
	_ = socket.SetExtAck(true)
	around, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		socket.Close()
		return nil, err
	}
	poller, err := newPoller()
	if err != nil {
		socket.Close()
		around.Close()
		return nil, err
	}
	return &kernel{
		sockets: map[int]*nl.SocketHandle{unix.NETLINK_ROUTE: {Socket: socket}},
		around:  around,
		meter:   meter{poller: poller},
	}, nil
}

func (k *kernel) close() {
	k.sockets[unix.NETLINK_ROUTE].Close()
	k.around.Close()
	k.meter.close()
}

// begin bounds what follows by the context.
func (k *kernel) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	left := patience
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline))
	}
	left = max(left, time.Millisecond)
	timeout := unix.NsecToTimeval(left.Nanoseconds())
	socket := k.sockets[unix.NETLINK_ROUTE].Socket
	return errors.Join(socket.SetSendTimeout(&timeout), socket.SetReceiveTimeout(&timeout), k.around.SetSocketTimeout(left))
}

// request is a request of so many parts.
func request(kind, flags int, parts ...nl.NetlinkRequestData) *nl.NetlinkRequest {
	req := nl.NewNetlinkRequest(kind, flags)
	for _, part := range parts {
		req.AddData(part)
	}
	return req
}

// ask sends one request and returns the messages that answer it.
func (k *kernel) ask(req *nl.NetlinkRequest, answer int) ([][]byte, error) {
	req.Sockets = k.sockets
	return req.Execute(unix.NETLINK_ROUTE, uint16(answer))
}

// list asks for all there are, again if the list changed while it was sent.
func (k *kernel) list(kind, answer int, part nl.NetlinkRequestData) (answers [][]byte, err error) {
	for range 3 {
		answers, err = k.ask(request(kind, unix.NLM_F_DUMP, part), answer)
		if !errors.Is(err, nl.ErrDumpInterrupted) {
			break
		}
	}
	return answers, err
}

// link finds an interface by its name, each time anew since an interface that
// was made anew has another index.
func (k *kernel) link(name string) (netlink.Link, error) {
	k.forget(name)
	answers, err := k.ask(linkRequest(name), unix.RTM_NEWLINK)
	if err != nil {
		return nil, err
	}
	if len(answers) == 0 {
		return nil, unix.ENODEV
	}
	link, err := netlink.LinkDeserialize(nil, answers[0])
	if err == nil {
		k.remember(name, link.Attrs().Index)
	}
	return link, err
}

func linkRequest(name string) *nl.NetlinkRequest {
	attr := unix.IFLA_IFNAME
	if len(name) >= unix.IFNAMSIZ {
		attr = unix.IFLA_ALT_IFNAME
	}
	return request(unix.RTM_GETLINK, 0, nl.NewIfInfomsg(unix.AF_UNSPEC), nl.NewRtAttr(attr, nl.ZeroTerminated(name)))
}

// classes are the HTB classes of an interface's root qdisc.
func (k *kernel) classes(index int, root uint32) ([]*class, error) {
	answers, err := k.list(unix.RTM_GETTCLASS, unix.RTM_NEWTCLASS,
		&nl.TcMsg{Family: nl.FAMILY_ALL, Ifindex: int32(index), Parent: root})
	if err != nil {
		return nil, err
	}
	var classes []*class
	for _, answer := range answers {
		c, err := parseClass(answer)
		if err != nil {
			return nil, fmt.Errorf("understand the kernel's list of classes: %w", err)
		}
		if c != nil {
			classes = append(classes, c)
		}
	}
	return classes, nil
}

// changeClass puts a class back with its changed parameters.
func (k *kernel) changeClass(c *class) error {
	options := nl.NewRtAttr(nl.TCA_OPTIONS, nil)
	options.AddRtAttr(nl.TCA_HTB_PARMS, c.parameters.Serialize())
	if c.rate64 > maxRate32 {
		options.AddRtAttr(nl.TCA_HTB_RATE64, nl.Uint64Attr(c.rate64))
		options.AddRtAttr(nl.TCA_HTB_CEIL64, nl.Uint64Attr(c.ceil64))
	}
	_, err := k.ask(request(unix.RTM_NEWTCLASS, unix.NLM_F_ACK,
		&nl.TcMsg{Family: nl.FAMILY_ALL, Ifindex: int32(c.id.link), Handle: c.id.handle, Parent: c.parent},
		nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("htb")), options), 0)
	return err
}
