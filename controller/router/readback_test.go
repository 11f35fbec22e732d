package router_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

func TestADeviceThatIsBelievedIsReadBackLater(t *testing.T) {
	run(t, newFake(), router.Options{ReadBackAfter: time.Second, VerifyEvery: time.Minute, PollEvery: time.Hour}, func(t *testing.T, b *bench) {
		s := b.attach("a")
		synctest.Wait()
		read := len(b.fake.called())
		s.Post(router.Download, 80e6, time.Now())
		synctest.Wait()
		if got := len(b.fake.called()) - read; got != 1 || s.State().Applied[router.Download] != 80e6 {
			t.Errorf("a write took %d calls and left %d applied; want the write alone, believed", got, s.State().Applied[router.Download])
		}
		b.fake.change(func() { b.fake.rates["a-down"] = 7e6 })
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		wantTransitions(t, b, router.DriftCorrected)
		if got := b.fake.rate("a-down"); got != 80e6 {
			t.Errorf("a second after a write that did not last the queue holds %d", got)
		}
	})
}
