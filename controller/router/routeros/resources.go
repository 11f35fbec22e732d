package routeros

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

var _ router.Gauge = (*Router)(nil)

// Resources reads /system/resource.
func (r *Router) Resources(ctx context.Context) (router.Resources, error) {
	const op, target = "read the resources of", "the router"
	rows, err := r.run(ctx, "/system/resource/print", "=.proplist=cpu-load,free-memory,total-memory,uptime,version,board-name")
	if err != nil {
		return router.Resources{}, fault(op, target, err)
	}
	row, err := one(rows)
	if err != nil {
		return router.Resources{}, fault(op, target, err)
	}
	load, err := strconv.ParseFloat(row["cpu-load"], 64)
	if err != nil || load < 0 || load > 100 {
		return router.Resources{}, &router.Error{Op: op, Target: target, Err: fmt.Errorf("understand cpu-load %q as a percentage", row["cpu-load"])}
	}
	return router.Resources{
		At: time.Now(), CPUPercent: load, FreeMemory: number(row["free-memory"]), TotalMemory: number(row["total-memory"]),
		Uptime: parseUptime(row["uptime"]), Version: row["version"], Board: row["board-name"],
	}, nil
}

// spans are the units of RouterOS' durations.
var spans = map[byte]time.Duration{
	'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second,
}

// parseUptime reads 1w2d3h4m5s; 0 for what is none, or too long to be one.
func parseUptime(text string) (total time.Duration) {
	const most = time.Duration(1<<63 - 1)
	var n time.Duration
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if n = n*10 + time.Duration(c-'0'); n > 1e9 {
				return 0
			}
		case spans[c] == 0 || n > (most-total)/spans[c]:
			return 0
		default:
			total += n * spans[c]
			n = 0
		}
	}
	return total
}
