package routeros

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

// chunked is a connection on which bytes arrive in pieces of a size.
type chunked struct {
	net.Conn
	bytes []byte
	size  int
}

func (c *chunked) Read(p []byte) (int, error) {
	if len(c.bytes) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.bytes[:min(len(c.bytes), c.size)])
	c.bytes = c.bytes[n:]
	return n, nil
}

// announced is the longest word that b announces before its first fault, by a
// reading of the protocol that goes word by word; it says whether one is too
// long or no word at all.
func announced(b []byte) (bad bool) {
	for len(b) > 0 {
		size := [...]int{1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5}[b[0]>>4]
		if b[0] > 0xf0 {
			return true
		}
		if len(b) < size {
			return false
		}
		wide := make([]byte, 8)
		copy(wide[8-size:], b[:size])
		wide[8-size] &= [...]byte{0x7f, 0x3f, 0x1f, 0x0f, 0}[size-1]
		n := binary.BigEndian.Uint64(wide)
		if n > longestWord {
			return true
		}
		if uint64(len(b)-size) < n {
			return false
		}
		b = b[size+int(n):]
	}
	return false
}

func FuzzTheGuardStopsWhatIsTooLong(f *testing.F) {
	f.Add([]byte("\x05!done\x00"), 1)
	f.Add([]byte("\x03!re\x08=name=ab\x00\x05!done\x00"), 3)
	f.Add([]byte{0xf0, 0xff, 0xff, 0xff, 0xff, '!'}, 2)
	f.Add([]byte{0xc1, 0, 0}, 9)
	f.Add([]byte{0xe1, 0, 0, 0}, 9)
	f.Add([]byte{0xff}, 1)
	f.Add([]byte("\x06!fatal\x0dnot logged in\x00"), 4)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		g := &guard{Conn: &chunked{bytes: bytes.Clone(data), size: max(size, 1)}}
		passed, err := io.ReadAll(g)
		if bad := announced(data); bad != (err != nil) {
			t.Fatalf("the guard says %v; a word too long: %v", err, bad)
		}
		if announced(passed) {
			t.Fatal("a word that is too long got through")
		}
		if err == nil && !bytes.Equal(passed, data) {
			t.Fatal("the guard changed what came")
		}
	})
}

func FuzzAnyReplyEndsInTime(f *testing.F) {
	f.Add([]byte("\x05!done\x00"))
	f.Add([]byte("\x05!done\x06.tag=1\x00"))
	f.Add([]byte("\x05!done\x00\x03!re\x06.tag=1\x09=max-limi\x00\x05!done\x06.tag=1\x00"))
	f.Add([]byte("\x05!trap\x00\x05!done\x00"))
	f.Add([]byte("\x06!fatal\x0dnot logged in\x00"))
	f.Add([]byte("\x05!done\x0c=ret=ffeeddc\x00"))
	f.Add([]byte("\x06!empty\x00\x05!done\x00"))
	f.Add([]byte{0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		client, server := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			go func() { _, _ = io.Copy(io.Discard, server) }()
			_, _ = server.Write(data)
			server.Close()
		}()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		c, err := newConn(ctx, client, login{hide("wanctl"), hide("Pa55word")})
		if err == nil {
			_, err = c.run(ctx, "/queue/tree/print")
			if err == nil && !bytes.Contains(data, []byte(".tag=1")) {
				t.Error("a reply was made of what has no tag")
			}
			c.close()
		}
		if err != nil && strings.Contains(err.Error(), "Pa55word") {
			t.Errorf("the error tells the password: %v", err)
		}
		client.Close()
		<-done
		if ctx.Err() != nil {
			t.Error("it took all of its time")
		}
	})
}

func FuzzRates(f *testing.F) {
	for _, text := range []string{"0", "50000000", "50M", "2.5M", "50.0Mbps", "0bps", "", "unlimited", "1e9", "-5", "1G", "k", ".", "99999999999999999999G"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rate, err := parseRate(text)
		if err == nil && rate <= 0 {
			t.Errorf("%q is %d bit/s", text, rate)
		}
		for _, d := range []router.Direction{router.Download, router.Upload} {
			if pair := withSide(text, d, "7"); side(pair, d) != "7" {
				t.Errorf("%q with 7 is %q", text, pair)
			}
		}
		if parseUptime(text) < 0 {
			t.Errorf("an uptime of %v", parseUptime(text))
		}
	})
}

func TestRatesAreReadInEveryWayThatRouterOSWritesThem(t *testing.T) {
	for text, want := range map[string]int64{
		"50000000": 50e6, "50M": 50e6, "2.5M": 2_500_000, "50.0Mbps": 50e6, "512k": 512e3, "1G": 1e9,
		"0": math.MaxInt64, "0bps": math.MaxInt64, "": math.MaxInt64, "unlimited": math.MaxInt64,
	} {
		if got, err := parseRate(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"fast", "1e9", "-5", "5 M", "5T", "0x10", "NaN", "Inf"} {
		if got, err := parseRate(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestUptimesAreRead(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5s": 5 * time.Second, "1w2d3h4m5s": 9*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second, "": 0, "soon": 0, "99999999999999w": 0,
	} {
		if got := parseUptime(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestASecretPrintsAsNothing(t *testing.T) {
	l := login{hide("wanctl"), hide("Pa55word")}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, l); strings.Contains(text, "Pa55word") {
			t.Errorf("%s prints %s", format, text)
		}
	}
	if data, err := json.Marshal(l.password); err != nil || strings.Contains(string(data), "Pa55word") {
		t.Errorf("JSON has %s, %v", data, err)
	}
}
