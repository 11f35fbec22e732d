package autorate

import (
	"testing"
	"time"
)

// drainingBench is one whose download has congested at 20 Mbit/s with a delay: 40
// ms make its rate 17M, 100 ms 14M.
func drainingBench(delayMS float64) *bench {
	b := newBench(20e6, 0.3e6)
	b.run(0, 10)
	b.run(delayMS, 1)
	return b
}

func TestWhatArrivesWhileADownloadDrains(t *testing.T) {
	for _, tt := range []struct {
		name              string
		delay             float64
		recent, delivered float64
		slope             float64
		beside            bool
		capacity          float64
	}{
		{"is the capacity where both windows say that the line is full", 100, 18e6, 17.5e6, 0, false, 18e6},
		{"but not where only the longer one does, which has some of before", 100, 16e6, 19e6, 0, false, 20e6},
		{"lowers it at once where the delay rises", 40, 15e6, 15e6, 0.1, false, 15e6},
		{"and not where the shaper gets what it lets through", 40, 16.5e6, 16.5e6, 0.1, false, 20e6},
		{"does not lower it at once where it may be the upload's queue", 40, 15e6, 15e6, 0.1, true, 20e6},
		{"nor where acknowledgements are later still", 40, 12.5e6, 12.5e6, 0.1, true, 20e6},
		{"unless it is far less", 40, 11.5e6, 11.5e6, 0.1, true, 11.5e6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := drainingBench(tt.delay)
			b.w.Fast[Download].joint = tt.beside
			b.in.Delivered.Recent[Download], b.in.Delivered.BitsPerSecond[Download] = tt.recent, tt.delivered
			b.in.Signal.Slope = tt.slope
			b.run(tt.delay, 1)
			if got := b.w.Fast[Download].CapacityBitsPerSecond; got != tt.capacity {
				t.Errorf("the capacity is %.0f, want %.0f", got, tt.capacity)
			}
		})
	}
}

func TestAShortBurstIsNotTheCapacity(t *testing.T) {
	b := drainingBench(100)
	b.in.Delivered.Recent[Download], b.in.Delivered.BitsPerSecond[Download] = 24e6, 15e6
	b.run(100, 4)
	if got := b.w.Fast[Download].CapacityBitsPerSecond; got != 20e6 {
		t.Errorf("it became %.0f", got)
	}
}

func TestADelayThatFallsSaysNothingOfADownloadThatIsHeldUp(t *testing.T) {
	b := drainingBench(40)
	b.carry(12e6, 0.3e6)
	b.in.Signal.Slope = -2 * rising
	b.run(40, 8)
	if got := b.w.Fast[Download].CapacityBitsPerSecond; got != 20e6 {
		t.Errorf("the capacity became %.0f", got)
	}
}

func TestAnUploadsCapacityIsLeftAloneByASlopeOfLittle(t *testing.T) {
	for _, tt := range []struct {
		name        string
		slope, sent float64
	}{
		{"which says that it carries a little less", 0.05, 0.96},
		{"or more, where the queue shrinks", -0.3, 0.8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(0.3e6, 10e6)
			b.run(0, 10)
			b.run(40, 1)
			first := b.w.Fast[Upload].CapacityBitsPerSecond
			b.in.Signal.Slope = tt.slope
			b.carry(0.3e6, tt.sent*first)
			b.run(38, 8)
			if got := b.w.Fast[Upload].CapacityBitsPerSecond; got != first {
				t.Errorf("it became %.0f of %.0f", got, first)
			}
		})
	}
}

func TestADownloadThatWasDrainedAloneIsNotAcquitted(t *testing.T) {
	b := drainingBench(40)
	for range 8 {
		b.carry(float64(b.rates()[Download]), 0.3e6)
		b.run(40, 1)
	}
	b.run(0, 1)
	if got := b.w.Shapers[Download].Reason; got != Drained {
		t.Errorf("it ends with %v", got)
	}
}

func TestWhatIsUsualIsNoMoreThanADrainFound(t *testing.T) {
	b := newBench(24e6, 0.3e6)
	b.run(0, 200)
	b.carry(10e6, 0.3e6)
	b.run(40, 1)
	b.run(0, 1)
	if got := b.w.Fast[Download].usual; got > 10e6 {
		t.Errorf("%.0f are usual on a line that was found to carry 10M", got)
	}
}

func TestAClimb(t *testing.T) {
	for _, tt := range []struct {
		name   string
		recent float64
		rises  bool
	}{
		{"goes on while what it offers is used", 19e6, true},
		{"waits while it is not", 0.75 * 20e6, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(19e6, 0.3e6)
			b.w.Shapers[Download].Rate = 20e6
			b.w.Fast[Download].enter(climbing, 0)
			b.in.Delivered.Recent[Download] = tt.recent
			b.run(0, 1)
			if got := b.rates()[Download] > 20e6; got != tt.rises || b.w.Fast[Download].phase != climbing {
				t.Errorf("it rose: %v, want %v", got, tt.rises)
			}
		})
	}
}

func TestAClimbHasProvenWhatItCarried(t *testing.T) {
	for _, tt := range []struct {
		name     string
		delay    float64
		now      float64
		capacity float64
	}{
		{"while it was quiet", 0, 15e6, 19e6},
		{"but not while it was not", 6.5, 15e6, 15e6},
		{"nor on a line that has fallen since", 0, 10e6, 10e6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(19e6, 0.3e6)
			b.w.Shapers[Download].Rate = 20e6
			b.in.Signal.MedianMS, b.in.Signal.NewestMS = tt.delay, tt.delay
			b.w.Fast[Download].enter(climbing, 0)
			b.run(tt.delay, 2)
			b.carry(tt.now, 0.3e6)
			b.in.Delivered.BitsPerSecond[Download] = 18e6
			b.run(30, 1)
			if got := b.w.Fast[Download].CapacityBitsPerSecond; got != tt.capacity {
				t.Errorf("the capacity is %.0f, want %.0f", got, tt.capacity)
			}
		})
	}
}

func TestARefusalDrainsAtOnceWhatIsWorthIt(t *testing.T) {
	for _, tt := range []struct {
		name  string
		delay float64
		want  int64
	}{
		{"a long queue", 30, int64(20e6 * (share - 30.0/drainMS))},
		{"and a short one by the share alone", 10, 19e6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(20e6, 0.3e6)
			b.run(0, 10)
			b.w.Fast[Download].CapacityBitsPerSecond = 20e6
			b.w.Fast[Download].enter(probing, b.in.Now)
			b.w.Shapers[Download].Rate = 21e6
			b.run(tt.delay, 1)
			if got := b.w.Shapers[Download]; got.Rate < tt.want-1 || got.Rate > tt.want || got.Reason != ProbeRefused {
				t.Errorf("the rate is %d (%v), want %d", got.Rate, got.Reason, tt.want)
			}
		})
	}
}

func TestAProbeThatIsNeitherRefusedNorFilledGoesOnForTwiceItsTime(t *testing.T) {
	b := loadedBench()
	b.in.Signal.RTT = time.Millisecond
	b.w.Fast[Download].enter(probing, b.in.Now)
	b.run(0, int(probeFor/cycle)+2)
	if got := b.w.Fast[Download].phase; got != probing {
		t.Fatalf("phase %v", got)
	}
	b.run(0, int(probeFor/cycle))
	if got := b.w.Fast[Download].phase; got != holding {
		t.Errorf("phase %v after twice its time", got)
	}
}

func TestADownloadThatLateAcknowledgementsLoweredGetsBackWhatItHadBefore(t *testing.T) {
	b := loadedBench()
	b.w.Fast[Download].enter(probing, b.in.Now)
	b.w.Fast[Download].joint = true
	b.carry(9e6, 7.6e6)
	b.run(15, 1)
	if got := b.w.Fast[Download].CapacityBitsPerSecond; got != 9e6 {
		t.Fatalf("far less arrives, and the capacity is %.0f", got)
	}
	for range 8 {
		b.carry(float64(b.rates()[Download]), 7.6e6)
		b.run(15, 1)
	}
	b.run(0, 1)
	if got := b.w.Shapers[Download]; got.Rate != 19e6 || got.Reason != FalseAlarm {
		t.Errorf("after it the rate is %d (%v), want the 19M of before", got.Rate, got.Reason)
	}
}

func TestWhatAnUploadSentWhileItsClimbWasQuietProvesLess(t *testing.T) {
	b := newBench(0.3e6, 8e6)
	b.c.Limits[Upload].Ceiling = 30e6
	b.w.Shapers[Upload].Rate = 8.5e6
	b.w.Fast[Upload].enter(climbing, 0)
	b.run(0, 2)
	b.in.Delivered.Recent[Upload] = 6e6
	b.run(30, 1)
	if got := b.w.Fast[Upload].CapacityBitsPerSecond; got != starved*8e6 {
		t.Errorf("the capacity is %.0f, want %.0f", got, starved*8e6)
	}
}

func TestADrainIsThatOfAJointProbeOnlyRightAfterOne(t *testing.T) {
	for _, tt := range []struct {
		name  string
		phase phase
		ago   time.Duration
		want  bool
	}{
		{"while it is asked", probing, 2 * lately, true},
		{"while it climbs", climbing, 2 * lately, true},
		{"just after", holding, lately - cycle, true},
		{"but not later", holding, lately + cycle, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.in.Now = time.Minute
			f := &b.w.Fast[Download]
			f.phase, f.joint, f.raised = tt.phase, true, b.in.Now-tt.ago
			b.w.congest(Download, &b.in, false)
			if f.joint != tt.want {
				t.Errorf("joint is %v, want %v", f.joint, tt.want)
			}
		})
	}
}
