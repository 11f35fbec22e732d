//go:build !linux

package linux

import (
	"context"
	"errors"

	"github.com/wanctl/wanctl/controller/router"
)

// Router is not available on this operating system.
type Router struct{}

var errOS = errors.New("a linux router needs wanctl to run on Linux")

// New fails: there is no netlink here.
func New() (*Router, error) { return nil, errOS }

// Rate fails.
func (*Router) Rate(context.Context, router.Queue) (int64, error) { return 0, errOS }

// SetRate fails.
func (*Router) SetRate(context.Context, router.Queue, int64) error { return errOS }

// Counters fails.
func (*Router) Counters(context.Context, router.Queue, router.Queue) (router.Counters, error) {
	return router.Counters{}, errOS
}

// Ensure fails.
func (*Router) Ensure(context.Context, router.Queue) ([]string, error) { return nil, errOS }

// Remove fails.
func (*Router) Remove(context.Context, router.Queue) error { return errOS }

// Statistics fails.
func (*Router) Statistics(context.Context, router.Queue) (Cake, error) { return Cake{}, errOS }

// Rule fails.
func (*Router) Rule(context.Context, string) (bool, error) { return false, errOS }

// SetRule fails.
func (*Router) SetRule(context.Context, string, bool) error { return errOS }

// Close does nothing.
func (*Router) Close() error { return nil }
