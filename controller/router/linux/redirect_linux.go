package linux

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// wanctl's filter has the preference of its mark, and the one after that where
// wanctl made the ingress qdisc, too: that cannot bear a mark. Both are beyond
// what the kernel gives out by itself.
const markWithIngress = mark + 1

// ingress is where filters of arriving packets hang, on an ingress qdisc as on
// clsact.
const ingress = netlink.HANDLE_MIN_INGRESS

// ensureRedirect has what arrives on the WAN interface pass the IFB.
func (r *Router) ensureRedirect(q router.Queue) (string, error) {
	wan, ifb, err := r.ends(q)
	if err != nil {
		return "", err
	}
	there, err := r.kernel.qdisc(wan.Attrs().Index, netlink.HANDLE_INGRESS)
	if err != nil {
		return "", err
	}
	preference := uint16(markWithIngress)
	switch there.kind {
	case "ingress", "clsact":
		var right bool
		right, preference, err = r.redirected(q, wan, ifb)
		if right || err != nil {
			return "", err
		}
	case "none":
		if err := r.kernel.around.QdiscAdd(ingressOf(wan)); err != nil {
			return "", fmt.Errorf("make the ingress qdisc of %s: %w", q.Interface, lacking(err, "sch_ingress"))
		}
	default:
		return "", missing{fmt.Errorf("the ingress of %s is taken by %s; remove it with: tc qdisc del dev %s ingress",
			q.Interface, there.kind, q.Interface)}
	}
	if err := r.redirect(wan, ifb, preference); err != nil {
		return "", fmt.Errorf("redirect what arrives on %s: %w", q.Interface, err)
	}
	return fmt.Sprintf("redirected what arrives on %s to %s", q.Interface, q.Name), nil
}

// ends are the interfaces that a download passes: the WAN's and the IFB.
func (r *Router) ends(q router.Queue) (wan, ifb netlink.Link, err error) {
	wan, err = r.kernel.link(q.Interface)
	if errors.Is(err, unix.ENODEV) {
		return nil, nil, missing{fmt.Errorf("there is no interface %s whose ingress could be redirected", q.Interface)}
	}
	if err == nil {
		ifb, err = r.kernel.link(q.Name)
	}
	return wan, ifb, err
}

// redirected says whether the WAN interface's ingress is redirected to the IFB,
// by whoever it was, and if not, which preference wanctl's filter is to have. A
// filter of wanctl's that leads elsewhere is taken away, with the IFB there if
// that is wanctl's: the IFB was made anew, say, or has another name now.
func (r *Router) redirected(q router.Queue, wan, ifb netlink.Link) (right bool, preference uint16, err error) {
	preference = mark
	filters, err := r.kernel.around.FilterList(wan, ingress)
	if err != nil {
		return false, 0, fmt.Errorf("list the filters of %s: %w", q.Interface, err)
	}
	for _, f := range filters {
		target, ok := target(f)
		switch {
		case !ok:
		case target == ifb.Attrs().Index:
			return true, 0, nil
		case marked(f):
			preference = f.Attrs().Priority
			if err := errors.Join(r.removeFilter(f), r.removeFormer(target)); err != nil {
				return false, 0, fmt.Errorf("remove a former redirection of %s: %w", q.Interface, err)
			}
		default:
			return false, 0, missing{fmt.Errorf("what arrives on %s is redirected elsewhere already (%s, preference %d); "+
				"name that IFB as the download's queue, or remove the filter with: tc filter del dev %s ingress pref %d",
				q.Interface, f.Type(), f.Attrs().Priority, q.Interface, f.Attrs().Priority)}
		}
	}
	return false, preference, nil
}

// removeFormer takes away an IFB of wanctl's that nothing leads to any more; 0
// is one that is gone.
func (r *Router) removeFormer(index int) error {
	if index == 0 {
		return nil
	}
	link, err := r.kernel.around.LinkByIndex(index)
	if err != nil || !made(link) {
		return err
	}
	return r.kernel.around.LinkDel(link)
}

// removeRedirect takes away wanctl's filter, and the ingress qdisc if wanctl
// made it and nobody else hung a filter there.
func (r *Router) removeRedirect(q router.Queue) error {
	wan, err := r.kernel.link(q.Interface)
	if errors.Is(err, unix.ENODEV) {
		return nil
	}
	if err != nil {
		return err
	}
	filters, err := r.kernel.around.FilterList(wan, ingress)
	if err != nil {
		return fmt.Errorf("list the filters of %s: %w", q.Interface, err)
	}
	i := slices.IndexFunc(filters, marked)
	if i < 0 {
		return nil
	}
	if err := r.removeFilter(filters[i]); err != nil {
		return fmt.Errorf("remove the redirection of %s: %w", q.Interface, err)
	}
	if filters[i].Attrs().Priority != markWithIngress {
		return nil
	}
	if filters, err = r.kernel.around.FilterList(wan, ingress); err != nil || len(filters) > 0 {
		return err
	}
	if err := r.kernel.around.QdiscDel(ingressOf(wan)); err != nil {
		return fmt.Errorf("remove the ingress qdisc of %s: %w", q.Interface, err)
	}
	return nil
}

func ingressOf(wan netlink.Link) *netlink.Ingress {
	return &netlink.Ingress{QdiscAttrs: netlink.QdiscAttrs{
		LinkIndex: wan.Attrs().Index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_INGRESS,
	}}
}

// redirect adds wanctl's filter: all packets, after everybody else's filters.
// A kernel without matchall has u32.
func (r *Router) redirect(wan, ifb netlink.Link, preference uint16) error {
	attrs := netlink.FilterAttrs{LinkIndex: wan.Attrs().Index, Parent: ingress, Priority: preference, Protocol: unix.ETH_P_ALL}
	actions := []netlink.Action{netlink.NewMirredAction(ifb.Attrs().Index)}
	err := r.kernel.around.FilterAdd(&netlink.MatchAll{FilterAttrs: attrs, Actions: actions})
	if errors.Is(err, unix.ENOENT) {
		err = r.kernel.around.FilterAdd(&netlink.U32{FilterAttrs: attrs, Actions: actions})
	}
	return lacking(err, "act_mirred and cls_matchall or cls_u32")
}

// removeFilter takes away all of a filter's preference.
func (r *Router) removeFilter(f netlink.Filter) error {
	attrs := *f.Attrs()
	attrs.Handle = 0
	return r.kernel.around.FilterDel(&netlink.GenericFilter{FilterAttrs: attrs, FilterType: f.Type()})
}

// marked says that a filter is wanctl's.
func marked(f netlink.Filter) bool {
	p := f.Attrs().Priority
	return p == mark || p == markWithIngress
}

// target is the interface that a filter redirects to, if it does.
func target(f netlink.Filter) (index int, ok bool) {
	var actions []netlink.Action
	switch f := f.(type) {
	case *netlink.MatchAll:
		actions = f.Actions
	case *netlink.U32:
		actions = f.Actions
	case *netlink.Flower:
		actions = f.Actions
	}
	for _, a := range actions {
		if m, ok := a.(*netlink.MirredAction); ok && m.MirredAction == netlink.TCA_EGRESS_REDIR {
			return m.Ifindex, true
		}
	}
	return 0, false
}
