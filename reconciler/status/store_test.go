package status

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func site(name string) *v1alpha1.Site {
	s := &v1alpha1.Site{ObjectMeta: metav1.ObjectMeta{Name: name, Generation: 3}}
	s.Spec.IntervalProfile = "50ms"
	s.Status = *long()
	s.Status.Conditions[0].LastTransitionTime = metav1.NewTime(time.Unix(1_800_000_000, 0))
	return s
}

func writeSite(t *testing.T, s *Store, name string) {
	t.Helper()
	if err := s.WriteSite(site(name)); err != nil {
		t.Fatal(err)
	}
}

func TestASiteIsReadAsItWasWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var", "lib", "wanctl")
	s := open(t, dir)
	writeSite(t, s, "home")
	want := site("home")
	want.TypeMeta = metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.Kind}
	for name, read := range map[string]func(string) (*v1alpha1.Site, error){"store": s.ReadSite, "reader": Read(dir).Site} {
		got, err := read("home")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	text := get(t, filepath.Join(dir, "sites", "home.json"))
	if !strings.HasPrefix(text, `{"kind":"Site","apiVersion":"wanctl.dev/v1alpha1","metadata":{"name":"home",`) {
		t.Errorf("the file begins with %.80q", text)
	}
	for path, mode := range map[string]fs.FileMode{"": 0o750, "sites": 0o750, "sites/home.json": 0o644} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q has mode %v (%v), want %v", path, info.Mode(), err, mode)
		}
	}
}

func TestSitesAreListedByNameAndDamagedOnesReported(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, name := range []string{"zoo", "home", "cut", "other", "liar"} {
		writeSite(t, s, name)
	}
	path := func(name string) string { return filepath.Join(dir, "sites", name+".json") }
	whole := get(t, path("cut"))
	put(t, path("cut"), whole[:strings.Index(whole, `"status"`)])
	put(t, path("other"), `{"apiVersion": "wanctl.dev/v2", "kind": "Site", "metadata": {"name": "other"}}`)
	put(t, path("liar"), whole)
	put(t, filepath.Join(dir, "sites", "notes.txt"), "not ours")

	for range 2 { // a Reader changes nothing
		sites, err := Read(dir).Sites()
		if got := names(sites); got != "home zoo" {
			t.Errorf("the sites are %q, want home zoo", got)
		}
		for _, name := range []string{"cut", "other", "liar"} {
			if err == nil || !strings.Contains(err.Error(), path(name)) {
				t.Errorf("the error does not name %s: %v", path(name), err)
			}
		}
	}
	sites, err := s.Sites()
	var torn *TornError
	if got := names(sites); got != "home zoo" || !errors.As(err, &torn) || torn.Aside == "" {
		t.Errorf("the store's sites are %q and the error %v, want home zoo and a TornError", got, err)
	}
	if sites, err := s.Sites(); err != nil || names(sites) != "home zoo" {
		t.Errorf("once set aside the sites are %q and the error %v", names(sites), err)
	}
	alone(t, filepath.Join(dir, "sites"), "cut.json.torn-1", "home.json", "liar.json.torn-1", "notes.txt", "other.json.torn-1", "zoo.json")
}

func names(sites []v1alpha1.Site) string {
	var out []string
	for _, s := range sites {
		out = append(out, s.Name)
	}
	return strings.Join(out, " ")
}

func TestWhatIsNotThereIsNoDamage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nothing")
	r := Read(dir)
	if sites, err := r.Sites(); err != nil || len(sites) != 0 {
		t.Errorf("Sites of no directory: %v, %v", sites, err)
	}
	if events, err := r.Events(""); err != nil || len(events) != 0 {
		t.Errorf("Events of no directory: %v, %v", events, err)
	}
	if events, err := r.Events("home"); err != nil || len(events) != 0 {
		t.Errorf("Events of a site in no directory: %v, %v", events, err)
	}
	if _, err := r.Site("home"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Site in no directory: %v", err)
	}
	if pid, running := r.AgentRunning(); running || pid != 0 {
		t.Errorf("AgentRunning in no directory: %d, %v", pid, running)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("reading created the directory")
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, running := r.AgentRunning(); running {
		t.Error("an agent runs in an empty directory")
	}
	alone(t, dir)
	s := open(t, dir)
	if _, err := s.ReadSite("home"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadSite: %v", err)
	}
	if got, err := s.ReadResume("home"); err != nil || len(got.WANs) != 0 {
		t.Errorf("ReadResume: %v, %v", got, err)
	}
	if err := s.RemoveSite("home"); err != nil {
		t.Errorf("RemoveSite: %v", err)
	}
}

func TestNamesThatLeadOutOfTheDirectoryAreRefused(t *testing.T) {
	s := open(t, t.TempDir())
	for _, name := range []string{"", "..", "../home", "a/b", ".hidden", "a\x00"} {
		bad := site(name)
		_, errSite := s.ReadSite(name)
		_, errResume := s.ReadResume(name)
		for what, err := range map[string]error{
			"WriteSite": s.WriteSite(bad), "ReadSite": errSite, "RemoveSite": s.RemoveSite(name),
			"WriteResume": s.WriteResume(name, Resume{}), "ReadResume": errResume,
		} {
			if err == nil || !strings.Contains(err.Error(), "cannot be a file's name") {
				t.Errorf("%s(%q): %v", what, name, err)
			}
		}
	}
}

func TestARemovedSiteKeepsItsEvents(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	writeSite(t, s, "home")
	if err := s.WriteResume("home", Resume{}); err != nil {
		t.Fatal(err)
	}
	s.Record(event(1, "home", "Gone", "it went"))
	if err := errors.Join(s.FlushEvents(), s.RemoveSite("home")); err != nil {
		t.Fatal(err)
	}
	alone(t, filepath.Join(dir, "sites"))
	alone(t, filepath.Join(dir, "resume"))
	alone(t, filepath.Join(dir, "events"), "home.json")
}

func TestLitterOfAKilledAgentIsSwept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	writeSite(t, s, "home")
	s.Close()
	put(t, filepath.Join(dir, "sites", ".home.json123456"), "half")
	put(t, filepath.Join(dir, "resume", ".home.json9"), "half")
	put(t, filepath.Join(dir, "sites", ".keep"), "not ours")
	open(t, dir)
	alone(t, filepath.Join(dir, "sites"), ".keep", "home.json")
	alone(t, filepath.Join(dir, "resume"))
}

func TestASecondAgentIsRefusedAndToldOfTheFirst(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	_, err := Open(dir, nil)
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("the error is %v, want a LockedError", err)
	}
	if locked.Dir != dir || locked.PID != os.Getpid() || time.Since(locked.Since) > time.Hour {
		t.Errorf("the error is %+v", locked)
	}
	for _, want := range []string{dir, fmt.Sprint(os.Getpid()), "--state-dir"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if pid, running := Read(dir).AgentRunning(); !running || pid != os.Getpid() {
		t.Errorf("AgentRunning is %d, %v", pid, running)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if pid, running := Read(dir).AgentRunning(); running || pid != 0 {
		t.Errorf("after Close AgentRunning is %d, %v", pid, running)
	}
	open(t, dir)
}

// TestAKilledAgentHoldsNothing has another process hold the lock and die.
func TestAKilledAgentHoldsNothing(t *testing.T) {
	if dir := os.Getenv("WANCTL_TEST_HOLD"); dir != "" {
		if _, err := Open(dir, nil); err != nil {
			t.Fatal(err)
		}
		fmt.Println("held")
		select {}
	}
	dir := t.TempDir()
	agent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAKilledAgentHoldsNothing$")
	agent.Env = append(os.Environ(), "WANCTL_TEST_HOLD="+dir)
	out, err := agent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	if _, err := Open(dir, nil); !errors.As(err, &locked) || locked.PID != agent.Process.Pid {
		t.Errorf("the error is %v, want a LockedError of process %d", err, agent.Process.Pid)
	}
	if err := agent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = agent.Wait()
	open(t, dir)
}
