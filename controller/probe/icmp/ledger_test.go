package icmp

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/controller/probe"
)

// at is a time in milliseconds since some start.
func at(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }

var epoch = time.Now()

const ms = time.Millisecond

func TestLedger(t *testing.T) {
	for name, tc := range map[string]struct {
		happens func(l *ledger)
		now     int
		want    []probe.Sample
		waiting probe.Waiting
	}{
		"nothing was sent": {func(*ledger) {}, 10, nil, probe.Waiting{}},
		"a probe is out":   {func(l *ledger) { l.sent(1, at(0)) }, 10, nil, probe.Waiting{Reflector: 1, Age: 10 * ms}},
		"a probe is answered": {func(l *ledger) {
			l.sent(0, at(0))
			l.answered(0, 0, at(7))
		}, 10, []probe.Sample{{Reflector: 0, Sent: at(0), RTT: 7 * ms}}, probe.Waiting{}},
		"answers come out of order": {func(l *ledger) {
			l.sent(0, at(0))
			l.sent(1, at(5))
			l.sent(0, at(10))
			l.answered(0, 1, at(20))
			l.answered(0, 0, at(30))
		}, 40, []probe.Sample{{Sent: at(10), RTT: 10 * ms}, {Sent: at(0), RTT: 30 * ms}}, probe.Waiting{Reflector: 1, Age: 35 * ms}},
		"a probe is lost after the timeout": {func(l *ledger) { l.sent(0, at(0)) }, 100,
			[]probe.Sample{{Sent: at(0), Lost: true}}, probe.Waiting{}},
		"a late answer is dropped": {func(l *ledger) {
			l.sent(0, at(0))
			l.answered(0, 0, at(101))
		}, 102, []probe.Sample{{Sent: at(0), Lost: true}}, probe.Waiting{}},
		"a second answer is ignored": {func(l *ledger) {
			l.sent(0, at(0))
			l.answered(0, 0, at(5))
			l.answered(0, 0, at(6))
		}, 10, []probe.Sample{{Sent: at(0), RTT: 5 * ms}}, probe.Waiting{}},
		"an answer to nothing is ignored": {func(l *ledger) {
			l.sent(0, at(0))
			l.answered(0, 1, at(5))
			l.answered(1, 0, at(5))
		}, 10, nil, probe.Waiting{Reflector: 0, Age: 10 * ms}},
		"losses and answers stand in the order of becoming known": {func(l *ledger) {
			l.sent(0, at(0))
			l.sent(1, at(5))
			l.sent(0, at(60))
			l.answered(0, 1, at(103))
		}, 110, []probe.Sample{{Sent: at(0), Lost: true}, {Sent: at(60), RTT: 43 * ms}, {Reflector: 1, Sent: at(5), Lost: true}}, probe.Waiting{}},
		"an answer within the clock's resolution is not a loss": {func(l *ledger) {
			l.sent(0, at(0))
			l.answered(0, 0, at(0))
		}, 1, []probe.Sample{{Sent: at(0), RTT: 1}}, probe.Waiting{}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(2, 10*ms, 100*ms)
			tc.happens(l)
			got, waiting := l.collect(at(tc.now), nil)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
			if waiting != tc.waiting {
				t.Errorf("waiting: got %+v, want %+v", waiting, tc.waiting)
			}
		})
	}
}

func TestEveryProbeIsReportedExactlyOnceWhateverComesBack(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		l := newLedger(3, 15*ms, 100*ms)
		type key struct {
			reflector int
			sent      time.Time
		}
		reports := map[key]int{}
		sent, answers := 0, 0
		report := func(now time.Time) {
			samples, _ := l.collect(now, nil)
			for _, s := range samples {
				reports[key{s.Reflector, s.Sent}]++
				if !s.Lost {
					answers++
				}
			}
		}
		now := 0
		for range 5000 {
			now += rnd.IntN(9)
			reflector := rnd.IntN(3)
			switch rnd.IntN(4) {
			case 0:
				l.sent(reflector, at(now))
				sent++
				now++
			case 1, 2:
				next := l.next(reflector)
				l.answered(reflector, next-uint64(rnd.IntN(12)), at(now))
			default:
				report(at(now))
			}
		}
		report(at(now + 1000))
		if len(reports) != sent {
			t.Fatalf("seed %d: %d probes were sent and %d reported", seed, sent, len(reports))
		}
		for k, n := range reports {
			if n != 1 {
				t.Fatalf("seed %d: %+v was reported %d times", seed, k, n)
			}
		}
		if answers == 0 || answers == sent {
			t.Fatalf("seed %d: %d of %d were answered", seed, answers, sent)
		}
	}
}

func TestDaysWithoutCollectKeepTheNewestSamplesInTheSameMemory(t *testing.T) {
	l := newLedger(1, 5*ms, time.Second)
	size := [2]int{len(l.done), len(l.flights[0].out)}
	n := 100_000
	for i := range n {
		l.sent(0, at(5*i))
	}
	samples, _ := l.collect(at(5*n+1000), nil)
	if len(samples) != backlog || !samples[backlog-1].Sent.Equal(at(5*(n-1))) {
		t.Errorf("%d samples are left, the newest of %v", len(samples), samples[len(samples)-1].Sent.Sub(epoch))
	}
	if got := [2]int{len(l.done), len(l.flights[0].out)}; got != size {
		t.Errorf("memory grew from %v to %v", size, got)
	}
}

func TestTheLedgerDoesNotAllocate(t *testing.T) {
	l := newLedger(2, 10*ms, 100*ms)
	buf := make([]probe.Sample, 0, 64)
	now := 0
	allocs := testing.AllocsPerRun(1000, func() {
		now += 5
		l.sent(0, at(now))
		l.sent(1, at(now))
		l.answered(0, l.next(0)-1, at(now+1))
		buf, _ = l.collect(at(now+2), buf[:0])
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestAMomentIsNotMetBeforeItOrAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	for range 5 {
		moment := time.Now().Add(3 * time.Millisecond)
		if err := meet(ctx, moment); err != nil || time.Now().Before(moment) {
			t.Errorf("back %v before its moment, error %v", time.Until(moment), err)
		}
	}
	cancel()
	if err := meet(ctx, time.Now().Add(time.Hour)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestTheBeatGoesOnWhateverPingersDo(t *testing.T) {
	b := beat{first: at(100), period: 30 * ms}
	got := map[int]time.Duration{}
	for _, now := range []int{0, 99, 100, 101, 129, 130, 1001} {
		got[now] = b.after(at(now)).Sub(epoch) / ms
	}
	if want := map[int]time.Duration{0: 100, 99: 100, 100: 130, 101: 130, 129: 130, 130: 160, 1001: 1030}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func BenchmarkCollect(b *testing.B) {
	l := newLedger(3, 150*ms, time.Second)
	buf := make([]probe.Sample, 0, 64)
	now := 0
	b.ReportAllocs()
	for b.Loop() {
		now += 50
		l.sent(now/50%3, at(now))
		l.answered(now/50%3, l.next(now/50%3)-1, at(now+20))
		buf, _ = l.collect(at(now+50), buf[:0])
	}
}
