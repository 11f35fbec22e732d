package evidence_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// busy is a line that has seen everything once.
func busy() *line {
	l := newLine()
	l.turn(20 * time.Minute)
	rise(l)
	l.apply(autorate.Download, 50e6, time.Millisecond)
	l.turn(interval)
	l.delay(0)
	l.turn(time.Minute)
	return l
}

func TestACycleAllocatesNothing(t *testing.T) {
	l := busy()
	if n := testing.AllocsPerRun(10_000, func() {
		l.At += interval
		l.Collector.Cycle(&l.Cycle)
		l.apply(autorate.Upload, 10e6, time.Millisecond)
	}); n != 0 {
		t.Errorf("a cycle makes %v allocations", n)
	}
}

func BenchmarkCycle(b *testing.B) {
	l := busy()
	b.ReportAllocs()
	for b.Loop() {
		l.At += interval
		l.Collector.Cycle(&l.Cycle)
	}
}

func BenchmarkFigures(b *testing.B) {
	l := busy()
	for b.Loop() {
		l.figures()
	}
}

func BenchmarkSave(b *testing.B) {
	l := busy()
	for b.Loop() {
		l.Save()
	}
}
