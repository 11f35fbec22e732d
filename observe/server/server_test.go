package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"go.uber.org/goleak"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/observe/feed"
	"github.com/wanctl/wanctl/observe/metrics"
	"github.com/wanctl/wanctl/observe/page"
	"github.com/wanctl/wanctl/observe/pulse"
	"github.com/wanctl/wanctl/observe/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef-secret"

// site is one whose manifest is accepted and whose loops are up.
func site() *v1alpha1.Site {
	sites, faults := v1alpha1.Decode("site.yaml", []byte(`{apiVersion: wanctl.dev/v1alpha1, kind: Site, metadata: {name: home}, spec: {
		routers: [{name: lab, simulated: {}}], wans: [{name: att, router: lab, download: {ceiling: 95M}, upload: {ceiling: 18M}}]}}`))
	if len(faults) > 0 {
		panic(faults)
	}
	s := sites[0]
	s.Generation, s.CreationTimestamp = 1, metav1.Now().Rfc3339Copy()
	for kind, status := range map[string]metav1.ConditionStatus{v1alpha1.ConditionAccepted: metav1.ConditionTrue, v1alpha1.ConditionProgressing: metav1.ConditionFalse} {
		s.Status.Conditions = append(s.Status.Conditions, metav1.Condition{
			Type: kind, Status: status, Reason: "UpToDate", Message: "as it should be", LastTransitionTime: metav1.Now().Rfc3339Copy()})
	}
	s.Status.WANs = []v1alpha1.WANStatus{{Name: "att", RTT: v1alpha1.RTTStatus{Baseline: &metav1.Duration{Duration: 20 * time.Millisecond}}}}
	return s
}

// serve runs a server until the test ends.
func serve(t *testing.T, opts server.Options) (f *feed.Feed, address string) {
	t.Helper()
	m := metrics.New("test")
	f = feed.New(m)
	opts.Feed, opts.Pulse, opts.Metrics, opts.Page, opts.Log = f, pulse.New(), m.Handler(), page.Handler(f), logr.Discard()
	opts.Events = func() ([]v1alpha1.Event, error) {
		return []v1alpha1.Event{{Site: "home", Reason: "LoopStarted", Type: v1alpha1.EventNormal, Count: 1}, {Site: "office", Type: v1alpha1.EventNormal, Count: 1}}, nil
	}
	if opts.Address == "" {
		opts.Address = "127.0.0.1:0"
	}
	s, err := server.Listen(opts)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return f, s.Address().String()
}

// ask sends a request and returns the answer's code and text.
func ask(t *testing.T, method, url string, prepare func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// files writes a certificate, its key and a token.
func files(t *testing.T) (cert, key, tokenFile string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})), write("token", []byte(token+"\n"))
}

func TestNothingOpensBeyondLoopbackWithoutTLSAndAToken(t *testing.T) {
	cert, key, tokenFile := files(t)
	short := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(short, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		opts server.Options
		want string
	}{
		{"all interfaces", server.Options{Address: ":0"}, "other machines"},
		{"an address of the LAN", server.Options{Address: "192.0.2.1:0"}, "other machines"},
		{"a name that may be anything", server.Options{Address: "router.lan:0"}, "other machines"},
		{"TLS alone", server.Options{Address: "0.0.0.0:0", CertFile: cert, KeyFile: key}, "--token-file"},
		{"a token alone", server.Options{Address: "[::]:0", TokenFile: tokenFile}, "--tls-cert"},
		{"a certificate without its key", server.Options{Address: "127.0.0.1:0", CertFile: cert}, "--tls-key"},
		{"a token that is guessed", server.Options{Address: "127.0.0.1:0", TokenFile: short}, "at least 16"},
		{"no port", server.Options{Address: "127.0.0.1"}, "HOST:PORT"},
	} {
		if _, err := server.Listen(tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %s", tt.name, err, tt.want)
		}
	}
}

func TestBeyondLoopbackOnlyTheTokenReads(t *testing.T) {
	cert, key, tokenFile := files(t)
	_, address := serve(t, server.Options{Address: "0.0.0.0:0", CertFile: cert, KeyFile: key, TokenFile: tokenFile})
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	data, err := os.ReadFile(cert)
	if err != nil || !pool.AppendCertsFromPEM(data) {
		t.Fatal("the certificate is not usable", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	code := func(path string, prepare func(*http.Request)) int {
		r, err := http.NewRequest("GET", "https://127.0.0.1:"+port+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		prepare(r)
		answer, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	nothing := func(*http.Request) {}
	bearer := func(shown string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+shown) }
	}
	for _, path := range []string{"/metrics", "/", "/page.js", "/history", "/stream", "/apis", "/apis/wanctl.dev/v1alpha1/sites", "/openapi/v3", "/livez?verbose", "/readyz?verbose", "/nothing"} {
		for name, prepare := range map[string]func(*http.Request){
			"no token": nothing, "another token": bearer("x" + token[1:]), "half the token": bearer(token[:16]),
			"another password": func(r *http.Request) { r.SetBasicAuth("any", "guess") },
		} {
			if got := code(path, prepare); got != http.StatusUnauthorized {
				t.Errorf("%s with %s is answered with %d", path, name, got)
			}
		}
	}
	if got := code("/metrics", bearer(token)); got != http.StatusOK {
		t.Errorf("the token is answered with %d", got)
	}
	if got := code("/", func(r *http.Request) { r.SetBasicAuth("any", token) }); got != http.StatusOK {
		t.Errorf("the token as a password is answered with %d", got)
	}
	if got := code("/livez", nothing); got != http.StatusOK {
		t.Errorf("whether it lives is answered with %d", got)
	}
	if err := os.WriteFile(tokenFile, []byte("another-token-of-some-length"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := code("/metrics", bearer(token)); got != http.StatusUnauthorized {
		t.Errorf("a token that was replaced is answered with %d", got)
	}
}

func TestAPageOfAnotherSiteCannotReadLoopback(t *testing.T) {
	_, address := serve(t, server.Options{})
	for host, want := range map[string]int{
		"evil.example": http.StatusMisdirectedRequest, "127.0.0.1.evil.example": http.StatusMisdirectedRequest,
		"localhost:9153": http.StatusOK, "LOCALHOST": http.StatusOK, "[::1]:9153": http.StatusOK, address: http.StatusOK,
	} {
		if code, _ := ask(t, "GET", "http://"+address+"/metrics", func(r *http.Request) { r.Host = host }); code != want {
			t.Errorf("asked as %s it answers %d, want %d", host, code, want)
		}
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	f, address := serve(t, server.Options{})
	f.Sites([]*v1alpha1.Site{site()})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		for _, path := range []string{"/apis/wanctl.dev/v1alpha1/sites/home", "/metrics", "/", "/nothing"} {
			if code, _ := ask(t, method, "http://"+address+path, nil); code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s is answered with %d", method, path, code)
			}
		}
	}
}

func TestHealth(t *testing.T) {
	f, address := serve(t, server.Options{})
	readyz := func() (int, string) { return ask(t, "GET", "http://"+address+"/readyz?verbose", nil) }
	if code, text := readyz(); code != http.StatusServiceUnavailable || !strings.Contains(text, "none has been accepted") {
		t.Errorf("without a site: %d %s", code, text)
	}
	if code, text := ask(t, "GET", "http://"+address+"/livez", nil); code != http.StatusOK || text != "ok" {
		t.Errorf("livez without a site: %d %s", code, text)
	}
	s := site()
	f.Sites([]*v1alpha1.Site{s})
	if code, text := readyz(); code != http.StatusOK || !strings.Contains(text, "[+]manifest home ok\n[+]loops home ok\n") {
		t.Errorf("with a site: %d %s", code, text)
	}
	soaking := site()
	meta.SetStatusCondition(&soaking.Status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionProgressing, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonRolloutSoaking, Message: "soaks for 24h"})
	f.Sites([]*v1alpha1.Site{soaking})
	if code, text := readyz(); code != http.StatusOK {
		t.Errorf("while a change soaks: %d %s", code, text)
	}
	unmeasured := site()
	unmeasured.Status.WANs[0].RTT.Baseline = nil
	f.Sites([]*v1alpha1.Site{unmeasured})
	if code, text := readyz(); code != http.StatusServiceUnavailable || !strings.Contains(text, "[-]loops home failed: the loop of wan att has measured nothing yet\n") {
		t.Errorf("with a loop that has measured nothing: %d %s", code, text)
	}
	refused := site()
	meta.SetStatusCondition(&refused.Status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonManifestInvalid, Message: "line 1\nline 2"})
	f.Sites([]*v1alpha1.Site{refused})
	if code, text := readyz(); code != http.StatusServiceUnavailable || !strings.Contains(text, "[-]manifest home failed: ManifestInvalid: line 1; line 2\n") {
		t.Errorf("with a manifest that is refused: %d %s", code, text)
	}
	if code, text := ask(t, "GET", "http://"+address+"/readyz", nil); code == http.StatusOK || strings.Contains(text, "line 1") {
		t.Errorf("without being asked it says %s", text)
	}
}

func TestObjectsAreInKubernetesShapes(t *testing.T) {
	f, address := serve(t, server.Options{})
	f.Sites([]*v1alpha1.Site{site()})
	get := func(path string, into any) {
		t.Helper()
		code, text := ask(t, "GET", "http://"+address+path, nil)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); code != http.StatusOK || err != nil {
			t.Errorf("%s: %d, %v: %s", path, code, err, text)
		}
	}
	var groups metav1.APIGroupList
	var resources metav1.APIResourceList
	var list v1alpha1.SiteList
	var one v1alpha1.Site
	var events v1alpha1.EventList
	get("/apis", &groups)
	get("/apis/wanctl.dev/v1alpha1", &resources)
	get("/apis/wanctl.dev/v1alpha1/sites", &list)
	get("/apis/wanctl.dev/v1alpha1/sites/home", &one)
	get("/apis/wanctl.dev/v1alpha1/events?site=home", &events)
	if groups.Groups[0].PreferredVersion.GroupVersion != "wanctl.dev/v1alpha1" || resources.APIResources[0].Name != "sites" {
		t.Errorf("discovery says %+v and %+v", groups, resources)
	}
	if list.Kind != "SiteList" || len(list.Items) != 1 || one.Name != "home" || one.Kind != "Site" || one.Generation != 1 {
		t.Errorf("sites are %+v, and one of them %+v", list, one)
	}
	if len(events.Items) != 1 || events.Items[0].Reason != "LoopStarted" {
		t.Errorf("events are %+v", events)
	}
	for path, want := range map[string]int{"/apis/wanctl.dev/v1alpha1/sites/none": 404, "/apis/other": 404, "/apis/wanctl.dev/v1alpha1/sites?watch=1": 400} {
		var failure metav1.Status
		code, text := ask(t, "GET", "http://"+address+path, nil)
		if err := json.Unmarshal([]byte(text), &failure); err != nil || code != want || failure.Kind != "Status" || int(failure.Code) != want {
			t.Errorf("%s: %d %s (%v)", path, code, text, err)
		}
	}
}
