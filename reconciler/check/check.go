// Package check looks at everything that a manifest names, and changes nothing.
package check

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/linux"
	"github.com/wanctl/wanctl/controller/router/routeros"
)

// Result is how an item does.
type Result string

// The results.
const (
	// OK is right.
	OK Result = "ok"
	// Warn works, and worse than it could.
	Warn Result = "warn"
	// Fail keeps a WAN from being controlled.
	Fail Result = "fail"
)

// Item is one thing that was looked at.
type Item struct {
	Result Result `json:"result"`
	// Object is what was looked at, as router/edge.
	Object string `json:"object"`
	// Message says what is right, or what is wrong and how to mend it.
	Message string `json:"message"`
}

// Site looks at every router, with its queues and the rules that steer, and every
// reflector of a site, and tells of each as
// it is known. It ends with ctx.
func Site(ctx context.Context, site *v1alpha1.Site, tell func(Item)) {
	for i := range site.Spec.Routers {
		checkRouter(ctx, site, &site.Spec.Routers[i], tell)
	}
	for i := range site.Spec.WANs {
		if w := &site.Spec.WANs[i]; len(w.Probe.Reflectors) > 0 && !simulated(site, w) {
			probes(ctx, w, tell)
		}
	}
}

func simulated(site *v1alpha1.Site, w *v1alpha1.WAN) bool {
	r := site.RouterFor(w)
	return r == nil || r.Simulated != nil
}

// callTime bounds a call of a router whose definition does not.
const callTime = 3 * time.Second

// checkRouter looks at one router and the queues on it.
func checkRouter(ctx context.Context, site *v1alpha1.Site, r *v1alpha1.Router, tell func(Item)) {
	object := "router/" + r.Name
	device, timeout := router.Device(nil), callTime
	switch {
	case r.Simulated != nil:
		tell(Item{OK, object, "simulated"})
		return
	case r.Linux != nil:
		opened, err := linux.New()
		if err != nil {
			tell(Item{Fail, object, err.Error()})
			return
		}
		device = opened
	default:
		private(r.RouterOS, object, tell)
		device, timeout = routeros.New(r.RouterOS, nil), r.RouterOS.Timeout.Duration
	}
	defer device.Close()
	call := func(f func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return f(ctx)
	}
	if !answers(call, device, object, tell) {
		return
	}
	checkCertificate(device, object, time.Now(), tell)
	for i := range site.Spec.WANs {
		if w := &site.Spec.WANs[i]; w.Router == r.Name {
			checkQueues(call, device, w, tell)
		}
	}
	for i := range site.Spec.Steering {
		if p := &site.Spec.Steering[i]; p.Router == r.Name {
			checkRule(call, device, p, tell)
		}
	}
}

// private warns of a password in the clear, on the disk or on the way.
func private(r *v1alpha1.RouterOS, object string, tell func(Item)) {
	if r.Plaintext {
		tell(Item{Warn, object, "the password crosses the network in the clear; give the router a certificate, and the manifest tls"})
	}
	if file := r.Credentials.PasswordFile; file != "" {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
			tell(Item{Warn, object, fmt.Sprintf("others may read %s (mode %04o); close it with: chmod 600 %s", file, info.Mode().Perm(), file)})
		}
	}
}

type caller func(func(context.Context) error) error

// answers says what a router is, and whether it answers at all.
func answers(call caller, device router.Device, object string, tell func(Item)) bool {
	if gauge, ok := device.(router.Gauge); ok {
		var r router.Resources
		if err := call(func(ctx context.Context) (err error) { r, err = gauge.Resources(ctx); return err }); err != nil {
			tell(Item{Fail, object, err.Error()})
			return false
		}
		tell(Item{OK, object, fmt.Sprintf("answers: %s, RouterOS %s, CPU at %.0f %%", r.Board, r.Version, r.CPUPercent)})
	}
	if writer, ok := device.(interface{ MayWrite(context.Context) error }); ok {
		if err := call(writer.MayWrite); err != nil {
			tell(Item{Fail, object, err.Error()})
		} else {
			tell(Item{OK, object, "the user may write"})
		}
	}
	return true
}

// checkQueues looks at the queues and the counters of a WAN.
func checkQueues(call caller, device router.Device, w *v1alpha1.WAN, tell func(Item)) {
	object := "wan/" + w.Name
	download, upload := queues(w)
	missing := false
	for _, q := range []router.Queue{download, upload} {
		if q.Cake != nil {
			continue // wanctl makes it
		}
		var rate int64
		err := call(func(ctx context.Context) (err error) { rate, err = device.Rate(ctx, q); return err })
		switch {
		case err != nil:
			missing = true
			tell(Item{Fail, object, err.Error()})
		case rate == math.MaxInt64:
			tell(Item{OK, object, fmt.Sprintf("%s %s is there, without a limit", q.Direction, q.Name)})
		default:
			tell(Item{OK, object, fmt.Sprintf("%s %s is there, at %.3f Mbit/s", q.Direction, q.Name, float64(rate)/1e6)})
		}
	}
	err := call(func(ctx context.Context) error {
		_, err := device.Counters(ctx, download, upload)
		return err
	})
	if err != nil {
		tell(Item{Fail, object, err.Error()})
	} else {
		tell(Item{OK, object, "what crosses it is counted"})
	}
	inspector, ok := device.(router.Inspector)
	if !ok {
		return
	}
	var found []router.Finding
	err = call(func(ctx context.Context) (err error) {
		found, err = inspector.Inspect(ctx, download, upload)
		return err
	})
	if err != nil {
		tell(Item{Fail, object, err.Error()})
		return
	}
	for _, f := range found {
		result := Warn
		if f.Flaw.Harmful() {
			result = Fail
		}
		tell(Item{result, object, f.Message})
	}
	if len(found) == 0 && !missing {
		tell(Item{OK, object, "nothing on the router keeps its queues from shaping"})
	}
}

// queues are those of a WAN.
func queues(w *v1alpha1.WAN) (download, upload router.Queue) {
	of := func(d router.Direction, s *v1alpha1.Shaper) router.Queue {
		q := router.Queue{WAN: w.Name, Direction: d, Name: s.Queue, Kind: s.QueueKind, Class: s.Class, Cake: s.Cake, Interface: w.Interface}
		if q.Interface == "" && q.Kind == "" {
			q.Interface = w.Upload.Queue
		}
		return q
	}
	return of(router.Download, &w.Download), of(router.Upload, &w.Upload)
}
