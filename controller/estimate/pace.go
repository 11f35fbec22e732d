package estimate

// paceMemory is over how many gaps those between losses are weighted, and
// paceLeast how many it takes before they say anything.
const paceMemory, paceLeast = 16, 20

// evenShare is how much of the variance that chance would make evenly spaced
// losses have at most. Those of a token bucket lie one of two neighbouring
// numbers of probes apart, a variance of at most a quarter, where chance makes at
// least 2: gaps of events of probability p have (1-p)/p².
const evenShare = 0.25

// pace is how far apart losses lie, and answers, counted in probes.
type pace struct{ losses, answers gaps }

// gaps are those between events of one kind.
type gaps struct {
	// open is how many probes ago the last one was.
	open float64
	n    int
	// mean and square are weighted means of a gap and of its square.
	mean, square float64
}

func (p *pace) outcome(lost bool) {
	p.losses.probe(lost)
	p.answers.probe(!lost)
}

func (g *gaps) probe(event bool) {
	g.open++
	if !event {
		return
	}
	if g.n++; g.n > 1 { // before the first there is no gap
		w := max(1/float64(g.n-1), 1.0/paceMemory)
		g.mean += w * (g.open - g.mean)
		g.square += w * (g.open*g.open - g.square)
	}
	g.open = 0
}

// even says that losses come as evenly spaced as those of a limiter that answers
// so many a second. Of losses and answers the rarer tell.
func (p *pace) even() bool {
	g := &p.losses
	if p.answers.n > 1 && p.answers.mean > g.mean {
		g = &p.answers
	}
	if g.n <= paceLeast {
		return false
	}
	// A gap much longer than usual says that they have ended.
	chance := g.mean * (g.mean - 1)
	return g.open <= 4*g.mean && g.square-g.mean*g.mean < evenShare*chance
}

// Rationed says that a reflector answers so many probes a second and no more: it
// loses a share of them while others do not, or loses them too evenly for chance.
func (r *Reflector) Rationed() bool { return r.Ailment == Limited || r.pace.even() }
