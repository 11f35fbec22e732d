package fluid_test

import (
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/fluid"
)

func TestAReflectorAnswersSoManyProbesASecond(t *testing.T) {
	for _, tt := range []struct {
		name      string
		perSecond int
		every     time.Duration
		want      int
	}{
		{"fewer come than it answers", 30, 50 * time.Millisecond, 1200},
		{"more come than it answers", 30, 20 * time.Millisecond, 1800 + 30},
		{"far more come", 5, 10 * time.Millisecond, 300 + 5},
		{"no limit", 0, 10 * time.Millisecond, 6000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := lone(fluid.Download, 0)
			c.Reflectors = []fluid.Reflector{{AnswersPerSecond: tt.perSecond}, {}}
			l := fluid.New(c)
			got := 0
			for at := time.Duration(0); at < time.Minute; at += tt.every {
				l.Advance(at)
				if _, ok := l.Probe(0); ok {
					got++
				}
				if _, ok := l.Probe(1); !ok {
					t.Fatalf("at %v the other one does not answer", at)
				}
			}
			if got < tt.want-1 || got > tt.want {
				t.Errorf("%d answers in a minute, want %d", got, tt.want)
			}
		})
	}
}
