package report

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestForHowLongAPolicySteered(t *testing.T) {
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	turn := func(after time.Duration, reason string) v1alpha1.Event {
		at := metav1.NewMicroTime(noon.Add(after))
		return v1alpha1.Event{Time: at, FirstTime: at, Count: 1, Object: "steering/gaming", Reason: reason}
	}
	since := func(after time.Duration) *metav1.Time { at := metav1.NewTime(noon.Add(after)); return &at }
	const to, back = v1alpha1.ReasonSteered, v1alpha1.ReasonSteeredBack
	other := turn(0, to)
	other.Object = "steering/other"
	for name, c := range map[string]struct {
		status     v1alpha1.SteeringStatus
		events     []v1alpha1.Event
		active, of string
	}{
		"it never turned and is watched since noon":    {v1alpha1.SteeringStatus{Since: since(0)}, nil, "0s", "1h since 2026-01-01 12:00:00 UTC"},
		"nothing is known":                             {v1alpha1.SteeringStatus{}, nil, "-", "-"},
		"there and back":                               {v1alpha1.SteeringStatus{Turns: 2}, []v1alpha1.Event{turn(10*time.Minute, to), turn(15*time.Minute, back)}, "5m", "50m since 2026-01-01 12:10:00 UTC"},
		"there, back and there":                        {v1alpha1.SteeringStatus{Active: true, Since: since(40 * time.Minute)}, []v1alpha1.Event{turn(10*time.Minute, to), turn(15*time.Minute, back), turn(40*time.Minute, to)}, "25m", "50m since 2026-01-01 12:10:00 UTC"},
		"the turn there is no longer among the events": {v1alpha1.SteeringStatus{}, []v1alpha1.Event{turn(15*time.Minute, back)}, "0s", "45m since 2026-01-01 12:15:00 UTC"},
		"it steers, and no turn is among the events":   {v1alpha1.SteeringStatus{Active: true, Since: since(30 * time.Minute)}, []v1alpha1.Event{other}, "30m", "30m since 2026-01-01 12:30:00 UTC"},
	} {
		t.Run(name, func(t *testing.T) {
			c.status.Name = "gaming"
			if active, of := steered(&c.status, c.events, noon.Add(time.Hour)); active != c.active || of != c.of {
				t.Errorf("got %s of %s, want %s of %s", active, of, c.active, c.of)
			}
		})
	}
}
