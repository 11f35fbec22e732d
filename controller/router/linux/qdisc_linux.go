package linux

import (
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// qdisc is a qdisc as the kernel described it.
type qdisc struct {
	link           int
	handle, parent uint32
	kind           string
	// options and stats are attributes; stats those of TCA_STATS2.
	options, stats []byte
}

// none is an interface without the qdisc that was looked for.
func none(link int) qdisc { return qdisc{link: link, kind: "none"} }

// parseQdisc reads one qdisc, whose parts refer to the answer.
func parseQdisc(answer []byte) (q qdisc, kind []byte, ok bool) {
	if len(answer) < nl.SizeofTcMsg {
		return qdisc{}, nil, false
	}
	q = qdisc{link: int(int32(word(answer, 4))), handle: word(answer, 8), parent: word(answer, 12)}
	for name, value := range attributes(answer[nl.SizeofTcMsg:]) {
		switch name {
		case nl.TCA_KIND:
			kind = value
		case nl.TCA_OPTIONS:
			q.options = value
		case nl.TCA_STATS2:
			q.stats = value
		}
	}
	return q, kind, true
}

// made says that the qdisc is not one that the kernel put there by itself.
func (q *qdisc) made() bool { return q.handle != 0 }

// root is the qdisc at an interface's root.
func (k *kernel) root(link int) (qdisc, error) { return k.qdisc(link, netlink.HANDLE_ROOT) }

// qdisc is an interface's qdisc under a parent. All of the machine's are listed
// for it: asking for one would have many kernels announce it to everybody who
// listens for changes.
func (k *kernel) qdisc(link int, parent uint32) (qdisc, error) {
	answers, err := k.list(unix.RTM_GETQDISC, unix.RTM_NEWQDISC, &nl.TcMsg{Family: nl.FAMILY_ALL})
	if err != nil {
		return qdisc{}, err
	}
	for _, answer := range answers {
		q, kind, ok := parseQdisc(answer)
		if !ok {
			return qdisc{}, fmt.Errorf("understand the kernel's list of qdiscs: %d bytes are too short", len(answer))
		}
		if q.link == link && q.parent == parent {
			q.kind = unix.ByteSliceToString(kind)
			return q, nil
		}
	}
	return none(link), nil
}

// rootRequest asks for a change at an interface's root. Its bytes are those
// that tc sends.
func rootRequest(message, flags, link int, handle uint32, kind string, options *nl.RtAttr) *nl.NetlinkRequest {
	parts := []nl.NetlinkRequestData{
		&nl.TcMsg{Family: nl.FAMILY_ALL, Ifindex: int32(link), Handle: handle, Parent: netlink.HANDLE_ROOT},
		nl.NewRtAttr(nl.TCA_KIND, nl.ZeroTerminated(kind)),
	}
	if options != nil {
		parts = append(parts, options)
	}
	return request(message, flags|unix.NLM_F_ACK, parts...)
}
