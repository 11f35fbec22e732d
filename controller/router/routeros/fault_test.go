package routeros_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routeros"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// short is a deadline that is to pass.
const short = 150 * time.Millisecond

func TestAFaultOfTheConnectionFailsOneCallAndTheNextDialsAnew(t *testing.T) {
	for _, tc := range []struct {
		fault routerosdouble.Fault
		says  string
	}{
		{routerosdouble.Late, "gave up waiting"},
		{routerosdouble.ResetMidSentence, ""},
		{routerosdouble.ResetBefore, ""},
		{routerosdouble.Fatal, "session terminated by administrator"},
		{routerosdouble.HugeWord, "a word of 4294967295 bytes"},
		{routerosdouble.StaleReply, "belongs to another command"},
		{routerosdouble.Untagged, "belongs to another command"},
		{routerosdouble.Endless, "a reply of more than"},
	} {
		t.Run(fmt.Sprint("fault ", int(tc.fault)), func(t *testing.T) {
			b := setUp(t, routerosdouble.Options{})
			wantRate(t, b, download, 40e6)
			b.double.Break(tc.fault, 2*short)
			timeout := patience
			if tc.fault == routerosdouble.Late {
				timeout = short
			}
			_, err := b.Rate(within(t, timeout), download)
			wantKind(t, err, router.Unreachable)
			if !strings.Contains(err.Error(), tc.says) {
				t.Errorf("the error is %q, and does not say %q", err, tc.says)
			}
			// What the late reply was to must not be taken for the next one's.
			wantRate(t, b, upload, 10e6)
			must(t, b.SetRate(within(t, patience), upload, 11e6))
			wantRate(t, b, upload, 11e6)
			wantRate(t, b, download, 40e6)
			if n := b.double.Figures().Logins; n != 2 {
				t.Errorf("%d logins, want 2", n)
			}
		})
	}
}

func TestARouterThatIsSilentIsGivenUpInTime(t *testing.T) {
	for name, fault := range map[string]routerosdouble.Fault{
		"after accept": routerosdouble.SilentAfterAccept, "at login": routerosdouble.SilentAtLogin, "when logged in": routerosdouble.Deaf,
	} {
		t.Run(name, func(t *testing.T) {
			b := setUp(t, routerosdouble.Options{})
			if fault == routerosdouble.Deaf {
				wantRate(t, b, download, 40e6)
			}
			b.double.Break(fault, 0)
			for range 2 {
				wantKind(t, b.SetRate(within(t, short), download, 20e6), router.Unreachable)
			}
			b.double.Mend()
			wantRate(t, b, download, 40e6)
			must(t, b.SetRate(within(t, patience), download, 30e6))
			wantRate(t, b, download, 30e6)
		})
	}
}

func TestASlowOrSplitReplyIsStillOne(t *testing.T) {
	for name, fault := range map[string]routerosdouble.Fault{"slow": routerosdouble.Slow, "split": routerosdouble.SplitBytes} {
		t.Run(name, func(t *testing.T) {
			b := setUp(t, routerosdouble.Options{})
			b.double.Break(fault, 5*time.Millisecond)
			for rate := int64(20e6); rate < 25e6; rate += 1e6 {
				must(t, b.SetRate(within(t, patience), download, rate))
				wantRate(t, b, download, rate)
			}
			if n := b.double.Figures().Logins; n != 1 {
				t.Errorf("%d logins, want 1", n)
			}
			wantSound(t, b.double)
		})
	}
}

func TestARefusalIsNoReasonToDialAnew(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	b.double.Break(routerosdouble.Interrupted, 0)
	_, err := b.Rate(within(t, patience), download)
	wantKind(t, err, router.Failed)
	if !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("the error is %q", err)
	}
	wantRate(t, b, download, 40e6)
	b.double.SetUser("wanctl", "secret", "api", "read")
	// Rights are those of the login.
	b.double.Drop()
	_, _ = b.Rate(within(t, patience), download)
	wantKind(t, b.SetRate(within(t, patience), download, 20e6), router.Denied)
	wantRate(t, b, download, 40e6)
	if n := b.double.Figures().Logins; n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
}

func TestAWrongPasswordIsNotTriedAgainAndANewOneAtOnce(t *testing.T) {
	for name, opts := range map[string]routerosdouble.Options{"in the clear": {}, "by challenge": {LegacyLogin: true}} {
		t.Run(name, func(t *testing.T) {
			b := setUp(t, opts)
			write(t, b.spec.Credentials.PasswordFile, "wr0ng-Pa55word")
			for range 5 {
				_, err := b.Rate(within(t, patience), download)
				wantKind(t, err, router.Denied)
				if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "wr0ng") {
					t.Errorf("the error tells the password: %v", err)
				}
			}
			if f := b.double.Figures(); f.Refused != 1 || f.Logins != 0 {
				t.Errorf("%d logins refused, %d not; want 1 and 0", f.Refused, f.Logins)
			}
			write(t, b.spec.Credentials.PasswordFile, "secret\r\n")
			wantRate(t, b, download, 40e6)
		})
	}
}

func TestAUserWithoutTheAPIPolicyIsDenied(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	b.double.SetUser("wanctl", "secret", "read", "write")
	_, err := b.Rate(within(t, patience), download)
	wantKind(t, err, router.Denied)
	if !strings.Contains(err.Error(), "api, read and write") {
		t.Errorf("the error does not say what is needed: %v", err)
	}
}

func TestCredentialsThatCannotBeReadAreDenied(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	must(t, os.Remove(b.spec.Credentials.UsernameFile))
	_, err := b.Rate(within(t, patience), download)
	wantKind(t, err, router.Denied)
	b.spec.Credentials.UsernameFile, b.spec.Credentials.UsernameEnv = "", "WANCTL_TEST_USER"
	device := routeros.New(b.spec, nil)
	defer device.Close()
	_, err = device.Rate(within(t, patience), download)
	wantKind(t, err, router.Denied)
	t.Setenv("WANCTL_TEST_USER", "wanctl")
	if _, err := device.Rate(within(t, patience), download); err != nil {
		t.Error(err)
	}
}

func TestAQueueMadeAnewIsFoundByItsName(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	must(t, b.SetRate(within(t, patience), download, 30e6))
	b.double.Remove("/queue/tree", "cable-down")
	b.double.Add("/queue/tree", "name=cable-down", "parent=bridge", "max-limit=1M")
	must(t, b.SetRate(within(t, patience), download, 31e6))
	wantRate(t, b, download, 31e6)
	b.double.Remove("/queue/tree", "cable-down")
	err := b.SetRate(within(t, patience), download, 32e6)
	wantKind(t, err, router.Missing)
	if !strings.Contains(err.Error(), `/queue tree add name="cable-down"`) {
		t.Errorf("the error does not say how to make it: %v", err)
	}
	wantSound(t, b.double)
}

func TestAfterARebootNoOtherQueueIsSet(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	must(t, b.SetRate(within(t, patience), download, 30e6))
	must(t, b.SetRate(within(t, patience), upload, 9e6))
	b.double.Reboot()
	// The connection broke with it.
	wantKind(t, b.SetRate(within(t, patience), download, 31e6), router.Unreachable)
	must(t, b.SetRate(within(t, patience), download, 31e6))
	must(t, b.SetRate(within(t, patience), upload, 8e6))
	wantRate(t, b, download, 31e6)
	wantRate(t, b, upload, 8e6)
	if got := b.double.Get("/queue/tree", "other", "max-limit"); got != "7000000" {
		t.Errorf("the other queue is at %s", got)
	}
}

func TestQueuesOfOneNameAreRefused(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	b.double.Add("/queue/tree", "name=cable-down", "parent=ether1", "max-limit=1M")
	_, err := b.Rate(within(t, patience), download)
	wantKind(t, err, router.Missing)
	wantKind(t, b.SetRate(within(t, patience), download, 30e6), router.Missing)
	if n := len(b.double.Sets()); n != 0 {
		t.Errorf("%d sets", n)
	}
}

func TestTheOtherSideOfASimpleQueueIsLeftAsItIs(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	down, up := download, upload
	down.Kind, up.Kind, down.Name, up.Name = "simple", "simple", "dsl", "dsl"
	wantRate(t, b, down, 20e6)
	wantRate(t, b, up, 5e6)
	must(t, b.SetRate(within(t, patience), down, 18e6))
	// Somebody else sets the other side between two of our writes.
	b.double.Put("/queue/simple", "dsl", "max-limit=4M/18M")
	must(t, b.SetRate(within(t, patience), down, 17e6))
	if got := b.double.Get("/queue/simple", "dsl", "max-limit"); got != "4000000/17000000" {
		t.Errorf("the queue is at %s", got)
	}
	wantSound(t, b.double)
}

func TestTheNewestRatesAreAppliedAfterAnOutage(t *testing.T) {
	b := setUp(t, routerosdouble.Options{})
	address := b.address
	box := router.NewMailbox(b.Router, router.Options{
		MinBackoff: 5 * time.Millisecond, MaxBackoff: 20 * time.Millisecond, CallTimeout: time.Second, PollEvery: 20 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { box.Run(ctx) })
	slot := box.Attach("cable", download, upload)
	slot.Post(router.Download, 50e6, time.Time{})
	must(t, slot.Flush(within(t, patience)))
	b.double.Stop()
	before := len(b.double.Sets())
	for rate := int64(49e6); rate >= 20e6; rate -= 1e6 {
		slot.Post(router.Download, rate, time.Time{})
	}
	slot.Post(router.Upload, 6e6, time.Time{})
	for deadline := time.Now().Add(patience); box.Figures().Outages == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the outage was not noticed")
		}
	}
	if _, err := b.double.StartAt(address); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); slot.Flush(within(t, patience)) != nil; {
		if time.Now().After(deadline) {
			t.Fatal("the newest rates were not applied")
		}
	}
	cancel()
	running.Wait()
	var values []string
	for _, s := range b.double.Sets()[before:] {
		values = append(values, s.Name+"="+s.Value)
	}
	if got := strings.Join(values, " "); got != "cable-down=20000000 cable-up=6000000" && got != "cable-up=6000000 cable-down=20000000" {
		t.Errorf("after the outage came %s", got)
	}
	f := box.Figures()
	if f.Writes != 3 || f.Outages != 1 || f.LastError != nil || f.WriteP95 == 0 {
		t.Errorf("the figures are %+v", f)
	}
	wantSound(t, b.double)
}
