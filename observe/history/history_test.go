package history_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/observe/history"
)

// recorded is a history of cycles up to a time, the nth of which has an RTT of
// n ms, modulo 100.
func recorded(interval, length time.Duration) *history.History {
	h := &history.History{}
	for at := time.Duration(0); at < length; at += interval {
		n := int64(at / interval)
		h.Add([]loop.Record{{At: at, Answered: true, RTTMS: float32(n % 100), Rates: [2]int64{n, 2 * n}}})
	}
	return h
}

func TestEveryCycleOfTheLastTwoMinutesIsKept(t *testing.T) {
	for _, interval := range []time.Duration{10 * time.Millisecond, 500 * time.Millisecond} {
		got := recorded(interval, time.Hour).Cycles(0, nil)
		if want := int(history.KeepCycles/interval) + 1; len(got) != want {
			t.Errorf("at %v %d cycles are kept, want %d", interval, len(got), want)
		}
		for i := 1; i < len(got); i++ {
			if got[i].At-got[i-1].At != interval {
				t.Fatalf("at %v a cycle of %v follows one of %v", interval, got[i].At, got[i-1].At)
			}
		}
	}
}

func TestCyclesAfterATimeAreThoseThatFollow(t *testing.T) {
	got := recorded(time.Second, time.Minute).Cycles(57*time.Second, nil)
	if len(got) != 2 || got[0].At != 58*time.Second {
		t.Errorf("after 57s: %+v", got)
	}
}

func TestABucketIsTheMeanOfItsCyclesAndTheWorstOfTheirStates(t *testing.T) {
	h := &history.History{}
	h.Add([]loop.Record{
		{At: 0, Answered: true, RTTMS: 10, LoadMS: 5, BaselineMS: 4, Rates: [2]int64{100, 10}, Delivered: [2]float32{50, 5}, Counted: true},
		{At: 200 * time.Millisecond, RTTMS: 99, LoadMS: 6, BaselineMS: 4, Rates: [2]int64{200, 10}, States: [2]autorate.State{autorate.Red, autorate.Green}},
		{At: 900 * time.Millisecond, Answered: true, RTTMS: 30, LoadMS: 7, BaselineMS: 3, Rates: [2]int64{300, 10}, Delivered: [2]float32{70, 7}, Counted: true,
			States: [2]autorate.State{autorate.Yellow, autorate.Green}},
		{At: time.Second},
	})
	got, step := h.Buckets(time.Minute)
	want := history.Bucket{
		RTTMS: 20, RTTMaxMS: 30, LoadMS: 7, BaselineMS: 3, Rates: [2]float32{200, 10}, Delivered: [2]float32{60, 6}, Counted: true,
		States: [2]autorate.State{autorate.Red, autorate.Green},
	}
	if step != time.Second || len(got) != 2 || got[0] != want {
		t.Errorf("every %v: %+v, want first %+v", step, got, want)
	}
	if got[1].Counted || got[1].RTTMS != 0 || got[1].At != time.Second {
		t.Errorf("the one being filled is %+v", got[1])
	}
}

func TestBucketsReachBackAsFarAsAsked(t *testing.T) {
	h := recorded(500*time.Millisecond, 30*time.Hour)
	for _, tt := range []struct {
		span, step time.Duration
		count      int
	}{
		{15 * time.Minute, time.Second, 900},
		{time.Hour, time.Second, 3600},
		{6 * time.Hour, 15 * time.Second, 1440},
		{24 * time.Hour, 15 * time.Second, 5760},
		{100 * time.Hour, 15 * time.Second, 5760},
	} {
		got, step := h.Buckets(tt.span)
		if step != tt.step || len(got) < tt.count || len(got) > tt.count+1 {
			t.Errorf("%v back: %d buckets of %v, want %d of %v", tt.span, len(got), step, tt.count, tt.step)
		}
	}
}

func TestAnEmptyHistoryHasNothing(t *testing.T) {
	h := &history.History{}
	if buckets, _ := h.Buckets(time.Hour); len(buckets) != 0 || len(h.Cycles(0, nil)) != 0 {
		t.Error("an empty history has something")
	}
}
