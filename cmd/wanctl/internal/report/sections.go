package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// recommendation answers the question of the experiment for each WAN.
func recommendation(in *Input, soaks []*soak) Section {
	s := part("recommendation", "Recommendation")
	for i := range in.Site.Spec.WANs {
		a := advise(in.Site, in.Site.Spec.WANs[i].Name, soaks)
		s.put(Block{Answer: a.wan + ": " + a.sentence})
		if len(a.why) > 0 {
			s.put(Block{List: a.why})
		}
	}
	return s
}

// comparison is every profile that was judged, side by side.
func comparison(soaks []*soak) Section {
	s := part("comparison", "Comparison")
	t := &Table{
		Caption: "Interval profiles on each WAN; times are median / 95th percentile (observations)",
		Columns: []string{"interval", "WAN", evidence, "detection", "recovery", "delay under load", "router CPU", "work of one core", "probes/s", "writes/s", "stability", "notes"},
	}
	for _, k := range soaks {
		m := cmp.Or(k.measured, &v1alpha1.Measurement{})
		t.addOf(k, k.profile, k.wan, pair(m.Detection), pair(m.Recovery), pair(m.DelayUnderLoad), percent(m.RouterCPU), workText(m),
			rate(k, m.ProbesPerSecond), rate(k, m.WritesPerSecond), string(k.standing), notes(k))
	}
	if len(soaks) == 0 {
		s.put(text("Nothing has been judged yet."))
		return s
	}
	s.put(plotted(comparisonPlots(soaks)...), tabled(t))
	return s
}

// profileReport is the test report of one profile.
func profileReport(in *Input, profile string, soaks []*soak, level int) []Section {
	own := at(soaks, profile)
	head := Section{ID: "at-" + profile, Title: "At " + profile, Level: level}
	for _, s := range own {
		by := ""
		if s.verdict.By != "" {
			by = ", by " + s.verdict.By
		}
		head.put(text(fmt.Sprintf("%s: %s (verdict %d, %s, %s%s): %s.", s.wan, s.verdict.Verdict, s.verdict.Number, when(s.origin, s.verdict.Decided), s.originText(), by, cmp.Or(strings.TrimSuffix(s.verdict.Message, "."), "no reason was recorded"))))
	}
	sections := []Section{head, parameters(in.Site, profile, own), physical(profile, own)}
	sections = append(sections, stability(profile, own))
	for i := range sections[1:] {
		sections[i+1].Level = level + 1
	}
	return sections
}

// parameters are what ran, with the arithmetic.
func parameters(site *v1alpha1.Site, profile string, own []*soak) Section {
	s := part("parameters-"+profile, "Parameters at "+profile)
	t := &Table{Caption: "Parameters at " + profile + " and their arithmetic", Columns: []string{"parameter"}}
	steps := &Table{Caption: "When a step of the round-trip time is noticed at " + profile + ", computed, the baseline held", Columns: []string{"WAN", "step", "fast path", "YELLOW", "SOFT_RED", "RED"}}
	var columns [][]string
	for _, k := range own {
		if k.measured == nil || k.measured.Derived == nil || slices.Contains(t.Columns[1:], k.wan) {
			continue
		}
		names, cells := arithmetic(site, k)
		t.Columns = append(t.Columns, k.wan)
		if len(columns) == 0 {
			columns = append(columns, names)
		}
		columns = append(columns, cells)
		for _, row := range view.Detection([]v1alpha1.Derived{*k.measured.Derived}).Rows {
			steps.add(append([]string{k.wan}, row[2:]...)...)
		}
	}
	if len(columns) == 0 {
		s.put(text("No parameters were recorded."))
		return s
	}
	for i := range columns[0] {
		row := make([]string, len(columns))
		for j := range columns {
			row[j] = columns[j][i]
		}
		t.add(row...)
	}
	s.put(tabled(t), tabled(steps))
	return s
}

// arithmetic is each recorded parameter and how the manifest of today comes to
// it; where it would not, that is said.
func arithmetic(site *v1alpha1.Site, k *soak) (names, cells []string) {
	d, gone := k.measured.Derived, false
	i := slices.IndexFunc(site.Spec.WANs, func(w v1alpha1.WAN) bool { return w.Name == k.wan })
	if i < 0 {
		// The WAN is gone, and with it the times behind its parameters.
		site, i = withWAN(site, k.wan), len(site.Spec.WANs)
		gone = true
	}
	wan := &site.Spec.WANs[i]
	running := *wan
	running.IntervalProfile = k.profile
	today := derive.WAN(site, &running)
	now := view.Parameters(site, wan, &today)
	for j, p := range view.Parameters(site, wan, d) {
		names = append(names, p.Name)
		switch {
		case gone:
			cells = append(cells, p.Value)
		case p.Value != now[j].Value:
			cells = append(cells, p.Value+" (the manifest has changed since; now "+now[j].String()+")")
		default:
			cells = append(cells, p.String())
		}
	}
	return names, cells
}

// withWAN is a site with one more WAN, of defaults.
func withWAN(site *v1alpha1.Site, name string) *v1alpha1.Site {
	more := site.DeepCopy()
	ceiling := resource.MustParse("100M")
	more.Spec.WANs = append(more.Spec.WANs, v1alpha1.WAN{Name: name, Download: v1alpha1.Shaper{Ceiling: ceiling}, Upload: v1alpha1.Shaper{Ceiling: ceiling}})
	v1alpha1.SetDefaults(more)
	return more
}

// physical is what the machine, the router and the reflectors bore.
func physical(profile string, own []*soak) Section {
	s := part("limits-"+profile, "Physical limits at "+profile)
	t := &Table{
		Caption: "Work of a cycle, headroom, and what was sustained at " + profile,
		Columns: []string{"WAN", evidence, "soaked", "loaded", "cycle p50", "p95", "p99", "max", "p95 of T", "headroom", "cycles", "skipped", "pings/s", "of due", "writes/s", "control latency p95"},
	}
	for _, k := range own {
		m := k.measured
		if m == nil {
			continue
		}
		c, of, room := cmp.Or(m.Cycle, &v1alpha1.MeasuredQuantiles{}), figure.None, figure.None
		if c.P95OfT != nil {
			of, room = figure.Share(*c.P95OfT), figure.Share(1-*c.P95OfT)
		}
		t.addOf(k, k.wan, span(m.Soaked.Duration), span(m.Loaded.Duration), figure.Duration(c.P50), figure.Duration(c.P95), figure.Duration(c.P99), figure.Duration(c.Max),
			of, room, strconv.FormatInt(m.Cycles, 10), strconv.FormatInt(m.Skipped, 10), number(m.ProbesPerSecond), due(k), number(m.WritesPerSecond), tail(m.ControlLatency))
	}
	if len(t.Rows) == 0 {
		s.put(text("Nothing was measured."))
		return s
	}
	s.put(text("Headroom is what is left of the interval after the 95th percentile of a cycle's work."), plotted(cyclePlot(profile, own)), tabled(t))
	return s
}

// due are the probes that left, of those that the interval makes due.
func due(k *soak) string {
	d := k.measured.Derived
	if d == nil || d.ProbesPerSecond == 0 {
		return figure.None
	}
	return figure.Share(k.measured.ProbesPerSecond / d.ProbesPerSecond)
}

// stability is what each gate says.
func stability(profile string, own []*soak) Section {
	s := part("stability-"+profile, "Stability at "+profile)
	for _, k := range own {
		gates := k.gates()
		t := &Table{
			Caption: fmt.Sprintf("Gates of %s at %s, %s", k.wan, profile, k.originText()),
			Columns: []string{"gate", "figure", "pass up to", "thin up to", "abort beyond", "observations", "least", "result", "note"},
		}
		for i := range gates {
			g := &gates[i]
			t.Simulated = append(t.Simulated, k.simulated())
			t.add(string(g.Name), withUnit(g.Figure, g.Unit), withUnit(&g.Pass, g.Unit), withUnit(g.Thin, g.Unit), withUnit(g.Abort, g.Unit),
				strconv.FormatInt(g.Evidence, 10), strconv.FormatInt(g.MinEvidence, 10), string(g.Result), cmp.Or(g.Message, figure.None))
		}
		if len(gates) > 0 {
			s.put(plotted(gatesPlot(k, gates)), tabled(t))
		}
	}
	if len(s.Blocks) == 0 {
		s.put(text("The verdicts came without gates."))
	}
	return s
}

// history is every verdict, or those on one profile.
func history(verdicts []v1alpha1.Verdict, profile string) Section {
	s := part("history", "History of verdicts")
	t := &Table{Caption: "Verdicts, oldest first", Columns: []string{"number", "decided", "verdict", evidence, "profile", "WANs", "soak began", "generation", "by", "why"}}
	for i := range verdicts {
		v := &verdicts[i]
		if profile != "" && !same(v.Profile, profile) {
			continue
		}
		k := &soak{origin: v.Origin}
		t.addOf(k, strconv.FormatInt(v.Number, 10), when(v.Origin, v.Decided), v.Verdict, cmp.Or(v.Profile, figure.None), cmp.Or(strings.Join(v.WANs, ", "), figure.None),
			began(v), strconv.FormatInt(v.Generation, 10), cmp.Or(v.By, "wanctl"), cmp.Or(v.Message, figure.None))
	}
	if len(t.Rows) == 0 {
		s.put(text("There are none."))
		return s
	}
	s.put(tabled(t))
	return s
}

func began(v *v1alpha1.Verdict) string {
	if v.Started == nil {
		return figure.None
	}
	return when(v.Origin, *v.Started)
}

// when is a date, or how long after its beginning a simulation was there: its time
// counts from 1970.
func when(origin v1alpha1.VerdictOrigin, t metav1.Time) string {
	if origin == v1alpha1.OriginSimulated {
		return "after " + span(t.Sub(time.Unix(0, 0)))
	}
	return stamp(t.Time)
}

// method says how it was concluded.
func method(in *Input) Section {
	s := part("method", "How this was concluded")
	b := benefitLimits(in.Site)
	s.put(Block{List: []string{
		"A profile holds where the newest verdict that decided approved it. Verdicts that name issues decide nothing.",
		fmt.Sprintf("A faster profile is measurably better in a figure where the difference is beyond 1.96 standard errors of a difference of two quantiles, and (faster + 5 ms) / (slower + 5 ms) is %s or less; worse at %s or more, as the gate Benefit judges.", number(min(b.Pass, 1/b.Pass)), number(max(b.Pass, 1/b.Pass))),
		"The standard error of a quantile is that of a normal distribution: 1.253 sigma/sqrt(n) for a median, 2.113 sigma/sqrt(n) for the 95th percentile (Kendall and Stuart, The Advanced Theory of Statistics, volume 1). Sigma is (p95 - p50)/1.645 or, if larger, (p99 - p95)/0.681. For times, skewed to the right, that is rather too much: it errs towards 'not measurably'.",
		"Delays under load of one second count as one observation, since they resemble each other.",
		"The faster of two is taken where it is better in a figure and worse in none; the slower one where the delay under load, median and 95th percentile, is not measurably different and nothing is better; the faster one, with a warning, where too little was measured. A slower one is not taken either where it would lose measurably against any that was passed over for it.",
		"Soaks differ in their loads. What happened on the line meanwhile is in the notes and the history, not in the figures.",
	}})
	return s
}

// span is a time as 24h, 14m or 1m30s.
func span(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// pair is a median and a 95th percentile.
func pair(q *v1alpha1.MeasuredQuantiles) string {
	if q == nil {
		return figure.None
	}
	return fmt.Sprintf("%s / %s (%d)", figure.Duration(q.P50), figure.Duration(q.P95), q.Count)
}

func tail(q *v1alpha1.MeasuredQuantiles) string {
	if q == nil {
		return figure.None
	}
	return figure.Duration(q.P95)
}

func percent(v *float64) string {
	if v == nil {
		return figure.None
	}
	return number(*v) + "%"
}

func workText(m *v1alpha1.Measurement) string {
	if w := work(m); w > 0 {
		return figure.Share(w)
	}
	return figure.None
}

func rate(k *soak, v float64) string {
	if k.measured == nil {
		return figure.None
	}
	return number(v)
}

// notes are gates that did not pass, and what else stands out.
func notes(k *soak) string {
	var all []string
	for _, g := range k.gates() {
		if g.Result != v1alpha1.GatePass {
			all = append(all, fmt.Sprintf("%s %s", g.Name, strings.ToLower(string(g.Result))))
		}
	}
	if m := k.measured; m == nil {
		all = append(all, "no measurement")
	} else if m.Crashes > 0 {
		all = append(all, count(int(m.Crashes), "crash"))
	}
	if k.verdict.By != "" {
		all = append(all, "decided by "+k.verdict.By)
	}
	return cmp.Or(strings.Join(all, ", "), figure.None)
}

// withUnit is a gate's figure in its unit; figure.None for none.
func withUnit(v *float64, unit string) string {
	if v == nil {
		return figure.None
	}
	switch unit {
	case "share":
		return figure.Share(*v)
	case "of T":
		return figure.Share(*v) + " of T"
	case "%":
		return number(*v) + "%"
	case "":
		return number(*v)
	}
	return number(*v) + " " + unit
}
