package routeros

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wanctl/wanctl/controller/router"
)

// units are RouterOS' of rates, all decimal.
var units = map[byte]float64{'k': 1e3, 'K': 1e3, 'M': 1e6, 'G': 1e9}

// parseRate reads a limit in bit/s: 50000000, 50M, 2.5M, 50.0Mbps, 0bps.
// None at all is math.MaxInt64, as is 0, which RouterOS has for it.
func parseRate(text string) (int64, error) {
	digits, factor := strings.TrimSuffix(text, "bps"), 1.0
	if n := len(digits) - 1; n > 0 {
		if unit, ok := units[digits[n]]; ok {
			digits, factor = digits[:n], unit
		}
	}
	if text == "" || text == "unlimited" {
		return math.MaxInt64, nil
	}
	if strings.Trim(digits, "0123456789.") != "" {
		return 0, fmt.Errorf("understand %q as a rate", text)
	}
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, fmt.Errorf("understand %q as a rate", text)
	}
	switch value *= factor; {
	case value == 0, value >= math.MaxInt64:
		return math.MaxInt64, nil
	default:
		return max(1, int64(math.Round(value))), nil
	}
}

// side is one half of a pair upload/download, as simple queues have them; the
// whole where there is but one.
func side(pair string, d router.Direction) string {
	up, down, both := strings.Cut(pair, "/")
	if both && d == router.Download {
		return down
	}
	return up
}

// withSide is a pair with one half replaced.
func withSide(pair string, d router.Direction, value string) string {
	if d == router.Download {
		return side(pair, router.Upload) + "/" + value
	}
	return value + "/" + side(pair, router.Download)
}

// number is a counter; 0 for what is none.
func number(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}

// truth is one of RouterOS' booleans.
func truth(text string) bool { return text == "true" || text == "yes" }
