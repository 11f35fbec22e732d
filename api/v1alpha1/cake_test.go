package v1alpha1_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestAManagedDirectionHasEveryOptionOfCAKE(t *testing.T) {
	site := decodeGood(t, "linux-cake.yaml")
	yes, no := true, false
	options := func(isolation v1alpha1.CakeIsolation, far *bool) *v1alpha1.CakeOptions {
		return &v1alpha1.CakeOptions{
			Diffserv: v1alpha1.CakeBestEffort, Isolation: isolation, RTT: &metav1.Duration{Duration: 100 * time.Millisecond},
			ATM: v1alpha1.CakeNoATM, NAT: &yes, Wash: far, AckFilter: v1alpha1.CakeAckNone, Ingress: far, SplitGSO: &yes,
		}
	}
	overhead := int32(34)
	minus := int32(-4)
	given := &v1alpha1.CakeOptions{
		Diffserv: v1alpha1.CakeDiffserv4, Isolation: v1alpha1.CakeTripleIsolate, RTT: &metav1.Duration{Duration: 60 * time.Millisecond},
		Overhead: &overhead, MPU: 64, ATM: v1alpha1.CakeOnPTM, NAT: &no, Wash: &no, AckFilter: v1alpha1.CakeAckAggressive, Ingress: &no, SplitGSO: &no,
	}
	up := options(v1alpha1.CakeDualSrcHost, &no)
	withOverhead := *up
	withOverhead.Overhead = &minus
	for _, c := range []struct {
		name      string
		got, want *v1alpha1.CakeOptions
	}{
		{"what is given stays", site.Spec.WANs[0].Download.Cake, given},
		{"one option given leaves the rest to the defaults", site.Spec.WANs[0].Upload.Cake, &withOverhead},
		{"download", site.Spec.WANs[1].Download.Cake, options(v1alpha1.CakeDualDstHost, &yes)},
		{"upload", site.Spec.WANs[1].Upload.Cake, up},
		{"a download that is not managed has none", site.Spec.WANs[2].Download.Cake, nil},
		{"an upload that is not managed has none", site.Spec.WANs[2].Upload.Cake, nil},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestCAKEsDefaultsAreThoseThatExplainSays(t *testing.T) {
	for field, want := range map[string]string{
		"diffserv": "besteffort", "isolation": "", "rtt": "100ms", "overhead": "", "mpu": "", "atm": "noatm",
		"nat": "true", "wash": "", "ackFilter": "none", "ingress": "", "splitGSO": "true",
	} {
		got, err := v1alpha1.Explain("site.spec.wans.download.cake." + field)
		if err != nil || got.Default != want {
			t.Errorf("%s: %q, %v; want %q", field, got.Default, err, want)
		}
	}
}
