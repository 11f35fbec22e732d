package routeros_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routeros"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The queues of the double that every test has.
var (
	download = router.Queue{WAN: "cable", Direction: router.Download, Name: "cable-down", Kind: v1alpha1.QueueTree}
	upload   = router.Queue{WAN: "cable", Direction: router.Upload, Name: "cable-up", Kind: v1alpha1.QueueTree}
	absent   = router.Queue{WAN: "cable", Name: "absent", Kind: v1alpha1.QueueTree}
)

// patience bounds every call that is to succeed.
const patience = 10 * time.Second

// bench is a double with a driver that talks to it.
type bench struct {
	*routeros.Router
	double  *routerosdouble.Router
	spec    *v1alpha1.RouterOS
	address string
}

// setUp is a router with two queues of each kind, over loopback.
func setUp(t testing.TB, opts routerosdouble.Options) *bench {
	t.Helper()
	double := routerosdouble.New(opts)
	t.Cleanup(double.Close)
	furnish(double)
	address, err := double.Start()
	must(t, err)
	spec := manifest(t, address)
	device := routeros.New(spec, nil)
	t.Cleanup(func() { must(t, device.Close()) })
	return &bench{device, double, spec, address}
}

func furnish(double *routerosdouble.Router) {
	double.Add("/interface", "name=ether1", "type=ether", "running=true")
	double.Add("/interface", "name=bridge", "type=bridge", "running=true")
	double.Add("/queue/type", "name=cake-down", "kind=cake", "cake-bandwidth=0")
	double.Add("/queue/type", "name=cake-up", "kind=cake", "cake-bandwidth=0")
	double.Add("/queue/tree", "name=other", "parent=bridge", "queue=default-small", "max-limit=7M")
	double.Add("/queue/tree", "name=cable-down", "parent=bridge", "queue=cake-down", "packet-mark=no-mark", "max-limit=40M")
	double.Add("/queue/tree", "name=cable-up", "parent=ether1", "queue=cake-up", "packet-mark=no-mark", "max-limit=10M")
	double.Add("/queue/simple", "name=dsl", "target=192.168.88.0/24", "queue=cake-up/cake-down", "max-limit=5M/20M")
}

// manifest is what reaches a double in the clear, with credentials in files.
func manifest(t testing.TB, address string) *v1alpha1.RouterOS {
	t.Helper()
	dir := t.TempDir()
	spec := &v1alpha1.RouterOS{Address: address, Plaintext: true}
	spec.Credentials.UsernameFile = write(t, filepath.Join(dir, "user"), "wanctl\n")
	spec.Credentials.PasswordFile = write(t, filepath.Join(dir, "password"), "secret\n")
	return spec
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// kind is that of a device's error.
func kind(t testing.TB, err error) router.Kind {
	t.Helper()
	e, ok := errors.AsType[*router.Error](err)
	if !ok {
		t.Fatalf("%v is no *router.Error", err)
	}
	return e.Kind
}

func wantKind(t testing.TB, err error, want router.Kind) {
	t.Helper()
	if got := kind(t, err); got != want {
		t.Errorf("kind %d of %v, want %d", got, err, want)
	}
}

func wantRate(t testing.TB, b *bench, q router.Queue, want int64) {
	t.Helper()
	got, err := b.Rate(within(t, patience), q)
	must(t, err)
	if got != want {
		t.Errorf("%s holds %d bit/s, want %d", q.Name, got, want)
	}
}

// wantSound says that the client did nothing odd.
func wantSound(t testing.TB, double *routerosdouble.Router) {
	t.Helper()
	for _, v := range double.Violations() {
		t.Errorf("the client did what it should not: %s", v)
	}
}
