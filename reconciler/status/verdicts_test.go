package status

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func numbered(from, to int64) []v1alpha1.Verdict {
	var out []v1alpha1.Verdict
	for n := from; n <= to; n++ {
		out = append(out, v1alpha1.Verdict{Number: n, Verdict: "approved-50ms", Measurements: []v1alpha1.Measurement{{WAN: "att"}}})
	}
	return out
}

func TestVerdictsAreAddedOnceAndTheLastHundredAreKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for range 2 {
		if _, err := s.AddVerdicts("home", numbered(1, 3)...); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Read(dir).Verdicts("home")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(VerdictsRecord(numbered(1, 3)), r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r, err = s.AddVerdicts("home", numbered(2, 150)...); err != nil {
		t.Fatal(err)
	}
	if len(r) != 100 || r[0].Number != 51 || r.Last() != 150 {
		t.Errorf("%d verdicts, from %d to %d", len(r), r[0].Number, r.Last())
	}
	if r, err := Read(dir).Verdicts("house"); err != nil || r.Last() != 0 {
		t.Errorf("verdicts of a site that has none: %v, %v", r, err)
	}
}

func TestATornRecordOfVerdictsIsSetAsideAndANewOneBegun(t *testing.T) {
	for name, damage := range map[string]string{"cut off": `{"apiVersion": "wanctl.dev/v1alpha1", "kind": "Verd`, "of another kind": `{"kind": "EventList"}`} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			path := filepath.Join(dir, "verdicts", "home.json")
			if err := os.WriteFile(path, []byte(damage), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(dir).Verdicts("home"); !isTorn(err) {
				t.Errorf("reading says %v", err)
			}
			r, err := s.AddVerdicts("home", numbered(7, 7)...)
			if !isTorn(err) || r.Last() != 7 {
				t.Errorf("%v, %v", r, err)
			}
			if aside, err := os.ReadFile(path + ".torn-1"); err != nil || string(aside) != damage {
				t.Errorf("set aside: %q, %v", aside, err)
			}
			if r, err := s.ReadVerdicts("home"); err != nil || r.Last() != 7 {
				t.Errorf("afterwards: %v, %v", r, err)
			}
		})
	}
}
