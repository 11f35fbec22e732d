package reconciler

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/control"
)

// stagedManifest wants 500ms, with soaks and evidence as short as they can be.
const stagedManifest = `
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 500ms
  routers: [{name: lab, simulated: {applyLatency: 5ms}}]
  wans:
  - {name: att, router: lab, download: {ceiling: 95M}, upload: {ceiling: 18M}}
  - {name: spectrum, router: lab, download: {ceiling: 900M}, upload: {ceiling: 38M}}
  rollout:
    order: [spectrum, att]
    soak: {perWAN: 20s, final: 30s}
    gates:
      CycleTime: {minEvidence: 0}
      Cadence: {minEvidence: 0}
      ControlLatency: {minEvidence: 0}
      ProbeLoss: {minEvidence: 0}
      BaselineDrift: {minEvidence: 0}
      Flapping: {minEvidence: 0}
      RouterCPU: {minEvidence: 0}
      RouterErrors: {minEvidence: 0}
      Benefit: {minEvidence: 0, pass: 100}
`

func stagedEdit(oldnew ...string) string {
	return strings.NewReplacer(oldnew...).Replace(stagedManifest)
}

// profiles are what the loops run, in the order of the manifest.
func (b *bench) profiles() string {
	var all []string
	for _, w := range b.home().live.Status.WANs {
		all = append(all, w.Profile)
	}
	return strings.Join(all, " ")
}

// until turns until something holds, and says what the loops ran on the way.
func (b *bench) until(what string, holds func(*v1alpha1.RolloutStatus) bool) (ran []string) {
	b.t.Helper()
	for range 3600 {
		if r := b.home().live.Status.Rollout; r != nil && holds(r) {
			return ran
		}
		b.turn(time.Second)
		if now := b.profiles(); len(ran) == 0 || ran[len(ran)-1] != now {
			ran = append(ran, now)
		}
	}
	b.t.Fatalf("%s did not come; the rollout is %+v", what, b.home().live.Status.Rollout)
	return nil
}

func phase(p v1alpha1.RolloutPhase) func(*v1alpha1.RolloutStatus) bool {
	return func(r *v1alpha1.RolloutStatus) bool { return r.Phase == p }
}

// approved runs the manifest until its first profile is approved.
func approved(t *testing.T, dir, text string) *bench {
	t.Helper()
	b := newBench(t, dir)
	b.manifest(text)
	b.until("approval of the first profile", phase(v1alpha1.RolloutApproved))
	return b
}

func (b *bench) verdicts() (all []string) {
	b.t.Helper()
	record, err := b.store.ReadVerdicts("home")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, v := range record {
		all = append(all, fmt.Sprintf("%s %v", v.Verdict, v.WANs))
	}
	return all
}

func (b *bench) condition(kind string) string {
	for _, c := range b.home().live.Status.Conditions {
		if c.Type == kind {
			return string(c.Status) + " " + c.Reason
		}
	}
	return ""
}

func TestAChangeOfTheIntervalGoesToOneWANAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := approved(t, t.TempDir(), stagedManifest)
		b.manifest(stagedEdit("500ms", "100ms"))
		if now := b.profiles(); now != "500ms 500ms" {
			t.Errorf("right after the edit they run %s", now)
		}
		if b.home().live.Generation != 2 {
			t.Errorf("the edit is generation %d", b.home().live.Generation)
		}
		b.turn(5 * time.Second)
		if got := b.condition(v1alpha1.ConditionProgressing); got != "True RolloutSoaking" {
			t.Errorf("while it is brought out Progressing is %s", got)
		}
		ran := b.until("approval", phase(v1alpha1.RolloutApproved))
		if diff := cmp.Diff([]string{"500ms 100ms", "100ms 100ms"}, ran); diff != "" {
			t.Errorf("the loops ran (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"approved-500ms [spectrum att]", "approved-100ms [spectrum att]"}, b.verdicts()); diff != "" {
			t.Errorf("verdicts (-want +got):\n%s", diff)
		}
		for _, w := range b.home().live.Status.WANs {
			if w.Restarts != 1 {
				t.Errorf("%s was restarted %d times", w.Name, w.Restarts)
			}
		}
		record, err := b.store.ReadVerdicts("home")
		if err != nil {
			t.Fatal(err)
		}
		m := record[1].Measurements[0]
		if m.Derived == nil || m.Derived.HistorySize != 1200 || m.Soaked.Duration < 29*time.Second || m.Cycles < 290 {
			t.Errorf("it rests on %+v", m)
		}
		if got := b.condition(v1alpha1.ConditionProgressing); got != "False UpToDate" {
			t.Errorf("in the end Progressing is %s", got)
		}
		b.turn(6 * time.Minute)
		if got := b.condition(v1alpha1.ConditionStable); got != "True Settled" {
			t.Errorf("long after the end Stable is %s", got)
		}
		b.end()
	})
}

func TestWhatIsNoIntervalChangesAtOnceInTheMiddleOfARollout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := approved(t, t.TempDir(), stagedManifest)
		b.manifest(stagedEdit("500ms", "100ms"))
		b.turn(5 * time.Second)
		b.manifest(stagedEdit("500ms", "100ms", "95M", "90M"))
		if got := b.home().wans["att"].config.Autorate.Limits[0].Ceiling; got != 90e6 {
			t.Errorf("att's ceiling is %d", got)
		}
		if got := b.home().wans["att"].derived.Profile; got != "500ms" {
			t.Errorf("att runs %s before its turn", got)
		}
		b.until("approval", phase(v1alpha1.RolloutApproved))
		b.end()
	})
}

func TestAnEditBackIsCarriedOutAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := approved(t, t.TempDir(), stagedManifest)
		b.manifest(stagedEdit("500ms", "100ms"))
		b.turn(25 * time.Second)
		b.manifest(stagedManifest)
		b.turn(time.Second)
		if now := b.profiles(); now != "500ms 500ms" {
			t.Errorf("a second after the edit they run %s", now)
		}
		b.end()
	})
}

func TestImmediateChangesAllWANsInOneRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		text := stagedEdit("order: [spectrum, att]", "strategy: Immediate")
		b := approved(t, t.TempDir(), text)
		b.manifest(strings.Replace(text, "500ms", "100ms", 1))
		b.turn(time.Second)
		if now := b.profiles(); now != "100ms 100ms" {
			t.Errorf("a second after the edit they run %s", now)
		}
		b.until("a verdict", phase(v1alpha1.RolloutApproved))
		if v := b.verdicts(); v[len(v)-1] != "approved-100ms [att spectrum]" {
			t.Errorf("verdicts are %v", v)
		}
		for _, w := range b.home().live.Status.WANs {
			if w.Restarts != 1 {
				t.Errorf("%s was restarted %d times", w.Name, w.Restarts)
			}
		}
		b.end()
	})
}

// TestAProfileThatAWANDoesNotBear lets the second WAN crash after the first has
// passed.
func TestAProfileThatAWANDoesNotBear(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string]string{"WAN": "500ms 100ms", "Site": "500ms 500ms"} {
		t.Run("scope "+scope, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				text := stagedEdit("order:", "scope: "+scope+"\n    order:")
				b := approved(t, t.TempDir(), text)
				text = strings.Replace(text, "500ms", "100ms", 1)
				b.manifest(text)
				b.until("att's soak", func(r *v1alpha1.RolloutStatus) bool { return r.Phase == v1alpha1.RolloutSoaking && r.WAN == "att" })
				b.crashNow("att")
				b.crashed(<-b.crashes, time.Now())
				b.turn(2 * time.Minute)
				if now := b.profiles(); now != want {
					t.Errorf("in the end they run %s, want %s", now, want)
				}
				v := b.verdicts()
				if !slices.ContainsFunc(v, func(s string) bool { return strings.HasPrefix(s, "rollback ") }) {
					t.Errorf("verdicts are %v", v)
				}
				failed := b.home().live.Status.Rollout.Failed
				if len(failed) == 0 || failed[0].WAN != "att" || failed[0].Profile != "100ms" || failed[0].Gate != v1alpha1.GateRestarts {
					t.Errorf("failed are %+v", failed)
				}
				b.turn(10 * time.Minute)
				if now := b.profiles(); now != want || len(b.verdicts()) > len(v)+1 {
					t.Errorf("ten minutes later they run %s; verdicts %v", now, b.verdicts())
				}
				again := control.Request{Verb: control.Retry, Who: "alice"}
				if scope == "WAN" {
					again.WAN = "att"
				}
				a, err := b.obey(again)
				if err != nil || a.Site != "home" {
					t.Fatalf("retry says %v, %v", a, err)
				}
				b.until("approval", phase(v1alpha1.RolloutApproved))
				if w := b.home().wans["att"].derived.Profile; w != "100ms" {
					t.Errorf("after a second try att runs %s", w)
				}
				b.end()
			})
		})
	}
}

func TestABrokenRouterPausesTheSoakAndItGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		text := stagedEdit("applyLatency: 5ms", "applyLatency: 5ms, faults: [{at: 80s, for: 5m, kind: RouterDown}]")
		b := approved(t, t.TempDir(), text)
		b.manifest(strings.Replace(text, "500ms", "100ms", 1))
		b.until("issues", func(r *v1alpha1.RolloutStatus) bool { return len(r.Issues) > 0 })
		b.turn(15 * time.Second)
		before := b.home().stage.State().Soaked
		if got := b.condition(v1alpha1.ConditionProgressing); got != "True RolloutIssues" {
			t.Errorf("with a broken router Progressing is %s", got)
		}
		b.turn(2 * time.Minute)
		if after := b.home().stage.State().Soaked; after != before {
			t.Errorf("the soak went on from %v to %v without a router", before, after)
		}
		b.until("approval", phase(v1alpha1.RolloutApproved))
		if v := b.verdicts(); !slices.ContainsFunc(v, func(s string) bool { return strings.HasPrefix(s, "issues: router unreachable") }) {
			t.Errorf("verdicts are %v", v)
		}
		b.end()
	})
}

func TestAPersonDecides(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := approved(t, t.TempDir(), stagedManifest)
		ask := func(verb control.Verb, profile string) (string, error) {
			a, err := b.obey(control.Request{Verb: verb, Profile: profile, Who: "alice"})
			return a.Message, err
		}
		var refused *control.RefusedError
		if _, err := ask(control.Approve, ""); !errors.As(err, &refused) {
			t.Errorf("with nothing to approve: %v", err)
		}
		if _, err := b.obey(control.Request{Verb: control.Pause, Site: "office"}); !errors.As(err, &refused) {
			t.Errorf("of a site that does not run: %v", err)
		}
		text := stagedEdit("order:", "approval: Manual\n    order:")
		b.manifest(strings.Replace(text, "500ms", "100ms", 1))
		b.turn(10 * time.Second)
		if _, err := ask(control.Pause, ""); err != nil {
			t.Error(err)
		}
		b.turn(3 * time.Minute)
		if now := b.profiles(); now != "500ms 100ms" {
			t.Errorf("paused, they run %s", now)
		}
		if _, err := ask(control.Resume, ""); err != nil {
			t.Error(err)
		}
		b.until("the wait for approval", phase(v1alpha1.RolloutAwaitingApproval))
		b.turn(3 * time.Minute)
		if phase := b.home().live.Status.Rollout.Phase; phase != v1alpha1.RolloutAwaitingApproval {
			t.Errorf("unasked, it went on to %s", phase)
		}
		if _, err := ask(control.Approve, "50ms"); !errors.As(err, &refused) {
			t.Errorf("of a profile that is not on trial: %v", err)
		}
		message, err := ask(control.Approve, "100ms")
		if err != nil || !strings.HasPrefix(message, "approved; the rollout is Approved") {
			t.Errorf("the answer is %q, %v", message, err)
		}
		b.turn(2 * time.Second)
		record, err := b.store.ReadVerdicts("home")
		if err != nil {
			t.Fatal(err)
		}
		if last := record[len(record)-1]; last.By != "alice" || last.Verdict != "approved-100ms" {
			t.Errorf("the verdict is %+v", last)
		}
		b.end()
	})
}

// TestALoopGoesOnAtItsProfileUntilItsTurnAfterAnUpgrade begins with what an agent
// left that knew no rollouts.
func TestALoopGoesOnAtItsProfileUntilItsTurnAfterAnUpgrade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := newBench(t, dir)
		b.manifest(stagedManifest)
		b.turn(20 * time.Second)
		b.end()
		forget(t, dir, "rollout", "evidence", "verdicts")
		b = newBench(t, dir)
		b.manifest(stagedEdit("500ms", "100ms"))
		if ran := b.until("approval", phase(v1alpha1.RolloutApproved)); !slices.Equal(ran, []string{"500ms 500ms", "500ms 100ms", "100ms 100ms"}) {
			t.Errorf("the loops ran %v", ran)
		}
		b.end()
	})
}

// TestAKilledAgentGoesOnWithTheSameRollout kills the agent with its loops, its
// evidence and its files every few seconds.
func TestAKilledAgentGoesOnWithTheSameRollout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := approved(t, dir, stagedManifest)
		text := stagedEdit("500ms", "100ms")
		b.manifest(text)
		random := rand.New(rand.NewPCG(1, 2))
		kills, ran := 0, []string{}
		for range 200 {
			b.turn(time.Duration(1+random.IntN(25)) * time.Second)
			if now := b.profiles(); len(ran) == 0 || ran[len(ran)-1] != now {
				ran = append(ran, now)
			}
			if b.home().live.Status.Rollout.Phase == v1alpha1.RolloutApproved {
				break
			}
			time.Sleep(time.Duration(random.IntN(1000)) * time.Millisecond)
			b.kill()
			kills++
			time.Sleep(time.Duration(random.IntN(30)) * time.Second)
			b = newBench(t, dir)
			b.manifest(text)
		}
		if want := []string{"500ms 100ms", "100ms 100ms"}; !slices.Equal(ran, want) {
			t.Errorf("killed %d times the loops ran %v, want %v", kills, ran, want)
		}
		if v := b.verdicts(); !slices.Equal(v, []string{"approved-500ms [spectrum att]", "approved-100ms [spectrum att]"}) {
			t.Errorf("killed %d times the verdicts are %v", kills, v)
		}
		if kills < 5 {
			t.Errorf("it was killed %d times only", kills)
		}
		b.end()
	})
}

// forget removes parts of a state directory.
func forget(t *testing.T, dir string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
			t.Fatal(err)
		}
	}
}
