package linux

import (
	"context"
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// InspectRule says whether a routing rule is there, for any family, and what
// keeps it from steering: it is there for one family alone or several times, or
// leads nowhere. Not to be there is no flaw: that is off.
func (r *Router) InspectRule(ctx context.Context, rule string) (on bool, flaws []router.RuleFlaw, err error) {
	const op = "look at the routing rule"
	mark, err := r.fwmark(ctx, rule)
	if err != nil {
		return false, nil, fault(op, rule, err)
	}
	there, all, err := r.kernel.rules(mark)
	if err != nil {
		return false, nil, fault(op, rule, err)
	}
	if len(there) > 0 && len(there) < all {
		flaws = append(flaws, router.RuleFlaw{Message: fmt.Sprintf("the rule is there for %s alone; wanctl makes it alike when it starts. By hand: %s rule del %s",
			familyName[there[0]], ipOf(there[0]), mark)})
	}
	for _, family := range there {
		n, err := r.kernel.occurrences(family, mark)
		if err != nil {
			return false, nil, fault(op, rule, err)
		}
		if n > 1 {
			flaws = append(flaws, router.RuleFlaw{Message: fmt.Sprintf("the rule is there %d times for %s; all but one are too many: %s rule del %s",
				n, familyName[family], ipOf(family), mark)})
		}
	}
	empty, err := r.kernel.tableIsEmpty(mark)
	if err != nil {
		return false, nil, fault(op, rule, err)
	}
	if empty {
		flaws = append(flaws, router.RuleFlaw{Harmful: true, Message: fmt.Sprintf("routing table %d is empty, and what the rule moves takes the main one after all; "+
			"fill it with: ip route add default via GATEWAY dev INTERFACE table %d", mark.Table, mark.Table)})
	}
	return len(there) > 0, flaws, nil
}

var familyName = map[int]string{unix.AF_INET: "IPv4", unix.AF_INET6: "IPv6"}

// ipOf is iproute2's command for a family.
func ipOf(family int) string {
	if family == unix.AF_INET6 {
		return "ip -6"
	}
	return "ip"
}

// tableIsEmpty says that a rule's table has no route, of any family.
func (k *kernel) tableIsEmpty(mark v1alpha1.FWMark) (bool, error) {
	for _, family := range families {
		routes, err := k.around.RouteListFiltered(family, &netlink.Route{Table: int(mark.Table)}, netlink.RT_FILTER_TABLE)
		if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP) {
			continue
		}
		if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
			return false, fmt.Errorf("list the routes of table %d: %w", mark.Table, err)
		}
		if len(routes) > 0 {
			return false, nil
		}
	}
	return true, nil
}
