package view

import (
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestARouterThatWasNeverAskedAnswersPerhaps(t *testing.T) {
	for name, test := range map[string]struct {
		reachable *bool
		want      string
	}{
		"before the first call": {nil, "Unknown"},
		"it answers":            {new(true), "True"},
		"it does not":           {new(false), "False"},
	} {
		t.Run(name, func(t *testing.T) {
			rows := Routers([]Router{{Status: v1alpha1.DeviceStatus{Reachable: test.reachable}}}, false)
			if got := rows.Rows[0][5]; got != test.want {
				t.Errorf("the column %s says %s, want %s", rows.Columns[5], got, test.want)
			}
		})
	}
}
