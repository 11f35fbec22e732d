package routeros

import (
	"context"
	"fmt"

	"github.com/wanctl/wanctl/controller/router"
)

// InspectRule says whether the mangle rules that bear a comment are on, and what
// keeps them from steering. A comment that none bears is Missing.
func (r *Router) InspectRule(ctx context.Context, comment string) (on bool, flaws []router.RuleFlaw, err error) {
	const op = "look at the mangle rules"
	rows, err := r.run(ctx, mangle+"/print", "?comment="+comment, "=.proplist=.id,disabled,dynamic,invalid")
	if err != nil {
		return false, nil, fault(op, comment, err)
	}
	all, enabled, invalid := 0, 0, 0
	for _, row := range rows {
		if truth(row.Map["dynamic"]) {
			continue
		}
		all++
		if !truth(row.Map["disabled"]) {
			enabled++
		}
		if truth(row.Map["invalid"]) {
			invalid++
		}
	}
	if all == 0 {
		return false, nil, fault(op, comment, noRule(comment))
	}
	if all > 1 {
		flaws = append(flaws, router.RuleFlaw{Message: fmt.Sprintf("%d mangle rules have the comment %q and are switched together; "+
			"if that is not meant, see /ip firewall mangle print where comment=%q, and give the others another comment", all, comment, comment)})
	}
	if enabled > 0 && enabled < all {
		flaws = append(flaws, router.RuleFlaw{Message: fmt.Sprintf("%d of the %d rules with the comment %q are enabled; wanctl makes them alike when it "+
			"starts. By hand: /ip firewall mangle disable [find comment=%q]", enabled, all, comment, comment)})
	}
	if invalid > 0 {
		flaws = append(flaws, router.RuleFlaw{Harmful: true, Message: fmt.Sprintf("RouterOS marks %d of the rules with the comment %q as invalid: an interface, a list "+
			"or a routing table that it names is not there; see /ip firewall mangle print detail where invalid", invalid, comment)})
	}
	return enabled > 0, flaws, nil
}

// noRule is the error of a comment that no mangle rule bears.
func noRule(comment string) error {
	return missing{fmt.Errorf("no mangle rule has this comment; make one with: /ip firewall mangle add chain=prerouting "+
		"action=mark-routing new-routing-mark=TABLE passthrough=no disabled=yes comment=%q", comment)}
}
