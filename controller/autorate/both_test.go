package autorate

import (
	"math"
	"testing"
	"time"
)

// loadedBench is a WAN whose line of 20/8 Mbit/s both directions fill from below
// their ceilings.
func loadedBench() *bench {
	b := newBench(19e6, 7.6e6)
	for d, rate := range []float64{19e6, 7.6e6} {
		b.w.Shapers[d].Rate = int64(rate)
		b.w.Fast[d].CapacityBitsPerSecond, b.w.Fast[d].congested = rate/share, rate/share
	}
	b.run(0, 10)
	b.w.Fast[Download].usual, b.w.Fast[Upload].usual = 19e6, 7.6e6
	return b
}

// carry sets what both windows of the counters say.
func (b *bench) carry(down, up float64) {
	b.in.Delivered.BitsPerSecond = [2]float64{down, up}
	b.in.Delivered.Recent = b.in.Delivered.BitsPerSecond
}

func TestAnUploadsCapacityIsToldByASlopeThatIsAllOfTheDrain(t *testing.T) {
	b := newBench(0.3e6, 10e6)
	b.run(0, 10)
	b.run(40, 1)
	first := b.w.Fast[Upload].CapacityBitsPerSecond
	b.in.Signal.Slope = 0.25
	b.carry(0.3e6, 8e6)
	cycles := int((b.in.Signal.sloped() - 1) / cycle)
	b.run(40, cycles)
	if got := b.w.Fast[Upload].CapacityBitsPerSecond; got != first {
		t.Errorf("a slope of before the drain made a capacity of %.0f of %.0f", got, first)
	}
	b.run(40, 1)
	if got := b.w.Fast[Upload].CapacityBitsPerSecond; got != 8e6/1.25 {
		t.Errorf("the capacity is %.0f, want the 6.4M that gets through of 8M sent", got)
	}
	b.carry(0.3e6, 5e6)
	b.run(40, cycles)
	if got := b.w.Fast[Upload].CapacityBitsPerSecond; got != 8e6/1.25 {
		t.Errorf("a slope of before its last correction made it %.0f", got)
	}
}

func TestAnUploadThatFallsWithTheDownloadCarriesWhatItSends(t *testing.T) {
	b := loadedBench()
	b.carry(8e6, 5.4e6)
	b.in.Delivered.Recent[Upload] = 3.6e6
	b.in.Signal.Slope = 0.5
	b.run(40, 1)
	if got, want := b.w.Fast[Upload].CapacityBitsPerSecond, (3.6e6+unacknowledged*1.8e6)/(1+rising); got != want {
		t.Errorf("its capacity is %.0f, want the %.0f that acknowledgements let it send", got, want)
	}
}

func TestADownloadThatGetsLessThanItsShaperLetsThroughWhileNothingFalls(t *testing.T) {
	for _, tt := range []struct {
		name     string
		together bool
		patience time.Duration
	}{
		{"carries that, once the drain must show", false, (&Signal{RTT: 20 * time.Millisecond, Spacing: cycle}).feedback()},
		{"may wait in the queue of the upload for twice as long", true, 2 * (&Signal{RTT: 20 * time.Millisecond, Spacing: cycle}).feedback()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(20e6, 0.3e6)
			b.run(0, 10)
			b.run(40, 1)
			b.w.Fast[Download].together = tt.together
			b.carry(12e6, 0.3e6)
			b.run(40, int((tt.patience-1)/cycle))
			if got := b.w.Fast[Download].CapacityBitsPerSecond; got != 20e6 {
				t.Fatalf("the capacity became %.0f before %v", got, tt.patience)
			}
			b.run(40, 1)
			if got := b.w.Fast[Download].CapacityBitsPerSecond; got != 12e6 {
				t.Errorf("the capacity is %.0f, want the 12M that arrive", got)
			}
		})
	}
}

func TestADownloadThatWasDrainedAlongWithTheUpload(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrives float64
		lasts   int
		reason  Reason
	}{
		{"gets back what it had where no more arrived than its shaper let through", 1, 8, FalseAlarm},
		{"does not where more did", 1.15, 8, Drained},
		{"nor where the queue was gone before that could be told", 1, 3, Drained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.carry(12e6, 7.6e6)
			b.run(40, 1)
			if b.w.Fast[Download].phase != draining || b.w.Fast[Upload].phase != draining {
				t.Fatal("both should drain")
			}
			for range tt.lasts {
				rate := tt.arrives * float64(b.w.Shapers[Download].Rate)
				b.carry(rate, 4e6)
				b.run(40, 1)
			}
			b.run(0, 1)
			got := b.w.Shapers[Download]
			if got.Reason != tt.reason || tt.reason == FalseAlarm != (got.Rate == 19e6) {
				t.Errorf("after it the rate is %d (%v), want %v", got.Rate, got.Reason, tt.reason)
			}
		})
	}
}

func TestALineThatFallsFarFallsInBothDirections(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrives float64
		want    bool
	}{
		{"the upload is drained as well where the download carries far less", 8e6, true},
		{"and is not where it carries little less", 15e6, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.Fast[Download].enter(probing, b.in.Now)
			b.carry(tt.arrives, 4e6)
			b.run(30, 2)
			if got := b.w.Fast[Upload].phase == draining; got != tt.want {
				t.Errorf("the upload drains: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnUploadThatClimbsIsNotAloneToBlameForADownloadThatFell(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrives float64
		want    bool
	}{
		{"a download that fell drains, too", 10e6, true},
		{"one that did not does not", 19e6, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.Fast[Upload].enter(climbing, b.in.Now)
			b.carry(tt.arrives, 7.6e6)
			b.run(30, 1)
			if b.w.Fast[Upload].phase != draining || (b.w.Fast[Download].phase == draining) != tt.want {
				t.Errorf("phases %v; the download drains should be %v", [2]phase{b.w.Fast[0].phase, b.w.Fast[1].phase}, tt.want)
			}
		})
	}
}

func TestWhatADownloadUsuallyCarriesIsNotLearntWhileTheUploadDrains(t *testing.T) {
	b := loadedBench()
	b.w.Fast[Download].usual = 19e6
	b.w.congest(Upload, &b.in, false)
	b.carry(5e6, 7.6e6)
	b.run(20, 40)
	if got := b.w.Fast[Download].usual; got != 19e6 {
		t.Errorf("it became %.0f", got)
	}
}

func TestADirectionThatOutgrowsWhereItCongestedLetsTheOtherBeAsked(t *testing.T) {
	for _, tt := range []struct {
		name    string
		climber Direction
		above   float64
		spacing time.Duration
		want    bool
	}{
		{"a download by a twentieth", Download, outgrew + 0.02, cycle, true},
		{"but not by less", Download, outgrew - 0.02, cycle, false},
		{"an upload by a fifth", Upload, outgrewUpload + 0.02, cycle, true},
		{"but not by less, since its rate proves little", Upload, outgrewUpload - 0.02, cycle, false},
		{"but not in a slow loop, which could not tell whose queue it is", Download, outgrew + 0.05, 500 * time.Millisecond, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.c.Limits[Download].Ceiling, b.c.Limits[Upload].Ceiling = 60e6, 30e6
			b.in.Signal.Spacing = tt.spacing
			other := 1 - tt.climber
			b.w.Fast[tt.climber].enter(climbing, b.in.Now)
			rate := b.w.Fast[tt.climber].congested * (1 + tt.above)
			b.w.Shapers[tt.climber].Rate = int64(rate)
			b.in.Delivered.BitsPerSecond[tt.climber], b.in.Delivered.Recent[tt.climber] = rate, rate
			b.run(0, 1)
			if got := b.w.Fast[other].phase == probing; got != tt.want || b.w.Fast[other].beside != tt.want {
				t.Errorf("the %v is asked: %v, beside the other: %v; want %v", other, got, b.w.Fast[other].beside, tt.want)
			}
			b.w.probe(&b.c, other, &b.in, true)
			if b.w.Fast[other].beside {
				t.Error("the next probe is beside a climb as well")
			}
		})
	}
}

func TestASlowLoopAsksOneDirectionAtATime(t *testing.T) {
	b := loadedBench()
	b.in.Signal.Spacing = 500 * time.Millisecond
	for range 200 {
		b.run(0, 1)
		if b.w.Fast[Download].phase == probing && b.w.Fast[Upload].phase == probing {
			t.Fatal("both are asked at once")
		}
	}
}

func TestARefusedProbe(t *testing.T) {
	for _, tt := range []struct {
		name     string
		d        Direction
		joint    bool
		carries  float64
		slope    float64
		capacity float64
	}{
		{"of both lowers no download for what may be the upload's queue", Download, true, 16e6, 0.1, 20e6},
		{"of both lowers one of which far less arrives", Download, true, 10e6, 0.1, 10e6},
		{"of one lowers a download of which less arrives", Download, false, 16e6, 0.1, 16e6},
		{"of one lowers an upload to what the slope says", Upload, false, 8.8e6, 0.12, 8.8e6 / 1.12},
		{"of one lowers an upload by little", Upload, false, 8.8e6, 0.5, share * 8e6},
		{"of one never raises an upload", Upload, false, 8.8e6, 0, 8e6},
		{"of both lowers no upload", Upload, true, 8.8e6, 0.5, 8e6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.Fast[tt.d].enter(probing, b.in.Now)
			b.w.Fast[tt.d].joint = tt.joint
			b.in.Delivered.BitsPerSecond[tt.d], b.in.Delivered.Recent[tt.d] = tt.carries, tt.carries
			b.in.Signal.Slope = tt.slope
			b.run(10, 1)
			if got := b.w.Fast[tt.d].CapacityBitsPerSecond; math.Abs(got-tt.capacity) > 1 || b.w.Shapers[tt.d].Reason != ProbeRefused {
				t.Errorf("the capacity is %.0f (%v), want %.0f", got, b.w.Shapers[tt.d].Reason, tt.capacity)
			}
		})
	}
}

func TestAProbeBesideAClimbIsAsShortAsOneAlone(t *testing.T) {
	for _, tt := range []struct {
		name          string
		joint, beside bool
		cycles        int
		want          phase
	}{
		{"alone", false, false, 4, climbing},
		{"beside a climb", true, true, 4, climbing},
		{"along with another probe it is longer", true, false, 4, probing},
		{"but not for ever", true, false, 6, climbing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.Fast[Download].enter(climbing, b.in.Now)
			f := &b.w.Fast[Upload]
			f.enter(probing, b.in.Now)
			f.joint, f.beside = tt.joint, tt.beside
			b.run(0, tt.cycles)
			if f.phase != tt.want {
				t.Errorf("after %d cycles its phase is %d, want %d", tt.cycles, f.phase, tt.want)
			}
		})
	}
}

func TestWhatCameToItsCeilingDrainsWithAProbeThatWasRefusedBesideIt(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ago   time.Duration
		joint bool
		want  bool
	}{
		{"just now", lately - 2*cycle, true, true},
		{"but not long ago", lately + cycle, true, false},
		{"nor beside a probe of one alone", 2 * cycle, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.in.Now = time.Minute
			b.w.Shapers[Upload].Rate = 10e6
			b.w.Fast[Upload] = Fast{CapacityBitsPerSecond: 8e6, raised: b.in.Now - tt.ago, used: b.in.Now, everUsed: true, usual: 8e6}
			b.w.Fast[Download].enter(probing, b.in.Now)
			b.w.Fast[Download].joint = tt.joint
			b.carry(19e6, 8e6)
			b.run(20, 2)
			if got := b.w.Fast[Upload].phase == draining; got != tt.want {
				t.Errorf("the upload drains: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestADrainOfAnUploadThatIsOfNoUseTurnsToTheDownload(t *testing.T) {
	for _, tt := range []struct {
		name    string
		carries float64
		want    bool
	}{
		{"at once where that uses half of its shaper's rate", 0.55 * 19e6, true},
		{"later where it uses less", 0.4 * 19e6, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.Fast[Download].usual = tt.carries
			b.carry(tt.carries, 7.6e6)
			b.w.congest(Upload, &b.in, false)
			b.run(60, int(stubborn/cycle)+2)
			if got := b.w.Fast[Download].phase == draining; got != tt.want {
				t.Errorf("the download drains: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestBothClimb(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrives float64
		want    bool
	}{
		{"a download that gets what it is offered is not to blame", 19e6, false},
		{"one that gets less is", 15e6, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.Fast[Download].enter(climbing, b.in.Now)
			b.w.Fast[Upload].enter(climbing, b.in.Now)
			b.carry(tt.arrives, 7.6e6)
			b.run(30, 1)
			if b.w.Fast[Upload].phase != draining || (b.w.Fast[Download].phase == draining) != tt.want {
				t.Errorf("phases %v; the download drains should be %v", [2]phase{b.w.Fast[0].phase, b.w.Fast[1].phase}, tt.want)
			}
		})
	}
}

func TestWhatHasJustComeToItsCeilingDrainsWithWhatClimbs(t *testing.T) {
	b := loadedBench()
	b.w.Shapers[Download].Rate = 25e6
	b.w.Fast[Download].raised = b.in.Now
	b.w.Fast[Upload].enter(climbing, b.in.Now)
	b.carry(20e6, 7.6e6)
	b.run(30, 1)
	if b.w.Fast[Download].phase != draining || b.w.Fast[Upload].phase != draining {
		t.Errorf("phases %v, want both to drain", [2]phase{b.w.Fast[0].phase, b.w.Fast[1].phase})
	}
	for range 40 {
		b.carry(float64(b.rates()[Download]), float64(b.rates()[Upload]))
		b.run(0, 1)
		if b.w.Fast[Upload].phase != holding || b.w.Fast[Download].phase != holding {
			break
		}
	}
	if b.w.Fast[Upload].phase != probing || b.w.Fast[Download].phase != holding {
		t.Errorf("phases %v after that, want the upload to be asked alone, whose climb was cut short", [2]phase{b.w.Fast[0].phase, b.w.Fast[1].phase})
	}
}

func TestADownloadThatCollapsedKeepsWhatItWasFoundToCarry(t *testing.T) {
	b := loadedBench()
	b.in.Signal.Silent = true
	b.w.Fast[Download].enter(probing, b.in.Now)
	b.carry(8e6, 4e6)
	b.run(30, 1)
	b.in.Signal.Silent, b.in.Signal.Slope = false, 0.3
	b.run(40, 3)
	if got := b.w.Fast[Download]; got.CapacityBitsPerSecond != 8e6 || b.w.Fast[Upload].phase != draining {
		t.Errorf("the capacity is %.0f, want the 8M that arrive; the upload is in phase %v", got.CapacityBitsPerSecond, b.w.Fast[Upload].phase)
	}
}

func TestADownloadWhoseOwnQueueLeavesIsGivenTime(t *testing.T) {
	for _, tt := range []struct {
		name    string
		arrives float64
		want    bool
	}{
		{"to drain while more arrives than its shaper lets through", 1.15, false},
		{"but not where no more does", 1, true},
		{"nor where it does so by noise", 1.05, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.w.congest(Download, &b.in, false)
			b.w.Shapers[Download].Rate = 17e6
			for range 7 {
				b.carry(tt.arrives*float64(b.rates()[Download]), 7.6e6)
				b.run(15, 1)
			}
			if got := b.w.Fast[Upload].phase == draining; got != tt.want {
				t.Errorf("the upload drains: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestADirectionIsAskedBesideAnotherOnAQuietLineOnly(t *testing.T) {
	for _, tt := range []struct {
		name  string
		delay float64
		want  bool
	}{
		{"quiet", 1, true},
		{"drained, and no more", 6, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.c.Limits[Download].Ceiling = 60e6
			b.w.Fast[Download].enter(climbing, b.in.Now)
			b.w.Shapers[Download].Rate = 25e6
			b.carry(25e6, 7.6e6)
			b.in.Signal.MedianMS, b.in.Signal.NewestMS = 0, tt.delay
			b.in.Now += cycle
			b.w.Step(&b.c, &b.in)
			if got := b.w.Fast[Upload].phase == probing; got != tt.want {
				t.Errorf("the upload is asked: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAClimbBesideALoadedDirectionEndsAsAProbeWould(t *testing.T) {
	for _, tt := range []struct {
		name    string
		other   float64
		carries float64
		delay   float64
		want    bool
	}{
		{"where it carries little more than it last congested at", 19e6, 8e6 * (1 + beyond/2), 12, true},
		{"but not where it carries much more", 19e6, 8e6 * (1 + 2*beyond), 12, false},
		{"nor where a probe would not be refused", 19e6, 8e6 * (1 + beyond/2), 7, false},
		{"and so does an upload's alone", 0.5e6, 8e6 * (1 + beyond/2), 12, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := loadedBench()
			b.c.Limits[Upload].Ceiling = 30e6
			b.in.Now = time.Minute
			b.carry(tt.other, tt.carries)
			b.w.Shapers[Upload].Rate = int64(tt.carries)
			b.w.Fast[Upload].enter(climbing, b.in.Now)
			b.run(tt.delay, 1)
			if got := b.w.Fast[Upload].phase == draining; got != tt.want {
				t.Errorf("it drains: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestADownloadThatClimbsAloneIsLetGoOnUntilItCongests(t *testing.T) {
	b := newBench(19e6, 0.3e6)
	b.w.Shapers[Download].Rate = 19e6
	b.w.Fast[Download].congested = 18e6
	b.w.Fast[Download].enter(climbing, 0)
	b.run(10, 1)
	if got := b.w.Fast[Download].phase; got != climbing {
		t.Errorf("phase %v", got)
	}
}
