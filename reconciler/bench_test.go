package reconciler_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"github.com/go-logr/logr"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler"
)

// benched is an agent whose every look at the loops is handed on.
func benched(b *testing.B, text string) (path string, looks <-chan []*v1alpha1.Site) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	seen, ended := make(chan []*v1alpha1.Site), make(chan error, 1)
	go func() {
		ended <- reconciler.Run(ctx, reconciler.Options{Path: path, StateDir: b.TempDir(), Log: logr.Discard(), Observe: func(s []*v1alpha1.Site) {
			select {
			case seen <- s:
			case <-ctx.Done():
			}
		}})
	}()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return path, seen
}

// BenchmarkSaveToApplied measures from the save of an edited manifest until
// the loops run its parameters, debounce included.
func BenchmarkSaveToApplied(b *testing.B) {
	text := strings.ReplaceAll(manifest, "20ms", "50ms")
	path, looks := benched(b, text)
	<-looks
	times := hdr.New(1, 60_000_000, 3)
	generation := int64(1)
	for b.Loop() {
		generation++
		profile := []string{"50ms", "100ms"}[(generation+1)%2]
		begun := time.Now()
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "50ms", profile)), 0o644); err != nil {
			b.Fatal(err)
		}
		for sites := range looks {
			if sites[0].Status.ObservedGeneration == generation {
				break
			}
		}
		_ = times.RecordValue(time.Since(begun).Microseconds())
	}
	b.ReportMetric(float64(times.ValueAtQuantile(50))/1000, "p50-ms")
	b.ReportMetric(float64(times.ValueAtQuantile(95))/1000, "p95-ms")
}

// BenchmarkThousandWANs measures what 1,000 simulated WANs at 50 ms cost one
// process, over ten seconds.
func BenchmarkThousandWANs(b *testing.B) {
	benchmarkWANs(b, 1000)
}

// BenchmarkTwoWANs measures the same for the agent of a household.
func BenchmarkTwoWANs(b *testing.B) { benchmarkWANs(b, 2) }

func benchmarkWANs(b *testing.B, wans int) {
	var text strings.Builder
	text.WriteString("apiVersion: wanctl.dev/v1alpha1\nkind: Site\nmetadata: {name: big}\nspec:\n  intervalProfile: 50ms\n  routers: [{name: lab, simulated: {}}]\n  wans:\n")
	for i := range wans {
		fmt.Fprintf(&text, "  - {name: w%d, router: lab, probe: {reflectors: [1.1.1.1, 8.8.8.8, 9.9.9.9]}, download: {ceiling: 100M}, upload: {ceiling: 20M}}\n", i)
	}
	_, looks := benched(b, text.String())
	for sites := range looks {
		if len(sites) == 1 && is(sites[0], v1alpha1.ConditionReady) {
			break
		}
	}
	const length = 10 * time.Second
	for b.Loop() {
		cyclesBefore, skippedBefore := cycles(<-looks)
		cpu, begun := cpuTime(b), time.Now()
		for time.Since(begun) < length {
			<-looks
		}
		took := time.Since(begun)
		turned, skipped := cycles(<-looks)
		b.ReportMetric((cpuTime(b)-cpu).Seconds()/took.Seconds(), "cores")
		b.ReportMetric(float64(skipped-skippedBefore)/float64(max(turned-cyclesBefore, 1)), "skipped/cycle")
		b.ReportMetric(float64(turned-cyclesBefore)/took.Seconds(), "cycles/s")
		b.ReportMetric(residentMiB(b), "MiB-RSS")
	}
}

func cycles(sites []*v1alpha1.Site) (turned, skipped int64) {
	for _, w := range sites[0].Status.WANs {
		turned += w.Cycle.Count
		skipped += w.Cycle.Skipped
	}
	return turned, skipped
}

func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// residentMiB is the process's resident memory, as Linux tells it.
func residentMiB(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("the resident memory is read from /proc/self/statm")
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		b.Fatal(err)
	}
	return float64(resident) * float64(os.Getpagesize()) / (1 << 20)
}
