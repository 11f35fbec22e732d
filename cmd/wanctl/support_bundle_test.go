package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// The secrets of the site below, each of which somebody has also left where it
// does not belong.
const (
	filePassword = "s3cr3t-in-a-file"
	envPassword  = "s3cr3t-in-a-variable"
	readToken    = "s3cr3t-token-of-the-port"
	urlPassword  = "s3cr3t-in-a-url"
	keyBytes     = "czNjcjN0LWtleQ"
	community    = "s3cr3t-community"
)

const bundled = `# cloned from https://git:` + urlPassword + `@example.com/site.git; the router's password is ` + filePassword + `
# /snmp community set [find] name=` + `community=` + community + `
# -----BEGIN PRIVATE KEY-----
# ` + keyBytes + `
# -----END PRIVATE KEY-----
apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  intervalProfile: 50ms
  routers:
  - name: edge
    routerOS: {address: %[1]s, plaintext: true, credentials: {usernameFile: %[2]s/user, passwordFile: %[2]s/password}}
  - name: other
    routerOS: {address: %[1]s, plaintext: true, credentials: {usernameFile: %[2]s/user, passwordEnv: WANCTL_TEST_PASSWORD}}
  wans:
  - {name: cable, router: edge, probe: {reflectors: [127.0.0.1]}, download: {queue: down, ceiling: 40M}, upload: {queue: up, ceiling: 10M}}
`

// files are those of a bundle, without the folder that they stand in.
func files(t *testing.T, archive io.Reader) map[string]string {
	t.Helper()
	zipped, err := gzip.NewReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for r := tar.NewReader(zipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		folder, name, _ := strings.Cut(h.Name, "/")
		if h.Mode != 0o600 || folder != "wanctl-support-20260102-030405" {
			t.Errorf("%s has the mode %04o", h.Name, h.Mode)
		}
		found[name] = string(data)
	}
}

// wanctl runs a command of this program until it or ctx ends.
func wanctl(ctx context.Context, out, errOut io.Writer, args ...string) error {
	root := newRoot(func() time.Time { return fixedNow })
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	return root.ExecuteContext(ctx)
}

func TestABundleOfARunningAgentHasAllAndNoSecret(t *testing.T) {
	double := routerosdouble.New(routerosdouble.Options{})
	t.Cleanup(double.Close)
	double.SetUser("wanctl", filePassword, "api", "read", "write")
	double.Add("/interface", "name=ether1", "running=true")
	double.Add("/queue/type", "name=cake", "kind=cake")
	for _, name := range []string{"down", "up"} {
		double.Add("/queue/tree", "name="+name, "parent=ether1", "queue=cake", "packet-mark=no-mark", "max-limit=40M")
	}
	address, err := double.Start()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(err)
	dir := t.TempDir()
	state, site, token := filepath.Join(dir, "state"), filepath.Join(dir, "site.yaml"), filepath.Join(dir, "token")
	t.Setenv("WANCTL_TEST_PASSWORD", envPassword)
	for name, text := range map[string]string{"user": "wanctl", "password": filePassword + "\n", "token": readToken + "\n", "site.yaml": fmt.Sprintf(bundled, address, dir)} {
		check(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	port := listener.Addr().String()
	listener.Close()

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var log bytes.Buffer
	go func() {
		ended <- wanctl(ctx, io.Discard, &log, "run", "-f", site, "--state-dir", state, "--listen", port, "--token-file", token)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the agent ended with %v: %s", err, log.String())
		}
	})
	deadline := time.Now().Add(30 * time.Second)
	for ready := false; !ready; time.Sleep(50 * time.Millisecond) {
		ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+port+"/metrics", nil)
		check(err)
		ask.Header.Set("Authorization", "Bearer "+readToken)
		if answer, err := http.DefaultClient.Do(ask); err == nil {
			text, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			ready = err == nil && bytes.Contains(text, []byte("wanctl_cycles_total"))
		}
		for _, written := range []string{"sites", "events", "rollout", "resume"} {
			_, err := os.Stat(filepath.Join(state, written, "home.json"))
			ready = ready && err == nil
		}
		if time.Now().After(deadline) {
			t.Fatal("the agent had nothing to show within half a minute")
		}
	}
	// As if something had written them down.
	check(os.WriteFile(filepath.Join(state, "events", "leak.json"), []byte(filePassword+" "+envPassword+" "+readToken), 0o600))

	file := filepath.Join(dir, "bundle.tar.gz")
	var out, errOut bytes.Buffer
	check(wanctl(t.Context(), &out, &errOut, "support-bundle", "--state-dir", state, "--server", "http://"+port, "--token-file", token, "-o", file))
	info, err := os.Stat(file)
	check(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	data, err := os.ReadFile(file)
	check(err)
	found := files(t, bytes.NewReader(data))
	for name, part := range map[string]string{
		"version.txt":             "wanctl",
		"manifests/1-site.yaml":   "passwordFile: " + dir + "/password",
		"state/sites/home.json":   `"Site"`,
		"state/rollout/home.json": `"phase"`,
		"state/events/home.json":  "LoopStarted",
		"state/events/leak.json":  "[redacted] [redacted] [redacted]",
		"state/resume/home.json":  `"version": 1`,
		"agent/livez.txt":         "livez check",
		"agent/readyz.txt":        "manifest home",
		"agent/sites.json":        `"SiteList"`,
		"agent/metrics.txt":       "wanctl_cycles_total",
		"agent/goroutines.txt":    "reconciler.",
		"agent/heap.txt":          "heap profile:",
		"check/home.txt":          "ok    wan/cable: download down is there",
		"system/machine.txt":      "MemTotal",
		"system/network.txt":      "lo:",
		"system/ip.txt":           "$ ip -d -s link",
		"system/tc.txt":           "$ tc -s -d qdisc",
		"contents.txt":            "state/resume/home.json",
		"state/agent.lock":        "pid",
		"system/nft.txt":          "$ nft list ruleset",
	} {
		if !strings.Contains(found[name], part) {
			t.Errorf("%s has no %q: %.300s", name, part, found[name])
		}
		if name != "contents.txt" && !strings.Contains(out.String(), name) {
			t.Errorf("the list has no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		for _, secret := range []string{filePassword, envPassword, readToken, urlPassword, keyBytes, community, "s3cr3t"} {
			if strings.Contains(found[name], secret) {
				t.Errorf("%s holds %s", name, secret)
			}
		}
	}
	if strings.Contains(out.String()+errOut.String(), "s3cr3t") || errOut.Len() > 0 {
		t.Errorf("it said %s%s", out.String(), errOut.String())
	}
	if !strings.Contains(out.String(), file+": ") {
		t.Errorf("it does not say where the bundle is: %s", out.String())
	}
}

func TestABundleWithoutAnAgentNamesWhatIsMissing(t *testing.T) {
	state := t.TempDir()
	if err := os.CopyFS(state, os.DirFS("testdata/state")); err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	if err := wanctl(t.Context(), &out, &errOut, "support-bundle", "--state-dir", state, "--server", "http://127.0.0.1:1", "--offline", "-f", "testdata/home.yaml", "-f", "nowhere.yaml", "-o", "-"); err != nil {
		t.Fatal(err)
	}
	found := files(t, &out)
	for name, part := range map[string]string{
		"manifests/1-home.yaml":    "kind: Site",
		"manifests/2-nowhere.yaml": "no such file",
		"agent/metrics.txt":        "connection refused",
	} {
		if !strings.Contains(found[name], part) {
			t.Errorf("%s has no %q: %s", name, part, found[name])
		}
	}
	if found["check/home.txt"] != "" {
		t.Error("routers were asked though it was to be left out")
	}
	// The archive has stdout, the list stderr.
	if list := errOut.String(); !strings.Contains(list, "agent/metrics.txt") || !strings.Contains(list, "connection refused") {
		t.Errorf("the list is %s", list)
	}
}

func TestABundleThatCannotBeWrittenIsAnError(t *testing.T) {
	err := wanctl(t.Context(), io.Discard, io.Discard, "support-bundle", "--state-dir", t.TempDir(), "--server", "", "--offline", "-o", filepath.Join(t.TempDir(), "none", "x.tar.gz"))
	if err == nil || !strings.Contains(err.Error(), "write the bundle") {
		t.Errorf("the error is %v", err)
	}
	err = wanctl(t.Context(), io.Discard, io.Discard, "support-bundle", "--state-dir", t.TempDir(), "--token-file", "nowhere")
	if err == nil || !strings.Contains(err.Error(), "read the token") {
		t.Errorf("the error is %v", err)
	}
}
