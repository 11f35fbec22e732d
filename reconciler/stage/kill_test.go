package stage_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
	"github.com/wanctl/wanctl/reconciler/stage"
	"github.com/wanctl/wanctl/reconciler/status"
)

const manifest = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 500ms
  routers: [{name: lab, simulated: {}}]
  wans:
  - {name: att, router: lab, download: {ceiling: 95M}, upload: {ceiling: 18M}}
  - {name: spectrum, router: lab, download: {ceiling: 900M}, upload: {ceiling: 38M}}
  rollout: {order: [att, spectrum], soak: {perWAN: 1m, final: 2m}}
`

// killed is what an agent that is killed panics with.
type killed struct{}

// world is an agent with its disk and its loops, in virtual time. The disk is
// real.
type world struct {
	t     *testing.T
	dir   string
	store *status.Store
	stage *stage.Stage
	site  *v1alpha1.Site
	now   time.Time
	// loops are those that run; ran and kept are what was stored of them.
	loops map[string]*loop
	ran   map[string]string
	kept  map[string]loop
	// fuse is how many steps it is until the agent is killed; 0 is never.
	fuse, kills int
	rand        *rand.Rand
	// moves are the changes of a loop's profile, and told the events.
	moves []string
	told  int
}

type loop struct {
	profile string
	soak    int64
	soaked  time.Duration
}

func newWorld(t *testing.T, seed uint64) *world {
	sites, faults := v1alpha1.Decode("site.yaml", []byte(manifest))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	w := &world{
		t: t, dir: t.TempDir(), site: sites[0], now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		ran: map[string]string{}, kept: map[string]loop{}, rand: rand.New(rand.NewPCG(seed, 1)),
	}
	w.site.Generation = 1
	w.boot()
	return w
}

// boot starts the agent on what its disk has.
func (w *world) boot() {
	w.t.Helper()
	var err error
	if w.store, err = status.Open(w.dir, nil); err != nil {
		w.t.Fatal(err)
	}
	state, err := w.store.ReadRollout("home")
	if err != nil {
		w.t.Fatal(err)
	}
	record, err := w.store.ReadVerdicts("home")
	if err != nil {
		w.t.Fatal(err)
	}
	w.loops = map[string]*loop{}
	w.stage = stage.New(state, record.Last(), w, w)
}

// kill ends the agent between any two steps, or in the middle of a write.
func (w *world) kill() {
	w.kills++
	if w.rand.IntN(3) == 0 {
		litter := filepath.Join(w.dir, "rollout", fmt.Sprintf(".home.json%d", w.rand.Uint32()))
		if err := os.WriteFile(litter, []byte(`{"version": 1, "chec`), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.now = w.now.Add(time.Duration(w.rand.IntN(40)) * time.Second)
	w.boot()
}

func (w *world) step() {
	if w.fuse--; w.fuse == 0 {
		panic(killed{})
	}
}

func (w *world) WriteRollout(site string, state *rollout.State) error {
	w.step()
	err := w.store.WriteRollout(site, state)
	w.step()
	return err
}

func (w *world) AddVerdicts(site string, verdicts ...v1alpha1.Verdict) (status.VerdictsRecord, error) {
	w.step()
	record, err := w.store.AddVerdicts(site, verdicts...)
	w.step()
	return record, err
}

func (w *world) Run(wan, profile string, soak int64) {
	l := w.loops[wan]
	if l == nil {
		return
	}
	if l.profile != profile {
		w.step()
		w.move(wan, profile)
		w.step()
	}
	if l = w.loops[wan]; l.soak != soak {
		l.soak, l.soaked = soak, 0
		w.step()
	}
}

// move makes a loop run a profile, which must stand on the disk.
func (w *world) move(wan, profile string) {
	w.t.Helper()
	stored, err := w.store.ReadRollout("home")
	if err != nil {
		w.t.Fatal(err)
	}
	if assigned, ok := stored.Assigned(wan); !ok || assigned != profile {
		w.t.Errorf("%s is to run %s, and the disk says %q", wan, profile, assigned)
	}
	if last := w.ran[wan]; last != profile {
		w.moves = append(w.moves, fmt.Sprintf("%s from %s to %s", wan, last, profile))
	}
	if l := w.loops[wan]; l != nil && l.profile == profile {
		return
	}
	w.ran[wan] = profile
	w.loops[wan] = &loop{profile: profile}
	if left := w.kept[wan]; left.profile == profile {
		*w.loops[wan] = left
	}
}

func (w *world) Hold(map[string]bool) {}

func (w *world) Tell(rollout.Tell) {
	w.step()
	w.told++
}

// second lets one pass, with all that an agent does in it, unless it is killed in
// the middle.
func (w *world) second() {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			w.kill()
		}
	}()
	w.now = w.now.Add(time.Second)
	in := rollout.Input{Site: w.site, WANs: map[string]rollout.Observed{}, Origin: v1alpha1.OriginRecorded}
	for i := range w.site.Spec.WANs {
		name := w.site.Spec.WANs[i].Name
		o := rollout.Observed{Profile: w.ran[name]}
		if l := w.loops[name]; l != nil {
			l.soaked += time.Second
			o = rollout.Observed{Profile: l.profile, Running: true, Soak: l.soak, Figures: figures(name, l)}
		}
		in.WANs[name] = o
	}
	if err := w.stage.Turn(in, w.now); err != nil {
		w.t.Fatal(err)
	}
	for i := range w.site.Spec.WANs {
		if name := w.site.Spec.WANs[i].Name; w.loops[name] == nil {
			profile, _ := w.stage.Assigned(name)
			w.step()
			w.move(name, profile)
		}
	}
	if w.now.Second()%10 == 0 {
		for name, l := range w.loops {
			w.kept[name] = *l
		}
	}
}

// figures are those of a line that bears everything, but that spectrum has too
// much work at 50ms.
func figures(wan string, l *loop) evidence.Figures {
	interval, _ := v1alpha1.ParseProfile(l.profile)
	n := 100 * int64(l.soaked/time.Second)
	f := evidence.Figures{
		Profile: l.profile, Interval: interval, Soaked: l.soaked, Idle: l.soaked / 2, Loaded: l.soaked / 2,
		CycleTime:      evidence.CycleTime{Cycles: n, P50: 0.01, P95: 0.01, P99: 0.02},
		Cadence:        evidence.Cadence{Cycles: n, RecentCycles: min(n, 6000)},
		ControlLatency: evidence.ControlLatency{Applies: n, P95: 0.1},
		ProbeLoss:      evidence.ProbeLoss{Sent: 2 * n, IdleSent: n, LoadedSent: n, RecentSent: min(n, 6000)},
		BaselineDrift:  evidence.BaselineDrift{Comparisons: n, P95MS: 0.1},
		RouterErrors:   evidence.RouterErrors{Applies: n, RecentApplies: min(n, 6000)},
		Benefit:        evidence.Benefit{LoadedSamples: n, LoadedDelayP50MS: 3, LoadedDelayP95MS: 9},
	}
	if wan == "spectrum" && interval == 50*time.Millisecond {
		f.CycleTime.P95, f.CycleTime.P99 = 0.92, 0.95
	}
	return f
}

// end is what a rollout comes to.
type end struct {
	Phase    v1alpha1.RolloutPhase
	WANs     []string
	Moves    []string
	Verdicts []string
}

// bringOut runs 500ms until it is approved, and then 50ms. With a most of steps
// between two kills the agent is killed again and again.
func (w *world) bringOut(most int) end {
	w.t.Helper()
	settle := func() {
		for range 3600 {
			w.light(most)
			w.second()
			if s := w.stage.State(); s.Phase == v1alpha1.RolloutApproved && s.Generation == w.site.Generation && len(s.Unrecorded) == 0 {
				return
			}
		}
		w.t.Fatalf("it does not come to an end: %+v", w.stage.State())
	}
	settle()
	w.site.Spec.IntervalProfile, w.site.Generation = "50ms", 2
	settle()
	record, err := w.store.ReadVerdicts("home")
	if err != nil {
		w.t.Fatal(err)
	}
	e := end{Phase: w.stage.State().Phase, Moves: w.moves}
	for _, x := range w.stage.State().WANs {
		e.WANs = append(e.WANs, fmt.Sprintf("%s %s %s, stable at %s", x.Name, x.Profile, x.Result, x.Stable))
	}
	for _, v := range record {
		e.Verdicts = append(e.Verdicts, fmt.Sprintf("%d %s of %s on %v", v.Number, v.Verdict, v.Profile, v.WANs))
		for _, m := range v.Measurements {
			if m.Derived == nil || m.Derived.Profile != m.Profile {
				w.t.Errorf("verdict %d has the parameters %+v for %s", v.Number, m.Derived, m.Profile)
			}
		}
	}
	return e
}

// light sets a fuse where there is none.
func (w *world) light(most int) {
	if most > 0 && w.fuse <= 0 {
		w.fuse = 1 + w.rand.IntN(most)
	}
}

// TestAnAgentKilledAtAnyInstantReachesTheSameEnd kills it at a thousand random
// steps: between a decision, its storing, a loop's restart, a verdict's record,
// and in the middle of a write.
func TestAnAgentKilledAtAnyInstantReachesTheSameEnd(t *testing.T) {
	want := newWorld(t, 0).bringOut(0)
	t.Logf("left alone it comes to %+v", want)
	if want.Phase != v1alpha1.RolloutApproved || len(want.Moves) < 5 || len(want.Verdicts) < 3 {
		t.Fatalf("left alone it comes to %+v", want)
	}
	kills, enough := 0, 1000
	if testing.Short() {
		enough = 100
	}
	for seed := uint64(1); kills < enough && !t.Failed(); seed++ {
		w := newWorld(t, seed)
		got := w.bringOut([]int{16, 24, 60}[seed%3])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d, killed %d times (-left alone +killed):\n%s", seed, w.kills, diff)
		}
		kills += w.kills
	}
	t.Logf("killed %d times", kills)
}

// full is a disk that takes nothing while it is full.
type full struct {
	stage.Disk
	is bool
}

func (d *full) WriteRollout(site string, state *rollout.State) error {
	if d.is {
		return fmt.Errorf("write: %w", os.ErrPermission)
	}
	return d.Disk.WriteRollout(site, state)
}

func TestNothingChangesWhileItCannotBeStored(t *testing.T) {
	w := newWorld(t, 0)
	for w.stage.State().Phase != v1alpha1.RolloutApproved {
		w.second()
	}
	disk := &full{Disk: w, is: true}
	w.stage = stage.New(*w.stage.State(), 1, disk, w)
	w.site.Spec.IntervalProfile, w.site.Generation = "50ms", 2
	turn := func() error {
		in := rollout.Input{Site: w.site, WANs: map[string]rollout.Observed{}}
		for name, l := range w.loops {
			in.WANs[name] = rollout.Observed{Profile: l.profile, Running: true, Soak: l.soak, Figures: figures(name, l)}
		}
		w.now = w.now.Add(time.Second)
		return w.stage.Turn(in, w.now)
	}
	before := len(w.moves)
	for range 30 {
		if err := turn(); err == nil {
			t.Fatal("a full disk is no error")
		}
	}
	if len(w.moves) != before || w.stage.State().Generation != 1 {
		t.Errorf("it went on to %v with generation %d", w.moves, w.stage.State().Generation)
	}
	disk.is = false
	for range 10 {
		if err := turn(); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.moves) != before+1 || w.loops["att"].profile != "50ms" {
		t.Errorf("with room again the moves are %v", w.moves)
	}
}
