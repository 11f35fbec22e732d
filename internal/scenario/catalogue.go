package scenario

import (
	"fmt"
	"slices"
	"time"
)

// base is what the scenarios have in common: 20 Mbit/s down and 10 up, 20 ms
// away, a FIFO of 1000 packets.
var base = Scenario{
	RTT:    20 * time.Millisecond,
	Buffer: Buffer{Packets: 1000},
	Line:   []Capacity{{Rates: Rates{Down: 20_000, Up: 10_000}}},
	Flows:  Flows{Down: 2},
	Bounds: Bounds{Floor: Rates{Down: 3_000, Up: 2_000}, Ceiling: Rates{Down: 25_000, Up: 10_000}},
	Start:  Rates{Down: 15_000, Up: 8_000},
	Length: 45 * time.Second,
	Shift:  2,
}

// Catalogue is every scenario, in the order of its report.
func Catalogue() []Scenario {
	return []Scenario{
		named("steady", "20 Mbit/s all the time, two downloads", func(s *Scenario) {
			s.phases("steady", s.Length)
		}),
		named("steps", "20 -> 8 -> 20 Mbit/s down, two downloads", func(s *Scenario) {
			s.steps(Rates{20_000, 10_000}, Rates{8_000, 10_000}, Rates{20_000, 10_000})
		}),
		named("fast", "50 -> 20 -> 40 Mbit/s down, two downloads", func(s *Scenario) {
			s.Bounds.Floor.Down, s.Bounds.Ceiling.Down, s.Start.Down = 5_000, 60_000, 40_000
			s.Shift = 0
			s.steps(Rates{50_000, 10_000}, Rates{20_000, 10_000}, Rates{40_000, 10_000})
		}),
		named("upload", "10 -> 4 -> 10 Mbit/s up, one upload", func(s *Scenario) {
			s.Flows = Flows{Up: 1}
			s.steps(Rates{20_000, 10_000}, Rates{20_000, 4_000}, Rates{20_000, 10_000})
		}),
		named("both", "20 -> 8 -> 20 down and 10 -> 4 -> 10 up, two downloads and an upload", func(s *Scenario) {
			s.Flows = Flows{Down: 2, Up: 1}
			s.steps(Rates{20_000, 10_000}, Rates{8_000, 4_000}, Rates{20_000, 10_000})
		}),
		named("idle", "nothing but pings for a minute", func(s *Scenario) {
			s.Flows, s.Kind, s.Length = Flows{}, Quiet, time.Minute
			s.phases("idle", s.Length)
		}),
		named("late-reflector", "an idle line; one reflector turns 100 ms late", func(s *Scenario) {
			s.Flows, s.Kind = Flows{}, Quiet
			s.Events = []Event{{At: 15 * time.Second, Kind: Late, Reflector: 0, By: 100 * time.Millisecond}}
			s.phases("before", 15*time.Second, "one late", 30*time.Second)
		}),
		named("dead-reflector", "two downloads; a reflector dies, later another", func(s *Scenario) {
			s.Events = []Event{{At: 15 * time.Second, Kind: Dead, Reflector: 0}, {At: 30 * time.Second, Kind: Dead, Reflector: 1}}
			s.phases("before", 15*time.Second, "one dead", 15*time.Second, "two dead", 15*time.Second)
		}),
		named("outage", "two downloads; nothing gets through for ten seconds", func(s *Scenario) {
			s.Kind, s.Length = Broken, time.Minute
			s.Events = []Event{{At: 15 * time.Second, Kind: Cut}, {At: 25 * time.Second, Kind: Mended}}
			s.phases("before", 15*time.Second, "outage", 10*time.Second, "return", 10*time.Second, "after", 25*time.Second)
		}),
		named("radio", "a radio link between 4 and 59 Mbit/s down, two downloads", func(s *Scenario) {
			s.Kind, s.Length, s.Shift = Radio, time.Minute, 0
			s.RTT, s.Buffer = 40*time.Millisecond, Buffer{Packets: 1000}
			s.Bounds.Floor.Down, s.Bounds.Ceiling.Down, s.Start.Down = 2_000, 65_000, 30_000
			s.Play(Synthetic(1, s.Length), 10_000)
			s.phases("radio", s.Length)
		}),
	}
}

// Find is the scenario of the catalogue with a name.
func Find(name string) (Scenario, error) {
	all := Catalogue()
	names := make([]string, len(all))
	for i := range all {
		if names[i] = all[i].Name; all[i].Name == name {
			return all[i], nil
		}
	}
	return Scenario{}, fmt.Errorf("there is no scenario %q; take of %v", name, names)
}

func named(name, title string, change func(*Scenario)) Scenario {
	s := base
	s.Line = slices.Clone(base.Line)
	s.Name, s.Title = name, title
	change(&s)
	return s
}

// steps lets each of the rates last 15 s.
func (s *Scenario) steps(rates ...Rates) {
	const each = 15 * time.Second
	s.Line, s.Phases = nil, nil
	for i, r := range rates {
		at := time.Duration(i) * each
		s.Line = append(s.Line, Capacity{At: at, Rates: r})
		s.Phases = append(s.Phases, Phase{Name: r.String(), From: at, To: at + each})
	}
	s.Length = time.Duration(len(rates)) * each
}

// phases are names and how long each lasts.
func (s *Scenario) phases(list ...any) {
	at := time.Duration(0)
	for i := 0; i < len(list); i += 2 {
		to := at + list[i+1].(time.Duration)
		s.Phases = append(s.Phases, Phase{Name: list[i].(string), From: at, To: to})
		at = to
	}
}
