package routeros

import "context"

// nowhere is an .id that no item has.
const nowhere = "*FFFFFFFE"

// MayWrite says whether the user may write: it sets a queue that does not exist,
// which changes nothing, and looks at how that is refused.
func (r *Router) MayWrite(ctx context.Context) error {
	_, err := r.run(ctx, "/queue/tree/set", "=.id="+nowhere, "=max-limit=1M")
	if err == nil || noSuchItem(err) {
		return nil
	}
	return fault("write to", "the router", err)
}
