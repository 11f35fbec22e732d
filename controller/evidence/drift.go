package evidence

import (
	"math"
	"time"
)

// A minute's baseline counts where enough of it was idle, and is set against
// that of ten minutes before, or where that one was not idle of the next before
// it up to farthest.
const (
	minute            = time.Minute
	enoughIdle        = 5 * time.Second
	apart, farthest   = 10, 15
	minutesRemembered = 16
)

// drift follows the baseline of the idle line.
type drift struct {
	moved histogram

	// minute is the number of the present one since the epoch, and sumMS over
	// idle what its baseline comes to.
	minute int64
	sumMS  float64
	n      int64
	idle   time.Duration
	// means are those of the last minutes, by number modulo their count; 0 is
	// none.
	means [minutesRemembered]float64
}

// cycle takes a baseline in that stood for so long on an idle line.
func (d *drift) cycle(now, lasted time.Duration, baselineMS float64, idle bool) {
	if now >= time.Duration(d.minute+1)*minute {
		d.turn(int64(now / minute))
	}
	if idle && baselineMS > 0 {
		d.sumMS += baselineMS
		d.n++
		d.idle += lasted
	}
}

// turn ends a minute.
func (d *drift) turn(next int64) {
	d.means[d.minute%minutesRemembered] = 0
	if d.idle >= enoughIdle {
		mean := d.sumMS / float64(d.n)
		d.means[d.minute%minutesRemembered] = mean
		for ago := int64(apart); ago <= farthest && ago <= d.minute; ago++ {
			if before := d.means[(d.minute-ago)%minutesRemembered]; before > 0 {
				d.moved.record(math.Abs(mean-before) * apart / float64(ago))
				break
			}
		}
	}
	for n := max(d.minute+1, next-minutesRemembered+1); n < next; n++ {
		d.means[n%minutesRemembered] = 0
	}
	d.minute, d.sumMS, d.n, d.idle = next, 0, 0, 0
}

// interrupt forgets the minutes before.
func (d *drift) interrupt() { *d = drift{moved: d.moved} }
