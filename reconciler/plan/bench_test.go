package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/plan"
)

// BenchmarkCompare restarts every WAN of a site.
func BenchmarkCompare(b *testing.B) {
	for _, wans := range []int{2, 1000} {
		b.Run(fmt.Sprintf("wans=%d", wans), func(b *testing.B) {
			var manifest strings.Builder
			manifest.WriteString("spec:\n  intervalProfile: 500ms\n  routers: [{name: edge, linux: {}}]\n  wans:\n")
			for i := range wans {
				fmt.Fprintf(&manifest, "  - {name: wan%d, router: edge, download: {queue: ifb%d, ceiling: 95M}, upload: {queue: eth%d, ceiling: 18M}}\n", i, i, i)
			}
			old := site(b, manifest.String())
			v1alpha1.SetDefaults(old)
			faster := old.DeepCopy()
			faster.Spec.IntervalProfile = "50ms"
			b.ReportAllocs()
			for b.Loop() {
				if changes := plan.Compare(old, faster); len(changes) != wans {
					b.Fatalf("%d changes", len(changes))
				}
			}
		})
	}
}
