package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func resume() Resume {
	return Resume{WANs: map[string]WANResume{
		"att": {
			Profile: "50ms", Interval: 50 * time.Millisecond, Generation: 7, SavedAt: time.Unix(1_800_000_000, 5).UTC(),
			LoadMS: 28.1, BaselineMS: 1.0 / 3, ReflectorBaselinesMS: map[string]float64{"1.1.1.1": 12.5, "<9.9.9.9>": 13},
			DownloadRate: 95_000_000, UploadRate: 18_000_000,
			GreenDownload: 30 * time.Second, GreenUpload: 1, SoftRedDownload: 2, SoftRedUpload: 3,
		},
		"spectrum": {},
	}, Routers: map[string]RouterResume{"edge": {BudgetFull: time.Unix(1_800_000_007, 5).UTC()}}}
}

func TestResumeIsReadAsItWasWritten(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.WriteResume("home", resume()); err != nil {
		t.Fatal(err)
	}
	got, err := s.ReadResume("home")
	if err != nil {
		t.Fatal(err)
	}
	want := resume()
	want.Version = ResumeVersion
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResumeThatCannotBeWrittenKeepsTheOld(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.WriteResume("home", resume()); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteResume("home", Resume{WANs: map[string]WANResume{"att": {LoadMS: math.NaN()}}}); err == nil {
		t.Error("NaN was written")
	}
	if got, err := s.ReadResume("home"); err != nil || len(got.WANs) != 2 {
		t.Errorf("the stored state is %v (%v)", got, err)
	}
}

func TestDamagedResumeIsSetAside(t *testing.T) {
	good, err := encodeResume(resume())
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ data, want string }{
		"an empty file":        {"", "unexpected end"},
		"half of it":           {string(good[:len(good)/2]), "unexpected end"},
		"zeroes":               {strings.Repeat("\x00", len(good)), "invalid character"},
		"a digit that flipped": {strings.Replace(string(good), "95000000", "96000000", 1), "checksum"},
		"another version":      {strings.Replace(string(good), `"version": 1`, `"version": 2`, 1), "version 2"},
		"no version":           {"{}", "version 0"},
		"no WANs":              {`{"version": 1}`, "unexpected end"},
		"text after it":        {string(good) + "x", "invalid character"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			path := filepath.Join(dir, "resume", "home.json")
			put(t, path, test.data)
			got, err := s.ReadResume("home")
			var torn *TornError
			if !errors.As(err, &torn) || torn.Path != path || torn.Aside != path+".torn-1" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want a TornError with %q", err, test.want)
			}
			if len(got.WANs) != 0 {
				t.Errorf("it gives %v", got)
			}
			if kept := get(t, path+".torn-1"); kept != test.data {
				t.Errorf("set aside is %q, want %q", kept, test.data)
			}
			if _, err := s.ReadResume("home"); err != nil {
				t.Errorf("once set aside: %v", err)
			}
		})
	}
}

func TestOnlyThreeTornFilesAreKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path := filepath.Join(dir, "resume", "home.json")
	for i := range 12 {
		put(t, path, fmt.Sprint("torn ", i+1))
		var torn *TornError
		if _, err := s.ReadResume("home"); !errors.As(err, &torn) {
			t.Fatal(err)
		}
	}
	alone(t, filepath.Join(dir, "resume"), "home.json.torn-10", "home.json.torn-11", "home.json.torn-12")
	if got := get(t, path+".torn-12"); got != "torn 12" {
		t.Errorf("the newest holds %q", got)
	}
}

func FuzzDecodeResume(f *testing.F) {
	good, err := encodeResume(resume())
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(good), "", "{}", `{"version":1,"checksum":"","wans":null}`, `{"version":1,"wans":[1]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeResume(data)
		if err != nil {
			return
		}
		again, err := encodeResume(r)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		back, err := decodeResume(again)
		if err != nil || !cmp.Equal(r, back) {
			t.Fatalf("it is read back as (%v)\n%s", err, cmp.Diff(r, back))
		}
	})
}

func FuzzDecodeSite(f *testing.F) {
	good, err := encodeSite(site("home"))
	if err != nil {
		f.Fatal(err)
	}
	head := `{"apiVersion": "wanctl.dev/v1alpha1", "kind": "Site", "metadata": {"name": "home"}`
	for _, seed := range []string{string(good), string(good[:len(good)/2]), "", head + "}", head + `, "spec": {"wans": [{"download": {"ceiling": "1e9999"}}]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeSite(data, "home")
		if err != nil {
			return
		}
		if s.Name != "home" || s.Kind != v1alpha1.Kind {
			t.Fatalf("accepted %s %s", s.Kind, s.Name)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
