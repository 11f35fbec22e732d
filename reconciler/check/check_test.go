package check

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is one behind a double; the reflectors are left to other tests.
func site(t *testing.T, spoil func(*routerosdouble.Router)) (*v1alpha1.Site, *routerosdouble.Router) {
	t.Helper()
	double := routerosdouble.New(routerosdouble.Options{})
	t.Cleanup(double.Close)
	double.Add("/interface", "name=ether1", "running=true")
	double.Add("/queue/type", "name=cake", "kind=cake")
	double.Add("/queue/tree", "name=down", "parent=ether1", "queue=cake", "packet-mark=no-mark", "max-limit=40M")
	double.Add("/queue/tree", "name=up", "parent=ether1", "queue=cake", "packet-mark=no-mark", "max-limit=10M")
	spoil(double)
	address, err := double.Start()
	if err != nil {
		t.Fatal(err)
	}
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WANCTL_TEST_USER", "wanctl")
	s := &v1alpha1.Site{}
	s.Spec.Routers = []v1alpha1.Router{{Name: "edge", RouterOS: &v1alpha1.RouterOS{
		Address: address, Plaintext: true, Credentials: v1alpha1.Credentials{UsernameEnv: "WANCTL_TEST_USER", PasswordFile: password},
	}}}
	s.Spec.WANs = []v1alpha1.WAN{{Name: "cable", Router: "edge", Download: v1alpha1.Shaper{Queue: "down"}, Upload: v1alpha1.Shaper{Queue: "up"}}}
	v1alpha1.SetDefaults(s)
	return s, double
}

func TestSiteTellsWhatIsWrongAndChangesNothing(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*routerosdouble.Router)
		// fails are parts of the messages of what fails, in order.
		fails []string
	}{
		{"all is well", func(*routerosdouble.Router) {}, nil},
		{"a wrong password", func(d *routerosdouble.Router) { d.SetUser("wanctl", "other", "api", "read", "write") }, []string{"refuses the login"}},
		{"a user who may not write", func(d *routerosdouble.Router) { d.SetUser("wanctl", "secret", "api", "read") }, []string{"/user group set"}},
		{"a queue that is missing", func(d *routerosdouble.Router) { d.Remove("/queue/tree", "down") }, []string{"/queue tree add"}},
		{"a queue that is disabled", func(d *routerosdouble.Router) { d.Put("/queue/tree", "up", "disabled=yes") }, []string{"/queue tree enable"}},
		{"a router that is silent", func(d *routerosdouble.Router) { d.Break(routerosdouble.SilentAtLogin, 0) }, []string{"gave up waiting"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, double := site(t, tc.spoil)
			var items []Item
			Site(context.Background(), s, func(i Item) { items = append(items, i) })
			var failed []string
			for _, i := range items {
				if i.Result == Fail {
					failed = append(failed, i.Message)
				}
			}
			if !slices.EqualFunc(failed, tc.fails, strings.Contains) {
				t.Errorf("what fails is %q, want %q", failed, tc.fails)
			}
			for _, want := range []string{"in the clear", "chmod 600"} {
				if !slices.ContainsFunc(items, func(i Item) bool { return i.Result == Warn && strings.Contains(i.Message, want) }) {
					t.Errorf("no warning says %q", want)
				}
			}
			if n := len(double.Sets()); n != 0 {
				t.Errorf("%d properties were set", n)
			}
		})
	}
}
