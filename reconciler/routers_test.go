package reconciler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// mikrotik is a site of one WAN behind a double that listens at an address.
func mikrotik(t *testing.T, address string) (text, password string) {
	t.Helper()
	dir := t.TempDir()
	password = filepath.Join(dir, "password")
	for name, content := range map[string]string{"user": "wanctl\n", "password": "secret\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf(`
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 50ms
  routers:
  - name: edge
    routerOS:
      address: %s
      plaintext: true
      credentials: {usernameFile: %s/user, passwordFile: %s}
      resourcesEvery: 1s
      writesPerMinute: 60
  wans:
  - name: cable
    router: edge
    probe: {reflectors: [127.0.0.1]}
    download: {queue: cable-down, ceiling: 95M}
    upload: {queue: cable-up, ceiling: 18M}
`, address, dir, password), password
}

// double is a router with the queues of mikrotik, at other rates.
func double(t *testing.T) (*routerosdouble.Router, string) {
	t.Helper()
	d := routerosdouble.New(routerosdouble.Options{})
	t.Cleanup(d.Close)
	d.Add("/interface", "name=ether1", "running=true")
	d.Add("/interface", "name=bridge", "running=true")
	d.Add("/queue/type", "name=cake", "kind=cake", "cake-bandwidth=0")
	d.Add("/queue/tree", "name=cable-down", "parent=bridge", "queue=cake", "packet-mark=no-mark", "max-limit=40M")
	d.Add("/queue/tree", "name=cable-up", "parent=ether1", "queue=cake", "packet-mark=no-mark", "max-limit=10M")
	address, err := d.Start()
	if err != nil {
		t.Fatal(err)
	}
	return d, address
}

// device is what the status says of the only router.
func device(sites []*v1alpha1.Site) v1alpha1.DeviceStatus {
	if len(sites) != 1 || len(sites[0].Status.Routers) != 1 {
		return v1alpha1.DeviceStatus{}
	}
	return sites[0].Status.Routers[0]
}

// bothApplied says that the only WAN's rates were written and read back. What is
// changed by hand between the two is a write that failed, and no drift.
func bothApplied(sites []*v1alpha1.Site) bool {
	return len(sites) == 1 && len(sites[0].Status.WANs) == 1 && sites[0].Status.WANs[0].Router.AppliesTotal >= 2
}

func TestAMikroTikRouterIsSetToTheCeilingsAndToldOf(t *testing.T) {
	t.Parallel()
	d, address := double(t)
	text, _ := mikrotik(t, address)
	a := newAgent(t, text)
	st := device(a.until("its figures", func(s []*v1alpha1.Site) bool {
		r := device(s)
		return r.CPUPercent != nil && r.Writes.Total == 2 && bothApplied(s)
	}))
	if st.Reachable == nil || !*st.Reachable || st.Kind != "routerOS" || st.Address != address || *st.CPUPercent != 3 || st.Version != "7.19.4 (stable)" ||
		st.TotalMemory.Value() != 1<<30 || st.LastError != "" || st.Writes.P95 == nil {
		t.Errorf("the status says %+v", st)
	}
	if down, up := d.Get("/queue/tree", "cable-down", "max-limit"), d.Get("/queue/tree", "cable-up", "max-limit"); down != "95000000" || up != "18000000" {
		t.Errorf("the queues are at %s and %s", down, up)
	}
	d.Put("/system/resource", "", "cpu-load=100")
	a.until("a CPU at 100 %", func(s []*v1alpha1.Site) bool { r := device(s); return r.CPUPercent != nil && *r.CPUPercent == 100 })
	for _, v := range d.Violations() {
		t.Error(v)
	}
}

func TestAPasswordThatIsRotatedIsReadAnew(t *testing.T) {
	t.Parallel()
	d, address := double(t)
	text, password := mikrotik(t, address)
	d.SetUser("wanctl", "Pa55-new", "api", "read", "write")
	a := newAgent(t, text)
	degraded := func(s []*v1alpha1.Site) bool {
		return len(s) == 1 && condition(s[0], v1alpha1.ConditionDegraded).Reason == v1alpha1.ReasonRouterDenied
	}
	message := condition(a.until("RouterDenied", degraded)[0], v1alpha1.ConditionDegraded).Message
	if !strings.Contains(message, "invalid user name or password") {
		t.Errorf("the condition says %q", message)
	}
	if f := d.Figures(); f.Refused != 1 {
		t.Errorf("%d logins with one wrong password", f.Refused)
	}
	if err := os.WriteFile(password, []byte("Pa55-new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a.until("both rates", bothApplied)
	a.stop()
	// Neither of the two stands in anything that was written.
	err := filepath.WalkDir(a.stateDir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range []string{"secret\n", "Pa55-new"} {
			if strings.Contains(string(data), word) {
				t.Errorf("%s holds a password", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFlawOfTheRouterIsAConditionWithTheWayOut(t *testing.T) {
	t.Parallel()
	d, address := double(t)
	d.Put("/queue/tree", "cable-down", "disabled=yes")
	text, _ := mikrotik(t, address)
	a := newAgent(t, text)
	site := a.until("the flaw", func(s []*v1alpha1.Site) bool {
		return len(s) == 1 && condition(s[0], v1alpha1.ConditionDegraded).Reason == v1alpha1.ReasonQueueDisabled
	})[0]
	c := condition(site, v1alpha1.ConditionReady)
	if c.Status != metav1.ConditionFalse || !strings.Contains(c.Message, `/queue tree enable [find name="cable-down"]`) {
		t.Errorf("Ready is %+v", c)
	}
	if found := site.Status.Routers[0].Findings; len(found) != 1 || found[0].Reason != v1alpha1.ReasonQueueDisabled || found[0].WAN != "cable" {
		t.Errorf("the findings are %+v", found)
	}
}

func TestAWriteBudgetOutlastsTheAgent(t *testing.T) {
	t.Parallel()
	d, address := double(t)
	text, _ := mikrotik(t, address)
	// One write a minute, of which ten may be saved up: five starts with two
	// writes each, and the sixth is held, however soon the agents follow each other.
	a := newAgent(t, strings.Replace(text, "writesPerMinute: 60", "writesPerMinute: 1", 1))
	for start := range 6 {
		r := device(a.until("an answer", func(s []*v1alpha1.Site) bool { r := device(s); return r.Writes.Total == 2 || r.Writes.Held > 0 }))
		if held := r.Writes.Held > 0; held != (start == 5) {
			t.Errorf("start %d: %d writes, held is %v", start+1, r.Writes.Total, held)
		}
		a.stop()
		d.Put("/queue/tree", "", "max-limit=1M")
		if start < 5 {
			a.run(false)
		}
	}
	if n := len(d.Sets()); n != 10 {
		t.Errorf("%d sets", n)
	}
}
