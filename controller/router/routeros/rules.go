package routeros

import (
	"context"
	"fmt"
	"strings"

	"github.com/wanctl/wanctl/controller/router"
)

// mangle is where the rules are that steer.
const mangle = "/ip/firewall/mangle"

var _ router.RuleSwitch = (*Router)(nil)

// Rules says how many mangle rules bear a comment and how many of them are
// enabled. A comment that none bears is Missing.
func (r *Router) Rules(ctx context.Context, comment string) (n, enabled int, err error) {
	const op = "read the mangle rules"
	_, n, enabled, err = r.rules(ctx, comment, true)
	if err != nil {
		return 0, 0, fault(op, comment, err)
	}
	return n, enabled, nil
}

// SetRules enables or disables every mangle rule that bears a comment, those
// that are not so already, in one command, and reads back what came of it.
func (r *Router) SetRules(ctx context.Context, comment string, enabled bool) error {
	const op = "switch the mangle rules"
	wrong, _, _, err := r.rules(ctx, comment, enabled)
	if err == nil && len(wrong) > 0 {
		_, err = r.run(ctx, mangle+"/set", "=.id="+strings.Join(wrong, ","), "=disabled="+yes(!enabled))
		if err == nil || noSuchItem(err) {
			wrong, _, _, err = r.rules(ctx, comment, enabled)
		}
		if err == nil && len(wrong) > 0 {
			err = fmt.Errorf("%d of the rules did not change", len(wrong))
		}
	}
	if err != nil {
		return fault(op, comment, err)
	}
	return nil
}

// Rule says whether the rules that bear a comment are on. Where some are and
// some are not, none of the two answers is right, and it says so.
func (r *Router) Rule(ctx context.Context, rule string) (on bool, err error) {
	n, enabled, err := r.Rules(ctx, rule)
	if err == nil && enabled > 0 && enabled < n {
		return false, &router.Error{Op: "read the mangle rules", Target: rule, Err: fmt.Errorf("%d of %d are enabled: %w", enabled, n, router.ErrMixed)}
	}
	return enabled > 0, err
}

// SetRule is SetRules.
func (r *Router) SetRule(ctx context.Context, rule string, on bool) error {
	return r.SetRules(ctx, rule, on)
}

// rules counts the rules that bear a comment, and lists the ids of those that
// are not as they should be.
func (r *Router) rules(ctx context.Context, comment string, should bool) (wrong []string, n, enabled int, err error) {
	rows, err := r.run(ctx, mangle+"/print", "?comment="+comment, "=.proplist=.id,disabled,dynamic")
	if err != nil {
		return nil, 0, 0, err
	}
	for _, row := range rows {
		if truth(row.Map["dynamic"]) {
			continue
		}
		n++
		is := !truth(row.Map["disabled"])
		if is {
			enabled++
		}
		if is != should {
			wrong = append(wrong, row.Map[".id"])
		}
	}
	if n == 0 {
		return nil, 0, 0, noRule(comment)
	}
	return wrong, n, enabled, nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
