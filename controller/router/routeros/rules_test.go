package routeros_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

const comment = "wanctl: steer latency-sensitive"

// steering adds three rules of which one is not wanctl's.
func steering(double *routerosdouble.Router) {
	for _, mark := range []string{"to-dsl", "to-dsl6"} {
		double.Add("/ip/firewall/mangle", "chain=prerouting", "action=mark-routing", "new-routing-mark="+mark, "comment="+comment, "disabled=yes")
	}
	double.Add("/ip/firewall/mangle", "chain=prerouting", "action=mark-packet", "comment=other", "disabled=yes")
}

func wantRules(t *testing.T, b *bench, n, enabled int) {
	t.Helper()
	gotN, gotEnabled, err := b.Rules(within(t, patience), comment)
	must(t, err)
	if gotN != n || gotEnabled != enabled {
		t.Errorf("%d rules, %d enabled; want %d and %d", gotN, gotEnabled, n, enabled)
	}
}

func TestEveryRuleOfACommentIsSwitchedAndNoOther(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	steering(b.double)
	wantRules(t, b, 2, 0)
	must(t, b.SetRules(within(t, patience), comment, true))
	wantRules(t, b, 2, 2)
	if got := b.double.Get("/ip/firewall/mangle", "other", "disabled"); got != "true" {
		t.Errorf("the other rule's disabled is %s", got)
	}
	// Once more changes nothing, and is not written.
	before := len(b.double.Sets())
	must(t, b.SetRules(within(t, patience), comment, true))
	if after := len(b.double.Sets()); after != before {
		t.Errorf("%d sets for rules that were on already", after-before)
	}
	must(t, b.SetRule(within(t, patience), comment, false))
	wantRules(t, b, 2, 0)
	wantSound(t, b.double)
}

func TestRulesThatDisagreeAreNeitherOnNorOff(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	steering(b.double)
	b.double.Add("/ip/firewall/mangle", "chain=prerouting", "action=mark-routing", "comment="+comment, "disabled=no")
	wantRules(t, b, 3, 1)
	if on, err := b.Rule(within(t, patience), comment); on || !errors.Is(err, router.ErrMixed) {
		t.Errorf("on is %v, %v; want ErrMixed", on, err)
	}
	must(t, b.SetRule(within(t, patience), comment, false))
	if on, err := b.Rule(within(t, patience), comment); on || err != nil {
		t.Errorf("on is %v, %v", on, err)
	}
	wantSound(t, b.double)
}

func TestACommentThatNoRuleBearsIsMissing(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	_, err := b.Rule(within(t, patience), comment)
	wantKind(t, err, router.Missing)
	wantKind(t, b.SetRule(within(t, patience), comment, true), router.Missing)
}

func TestAUserWhoMayNotWriteMayNotSwitchRules(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	steering(b.double)
	b.double.SetUser("wanctl", "secret", "api", "read")
	wantRules(t, b, 2, 0)
	wantKind(t, b.SetRule(within(t, patience), comment, true), router.Denied)
}

func TestRulesAreSwitchedByTheGoroutineThatOwnsTheConnection(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	steering(b.double)
	box := router.NewMailbox(b.Router, router.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { box.Run(ctx) })
	slot := box.Attach("cable", download, upload)
	for i := range 50 {
		slot.Post(router.Download, 20e6+int64(i)*1e6, time.Time{})
		must(t, box.SetRule(within(t, patience), comment, i%2 == 0))
		if on, err := box.Rule(within(t, patience), comment); err != nil || on != (i%2 == 0) {
			t.Fatalf("turn %d: on is %v, %v", i, on, err)
		}
	}
	must(t, slot.Flush(within(t, patience)))
	cancel()
	running.Wait()
	if f := b.double.Figures(); f.Logins != 1 {
		t.Errorf("%d logins for one mailbox", f.Logins)
	}
	wantSound(t, b.double)
}
