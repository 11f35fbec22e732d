package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Decision is a change of a rate in wanctl's own words.
type Decision struct {
	At       float64
	Down     bool
	From, To float64 // kbit/s
	Reason   string
	// DelayMS and DeliveredMbit are what it was made from; 0 where unknown.
	DelayMS, DeliveredMbit float64
}

// readDecisions collects the decisions of all the live objects that were kept.
// Those that came between two of them and are too many for a status are not
// known.
func readDecisions(files map[string][]byte, begin int64) []Decision {
	var all []Decision
	for name, text := range files {
		if !strings.HasPrefix(name, "status/") {
			continue
		}
		var site v1alpha1.Site
		if yaml.Unmarshal(text, &site) != nil {
			continue
		}
		for _, w := range site.Status.WANs {
			all = append(append(all, decisions(w.Download, true, begin)...), decisions(w.Upload, false, begin)...)
		}
	}
	slices.SortFunc(all, func(a, b Decision) int {
		down := func(d Decision) int {
			if d.Down {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(down(a), down(b)))
	})
	return slices.Compact(all)
}

func decisions(s v1alpha1.ShaperStatus, down bool, begin int64) []Decision {
	all := make([]Decision, 0, len(s.Decisions))
	for _, d := range s.Decisions {
		one := Decision{
			At: since(begin, d.Time.UnixMicro()), Down: down, Reason: d.Reason,
			From: kbit(&d.From), To: kbit(&d.To), DeliveredMbit: kbit(d.Delivered) / 1000,
		}
		if d.Delay != nil {
			one.DelayMS = float64(d.Delay.Duration) / float64(time.Millisecond)
		}
		all = append(all, one)
	}
	return all
}

func kbit(q *resource.Quantity) float64 {
	if q == nil {
		return 0
	}
	return q.AsApproximateFloat64() / 1000
}
