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

var _ router.RuleSwitch = (*Router)(nil)

// Rule says whether a routing rule, as ip-rule(8) writes it, is there, for IPv4
// and, where the kernel has it, for IPv6. One that is there for one of them
// alone is ErrMixed.
func (r *Router) Rule(ctx context.Context, rule string) (on bool, err error) {
	const op = "read the routing rule"
	mark, err := r.fwmark(ctx, rule)
	if err != nil {
		return false, fault(op, rule, err)
	}
	there, families, err := r.kernel.rules(mark)
	switch {
	case err != nil:
		return false, fault(op, rule, err)
	case len(there) > 0 && len(there) < families:
		return false, fault(op, rule, fmt.Errorf("it is there for one of IPv4 and IPv6 alone: %w", router.ErrMixed))
	}
	return len(there) > 0, nil
}

// SetRule adds a routing rule where it is not there, or deletes it, however
// often it is, and reads back that it is so. Nothing else is touched.
func (r *Router) SetRule(ctx context.Context, rule string, on bool) error {
	const op = "switch the routing rule"
	mark, err := r.fwmark(ctx, rule)
	if err == nil {
		err = r.kernel.switchRule(mark, on)
	}
	if err != nil {
		return fault(op, rule, err)
	}
	return nil
}

func (r *Router) fwmark(ctx context.Context, rule string) (v1alpha1.FWMark, error) {
	mark, err := v1alpha1.ParseFWMark(rule)
	if err != nil {
		return mark, unsupported{err}
	}
	return mark, r.kernel.begin(ctx)
}

// families are those that a rule is kept for.
var families = []int{unix.AF_INET, unix.AF_INET6}

// rules lists the families that a rule is there for, and says how many there
// are.
func (k *kernel) rules(mark v1alpha1.FWMark) (there []int, all int, err error) {
	for _, family := range families {
		n, err := k.occurrences(family, mark)
		if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		all++
		if n > 0 {
			there = append(there, family)
		}
	}
	if all == 0 {
		return nil, 0, unsupported{errors.New("this kernel has no routing rules (CONFIG_IP_MULTIPLE_TABLES)")}
	}
	return there, all, nil
}

// occurrences is how often a rule is there for a family.
func (k *kernel) occurrences(family int, mark v1alpha1.FWMark) (n int, err error) {
	var list []netlink.Rule
	for range 3 {
		if list, err = k.around.RuleList(family); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	if err != nil {
		return 0, err
	}
	for i := range list {
		if same(&list[i], mark) {
			n++
		}
	}
	return n, nil
}

// same says that a rule of the kernel's is the one meant: one that asks for more
// than the mark is another.
func same(r *netlink.Rule, mark v1alpha1.FWMark) bool {
	mask := uint32(0xffffffff)
	if r.Mask != nil {
		mask = *r.Mask
	}
	return r.Mark == mark.Mark && mask == mark.Mask && uint32(r.Table) == mark.Table && uint32(r.Priority) == mark.Priority &&
		r.Src == nil && r.Dst == nil && r.IifName == "" && r.OifName == "" && !r.Invert && r.Tos == 0 && r.IPProto == 0 &&
		r.Sport == nil && r.Dport == nil && r.UIDRange == nil
}

// mostDuplicates bounds how often a rule is deleted: the kernel lets none be
// added twice, but older ones did.
const mostDuplicates = 16

func (k *kernel) switchRule(mark v1alpha1.FWMark, on bool) error {
	for _, family := range families {
		n, err := k.occurrences(family, mark)
		if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP) {
			continue
		}
		if err != nil {
			return err
		}
		if on && n == 0 {
			err := k.around.RuleAdd(ruleOf(family, mark))
			if errors.Is(err, unix.EEXIST) {
				return fmt.Errorf("a rule of priority %d with the same mark and table that asks for more is in the way; give this one another priority", mark.Priority)
			}
			if err != nil {
				return err
			}
		}
		for i := 0; !on && i < min(n, mostDuplicates); i++ {
			if err := k.around.RuleDel(ruleOf(family, mark)); err != nil && !errors.Is(err, unix.ENOENT) {
				return err
			}
		}
	}
	there, all, err := k.rules(mark)
	if err != nil {
		return err
	}
	if want := map[bool]int{true: all}[on]; len(there) != want {
		return fmt.Errorf("it is there for %d of %d address families, want %d", len(there), all, want)
	}
	return nil
}

func ruleOf(family int, mark v1alpha1.FWMark) *netlink.Rule {
	r := netlink.NewRule()
	r.Family, r.Mark, r.Mask = family, mark.Mark, &mark.Mask
	r.Table, r.Priority = int(mark.Table), int(mark.Priority)
	return r
}
