package autorate

import "time"

// The figures of the fast law. Delays are shares of the green threshold, so
// that a link with a lower threshold is also watched more closely; with the
// default of 15 ms they are 12, 6 and 3.5 ms. docs/control-law.md derives them.
const (
	// onset is the delay at which the queue counts as filling, clear the one at
	// which it counts as drained, quiet the one that a probe must stay under.
	onset, clear, quiet = 0.8, 0.4, 0.233
	// share of the capacity that is used while nothing else is wanted.
	share = 0.95
	// drainMS and least: a delay of d is drained at capacity*(share-d/drainMS),
	// and never below capacity*least. Silence counts as a delay of silentMS at
	// the most: it may be an outage.
	// worth is the most of the rate to which a drain lowers it, and worthShared
	// that where the other direction is loaded, too: a write for less costs more
	// than it brings.
	drainMS, least, silentMS = 400, 0.35, 80
	worth, worthShared       = 0.965, 0.98
	// probeEvery is how long after the last change a line in use is asked
	// whether it carries more; probeFor and probeGain how: at least so long,
	// at most so much above the capacity.
	probeEvery, probeFor, probeGain = 900 * time.Millisecond, 300 * time.Millisecond, 0.10
	// grew is the share of a probe's gain that must arrive above the capacity for
	// the line to have grown: less is noise.
	// early is the same for a probe that is not over, but whose effect shows.
	grew, early = 0.3, 0.5
	// probeTrips is how many round trips a probe may take while it is neither
	// refused nor filled.
	probeTrips = 20
	// probeQueue is the delay, as a share of green, that a refused probe builds
	// up at most: a longer probe has a smaller gain.
	probeQueue = 1.333
	// climb is the growth a second of a rate whose line has grown, and overshoot
	// the most that it may grow until its effect comes back.
	climb, overshoot = 6.0, 1.4
	// beyond is how far above the rate that last congested a climb is as fast as
	// that; nearer it is slower, and begins with the part unsure.
	beyond, unsure = 0.3, 0.35
	// outgrew is how much more than where it last congested a direction that climbs
	// must carry for the other one to be asked at once.
	outgrew, outgrewUpload = 0.05, 0.2
	// inUse is the share of the rate that must be delivered for a probe, loaded
	// the one from which a direction may be blamed, and loadedFor how long it
	// may be blamed after that.
	inUse, loaded, loadedFor = 0.80, 0.15, 2 * time.Second
	// halfUsed is the share for a probe where the shaper itself says that it
	// holds traffic up.
	halfUsed = 0.5
	// patience is how often a drain must be of no use before a direction that
	// does not fill its shaper is tried.
	patience = 3
	// less is the share of the capacity below which what arrives at a refusal
	// says that it is less than was known.
	less = 0.94
	// full is how many times what a download's shaper lets through must arrive
	// while it drains for the line to be full still.
	full = 1.2
	// holds is the share of its shaper's rate from which a direction is limited
	// by that and not by the line.
	holds = 0.93
	// fell is the share of what a download delivered over the last usual that
	// tells, when less arrives as delay sets in, that its capacity fell.
	// fallen is the same of a line that has fallen in both, and farLess that of a
	// drain's estimate where acknowledgements may be late.
	fell, fallen, farLess, usual = 0.85, 0.7, 0.6, 2 * time.Second
	// stubborn is how long a delay may fail to fall before the estimate of the
	// capacity is lowered to lowered of itself, and impatient the same where the
	// other direction fills its shaper and may be to blame.
	stubborn, impatient, lowered = 500 * time.Millisecond, 250 * time.Millisecond, 0.85
	// lately is how long senders may take to fill what a raised rate offers.
	lately = 700 * time.Millisecond
	// standing is how long a queue may stand, and eased what is left then of the
	// rates, at most mostEased times in a row.
	standing, eased, mostEased = time.Second, 0.97, 4
	// rising is the slope from which a queue that is being drained grows, starved
	// the share of its shaper's rate below which a download is held up by the
	// line, and sunk the share of the capacity below which it has fallen further.
	rising, starved, sunk = 0.05, 0.9, 0.9
	// unacknowledged is the share of the way from what was sent over RecentWindow
	// to what was over a longer window that goes for gaps between acknowledgements.
	unacknowledged = 0.33
	// steepest is the most, and gentlest the least, that an upload's capacity is
	// told from.
	steepest, gentlest = 2.0, -0.5
)

type phase uint8

const (
	holding phase = iota
	draining
	probing
	climbing
)

// Fast is the state of the fast law for one direction.
type Fast struct {
	// CapacityBitsPerSecond is where the line last congested; 0 is unknown.
	CapacityBitsPerSecond float64

	// congested is the capacity, in bit/s, at which a drain last began; 0 is none.
	congested float64

	phase phase
	// since is when the phase began or its target was last changed.
	since time.Duration
	// changed is when it last did anything but hold.
	changed time.Duration
	// used is when the direction was last loaded.
	used time.Duration
	// everUsed says that used holds a time.
	everUsed bool
	// worst is the highest delay since since, in milliseconds.
	worst float64
	// usual is what was delivered of late, in bit/s.
	usual float64
	// proven is the most, in bit/s, that was delivered while a climb was quiet.
	proven float64
	// raised is when a probe or a climb last raised the rate.
	raised time.Duration
	// began is when the drain did, and first the estimate of the capacity then.
	began time.Duration
	first float64
	// estimated is when the capacity was last estimated.
	estimated time.Duration
	// stuck says that a drain has been of no use, and tries how often it was;
	// patience is how long it has for that.
	stuck    bool
	tries    int
	patience time.Duration
	// alarmed says that a drain began because nobody answered, and that no answer
	// has come late since; queued that more arrived during it than the shaper let
	// through, and innocent that the queue is not that of the download.
	alarmed, queued, innocent bool
	// restRate and restCapacity, in bit/s, were before the drain.
	restRate     int64
	restCapacity float64
	// together says that the direction was drained along with the other, and
	// may be innocent; joint that it is probed along with the other, and beside
	// that the other one climbs meanwhile.
	together, joint, beside bool
	// shared says that the other direction is loaded as well.
	shared bool
	// eases is how often the rate was eased since it last congested or grew.
	eases int
}

// enter begins a phase.
func (f *Fast) enter(p phase, now time.Duration) {
	f.phase, f.since, f.worst, f.proven = p, now, 0, 0
}

// step moves one direction's rate by the phase it is in. Onset of congestion
// and the start of a probe are decided for both directions together, by WAN.
func (f *Fast) step(s *Shaper, t *Thresholds, l *Limits, v *levels, in *Input, dir Direction) {
	g, delivered, now := &in.Signal, in.Delivered.BitsPerSecond[dir], in.Now
	f.worst = max(f.worst, g.NewestMS)
	before := s.Rate
	switch f.phase {
	case draining:
		f.drain(s, v, in, dir)
	case probing:
		f.probe(s, t, v, in, dir)
	case climbing:
		f.climb(s, v, g, delivered, in.Delivered.Recent[dir], now, in.Elapsed)
	}
	f.bound(s, t, l, g, before)
}

// bound keeps the rate between floor and ceiling. The floor is that of the
// state that the present delay alone would have; it bounds a decrease from
// before and never raises a rate.
func (f *Fast) bound(s *Shaper, t *Thresholds, l *Limits, g *Signal, before int64) {
	floor := min(before, l.Floors[t.classify(l.States, g.MedianMS)])
	if s.Rate < floor {
		s.Rate, s.Reason = floor, AtFloor
	}
	if s.Rate >= l.Ceiling {
		s.Rate, s.Reason = l.Ceiling, AtCeiling
		if f.phase == climbing {
			f.phase = holding
		}
	}
}
