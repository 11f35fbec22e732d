package router

import (
	"testing"
	"time"
)

func TestReadingsBeginAsEarlyAsMostOfThemNeed(t *testing.T) {
	const every = 64 * time.Millisecond
	due := time.Now()
	for _, tt := range []struct {
		name        string
		slow        int // one in so many; 0 is none
		least, most time.Duration
	}{
		{"none is slow", 0, 0, 0},
		{"one in twenty is", 20, 0, time.Millisecond},
		{"one in ten is", 10, 5500 * time.Microsecond, 6500 * time.Microsecond},
		{"all are", 1, 6500 * time.Microsecond, 6500 * time.Microsecond},
	} {
		p := poll{box: &Mailbox{opts: Options{PollEvery: every}}}
		for i := range 400 {
			took := time.Millisecond
			if tt.slow > 0 && i%tt.slow == 0 {
				took = 8 * time.Millisecond
			}
			p.learn(due, due.Add(took))
		}
		if p.lead < tt.least || p.lead > tt.most {
			t.Errorf("%s: they begin %v before their moment, want %v to %v", tt.name, p.lead, tt.least, tt.most)
		}
	}
}

func TestAReadingBeginsAQuarterOfItsTurnEarlyAtTheMost(t *testing.T) {
	const every = 64 * time.Millisecond
	p, due := poll{box: &Mailbox{opts: Options{PollEvery: every}}}, time.Now()
	for range 100 {
		p.learn(due, due.Add(time.Second))
	}
	if p.lead != every/leadShare {
		t.Errorf("it begins %v before its moment", p.lead)
	}
}
