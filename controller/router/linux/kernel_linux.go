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

// kernel is a netlink socket. It stays in the network namespace that it was
// opened in.
type kernel struct {
	sockets map[int]*nl.SocketHandle
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
	return &kernel{sockets: map[int]*nl.SocketHandle{unix.NETLINK_ROUTE: {Socket: socket}}}, nil
}

func (k *kernel) close() { k.sockets[unix.NETLINK_ROUTE].Close() }

// begin bounds what follows by the context.
func (k *kernel) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	left := patience
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline))
	}
	timeout := unix.NsecToTimeval(max(left, time.Millisecond).Nanoseconds())
	socket := k.sockets[unix.NETLINK_ROUTE].Socket
	return errors.Join(socket.SetSendTimeout(&timeout), socket.SetReceiveTimeout(&timeout))
}

// ask sends one request and returns the messages that answer it.
func (k *kernel) ask(kind, answer, flags int, parts ...nl.NetlinkRequestData) ([][]byte, error) {
	req := nl.NewNetlinkRequest(kind, flags)
	req.Sockets = k.sockets
	for _, part := range parts {
		req.AddData(part)
	}
	return req.Execute(unix.NETLINK_ROUTE, uint16(answer))
}

// list asks for all there are, again if the list changed while it was sent.
func (k *kernel) list(kind, answer int, part nl.NetlinkRequestData) (answers [][]byte, err error) {
	for range 3 {
		answers, err = k.ask(kind, answer, unix.NLM_F_DUMP, part)
		if !errors.Is(err, nl.ErrDumpInterrupted) {
			break
		}
	}
	return answers, err
}

// link finds an interface by its name, each time anew since an interface that
// was made anew has another index.
func (k *kernel) link(name string) (netlink.Link, error) {
	attr := unix.IFLA_IFNAME
	if len(name) >= unix.IFNAMSIZ {
		attr = unix.IFLA_ALT_IFNAME
	}
	answers, err := k.ask(unix.RTM_GETLINK, unix.RTM_NEWLINK, 0,
		nl.NewIfInfomsg(unix.AF_UNSPEC), nl.NewRtAttr(attr, nl.ZeroTerminated(name)))
	if err != nil {
		return nil, err
	}
	if len(answers) == 0 {
		return nil, unix.ENODEV
	}
	return netlink.LinkDeserialize(nil, answers[0])
}

// root is the kind of the qdisc at an interface's root, and its handle. All of
// the machine's are listed for it: asking for one would have the kernel
// announce it to everybody who listens for changes.
func (k *kernel) root(index int) (kind string, handle uint32, err error) {
	answers, err := k.list(unix.RTM_GETQDISC, unix.RTM_NEWQDISC, &nl.TcMsg{Family: nl.FAMILY_ALL})
	if err != nil {
		return "", 0, err
	}
	for _, answer := range answers {
		msg, attrs, err := traffic(answer)
		if err != nil {
			return "", 0, fmt.Errorf("understand the kernel's list of qdiscs: %w", err)
		}
		if int(msg.Ifindex) == index && msg.Parent == netlink.HANDLE_ROOT {
			return nl.BytesToString(attrs[nl.TCA_KIND].Value), msg.Handle, nil
		}
	}
	return "none", 0, nil
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
	_, err := k.ask(unix.RTM_NEWTCLASS, 0, unix.NLM_F_ACK,
		&nl.TcMsg{Family: nl.FAMILY_ALL, Ifindex: int32(c.id.link), Handle: c.id.handle, Parent: c.parent},
		nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated("htb")), options)
	return err
}

func traffic(answer []byte) (*nl.TcMsg, map[uint16]attribute, error) {
	msg := nl.DeserializeTcMsg(answer)
	attrs, err := nl.ParseRouteAttrAsMap(answer[msg.Len():])
	return msg, attrs, err
}
