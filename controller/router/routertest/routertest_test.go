package routertest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routertest"
)

// memory is the least device that passes.
type memory struct {
	rates map[string]int64
	bytes uint64
}

func TestTheLeastDevicePasses(t *testing.T) {
	routertest.Run(t, func(*testing.T) routertest.Harness {
		m := &memory{rates: map[string]int64{"down": 1, "up": 1}}
		return routertest.Harness{
			Device:   m,
			Download: router.Queue{Name: "down"}, Upload: router.Queue{Name: "up"}, Absent: router.Queue{Name: "absent"},
			Traffic: func(*testing.T) { m.bytes += 1500 },
		}
	})
}

func (m *memory) check(ctx context.Context, op string, q router.Queue) error {
	if err := ctx.Err(); err != nil {
		return &router.Error{Op: op, Target: q.Name, Err: err}
	}
	if m.rates[q.Name] == 0 {
		return &router.Error{Kind: router.Missing, Op: op, Target: q.Name, Err: errors.New("no such queue")}
	}
	return nil
}

func (m *memory) Rate(ctx context.Context, q router.Queue) (int64, error) {
	return m.rates[q.Name], m.check(ctx, "read the rate of", q)
}

func (m *memory) SetRate(ctx context.Context, q router.Queue, rate int64) error {
	if err := m.check(ctx, "set the rate of", q); err != nil {
		return err
	}
	m.rates[q.Name] = rate
	return nil
}

func (m *memory) Counters(ctx context.Context, _, upload router.Queue) (router.Counters, error) {
	return router.Counters{At: time.Now(), Download: m.bytes, Upload: m.bytes}, m.check(ctx, "read the counters of", upload)
}

func (m *memory) Close() error { return nil }
