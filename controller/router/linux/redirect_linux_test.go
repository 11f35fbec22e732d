package linux

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"

	"github.com/wanctl/wanctl/controller/router"
)

// redirect makes the IFB and the redirection to it, less the CAKE that not
// every kernel has.
func redirect(t *testing.T, r *Router, q router.Queue) (string, error) {
	t.Helper()
	must(t, r.kernel.begin(t.Context()))
	_, err := r.ensureIFB(q)
	must(t, err)
	return r.ensureRedirect(q)
}

func TestARedirectionIsMadeOnceAndTakenAwayWithItsIFB(t *testing.T) {
	wan(t)
	r, q := open(t), managedDownload()
	before := standing(t)
	for _, want := range []string{"redirected what arrives on w0 to ifb4w0", "", ""} {
		if got, err := redirect(t, r, q); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	received := func() uint64 { return link(t, "ifb4w0").Attrs().Statistics.RxPackets }
	was := received()
	send(t, "w1")
	if received() == was {
		t.Error("nothing that arrived on w0 passed the IFB")
	}
	must(t, r.Remove(t.Context(), q))
	if diff := cmp.Diff(before, standing(t)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}

func TestARedirectionIsMendedWhenItsIFBIsMadeAnew(t *testing.T) {
	wan(t)
	r, q := open(t), managedDownload()
	if _, err := redirect(t, r, q); err != nil {
		t.Fatal(err)
	}
	must(t, netlink.LinkDel(link(t, "ifb4w0")))
	if got, err := redirect(t, r, q); err != nil || got == "" {
		t.Errorf("%q, %v", got, err)
	}
	if got := sh(t, "tc filter show dev w0 ingress"); strings.Count(got, "mirred") != 1 || !strings.Contains(got, "to device ifb4w0") {
		t.Errorf("filters: %s", got)
	}
	must(t, r.Remove(t.Context(), q))
	if got := sh(t, "tc qdisc show dev w0"); strings.Contains(got, "ingress") {
		t.Errorf("left behind: %s", got)
	}
}

func TestAnotherNameMovesTheRedirectionAndTakesTheFormerIFBAway(t *testing.T) {
	wan(t)
	r, q := open(t), managedDownload()
	before := standing(t)
	for _, name := range []string{"ifb4w0", "other", "ifb0", "another"} {
		q.Name = name
		if got, err := redirect(t, r, q); err != nil || got != "redirected what arrives on w0 to "+name {
			t.Errorf("%q, %v", got, err)
		}
	}
	if got := standing(t); strings.Count(got, "mirred") != 1 || strings.Count(got, " ifb wanctl") != 1 || !strings.Contains(got, "another ifb wanctl") {
		t.Errorf("standing:\n%s", got)
	}
	must(t, r.Remove(t.Context(), q))
	if diff := cmp.Diff(before, standing(t)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}

func TestAnIngressQdiscOfOthersStays(t *testing.T) {
	for _, qdisc := range []string{"ingress", "clsact"} {
		wan(t)
		sh(t, "tc qdisc add dev w0 "+qdisc)
		before := standing(t)
		r, q := open(t), managedDownload()
		if got, err := redirect(t, r, q); err != nil || got == "" {
			t.Errorf("%s: %q, %v", qdisc, got, err)
		}
		must(t, r.Remove(t.Context(), q))
		if diff := cmp.Diff(before, standing(t)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", qdisc, diff)
		}
	}
}

func TestAnotherRedirectionIsNotOverridden(t *testing.T) {
	wan(t)
	sh(t, "tc qdisc add dev w0 ingress")
	sh(t, "tc filter add dev w0 ingress pref 12 protocol all u32 match u32 0 0 action mirred egress redirect dev ifb0")
	r, q := open(t), managedDownload()
	_, err := redirect(t, r, q)
	e, ok := errors.AsType[*router.Error](fault("build", q.Name, err))
	if !ok || e.Kind != router.Missing || !strings.HasSuffix(e.Error(), "remove the filter with: tc filter del dev w0 ingress pref 12") {
		t.Errorf("got %v", err)
	}
	q.Name = "ifb0"
	if got, err := redirect(t, r, q); err != nil || got != "" {
		t.Errorf("the same redirection: %q, %v", got, err)
	}
}

func TestWithoutRightsNothingIsBuilt(t *testing.T) {
	wan(t)
	r := open(t)
	dropRights(t)
	for _, q := range []router.Queue{managedDownload(), managedUpload()} {
		_, err := r.Ensure(t.Context(), q)
		e, ok := errors.AsType[*router.Error](err)
		if !ok || e.Kind != router.Denied || !strings.Contains(e.Error(), "CAP_NET_ADMIN") {
			t.Errorf("%s: %v", q.Name, err)
		}
	}
}
