package evidence_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/evidence"
)

// rise is a line under load whose queue fills: the newest sample is late after
// 100 ms, the median 100 ms later.
func rise(l *line) {
	l.load(autorate.Download, 0.9)
	l.turn(2 * time.Second)
	l.NewestMS = 20
	l.turn(2 * interval)
	l.delay(30)
	l.turn(interval)
}

func TestDetectionIsFromTheLastTimelySampleToTheAcknowledgedCut(t *testing.T) {
	l := newLine()
	rise(l)
	l.apply(autorate.Download, 50e6, 20*time.Millisecond)
	l.turn(10 * interval)
	l.delay(2)
	l.turn(2 * interval)
	// The last timely sample came 3 cycles before the cut, which took 20 ms; the
	// queue was gone 11 cycles after the cut was decided.
	f := l.figures().Benefit
	if f.Episodes != 1 || f.Detections != 1 || !near(f.DetectionP50MS, 170) {
		t.Errorf("%d of %d episodes detected after %v ms; want 1 of 1 after 170", f.Detections, f.Episodes, f.DetectionP50MS)
	}
	if f.Recoveries != 1 || !near(f.RecoveryP50MS, 530) {
		t.Errorf("%d recoveries after %v ms; want 1 after 530", f.Recoveries, f.RecoveryP50MS)
	}
}

func TestAQueueIsNotDetectedLateForFillingSlowly(t *testing.T) {
	l := newLine()
	l.load(autorate.Download, 0.9)
	l.turn(2 * time.Second)
	for delay := 1.0; delay < 13; delay += 0.5 {
		l.delay(delay)
		l.turn(interval)
	}
	l.apply(autorate.Download, 50e6, 20*time.Millisecond)
	// It is beyond 12 ms at once with its median, after more than a second.
	if f := l.figures().Benefit; f.Detections != 1 || !near(f.DetectionP50MS, 70) {
		t.Errorf("%d detections after %v ms; want 1 after 70", f.Detections, f.DetectionP50MS)
	}
}

func TestAQueueThatIsAnsweredBeforeItFillsTakesOneInterval(t *testing.T) {
	l := newLine()
	l.load(autorate.Download, 0.9)
	l.turn(2 * time.Second)
	l.delay(10)
	l.turn(interval)
	l.apply(autorate.Download, 50e6, 20*time.Millisecond)
	l.turn(interval)
	l.delay(13)
	l.turn(interval)
	if f := l.figures().Benefit; f.Detections != 1 || !near(f.DetectionP50MS, 70) {
		t.Errorf("%d detections after %v ms; want 1 after 70", f.Detections, f.DetectionP50MS)
	}
}

func TestEpisodes(t *testing.T) {
	for name, test := range map[string]struct {
		turn                             func(*line)
		episodes, detections, recoveries int64
	}{
		"a cut before the median says so counts": {func(l *line) {
			l.load(autorate.Download, 0.9)
			l.turn(time.Second)
			l.NewestMS = 30
			l.turn(interval)
			l.apply(autorate.Download, 50e6, time.Millisecond)
			l.delay(30)
			l.turn(interval)
			l.delay(0)
			l.turn(interval)
		}, 1, 1, 1},
		"a queue that goes by itself is an episode without a detection": {func(l *line) {
			rise(l)
			l.delay(0)
			l.turn(time.Second)
		}, 1, 0, 0},
		"a queue between the levels is still there": {func(l *line) {
			rise(l)
			l.apply(autorate.Download, 50e6, time.Millisecond)
			l.delay(8)
			l.turn(time.Second)
		}, 1, 1, 0},
		"a cut of a probe's end before the rise is none of it": {func(l *line) {
			l.load(autorate.Download, 0.9)
			l.turn(time.Second)
			l.apply(autorate.Download, 90e6, time.Millisecond)
			l.turn(time.Second)
			rise(l)
		}, 1, 0, 0},
		"a cut that was decided before the line was calm is none of it": {func(l *line) {
			l.load(autorate.Download, 0.9)
			l.turn(time.Second)
			late := evidence.Applied{Direction: autorate.Download, BitsPerSecond: 50e6, Latency: 2 * time.Second}
			l.NewestMS = 10
			l.turn(2 * interval)
			late.At = l.At
			l.Applied(&late)
			l.delay(30)
			l.turn(interval)
		}, 1, 0, 0},
		"a cut of what was raised meanwhile is one": {func(l *line) {
			rise(l)
			l.apply(autorate.Download, 130e6, time.Millisecond)
			l.turn(interval)
			l.apply(autorate.Download, 110e6, time.Millisecond)
		}, 1, 1, 0},
		"an increase is no cut": {func(l *line) {
			rise(l)
			l.apply(autorate.Download, 100.5e6, time.Millisecond)
			l.turn(interval)
			l.apply(autorate.Download, 99e6, time.Millisecond)
		}, 1, 0, 0},
		"many small decreases become a cut": {func(l *line) {
			rise(l)
			for rate := int64(99.5e6); rate > 95e6; rate -= 500_000 {
				l.apply(autorate.Download, rate, time.Millisecond)
				l.turn(interval)
			}
		}, 1, 1, 0},
		"delay without load is no episode": {func(l *line) {
			l.delay(30)
			l.turn(time.Second)
		}, 0, 0, 0},
		"silence alone is no episode": {func(l *line) {
			l.load(autorate.Download, 0.9)
			l.turn(time.Second)
			l.delay(200)
			l.Answers = 0
			l.turn(500 * time.Millisecond)
		}, 0, 0, 0},
		"an episode that began unseen is not timed": {func(l *line) {
			rise(l)
			l.At += time.Hour
			l.turn(interval)
			l.apply(autorate.Download, 50e6, time.Millisecond)
			l.turn(interval)
		}, 2, 0, 0},
		"a packet that waits for a slow shaper is no queue": {func(l *line) {
			l.Rates = [2]int64{1e6, 1e6} // 12 ms a packet
			l.load(autorate.Download, 0.9)
			l.delay(24)
			l.turn(time.Second)
		}, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine()
			l.turn(3 * time.Second)
			test.turn(l)
			if f := l.figures().Benefit; f.Episodes != test.episodes || f.Detections != test.detections || f.Recoveries != test.recoveries {
				t.Errorf("%d episodes, %d detections, %d recoveries; want %d, %d, %d",
					f.Episodes, f.Detections, f.Recoveries, test.episodes, test.detections, test.recoveries)
			}
		})
	}
}

func TestDelayUnderLoadIsThatOfAnsweredProbes(t *testing.T) {
	l := newLine()
	l.delay(7)
	l.turn(10 * time.Second)
	l.load(autorate.Download, 0.9)
	for n := range 1000 {
		l.delay(float64(n+1) / 100)
		l.turn(interval)
	}
	l.delay(500)
	l.Answers = 0
	l.turn(time.Second)
	f := l.figures().Benefit
	if f.LoadedSamples != 1000 || !near(f.LoadedDelayP50MS, 5) || !near(f.LoadedDelayP95MS, 9.5) {
		t.Errorf("%d samples, p50 %v, p95 %v ms; want 1000, 5, 9.5", f.LoadedSamples, f.LoadedDelayP50MS, f.LoadedDelayP95MS)
	}
}
