package reconciler

import (
	"time"

	"github.com/wanctl/wanctl/controller/autorate"
	"github.com/wanctl/wanctl/controller/core"
	"github.com/wanctl/wanctl/controller/estimate"
	"github.com/wanctl/wanctl/controller/loop"
	"github.com/wanctl/wanctl/reconciler/status"
)

// resumed is the state of a loop that goes on from an earlier run: what lasts
// is taken over, streaks by time, and a rate within the present limits.
func resumed(w *wan, left *status.WANResume) *core.State {
	state := core.NewState(w.config, len(w.reflectors()))
	if left.BaselineMS > 0 {
		state.Reference = estimate.Reference{LoadMS: left.LoadMS, BaselineMS: left.BaselineMS, Started: true}
	}
	for i, address := range w.reflectors() {
		state.Quorum.Reflectors[i].Resume(left.ReflectorBaselinesMS[address])
	}
	rates := [2]int64{left.DownloadRate, left.UploadRate}
	green := [2]time.Duration{left.GreenDownload, left.GreenUpload}
	soft := [2]time.Duration{left.SoftRedDownload, left.SoftRedUpload}
	for d := range state.Autorate.Shapers {
		s := &state.Autorate.Shapers[d]
		if rates[d] > 0 {
			s.Rate = min(rates[d], w.config.Autorate.Limits[d].Ceiling)
		}
		s.GreenStreak, s.SoftRedStreak = int64(green[d]/w.config.Interval), int64(soft[d]/w.config.Interval)
	}
	return state
}

// resumable is what an agent that is killed now would go on from.
func resumable(w *wan, snap *loop.Snapshot, generation int64, now time.Time) status.WANResume {
	interval := snap.Config.Interval
	streak := func(cycles int64) time.Duration { return time.Duration(cycles) * interval }
	down, up := &snap.Shapers[autorate.Download], &snap.Shapers[autorate.Upload]
	r := status.WANResume{
		Profile: w.derived.Profile, Interval: interval, Generation: generation, SavedAt: now,
		DownloadRate: snap.Settled[autorate.Download], UploadRate: snap.Settled[autorate.Upload],
		GreenDownload: streak(down.GreenStreak), GreenUpload: streak(up.GreenStreak),
		SoftRedDownload: streak(down.SoftRedStreak), SoftRedUpload: streak(up.SoftRedStreak),
		ReflectorBaselinesMS: make(map[string]float64, len(snap.Reflectors)),
	}
	if snap.Reference.Started {
		r.LoadMS, r.BaselineMS = snap.Reference.LoadMS, snap.Reference.BaselineMS
	}
	for i, address := range w.reflectors() {
		if baseline := snap.Reflectors[i].BaselineMS; baseline > 0 {
			r.ReflectorBaselinesMS[address] = baseline
		}
	}
	return r
}
