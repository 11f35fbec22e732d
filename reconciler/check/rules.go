package check

import (
	"context"
	"fmt"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
)

// ruleInspector is a device that looks closer at a rule that steers.
type ruleInspector interface {
	InspectRule(ctx context.Context, rule string) (on bool, flaws []router.RuleFlaw, err error)
}

// checkRule looks at the rule of a steering policy.
func checkRule(call caller, device router.Device, p *v1alpha1.Steering, tell func(Item)) {
	object := "steering/" + p.Name
	inspector, ok := device.(ruleInspector)
	if !ok {
		return
	}
	var on bool
	var flaws []router.RuleFlaw
	err := call(func(ctx context.Context) (err error) { on, flaws, err = inspector.InspectRule(ctx, p.Rule); return err })
	if err != nil {
		tell(Item{Fail, object, err.Error()})
		return
	}
	is, way := "off", p.From
	if on {
		is, way = "on", p.To
	}
	tell(Item{OK, object, fmt.Sprintf("the rule %q can be read and is %s: new connections take %s", p.Rule, is, way)})
	for _, f := range flaws {
		result := Warn
		if f.Harmful {
			result = Fail
		}
		tell(Item{result, object, f.Message})
	}
}
