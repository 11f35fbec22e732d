package rollout_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/reconciler/rollout"
)

// BenchmarkDecide is a second of the final soak of two WANs.
func BenchmarkDecide(b *testing.B) {
	w := running(b, "500ms", "50ms", "att", "spectrum")
	w.run(5 * time.Hour)
	in := w.input()
	b.ReportAllocs()
	for b.Loop() {
		rollout.Decide(w.s, in, w.now.Add(time.Second))
	}
}
