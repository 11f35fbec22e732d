package metrics

import (
	"github.com/wanctl/wanctl/api/v1alpha1"
)

var (
	wanInfo  = gauge("wan_info", "1, with the router and the interval profile that runs as labels.", "site", "wan", "router", "profile")
	started  = gauge("loop_start_timestamp_seconds", "When the loop was last started.", "site", "wan")
	restarts = counter("loop_restarts_total", "Restarts of the loop since the agent started.", "site", "wan")
	retunes  = counter("loop_retunes_total", "Changes that the loop took over without a restart.", "site", "wan")

	rttCurrent  = gauge("rtt_current_seconds", "The newest round-trip time.", "site", "wan")
	rttLoad     = gauge("rtt_load_seconds", "The load RTT: an EWMA of the round-trip time.", "site", "wan")
	rttBaseline = gauge("rtt_baseline_seconds", "The baseline: the round-trip time of the idle line.", "site", "wan")
	rttDelta    = gauge("rtt_delta_seconds", "Load RTT less baseline.", "site", "wan")
	loss        = gauge("probe_loss_ratio", "Share of the newest 128 probes that were lost.", "site", "wan")
	sent        = counter("probes_sent_total", "Probes sent since the loop started.", "site", "wan")
	lost        = counter("probes_lost_total", "Probes without an answer since the loop started.", "site", "wan")

	reflectorUp       = gauge("reflector_healthy", "1 where a reflector's answers count.", "site", "wan", "reflector")
	reflectorBaseline = gauge("reflector_baseline_seconds", "A reflector's own idle round-trip time.", "site", "wan", "reflector")
	reflectorSent     = counter("reflector_probes_sent_total", "Probes sent to a reflector since the loop started.", "site", "wan", "reflector")
	reflectorLost     = counter("reflector_probes_lost_total", "Probes that a reflector did not answer.", "site", "wan", "reflector")

	cycles    = counter("cycles_total", "Cycles since the loop started.", "site", "wan")
	overruns  = counter("cycle_overruns_total", "Cycles whose work outlasted the interval.", "site", "wan")
	skips     = counter("cycles_skipped_total", "Deadlines that were missed.", "site", "wan")
	longest   = gauge("cycle_work_max_seconds", "The longest work of a cycle since the loop started.", "site", "wan")
	workOf    = gauge("cycle_work_percentile_seconds", "Work of a cycle since the loop started, as status gives it.", "site", "wan", "percentile")
	lateOf    = gauge("cycle_lateness_percentile_seconds", "Lateness of a cycle since the loop started, as status gives it.", "site", "wan", "percentile")
	latencyOf = gauge("apply_latency_percentile_seconds", "Latency of an apply since the loop started, as status gives it.", "site", "wan", "percentile")

	routerUp = gauge("router_up", "1 where nothing stands in the way of the router taking rates.", "site", "wan", "router")
	applies  = counter("router_applies_total", "Writes that the router confirmed.", "site", "wan", "router")
	failures = counter("router_failures_total", "Writes that failed.", "site", "wan", "router")
	drifts   = counter("router_drifts_total", "How often something else had changed a queue.", "site", "wan", "router")
)

func (e *emitter) wan(s *v1alpha1.Site, spec *v1alpha1.WAN, st *v1alpha1.WANStatus) {
	site, wan := s.Name, spec.Name
	e.emit(wanInfo, 1, site, wan, spec.Router, st.Profile)
	e.time(started, st.Started, site, wan)
	e.emit(restarts, float64(st.Restarts), site, wan)
	e.emit(retunes, float64(st.Retunes), site, wan)

	e.seconds(rttCurrent, st.RTT.Current, site, wan)
	e.seconds(rttLoad, st.RTT.Load, site, wan)
	e.seconds(rttBaseline, st.RTT.Baseline, site, wan)
	e.seconds(rttDelta, st.RTT.Delta, site, wan)
	e.emit(loss, st.RTT.Loss, site, wan)
	e.emit(sent, float64(st.RTT.Sent), site, wan)
	e.emit(lost, float64(st.RTT.Lost), site, wan)
	e.reflectors(site, wan, st)

	c := &st.Cycle
	e.emit(cycles, float64(c.Count), site, wan)
	e.emit(overruns, float64(c.Overruns), site, wan)
	e.emit(skips, float64(c.Skipped), site, wan)
	e.seconds(longest, c.Max, site, wan)
	e.seconds(workOf, c.P50, site, wan, "50")
	e.seconds(workOf, c.P95, site, wan, "95")
	e.seconds(workOf, c.P99, site, wan, "99")
	e.seconds(lateOf, c.LatenessP99, site, wan, "99")

	e.shaper(shaperOf{site, wan, "download"}, &spec.Download, &st.Download, st.Router.Download)
	e.shaper(shaperOf{site, wan, "upload"}, &spec.Upload, &st.Upload, st.Router.Upload)
	e.flag(routerUp, st.Router.LastError == "", site, wan, spec.Router)
	e.emit(applies, float64(st.Router.AppliesTotal), site, wan, spec.Router)
	e.emit(failures, float64(st.Router.FailuresTotal), site, wan, spec.Router)
	e.emit(drifts, float64(st.Router.DriftsTotal), site, wan, spec.Router)
	e.seconds(latencyOf, st.Router.ApplyP95, site, wan, "95")

	e.parameters(s, spec, st.Derived)
}

// reflectors tells of each host once, however often the manifest names it.
func (e *emitter) reflectors(site, wan string, st *v1alpha1.WANStatus) {
	told := map[string]bool{}
	for i := range st.Reflectors {
		r := &st.Reflectors[i]
		if told[r.Address] {
			continue
		}
		told[r.Address] = true
		e.flag(reflectorUp, r.Healthy, site, wan, r.Address)
		e.seconds(reflectorBaseline, r.Baseline, site, wan, r.Address)
		e.emit(reflectorSent, float64(r.Sent), site, wan, r.Address)
		e.emit(reflectorLost, float64(r.Lost), site, wan, r.Address)
	}
}
