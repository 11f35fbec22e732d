package fluid

import (
	"fmt"
	"testing"
	"time"
)

// shaped is a link of 20 Mbit/s whose direction d is shaped to 15 and loaded.
func shaped(d Direction, flows int) *Link {
	c := Config{BaseRTT: 20 * time.Millisecond, Buffer: 500 * time.Millisecond}
	for i := range c.Directions {
		c.Directions[i].Capacity.First = 20e6
	}
	c.Directions[d].Shaper, c.Directions[d].Flows = 15e6, flows
	return New(c)
}

func TestTheShaperKeepsItsOwnQueueShort(t *testing.T) {
	for _, d := range []Direction{Download, Upload} {
		for _, flows := range []int{1, 2, 8, 32} {
			t.Run(fmt.Sprintf("%v of %d flows", d, flows), func(t *testing.T) {
				l := shaped(d, flows)
				l.Advance(20 * time.Second)
				shaper, mean := &l.directions[d].shaper, 0.0
				const looks = 2000
				for i := range looks {
					l.Advance(20*time.Second + time.Duration(i)*5*time.Millisecond)
					mean += shaper.backlog / shaper.carry * l.step.Seconds() / looks
				}
				// A flow never has less than two packets in flight.
				most := 0.015 + float64(flows)*leastWindow*wirePacket*8/15e6
				if mean < 0.0005 || mean > most {
					t.Errorf("the shaper holds bulk traffic for %.1f ms, want 0.5 to %.1f", mean*1e3, most*1e3)
				}
			})
		}
	}
}

func TestTheLongerAQueueStandsTheMoreOftenFlowsAreHit(t *testing.T) {
	c := cake{interval: 20}
	c.set(1000, 0.005, 1)
	c.pass(1e9)
	var hits [5]float64 // of 500 ms each
	for step := range 500 {
		c.pass(1000)
		hits[step/100] += c.hits(1)
	}
	if hits[0] < 4 || hits[0] > 9 {
		t.Errorf("%v hits in the first half second, want about 6", hits[0])
	}
	for i := 1; i < len(hits); i++ {
		if hits[i] <= hits[i-1] {
			t.Errorf("hits every half second are %v, want them to rise", hits)
		}
	}
}

func TestAShortBurstHitsNobody(t *testing.T) {
	c := cake{interval: 20}
	c.set(1000, 0.005, 1)
	for range 10 {
		c.pass(15000)
		for range 15 {
			c.pass(0)
			if h := c.hits(1); h != 0 {
				t.Fatalf("%v flows were hit by a burst that was gone within the interval", h)
			}
		}
	}
}

func TestSendersLearnOfALossOneRoundTripLater(t *testing.T) {
	d := &shaped(Download, 2).directions[Download]
	for _, tc := range []struct {
		name               string
		bottleneck, shaper float64 // queued, in bytes
		inBottleneck       bool
		want               int64 // steps of 5 ms
	}{
		{"at the head of the shaper: the base round-trip time", 1e6, 93750, false, 4},
		{"at the tail of an empty bottleneck: the base round-trip time", 0, 0, true, 4},
		{"at the tail of the bottleneck: its queue as well", 125000, 0, true, 14},
		{"at the tail of the bottleneck: the shaper's queue as well", 125000, 93750, true, 24},
	} {
		d.bottleneck.backlog, d.shaper.backlog = tc.bottleneck, tc.shaper
		if got := d.lag(tc.inBottleneck); got != tc.want {
			t.Errorf("%s: %d steps, want %d", tc.name, got, tc.want)
		}
	}

	f := flows{count: 2, window: 100_000, mss: 2 * segment}
	f.lose(1, 0, 10, 4)
	f.lose(5, 3000, 12, 4)
	if f.news != 14 || f.hit != 2 || f.missing != 3000 {
		t.Errorf("two losses are one piece of news for both flows, at the first's time: %+v", f)
	}
}

func TestEveryFlowThatIsHitGivesUpItsPart(t *testing.T) {
	for _, tc := range []struct{ hit, want float64 }{{1, 92_500}, {2, 85_000}, {4, 70_000}} {
		f := flows{count: 4, mss: 4 * segment, window: 100_000, hit: tc.hit}
		f.backOff()
		if diff := f.window - tc.want; diff < -1 || diff > 1 {
			t.Errorf("%v of 4 flows hit leave a window of %.0f, want %.0f", tc.hit, f.window, tc.want)
		}
	}
}
