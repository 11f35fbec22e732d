package simulated_test

import (
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router/simulated"
)

func TestTheCPULoadIsThatOfTheScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := func(n int) metav1.Duration { return metav1.Duration{Duration: time.Duration(n) * time.Second} }
		r := simulated.New(&v1alpha1.Simulated{CPU: []v1alpha1.SimulatedCPU{{At: second(1), Percent: 20}, {At: second(5), Percent: 95}}}, nil, time.Now())
		for _, want := range []float64{-1, 20, 20, 20, 20, 95, 95} {
			got, err := r.Resources(t.Context())
			if known := err == nil; known != (want >= 0) || known && got.CPUPercent != want {
				t.Errorf("after %v the load is %v, %v; want %v", got.Uptime, got.CPUPercent, err, want)
			}
			time.Sleep(time.Second)
		}
	})
}
