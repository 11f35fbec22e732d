package judge_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/internal/scenario"
	"github.com/wanctl/wanctl/test/lab/internal/judge"
)

func find(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func TestTheManifestOfEveryScenarioIsAccepted(t *testing.T) {
	for _, s := range scenario.Catalogue() {
		job, err := judge.Job(&s, scenario.Wanctl, nil)
		if err != nil {
			t.Fatal(err)
		}
		sites, faults := v1alpha1.Decode("site.yaml", job.Files["site.yaml"])
		if err := faults.OrNil(); err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		w := sites[0].Spec.WANs[0]
		if got, want := w.Download.Ceiling.Value(), s.Bounds.Ceiling.Down*1000; got != want {
			t.Errorf("%s: the download's ceiling is %d, want %d", s.Name, got, want)
		}
		if got, want := w.Upload.Floors.Red.Value(), s.Bounds.Floor.Up*1000; got != want {
			t.Errorf("%s: the upload's floor is %d, want %d", s.Name, got, want)
		}
	}
}

func TestOnlyTheOracleIsToldWhatTheLineCarries(t *testing.T) {
	const line = `0 link 10000 1514000 20000 1514000
15000000 link 10000 1514000 8000 1514000
SHAPE30000000 link 10000 1514000 20000 1514000
`
	told := strings.Replace(line, "SHAPE", "15000000 shape 9500 7600\n", 1) + "30000000 shape 9500 19000\n"
	for _, shaper := range scenario.Shapers {
		want := strings.Replace(line, "SHAPE", "", 1)
		if shaper == scenario.Oracle {
			want = told
		}
		job, err := judge.Job(find(t, "steps"), shaper, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(job.Files["timeline"])); diff != "" {
			t.Errorf("%s (-want +got)\n%s", shaper, diff)
		}
	}
}

func TestEveryShaperStartsAtARateOfItsOwn(t *testing.T) {
	for shaper, want := range map[scenario.Shaper]string{
		scenario.None:      "SHAPER=none START_UP=8000 START_DOWN=15000",
		scenario.FixedHigh: "SHAPER=cake START_UP=9000 START_DOWN=18000",
		scenario.FixedLow:  "SHAPER=cake START_UP=9000 START_DOWN=7200",
		scenario.Oracle:    "SHAPER=cake START_UP=9500 START_DOWN=19000",
		scenario.Wanctl:    "SHAPER=wanctl START_UP=8000 START_DOWN=15000",
	} {
		job, err := judge.Job(find(t, "steps"), shaper, nil)
		if err != nil {
			t.Fatal(err)
		}
		want = "RTT=20 BURST=6000 SETTLE=12 LENGTH=45 DOWN=2 UP=0 " + want + "\n"
		if got := string(job.Files["settings"]); got != want {
			t.Errorf("%s: %q, want %q", shaper, got, want)
		}
	}
}

// recorded is what a guest leaves behind, shortened.
func recorded(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	if err := filesOf("testdata/run", files); err != nil {
		t.Fatal(err)
	}
	return files
}

func filesOf(dir string, files map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		data, err := os.ReadFile(dir + "/" + e.Name())
		if err != nil {
			return err
		}
		files[strings.Replace(e.Name(), "status-", "status/", 1)] = data
	}
	return err
}

func TestARunIsReadFromWhatProgramsPrinted(t *testing.T) {
	got, err := judge.Read(recorded(t))
	if err != nil {
		t.Fatal(err)
	}
	want := judge.Record{
		Pings: []judge.Ping{
			{At: 0.0402, RTT: 20.2}, {At: 0.0902, RTT: 20.4},
			{At: 0.1402, Lost: true}, {At: 0.1902, Lost: true},
			{At: 0.2402, RTT: 31},
		},
		Down: []judge.Goodput{{From: 0, To: 1, Mbit: 17.5}, {From: 1, To: 2, Mbit: 17.9}},
		Shaped: []judge.Shaped{
			{Down: judge.Passed{Kbit: 15000, Bytes: 1000, Drops: 1}, Up: judge.Passed{Kbit: 8000, Bytes: 500}},
			{Down: judge.Passed{Kbit: 19000, Bytes: 2_376_000, Drops: 7, BacklogKiB: 3}, Up: judge.Passed{Kbit: 8000, Bytes: 60_500}},
		},
		Writes: []judge.Write{{At: 0.5, Down: true, Kbit: 7600}, {At: 0.75, Kbit: 9500}, {At: 1, Down: true, Kbit: 19000}},
		Decisions: []judge.Decision{
			{At: 0.5, Down: true, From: 15000, To: 7600, Reason: "Draining", DelayMS: 42.5, DeliveredMbit: 8},
			{At: 1, Down: true, From: 7600, To: 19000, Reason: "Drained"},
		},
		Ticks: 120, Busy: 0.25,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestARunWithAPartMissingIsRefusedByName(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"begin", "", "no beginning"},
		{"ping.txt", "PING 10.9.0.6\n", "no ping was answered"},
		{"down.json", `{"error":"unable to connect"}`, "unable to connect"},
		{"down.json", "{", "iperf3"},
		{"qdisc.jsonl", "[\n", "second 0"},
		{"cpu.txt", "12", "cpu.txt"},
	} {
		files := recorded(t)
		files[c.file] = []byte(c.text)
		if _, err := judge.Read(files); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %q in %s: %v, want %q", c.text, c.file, err, c.want)
		}
	}
}

func TestAGuestHasTimeEnough(t *testing.T) {
	s := find(t, "idle")
	job, err := judge.Job(s, scenario.Oracle, nil)
	if err != nil {
		t.Fatal(err)
	}
	if job.Limit < 3*time.Minute+2*s.Length {
		t.Errorf("a guest has %v for %v", job.Limit, s.Length)
	}
}
