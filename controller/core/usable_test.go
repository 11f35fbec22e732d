package core

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
)

// lossy runs a line on which every so many'th probe is lost; 0 is none.
func lossy(l *line, every int, d time.Duration) {
	for i := 0; time.Duration(i)*interval < d; i++ {
		rtt := 20 * ms
		if every > 0 && i%every == 0 {
			rtt = 0
		}
		l.run(rtt, interval)
	}
}

func TestLossesUnderLoadWithoutDelayMakeTheSignalUnusable(t *testing.T) {
	for _, tt := range []struct {
		name         string
		loaded, idle int
		want         Verdict
	}{
		{"lost under load and not idle", 20, 0, LossUnderLoad},
		{"lost under load as often as idle", 20, 20, NoLoadYet},
		{"a stray loss", 200, 0, NoLoadYet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(config())
			for turn := range 8 {
				l.bitsPerSecond = 1e3
				lossy(l, tt.idle, 20*time.Second)
				// No two turns carry the same, so that there is no plateau.
				for step := range 4 {
					l.bitsPerSecond = 40e6 + 8e6*float64((turn+step)%4)
					lossy(l, tt.loaded, 3*time.Second)
				}
			}
			if got := l.s.Usable(); got.Verdict != tt.want {
				t.Errorf("%+v, want verdict %d", got, tt.want)
			}
		})
	}
}

func TestRatesAreHeldWhileTheSignalIsUnusableAndMoveOnceDelayRises(t *testing.T) {
	l := newLine(config())
	for d := range l.s.Autorate.Shapers {
		l.s.Autorate.Shapers[d].Rate = 60e6
	}
	l.bitsPerSecond = 48e6
	l.run(20*ms, 3*time.Minute)
	s := &l.s.Autorate.Shapers[autorate.Download]
	if got := l.s.Usable().Verdict; got != PlateauWithoutDelay || s.Reason != autorate.SignalUnusable {
		t.Fatalf("after 3 min of a plateau: verdict %d, reason %v", got, s.Reason)
	}
	rate := s.Rate
	l.run(20*ms, time.Minute)
	if s.Rate != rate {
		t.Errorf("the rate went from %d to %d while unusable", rate, s.Rate)
	}
	l.run(60*ms, 2*time.Second)
	if got := l.s.Usable().Verdict; got != DelayUnderLoad || s.Rate >= rate {
		t.Errorf("after +40 ms under load: verdict %d, rate %d", got, s.Rate)
	}
}

func TestAPlateauThatIsExceededWasNotTheLines(t *testing.T) {
	l := newLine(config())
	l.bitsPerSecond = 50e6
	l.run(20*ms, 3*time.Minute)
	l.bitsPerSecond = 70e6
	l.run(20*ms, 3*time.Second)
	if got := l.s.Usable(); got.Verdict != NoLoadYet {
		t.Errorf("%+v, want none", got)
	}
}
