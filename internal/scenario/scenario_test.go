package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/internal/scenario"
)

func TestEveryScenarioOfTheCatalogueIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenario.Catalogue() {
		t.Run(s.Name, func(t *testing.T) {
			if seen[s.Name] {
				t.Error("there are two of this name")
			}
			seen[s.Name] = true
			if s.Line[0].At != 0 {
				t.Errorf("the line begins at %v", s.Line[0].At)
			}
			for i := range s.Line[1:] {
				if s.Line[i].At >= s.Line[i+1].At {
					t.Errorf("the line changes at %v and then at %v", s.Line[i].At, s.Line[i+1].At)
				}
			}
			end := time.Duration(0)
			for _, p := range s.Phases {
				if p.From != end || p.To <= p.From {
					t.Errorf("phase %s is from %v to %v; the one before ends at %v", p.Name, p.From, p.To, end)
				}
				end = p.To
			}
			if end != s.Length {
				t.Errorf("the phases end at %v, the scenario at %v", end, s.Length)
			}
			for _, e := range s.Events {
				if e.At >= s.Length {
					t.Errorf("event %d is at %v, beyond the end", e.Kind, e.At)
				}
			}
			most, floor := s.Highest(), s.Bounds.Floor
			if most.Down > s.Bounds.Ceiling.Down || most.Up > s.Bounds.Ceiling.Up {
				t.Errorf("the line carries %v, more than the ceilings %v", most, s.Bounds.Ceiling)
			}
			if least := s.Lowest(); least.Down*95/100 < floor.Down || least.Up*95/100 < floor.Up {
				t.Errorf("95 %% of the line's least, %v, is below the floors %v", least, floor)
			}
		})
	}
}

func TestALineIsReadAndLaid(t *testing.T) {
	s, err := scenario.Find("steady")
	if err != nil {
		t.Fatal(err)
	}
	down, length, err := scenario.ParseLine("40M:10s 500k:20s")
	if err != nil {
		t.Fatal(err)
	}
	up, _, err := scenario.ParseLine("5M:15s 2M:15s")
	if err != nil {
		t.Fatal(err)
	}
	s.Lay(down, up, length)
	want := []scenario.Capacity{
		{At: 0, Rates: scenario.Rates{Down: 40_000, Up: 5_000}},
		{At: 10 * time.Second, Rates: scenario.Rates{Down: 500, Up: 5_000}},
		{At: 15 * time.Second, Rates: scenario.Rates{Down: 500, Up: 2_000}},
	}
	if diff := cmp.Diff(want, s.Line); diff != "" {
		t.Error(diff)
	}
	if s.Length != 30*time.Second || len(s.Phases) != 3 || s.Phases[2].To != s.Length {
		t.Errorf("length %v, phases %v", s.Length, s.Phases)
	}
	if at := s.At(12 * time.Second); at != want[1].Rates {
		t.Errorf("after 12 s the line carries %v", at)
	}
}

func TestAWrongLineIsRefused(t *testing.T) {
	for _, text := range []string{"", "20M", "20M:0s", "x:1s", "100:1s", "20M:1.5s", "20M:-1s"} {
		if _, _, err := scenario.ParseLine(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestADepthIsPacketsOrATimeAtTheRate(t *testing.T) {
	for _, c := range []struct {
		buffer scenario.Buffer
		kbit   int64
		want   int64
	}{
		{scenario.Buffer{Packets: 1000}, 20_000, 1_514_000},
		{scenario.Buffer{Time: 400 * time.Millisecond}, 8_000, 400_000},
		{scenario.Buffer{Time: time.Millisecond}, 1_000, 6_056},
	} {
		if got := c.buffer.Bytes(c.kbit); got != c.want {
			t.Errorf("%+v at %d kbit/s is %d bytes, want %d", c.buffer, c.kbit, got, c.want)
		}
	}
}

func TestTheSyntheticRadioLinkFallsFrom59To4WithinTenSeconds(t *testing.T) {
	s, err := scenario.Find("radio")
	if err != nil {
		t.Fatal(err)
	}
	if high := s.Highest().Down; high < 55_000 || high > 59_500 {
		t.Errorf("it carries at most %d kbit/s", high)
	}
	if low := s.Lowest().Down; low < 3_900 || low > 4_200 {
		t.Errorf("it carries at least %d kbit/s", low)
	}
	before, after := s.At(8*time.Second).Down, s.At(18*time.Second).Down
	if before < 40_000 || after > 8_000 {
		t.Errorf("it carries %d kbit/s after 8 s and %d after 18 s", before, after)
	}
}

func TestTheSameSeedGivesTheSameTraceAndAnotherOneAnother(t *testing.T) {
	a, b, c := scenario.Synthetic(1, 5*time.Second), scenario.Synthetic(1, 5*time.Second), scenario.Synthetic(2, 5*time.Second)
	if !cmp.Equal(a, b) {
		t.Error("the same seed gives two traces")
	}
	if cmp.Equal(a, c) {
		t.Error("two seeds give the same trace")
	}
}

func TestATraceIsReadAsItIsWritten(t *testing.T) {
	want := scenario.Synthetic(3, time.Second)
	var text strings.Builder
	if err := want.Write(&text); err != nil {
		t.Fatal(err)
	}
	got, err := scenario.ParseTrace(strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestATraceIsPlayedAsItsMeanRatesAndRepeats(t *testing.T) {
	s, err := scenario.Find("steady")
	if err != nil {
		t.Fatal(err)
	}
	// A packet every 2 ms for 200 ms, then one every 20 ms for 200 ms.
	var trace scenario.Trace
	for ms := int64(0); ms < 200; ms += 2 {
		trace = append(trace, ms)
	}
	for ms := int64(200); ms < 400; ms += 20 {
		trace = append(trace, ms)
	}
	s.Length = 800 * time.Millisecond
	s.Play(append(trace, 400), 1000)
	var got []int64
	for _, c := range s.Line {
		got = append(got, c.Down)
	}
	// The packet at the end of a turn comes with the first of the next.
	if want := []int64{6000, 600, 6060, 600}; !cmp.Equal(got, want) {
		t.Errorf("it carries %v kbit/s, want %v", got, want)
	}
}

func FuzzATraceThatIsTakenCanBePlayed(f *testing.F) {
	f.Add("1\n2\n2\n9\n")
	f.Add("5\n4\n")
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := scenario.ParseTrace(strings.NewReader(text))
		if err != nil || trace[len(trace)-1] < 100 {
			return
		}
		s, err := scenario.Find("steady")
		if err != nil {
			t.Fatal(err)
		}
		s.Length = time.Second
		s.Play(trace, 1000)
		if s.Lowest().Down < 60 {
			t.Errorf("the line carries %d kbit/s", s.Lowest().Down)
		}
	})
}
