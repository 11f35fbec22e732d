package estimate

import (
	"math/rand/v2"
	"testing"
	"time"
)

// bucket answers so many probes a second, with a second of them to begin with.
func bucket(perSecond float64) func(at time.Duration) bool {
	left, last := perSecond, time.Duration(0)
	return func(at time.Duration) bool {
		left, last = min(left+perSecond*(at-last).Seconds(), perSecond), at
		if left < 1 {
			return false
		}
		left--
		return true
	}
}

func TestEvenlySpacedLossesAreALimiters(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	chance := func(loss float64) func(time.Duration) bool {
		return func(time.Duration) bool { return random.Float64() >= loss }
	}
	for _, tt := range []struct {
		name     string
		interval time.Duration
		answers  func(at time.Duration) bool
		want     bool
	}{
		{"30 a second of 50", 20 * ms, bucket(30), true},
		{"30 a second of 100", 10 * ms, bucket(30), true},
		{"5 a second of 6.7", 150 * ms, bucket(5), true},
		{"18 a second of 20", 50 * ms, bucket(18), true},
		{"30 a second of 20", 50 * ms, bucket(30), false},
		{"a tenth lost by chance", 50 * ms, chance(0.1), false},
		{"a quarter lost by chance", 50 * ms, chance(0.25), false},
		{"half lost by chance", 50 * ms, chance(0.5), false},
		{"most lost by chance", 50 * ms, chance(0.8), false},
		{"nothing lost", 50 * ms, chance(0), false},
		{"everything lost", 50 * ms, chance(1), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p pace
			even, judged := 0, 0
			for at := time.Duration(0); at < 10*time.Minute; at += tt.interval {
				p.outcome(!tt.answers(at))
				if at > time.Minute {
					judged++
					if p.even() {
						even++
					}
				}
			}
			if share := float64(even) / float64(judged); tt.want && share < 1 || share > 0.01 && !tt.want {
				t.Errorf("called even %.2f %% of the time, want %t", 100*share, tt.want)
			}
		})
	}
}

func TestALimiterThatHasEndedIsForgotten(t *testing.T) {
	r, limited := Reflector{started: true, Healthy: true}, bucket(10)
	for i := range 400 {
		if at := time.Duration(i) * 50 * ms; limited(at) {
			r.answered(20, 0, 0)
		} else {
			r.lost()
		}
	}
	if !r.Rationed() {
		t.Fatal("10 of 20 answers a second are no ration")
	}
	for range 20 {
		r.answered(20, 0, 0)
	}
	if r.Rationed() {
		t.Error("a second after the last loss it is still a ration")
	}
}
