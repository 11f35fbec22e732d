package steering_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/steering"
)

const second = time.Second

func config() steering.Config {
	return steering.Config{
		Red: 4 * second, Green: 30 * second, MinDrops: 1, MinQueued: 50, AtFloor: true, MaxLoss: 0.05,
		HoldDown: 30 * second, FreeTurns: 4, Window: 10 * time.Minute,
	}
}

// bench is one policy with what it is told.
type bench struct {
	t      *testing.T
	config steering.Config
	state  steering.State
	now    time.Duration
	step   time.Duration
	from   steering.WAN
	to     steering.WAN
	held   bool
	turns  []time.Duration
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, config: config(), step: 50 * time.Millisecond, now: time.Hour}
	b.from, b.to = steering.WAN{Known: true}, steering.WAN{Known: true}
	for d := range b.from.Directions {
		b.from.Directions[d].Counted = true
	}
	return b
}

// paint sets both directions of a WAN to a state, from now on.
func (b *bench) paint(w *steering.WAN, s autorate.State) {
	for d := range w.Directions {
		if w.Directions[d].State != s {
			w.Directions[d].State, w.Directions[d].Since = s, b.now
		}
	}
}

// congest makes the primary RED with drops and a queue.
func (b *bench) congest() {
	b.paint(&b.from, autorate.Red)
	b.from.Directions[autorate.Upload].Queued = 80
}

// run lets time pass; a congested primary goes on dropping.
func (b *bench) run(d time.Duration) {
	for end := b.now + d; b.now < end; {
		b.now += b.step
		if b.from.Directions[autorate.Upload].Queued > 0 {
			b.from.Directions[autorate.Upload].Drops++
		}
		out := b.state.Step(&b.config, &steering.Input{Now: b.now, From: b.from, To: b.to, Held: b.held})
		if out.Turned {
			b.turns = append(b.turns, b.now)
		}
	}
}

func (b *bench) want(active bool, reason steering.Reason) {
	b.t.Helper()
	if b.state.Active != active || b.state.Reason != reason {
		b.t.Fatalf("at %v: active %v (%s, confidence %d, %v), want %v (%s)", b.now, b.state.Active, b.state.Reason, b.state.Confidence, b.state.Terms, active, reason)
	}
}

// steer brings a fresh policy to the alternate.
func (b *bench) steer() {
	b.t.Helper()
	b.run(second)
	b.congest()
	b.run(4*second + b.step)
	b.want(true, steering.Congested)
}

func TestREDSteersAfterItsTimeWhateverTheInterval(t *testing.T) {
	for _, step := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond, 250 * time.Millisecond, second} {
		t.Run(step.String(), func(t *testing.T) {
			b := newBench(t)
			b.step = step
			b.run(10 * second)
			b.want(false, steering.Clear)
			b.congest()
			b.run(4*second - step)
			b.want(false, steering.Congesting)
			b.run(step)
			b.want(true, steering.Congested)
			if b.state.Confidence != 100 {
				t.Errorf("confidence is %d: %v", b.state.Confidence, b.state.Terms)
			}
		})
	}
}

func TestGREENSteersBackAfterItsTime(t *testing.T) {
	b := newBench(t)
	b.steer()
	b.paint(&b.from, autorate.Green)
	b.run(30*second - b.step)
	b.want(true, steering.Clearing)
	if b.state.Confidence != 1 {
		t.Errorf("just before, confidence is %d", b.state.Confidence)
	}
	b.run(b.step)
	b.want(false, steering.Cleared)
}

func TestAnythingButItsStateEndsAStreak(t *testing.T) {
	b := newBench(t)
	b.congest()
	b.run(3900 * time.Millisecond)
	b.paint(&b.from, autorate.SoftRed)
	b.run(b.step)
	b.want(false, steering.Clear)
	b.congest()
	b.run(3900 * time.Millisecond)
	b.want(false, steering.Congesting)
	b.run(200 * time.Millisecond)
	b.want(true, steering.Congested)
	b.paint(&b.from, autorate.Green)
	b.run(29 * second)
	b.paint(&b.from, autorate.Yellow)
	b.run(b.step)
	b.want(true, steering.Congested)
	b.paint(&b.from, autorate.Green)
	b.run(29 * second)
	b.want(true, steering.Clearing)
}

func TestAChangeBetweenTwoLooksEndsAStreak(t *testing.T) {
	b := newBench(t)
	b.congest()
	b.run(3 * second)
	for d := range b.from.Directions {
		b.from.Directions[d].Since = b.now + b.step/2 // GREEN for a moment
	}
	b.run(3 * second)
	b.want(false, steering.Congesting)
	b.run(second + b.step)
	b.want(true, steering.Congested)
}

func TestDropsAndQueueMustConfirmInTheDirectionThatIsRED(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*bench)
		want   steering.Reason
	}{
		{"neither drops nor queue", func(b *bench) { b.from.Directions[1].Queued = 0 }, steering.Unconfirmed},
		{"drops but no queue", func(b *bench) { b.from.Directions[1].Queued = 49 }, steering.Unconfirmed},
		{"both", func(*bench) {}, steering.Congested},
		{"both, in the direction that is not RED", func(b *bench) { b.from.Directions[1].State = autorate.Yellow }, steering.Unconfirmed},
		{"a router that counts nothing", func(b *bench) { b.from.Directions[1].Counted = false }, steering.Unconfirmed},
		{"a shaper at its floor", func(b *bench) { b.from.Directions[0].AtFloor, b.from.Directions[1].Queued = true, 0 }, steering.Congested},
		{"a shaper at its floor that must not confirm", func(b *bench) {
			b.from.Directions[0].AtFloor, b.from.Directions[1].Queued, b.config.AtFloor = true, 0, false
		}, steering.Unconfirmed},
		{"nothing, and nothing asked for", func(b *bench) {
			b.from.Directions[1].Queued, b.config.MinDrops, b.config.MinQueued = 0, 0, 0
		}, steering.Congested},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.congest()
			tt.change(b)
			b.run(5 * second)
			b.want(tt.want == steering.Congested, tt.want)
		})
	}
}

func TestDropsBeforeREDDoNotConfirm(t *testing.T) {
	b := newBench(t)
	b.from.Directions[1].Queued = 80
	b.run(10 * second) // GREEN, dropping
	b.paint(&b.from, autorate.Red)
	b.from.Directions[1].Queued = 0
	b.run(5 * second)
	b.want(false, steering.Unconfirmed)
}

func TestACounterThatStartsAnewOrWrapsIsNoFloodOfDrops(t *testing.T) {
	for _, tt := range []struct {
		name     string
		from, to uint64
		want     string
	}{
		{"starts anew", 1 << 20, 3, "3 of 1000"},
		{"wraps", 1<<32 - 2, 3, "5 of 1000"},
		{"grows", 10, 17, "7 of 1000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.config.MinDrops = 1000
			b.paint(&b.from, autorate.Red)
			b.from.Directions[1].Drops = tt.from
			b.run(second)
			b.from.Directions[1].Drops = tt.to
			b.from.Directions[1].Queued = 0
			b.run(b.step)
			b.from.Directions[0].State = autorate.Green
			b.run(b.step)
			if got := b.state.Terms[1].Figure; got != tt.want {
				t.Errorf("drops are %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTheAlternatesOwnStateKeepsTrafficAway(t *testing.T) {
	for _, tt := range []struct {
		name string
		to   func(*bench)
		want steering.Reason
	}{
		{"RED", func(b *bench) { b.paint(&b.to, autorate.Red) }, steering.AlternateUnwell},
		{"RED in one direction", func(b *bench) { b.to.Directions[0].State = autorate.Red }, steering.AlternateUnwell},
		{"lossy", func(b *bench) { b.to.Loss = 0.06 }, steering.AlternateUnwell},
		{"down", func(b *bench) { b.to.Down = true }, steering.AlternateDown},
		{"unknown", func(b *bench) { b.to.Known = false }, steering.AlternateUnknown},
		{"YELLOW is good enough", func(b *bench) { b.paint(&b.to, autorate.Yellow) }, steering.Congested},
	} {
		for _, down := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				b := newBench(t)
				b.run(second)
				tt.to(b)
				b.congest()
				b.from.Down = down
				b.run(10 * second)
				if down && tt.want == steering.Congested {
					b.want(true, steering.PrimaryDown)
					return
				}
				b.want(tt.want == steering.Congested, tt.want)
			})
		}
	}
}

func TestAnAlternateThatWasUnwellMustHaveBeenWellForTheHoldDown(t *testing.T) {
	b := newBench(t)
	b.to.Loss = 0.5
	b.congest()
	b.run(10 * second)
	b.to.Loss = 0
	b.run(30*second - b.step)
	b.want(false, steering.AlternateRecovering)
	b.run(2 * b.step)
	b.want(true, steering.Congested)
}

func TestALostPrimaryIsLeftAtOnceAndReturnedToByTheSameHysteresis(t *testing.T) {
	b := newBench(t)
	b.run(second)
	b.from.Down = true
	b.run(b.step)
	b.want(true, steering.PrimaryDown)
	b.run(time.Hour)
	b.want(true, steering.PrimaryDown)
	b.from.Down = false
	b.run(30 * second)
	b.want(false, steering.Cleared)
}

func TestAnAlternateThatIsLostIsLeftAtOnceUnlessThePrimaryIsLostToo(t *testing.T) {
	b := newBench(t)
	b.steer()
	b.to.Down = true
	b.run(b.step)
	b.want(false, steering.AlternateDown)

	b = newBench(t)
	b.steer()
	b.from.Down, b.to.Down = true, true
	b.run(time.Minute)
	b.want(true, steering.PrimaryDown)
}

func TestBothCongestedHoldsWhereItIs(t *testing.T) {
	b := newBench(t)
	b.steer()
	b.paint(&b.to, autorate.Red)
	b.run(10 * time.Minute)
	b.want(true, steering.BothCongested)
	b.from.Directions[1].Queued = 0
	b.paint(&b.from, autorate.Yellow)
	b.run(b.step)
	b.want(false, steering.AlternateUnwell)
}

func TestUnknownInputHoldsAndEndsNoStreak(t *testing.T) {
	b := newBench(t)
	b.run(second)
	b.congest()
	b.run(3 * second)
	b.from.Known = false
	b.run(time.Minute)
	b.want(false, steering.PrimaryUnknown)
	b.from.Known = true
	b.run(second - b.step)
	b.want(false, steering.Congesting)
	b.run(b.step)
	b.want(true, steering.Congested)
	b.from.Known = false
	b.run(10 * time.Minute)
	b.want(true, steering.PrimaryUnknown)
}

func TestNoTurnFollowsAnotherWithinTheHoldDown(t *testing.T) {
	b := newBench(t)
	b.config.Red, b.config.Green = second, second
	b.congest()
	b.run(second + b.step)
	b.want(true, steering.Congested)
	b.paint(&b.from, autorate.Green)
	b.run(2 * second)
	b.want(true, steering.HeldDown)
	b.run(29 * second)
	b.want(false, steering.Clear)
}

func TestAFlappingPrimaryTurnsAtMostTwiceAMinuteAndIsDamped(t *testing.T) {
	for _, tt := range []struct {
		name       string
		red, green time.Duration
		down       bool
		most       int
	}{
		{"with the times as they are", 4 * second, 30 * second, false, 1},
		{"with times shorter than a flap", second, second, false, 24},
		{"with outages", 4 * second, 30 * second, true, 1},
		{"with outages and times shorter than a flap", second, second, true, 24},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.config.Red, b.config.Green = tt.red, tt.green
			for range 180 {
				b.congest()
				b.from.Down = tt.down
				b.run(5 * second)
				b.from.Down = false
				b.paint(&b.from, autorate.Green)
				b.run(5 * second)
			}
			for i := 2; i < len(b.turns); i++ {
				if b.turns[i]-b.turns[i-2] < time.Minute {
					t.Errorf("three turns within %v", b.turns[i]-b.turns[i-2])
				}
			}
			if len(b.turns) == 0 || len(b.turns) > tt.most {
				t.Errorf("%d turns in half an hour, want 1 to %d: %v", len(b.turns), tt.most, b.turns)
			}
		})
	}
}

func TestTurnsBeyondTheFreeOnesRaiseTheBarAndSaySo(t *testing.T) {
	b := newBench(t)
	b.config.Red, b.config.Green, b.config.HoldDown, b.config.FreeTurns = second, second, 0, 2
	var damped []int
	step := func() {
		out := b.state.Step(&b.config, &steering.Input{Now: b.now, From: b.from, To: b.to})
		if out.Damped {
			damped = append(damped, b.state.Factor(&b.config))
		}
		if out.Undamped {
			damped = append(damped, -b.state.Factor(&b.config))
		}
	}
	for range 4000 {
		b.now += 10 * time.Millisecond
		b.from.Directions[1].Drops++
		if b.state.Active {
			b.paint(&b.from, autorate.Green)
			b.from.Directions[1].Queued = 0
		} else {
			b.congest()
		}
		step()
	}
	if want := []int{2, 4, 8}; len(damped) < 3 || damped[0] != want[0] || damped[1] != want[1] || damped[2] != want[2] {
		t.Fatalf("factors were %v, want to begin with %v", damped, want)
	}
	if got := b.state.Terms[len(b.state.Terms)-1].Figure + b.state.Terms[0].Figure; !strings.Contains(got, "of 8s") {
		t.Errorf("at a factor of 8 the terms say %v", b.state.Terms)
	}
	b.from.Known = false
	b.now += b.config.Window
	step()
	if damped[len(damped)-1] != -1 {
		t.Errorf("after the window the factors were %v", damped)
	}
}

func TestAStateSurvivesARestart(t *testing.T) {
	b := newBench(t)
	b.steer()
	b.paint(&b.from, autorate.Green)
	b.run(20 * second)
	saved := b.state.Save(b.now)
	since := b.now - b.state.TurnedAt
	b.now = 5 * second // another epoch
	b.state = steering.Restore(&saved, b.now, time.Minute)
	if !b.state.Active || b.state.Total != 1 || b.now-b.state.TurnedAt != since+time.Minute || b.state.Recent(&b.config) != 1 {
		t.Errorf("restored as %+v", b.state)
	}
	for d := range b.from.Directions {
		b.from.Directions[d].Since = -time.Hour
	}
	b.run(10 * second)
	b.want(true, steering.Clearing)
	b.run(b.step)
	b.want(false, steering.Cleared)
}

func TestOneOfAGroupSteersTheLowestWhoseAlternateIsWell(t *testing.T) {
	set := steering.Set{
		{Name: "second", From: "a", To: "c", Group: "voice", Priority: 2, Config: config()},
		{Name: "alone", From: "a", To: "c", Config: config()},
		{Name: "first", From: "a", To: "b", Group: "voice", Priority: 1, Config: config()},
	}
	set.Sort()
	red := steering.WAN{Known: true}
	red.Directions[0] = steering.Direction{State: autorate.Red, AtFloor: true}
	well, lossy := steering.WAN{Known: true}, steering.WAN{Known: true, Loss: 1}
	now := time.Hour
	run := func(d time.Duration, b steering.WAN) map[string]bool {
		active := map[string]bool{}
		for end := now + d; now < end; now += 50 * time.Millisecond {
			set.Step(now, map[string]steering.WAN{"a": red, "b": b, "c": well}, func(*steering.Policy, steering.Outcome) {})
		}
		for _, p := range set {
			active[p.Name] = p.State.Active
		}
		return active
	}
	if got := run(5*second, well); !got["first"] || got["second"] || !got["alone"] {
		t.Fatalf("with both alternates well: %v", got)
	}
	down := lossy
	down.Down = true
	if got := run(second, down); got["first"] || !got["second"] {
		t.Fatalf("with the first alternate down: %v", got)
	}
	if got := run(time.Hour, well); got["first"] || !got["second"] {
		t.Fatalf("with the first alternate well again: %v; traffic must stay where it is", got)
	}
}

func TestNothingIsEverSteeredOntoAnUnwellAlternateNorTurnedByTheUnknown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := config()
		c.HoldDown = time.Duration(rapid.IntRange(0, 40).Draw(t, "hold")) * second
		var s steering.State
		s.Adopt(rapid.Bool().Draw(t, "on"))
		now := time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += time.Duration(rapid.IntRange(0, 20000).Draw(t, "ms")) * time.Millisecond
			in := steering.Input{Now: now, From: drawWAN(t), To: drawWAN(t)}
			before := s.Active
			out := s.Step(&c, &in)
			if out.Turned != (before != s.Active) {
				t.Fatal("a turn was not told, or told without one")
			}
			if s.Confidence < 0 || s.Confidence > 100 {
				t.Fatalf("confidence is %d", s.Confidence)
			}
			sum := 0
			for _, term := range s.Terms {
				sum += term.Points
			}
			if sum != s.Confidence {
				t.Fatalf("terms %v do not add up to %d", s.Terms, s.Confidence)
			}
			if !out.Turned {
				continue
			}
			if !in.From.Known {
				t.Fatal("the unknown turned it")
			}
			if s.Active && (!in.To.Known || in.To.Down || in.To.Red() || in.To.Loss > c.MaxLoss) {
				t.Fatalf("steered onto %+v", in.To)
			}
			if !s.Active && in.From.Down {
				t.Fatal("returned to a primary that is down")
			}
		}
	})
}

func drawWAN(t *rapid.T) steering.WAN {
	w := steering.WAN{
		Known: rapid.Bool().Draw(t, "known"), Down: rapid.IntRange(0, 5).Draw(t, "down") == 0, Loss: rapid.SampledFrom([]float64{0, 0, 0.2}).Draw(t, "loss"),
	}
	for d := range w.Directions {
		w.Directions[d] = steering.Direction{
			State: autorate.State(rapid.IntRange(0, 3).Draw(t, "state")), Since: -time.Hour, AtFloor: rapid.Bool().Draw(t, "floor"),
			Counted: true, Drops: rapid.Uint64Range(0, 1<<33).Draw(t, "drops"), Queued: rapid.Uint64Range(0, 100).Draw(t, "queued"),
		}
	}
	return w
}

func BenchmarkStep(b *testing.B) {
	c, s := config(), steering.State{}
	in := steering.Input{From: steering.WAN{Known: true}, To: steering.WAN{Known: true}}
	for b.Loop() {
		in.Now += 100 * time.Millisecond
		s.Step(&c, &in)
	}
}
