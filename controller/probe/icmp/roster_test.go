package icmp

import (
	"errors"
	"net"
	"reflect"
	"testing"
	"time"
)

func address(s string) *net.IPAddr { return literal(s) }

func TestTurns(t *testing.T) {
	trouble := errors.New("unreachable")
	four := address("192.0.2.9")
	for name, tc := range map[string]struct {
		happens func(r *roster)
		like    *net.IPAddr
		want    []int
	}{
		"go round":                         {func(*roster) {}, nil, []int{0, 1, 2, 0, 1, 2}},
		"leave out who has no address":     {func(r *roster) { r.reflectors[1].addr = nil }, nil, []int{0, 2, 0, 2}},
		"leave out who is in trouble":      {func(r *roster) { r.failed(0, trouble, at(0)) }, nil, []int{1, 2, 1, 2}},
		"come again after the pause":       {func(r *roster) { r.failed(0, trouble, at(-100)) }, nil, []int{1, 2, 0, 1, 2, 0}},
		"leave out the other family":       {func(r *roster) { r.reflectors[1].addr = address("2001:db8::1") }, four, []int{0, 2, 0, 2}},
		"end where crews are made anew":    {func(r *roster) { r.found(1, address("2001:db8::1")) }, four, []int{-1}},
		"end where all changed the family": {func(r *roster) { r.reflectors = r.reflectors[:1]; r.found(0, address("2001:db8::1")) }, four, []int{-1}},
		"go round where all are in trouble": {func(r *roster) {
			for i := range 3 {
				r.failed(2-i, trouble, at(0))
			}
		}, nil, []int{2, 1, 0, 2, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoster(3)
			for i, a := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
				r.found(i, address(a))
			}
			c := r.crews()[0]
			tc.happens(r)
			if len(r.reflectors) < len(c.members) {
				c.members = c.members[:len(r.reflectors)]
			}
			var got []int
			for range tc.want {
				member, addr, ok := r.next(c, tc.like, at(1))
				if !ok {
					got = append(got, -1)
					continue
				}
				if addr != r.reflectors[member].addr {
					t.Errorf("address %v of reflector %d", addr, member)
				}
				got = append(got, member)
				if r.reflectors[member].trouble != nil && r.reflectors[member].again.After(at(1)) {
					r.failed(member, trouble, at(1))
				} else {
					r.sent(member)
				}
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestThePauseOfAReflectorDoublesUntilItIsSentTo(t *testing.T) {
	r := newRoster(1)
	r.found(0, address("192.0.2.1"))
	c := r.crews()[0]
	now := 0
	var waits []time.Duration
	for i := range 7 {
		first, long := r.failed(0, errors.New("unreachable"), at(now))
		if first != (i == 0) || long != (i == 6) {
			t.Errorf("failure %d: first %v, long %v", i, first, long)
		}
		// One that was tried though it is left out is left out no longer.
		r.failed(0, errors.New("unreachable"), at(now+1))
		wait, _, _ := r.due(c, at(now))
		waits = append(waits, wait/ms)
		now += int(wait / ms)
	}
	if want := []time.Duration{100, 200, 400, 800, 1600, 2000, 2000}; !reflect.DeepEqual(waits, want) {
		t.Errorf("waits of %v ms, want %v", waits, want)
	}
	if r.err() == nil {
		t.Error("no error while nobody can be sent to")
	}
	if !r.sent(0) || r.sent(0) || r.err() != nil {
		t.Error("it was sent to, once more")
	}
	r.failed(0, errors.New("unreachable"), at(now))
	if wait, _, _ := r.due(c, at(now)); wait != leastPause {
		t.Errorf("after it was sent to it waits for %v", wait)
	}
}

func TestCrewsAreOneUnlessFamiliesAreMixed(t *testing.T) {
	r := newRoster(3)
	if wait, _, ok := r.due(r.crews()[0], at(0)); wait != untilNews || !ok {
		t.Errorf("without an address: %v, %v", wait, ok)
	}
	_, news, _ := r.due(r.crews()[0], at(0))
	r.found(1, address("192.0.2.1"))
	select {
	case <-news:
	default:
		t.Error("an address is no news")
	}
	one := []crew{{members: []int{0, 1, 2}}}
	if got := r.crews(); !reflect.DeepEqual(got, one) {
		t.Errorf("got %v", got)
	}
	r.found(0, address("2001:db8::1"))
	if _, _, ok := r.due(one[0], at(0)); ok {
		t.Error("the crew of all goes on")
	}
	three := []crew{{members: []int{0}, apart: true}, {members: []int{1}, apart: true}, {members: []int{2}, apart: true}}
	if got := r.crews(); !reflect.DeepEqual(got, three) {
		t.Errorf("got %v", got)
	}
	r.found(0, address("192.0.2.2"))
	if got := r.crews(); !reflect.DeepEqual(got, one) {
		t.Errorf("got %v", got)
	}
}
