package control

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// fixed stands for when a request arrived.
var fixed = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers on a folder's socket until the test ends.
func serve(t *testing.T, dir string, handle func(context.Context, Request) (Answer, error)) {
	t.Helper()
	s, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(Path(dir)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the socket stays behind: %v", err)
		}
	})
}

func TestACommandArrivesWithWhoGaveIt(t *testing.T) {
	dir := t.TempDir()
	var got Request
	serve(t, dir, func(_ context.Context, r Request) (Answer, error) {
		got = r
		return Answer{Site: "home", Message: "done"}, nil
	})
	a, err := Ask(t.Context(), dir, Request{Verb: Retry, Site: "home", WAN: "att", Profile: "50ms", Who: "somebody else"})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Answer{Site: "home", Message: "done"}); a != want {
		t.Errorf("the answer is %v, want %v", a, want)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if got.Who != me.Username || got.At.IsZero() {
		t.Errorf("it came from %q at %v, want from %q", got.Who, got.At, me.Username)
	}
	got.Who, got.At = "", fixed
	if diff := cmp.Diff(Request{Verb: Retry, Site: "home", WAN: "att", Profile: "50ms", At: fixed}, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestARefusalIsToldFromAFault(t *testing.T) {
	dir := t.TempDir()
	fault := error(&RefusedError{"nothing waits for approval"})
	serve(t, dir, func(context.Context, Request) (Answer, error) { return Answer{}, fault })
	var refused *RefusedError
	if _, err := Ask(t.Context(), dir, Request{Verb: Approve}); !errors.As(err, &refused) || refused.Message != "nothing waits for approval" {
		t.Errorf("the error is %v, want the refusal", err)
	}
	fault = errors.New("disk full")
	if _, err := Ask(t.Context(), dir, Request{Verb: Approve}); err == nil || errors.As(err, &refused) || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("the error is %v, want the agent's fault", err)
	}
	if _, err := Ask(t.Context(), dir, Request{Verb: "stop"}); !errors.As(err, &refused) {
		t.Errorf("the error is %v, want a refusal", err)
	}
}

func TestWithoutAnAgentThereIsNobodyToAsk(t *testing.T) {
	dir := t.TempDir()
	var none *NoAgentError
	if _, err := Ask(t.Context(), dir, Request{Verb: Pause}); !errors.As(err, &none) || none.Dir != dir {
		t.Errorf("the error is %v, want a NoAgentError", err)
	}
	abandon(t, dir)
	if _, err := Ask(t.Context(), dir, Request{Verb: Pause}); !errors.As(err, &none) {
		t.Errorf("of a socket that was left behind the error is %v, want a NoAgentError", err)
	}
}

// abandon leaves a socket as an agent does that is killed.
func abandon(t *testing.T, dir string) {
	t.Helper()
	l, err := listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(Path(dir)); err != nil {
		t.Fatal(err)
	}
}

func TestTheSocketOfADeadAgentIsReplacedAndALiveOneRefused(t *testing.T) {
	dir := t.TempDir()
	abandon(t, dir)
	serve(t, dir, func(context.Context, Request) (Answer, error) { return Answer{Message: "first"}, nil })
	_, err := Listen(dir)
	var live *LiveError
	if !errors.As(err, &live) {
		t.Fatalf("a second listener got %v, want a LiveError", err)
	}
	if a, err := Ask(t.Context(), dir, Request{Verb: Pause}); err != nil || a.Message != "first" {
		t.Errorf("then the first answers %v, %v", a, err)
	}
}

func TestWhatIsNoSocketIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(Path(dir), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(dir); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("the error is %v, want one that says so", err)
	}
	if data, err := os.ReadFile(Path(dir)); err != nil || string(data) != "mine" {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

func TestAPathThatIsTooLongForTheKernelWorks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a", 100), strings.Repeat("b", 100))
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	abandon(t, dir)
	serve(t, dir, func(context.Context, Request) (Answer, error) { return Answer{Message: "here"}, nil })
	if a, err := Ask(t.Context(), dir, Request{Verb: Resume}); err != nil || a.Message != "here" {
		t.Errorf("the answer is %v, %v", a, err)
	}
}

func TestTheGroupOfTheDirectoryMayGiveCommands(t *testing.T) {
	dir := t.TempDir()
	group := os.Getgid()
	if os.Geteuid() == 0 {
		group = 4242
		if err := os.Chown(dir, -1, group); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, dir, func(context.Context, Request) (Answer, error) { return Answer{}, nil })
	got, err := os.Lstat(Path(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got.Mode().Perm() != 0o660 || int(got.Sys().(*syscall.Stat_t).Gid) != group {
		t.Errorf("the socket has mode %v and group %d, want 0660 and %d", got.Mode().Perm(), got.Sys().(*syscall.Stat_t).Gid, group)
	}
}

func TestARequestThatIsNoneIsRefused(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, func(context.Context, Request) (Answer, error) {
		t.Error("it was carried out")
		return Answer{}, nil
	})
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, Path(dir)) }}
	defer transport.CloseIdleConnections()
	for _, tc := range []struct {
		name, body string
		code       int
	}{
		{"no JSON", "approve", http.StatusBadRequest},
		{"an unknown field", `{"verb":"approve","force":true}`, http.StatusBadRequest},
		{"more than there may be", `{"site":"` + strings.Repeat("a", maxRequest) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := (&http.Client{Transport: transport}).Post("http://agent"+endpoint, "application/json", strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			var said failure
			if err := json.NewDecoder(r.Body).Decode(&said); err != nil || said.Error == "" || r.StatusCode != tc.code {
				t.Errorf("the answer is %d %q (%v), want %d and why", r.StatusCode, said.Error, err, tc.code)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, tc := range []struct{ name, body, fault string }{
		{"a verb alone is enough", `{"verb":"pause"}`, ""},
		{"retry takes a WAN and a profile", `{"verb":"retry","site":"home","wan":"att","profile":"50ms"}`, ""},
		{"a verb that is none is refused", `{"verb":"stop"}`, `there is no command "stop"; use one of [approve reject pause resume retry]`},
		{"a profile that is none is refused", `{"verb":"approve","profile":"fast"}`, `"fast" is no interval profile`},
		{"a WAN means nothing to approve", `{"verb":"approve","wan":"att"}`, "leave the WAN out"},
		{"a profile means nothing to pause", `{"verb":"pause","profile":"50ms"}`, "leave the profile out"},
		{"a path is no name", `{"verb":"pause","site":"../x"}`, "cannot be the name of a site"},
		{"two objects are one too many", `{"verb":"pause"}{"verb":"resume"}`, "more than one object"},
		{"what is not UTF-8 is refused", "{\"verb\":\"pause\",\"site\":\"\xff\"}", "not UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse([]byte(tc.body))
			if (err == nil) != (tc.fault == "") || err != nil && !strings.Contains(err.Error(), tc.fault) {
				t.Errorf("the error is %v, want %q", err, tc.fault)
			}
		})
	}
}

// FuzzParse looks for a request that is taken and cannot be given again.
func FuzzParse(f *testing.F) {
	for _, v := range Verbs {
		f.Add([]byte(`{"verb":` + strconv.Quote(string(v)) + `,"site":"home"}`))
	}
	f.Add([]byte(`{"verb":"retry","wan":"att","profile":"50ms"}`))
	f.Add([]byte(`{"verb":"approve","Verb":"reject"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse(again)
		if err != nil || back != r {
			t.Errorf("%q is %+v, and given again %+v, %v", data, r, back, err)
		}
	})
}
