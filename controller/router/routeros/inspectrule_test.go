package routeros_test

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routeros"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestARuleIsLookedAtAndLeftAsItIs(t *testing.T) {
	const menu = "/ip/firewall/mangle"
	one := func(d *routerosdouble.Router) {
		d.Add(menu, "chain=prerouting", "action=mark-routing", "new-routing-mark=to-dsl", "comment="+comment, "disabled=yes")
	}
	for _, tc := range []struct {
		name  string
		make  func(*routerosdouble.Router)
		on    bool
		flaws []string
		// harmful are as many of them, the last.
		harmful int
		fails   string
	}{
		{name: "one that is off", make: one},
		{name: "one that is on", make: func(d *routerosdouble.Router) { one(d); d.Put(menu, comment, "disabled=no") }, on: true},
		{name: "none", make: func(*routerosdouble.Router) {}, fails: "/ip firewall mangle add"},
		{name: "two", make: func(d *routerosdouble.Router) { one(d); one(d) }, flaws: []string{"another comment"}},
		{name: "two that disagree", make: func(d *routerosdouble.Router) {
			one(d)
			d.Put(menu, comment, "disabled=no")
			one(d)
		}, on: true, flaws: []string{"another comment", "1 of the 2 rules"}},
		{name: "one that is invalid", make: func(d *routerosdouble.Router) { one(d); d.Put(menu, comment, "invalid=true") }, flaws: []string{"where invalid"}, harmful: 1},
		{name: "a dynamic one alone", make: func(d *routerosdouble.Router) { one(d); d.Put(menu, comment, "dynamic=true") }, fails: "no mangle rule"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := setUp(t, routerosdouble.Options{})
			tc.make(b.double)
			on, flaws, err := b.InspectRule(within(t, patience), comment)
			if tc.fails != "" {
				wantKind(t, err, router.Missing)
				if !strings.Contains(err.Error(), tc.fails) {
					t.Errorf("the error is %q, want %q in it", err, tc.fails)
				}
				return
			}
			must(t, err)
			if on != tc.on || len(flaws) != len(tc.flaws) {
				t.Fatalf("on is %v, with the flaws %+v", on, flaws)
			}
			for i, want := range tc.flaws {
				if !strings.Contains(flaws[i].Message, want) || flaws[i].Harmful != (i >= len(flaws)-tc.harmful) {
					t.Errorf("flaw %d is %+v, want %q", i, flaws[i], want)
				}
			}
			if n := len(b.double.Sets()); n != 0 {
				t.Errorf("%d properties were set", n)
			}
			wantSound(t, b.double)
		})
	}
}

func TestTheEndOfACertificateIsKnownWhereItMatters(t *testing.T) {
	until := time.Now().Add(240 * time.Hour).Truncate(time.Second)
	served, file, fingerprint := certificate(t, "127.0.0.1", "", until)
	for _, tc := range []struct {
		name  string
		trust v1alpha1.TLS
		want  time.Time
	}{
		{"a CA's", v1alpha1.TLS{CAFile: file}, until},
		{"a pinned one's does not", v1alpha1.TLS{Fingerprint: fingerprint}, time.Time{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := setUp(t, routerosdouble.Options{TLS: &tls.Config{Certificates: []tls.Certificate{served}}})
			spec := b.spec.DeepCopy()
			spec.Plaintext, spec.TLS = false, &tc.trust
			device := routeros.New(spec, nil)
			defer device.Close()
			_, err := device.Rate(within(t, patience), download)
			must(t, err)
			if got := device.ValidTo(); !got.Equal(tc.want) {
				t.Errorf("it ends at %v, want %v", got, tc.want)
			}
		})
	}
}
