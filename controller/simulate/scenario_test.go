package simulate

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/internal/figure"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/reconciler/derive"
)

func play(t *testing.T, s *scenario.Scenario, shaper scenario.Shaper, seed uint64) figure.Figures {
	t.Helper()
	text, err := s.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	sites, faults := v1alpha1.Decode("site.yaml", text)
	if err := faults.OrNil(); err != nil {
		t.Fatal(err)
	}
	site, wan := Bounded(sites[0], "wan", s)
	derived := derive.WAN(site, wan)
	f, err := Scenario(context.Background(), s, shaper, wan, core.NewConfig(site, wan, &derived), seed)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func found(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func TestEveryScenarioIsPlayedInAllItsPhases(t *testing.T) {
	for _, s := range scenario.Catalogue() {
		t.Run(s.Name, func(t *testing.T) {
			for _, shaper := range s.Suiting() {
				f := play(t, &s, shaper, 1)
				if len(f.Phases) != len(s.Phases) {
					t.Fatalf("%s: %d phases, want %d", shaper, len(f.Phases), len(s.Phases))
				}
				for i, p := range f.Phases {
					pings := float64((s.Phases[i].To - s.Phases[i].From) / pingEvery)
					if p.Name != s.Phases[i].Name || p.Answered+p.Lost != pings {
						t.Errorf("%s: %s has %g answers and %g losses of %g pings", shaper, p.Name, p.Answered, p.Lost, pings)
					}
					line := s.Lowest()
					if s.Kind == scenario.Broken || shaper == scenario.FixedLow || s.Kind == scenario.Radio {
						continue
					}
					if s.Flows.Down > 0 && p.Down < 0.8*float64(line.Down)/1000 || s.Flows.Up > 0 && p.Up < 0.7*float64(line.Up)/1000 {
						t.Errorf("%s: %s has a goodput of %g down and %g up", shaper, p.Name, p.Down, p.Up)
					}
				}
			}
		})
	}
}

func TestAnOutageUnderLoadMovesNoRateFar(t *testing.T) {
	for seed := range uint64(5) {
		f := play(t, found(t, "outage"), scenario.Wanctl, seed)
		if f.Down.Least < 0.25*f.Down.Before {
			t.Errorf("seed %d: ten seconds of outage took the download from %g to %g Mbit/s", seed, f.Down.Before, f.Down.Least)
		}
	}
}

func TestTheOracleIsToldWhenTheLineChanges(t *testing.T) {
	f := play(t, found(t, "steps"), scenario.Oracle, 1)
	want := figure.Shaper{Before: 19, Least: 7.6, Most: 19, Last: 19, Writes: 2}
	if diff := cmp.Diff(want, f.Down); diff != "" {
		t.Errorf("download (-want +got)\n%s", diff)
	}
	if want := figure.Stands(9.5); f.Up != want {
		t.Errorf("upload %+v, want %+v", f.Up, want)
	}
}

func TestASeedGivesTheSameFiguresAndAnotherOneOthers(t *testing.T) {
	s := found(t, "steps")
	one := play(t, s, scenario.Wanctl, 1)
	if diff := cmp.Diff(one, play(t, s, scenario.Wanctl, 1)); diff != "" {
		t.Errorf("the same seed (-first +second)\n%s", diff)
	}
	if cmp.Equal(one, play(t, s, scenario.Wanctl, 2)) {
		t.Error("another seed gave the same figures")
	}
}

func TestReflectorsThatFailChangeNoRateOfAQuietLine(t *testing.T) {
	f := play(t, found(t, "late-reflector"), scenario.Wanctl, 1)
	if f.Down.Writes+f.Up.Writes != 0 {
		t.Errorf("%g writes down and %g up", f.Down.Writes, f.Up.Writes)
	}
}

func TestWhatStrikesAReflectorSparesThePing(t *testing.T) {
	late := line(found(t, "late-reflector"), 5, 1)
	at := scenario.Settle + 15*time.Second
	if r := late.Reflectors[0]; r.SlowAfter != at || r.SlowBy != 100*time.Millisecond {
		t.Errorf("the late reflector is %+v", r)
	}
	dead := line(found(t, "dead-reflector"), 1, 1)
	if r := dead.Reflectors[0]; r.DeadAfter != at {
		t.Errorf("the dead reflector is %+v", r)
	}
	if r := dead.Reflectors[1]; r.DeadAfter != 0 {
		t.Errorf("with one reflector the ping's target dies: %+v", r)
	}
}

func TestNothingIsAnsweredDuringAnOutageAndFlowsComeBack(t *testing.T) {
	f := play(t, found(t, "outage"), scenario.Wanctl, 1)
	if out := f.Phases[1]; out.Answered != 0 || out.Down > 0.1 {
		t.Errorf("during the outage %g pings were answered and %g Mbit/s arrived", out.Answered, out.Down)
	}
	if after := f.Phases[3]; after.Lost != 0 || after.Down < 15 {
		t.Errorf("afterwards %g pings were lost and %g Mbit/s arrived", after.Lost, after.Down)
	}
}
