package figure_test

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
)

func TestRatesHaveThreeSignificantDigits(t *testing.T) {
	for quantity, want := range map[string]string{
		"0": "0", "517": "517", "517k": "517k", "517432": "517k", "9500k": "9.5M", "95M": "95M",
		"94956000": "95M", "999600": "1M", "1250M": "1.25G", "940M": "940M", "17234567": "17.2M",
	} {
		q := resource.MustParse(quantity)
		if got := figure.Rate(&q); got != want {
			t.Errorf("%s is written %s, want %s", quantity, got, want)
		}
	}
	if got := figure.Rate(nil); got != "-" {
		t.Errorf("no rate is written %s", got)
	}
}

func TestDurationsHaveThreeSignificantDigits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                    "0s",
		110 * time.Microsecond:               "110us",
		1904 * time.Microsecond:              "1.9ms",
		28123 * time.Microsecond:             "28.1ms",
		269 * time.Millisecond:               "269ms",
		999999 * time.Microsecond:            "1s",
		16100 * time.Millisecond:             "16.1s",
		-200 * time.Microsecond:              "-200us",
		85*time.Nanosecond + time.Nanosecond: "86ns",
	} {
		if got := figure.Duration(&metav1.Duration{Duration: d}); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}

func TestRoundTripTimesAreMilliseconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0ms", 300 * time.Microsecond: "0.3ms", 28123 * time.Microsecond: "28.1ms", -200 * time.Microsecond: "-0.2ms", 1250 * time.Millisecond: "1250ms",
	} {
		if got := figure.RTT(&metav1.Duration{Duration: d}); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
	if got := figure.RTT(nil); got != "-" {
		t.Errorf("no round-trip time is written %s", got)
	}
}

func TestSpansReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		"1h": "1h", "24h": "24h", "90m": "1h30m", "10h0m10s": "10h0m10s", "1.64s": "1.64s", "10m": "600s", "100s": "100s", "133.333s": "133.333s", "250ms": "250ms", "0s": "0s", "10s": "10s", "300us": "300us",
	} {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := figure.Span(d); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
}

func TestSharesArePerCent(t *testing.T) {
	for x, want := range map[float64]string{0: "0%", 1: "100%", 0.00312: "0.312%", 0.5: "50%"} {
		if got := figure.Share(x); got != want {
			t.Errorf("%v is written %s, want %s", x, got, want)
		}
	}
}

func TestAgesAreThoseOfKubectl(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for ago, want := range map[time.Duration]string{0: "0s", -time.Second: "0s", 192 * time.Second: "3m12s", 50 * time.Hour: "2d2h"} {
		if got := figure.Age(now, now.Add(-ago)); got != want {
			t.Errorf("%v ago is written %s, want %s", ago, got, want)
		}
	}
	if got := figure.Age(now, time.Time{}); got != "<unknown>" {
		t.Errorf("no time is written %s", got)
	}
}
