package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/wanctl/wanctl/internal/scenario"
)

// change is what the command line changes of every scenario.
type change struct {
	down, up, trace, buffer, flows string
	rtt                            time.Duration
	seed                           uint64
}

func (c *change) apply(s *scenario.Scenario) error {
	if c.rtt > 0 {
		s.RTT = c.rtt
	}
	if c.buffer != "" {
		b, err := scenario.ParseBuffer(c.buffer)
		if err != nil {
			return fmt.Errorf("-buffer: %w", err)
		}
		s.Buffer = b
	}
	if c.flows != "" {
		if n, err := fmt.Sscanf(c.flows, "%d,%d", &s.Flows.Down, &s.Flows.Up); n != 2 {
			return fmt.Errorf("-flows: %q is not DOWN,UP: %w", c.flows, err)
		}
	}
	if err := c.line(s); err != nil {
		return err
	}
	return c.play(s)
}

// line lets the line carry other rates, and wanctl move within suitable bounds.
func (c *change) line(s *scenario.Scenario) error {
	if c.down == "" && c.up == "" {
		return nil
	}
	var down, up []scenario.Change
	var lengths [2]time.Duration
	var err error
	if c.down != "" {
		if down, lengths[0], err = scenario.ParseLine(c.down); err != nil {
			return fmt.Errorf("-down: %w", err)
		}
	}
	if c.up != "" {
		if up, lengths[1], err = scenario.ParseLine(c.up); err != nil {
			return fmt.Errorf("-up: %w", err)
		}
	}
	s.Title = "the line that the command asked for"
	s.Lay(down, up, max(lengths[0], lengths[1]))
	s.Bound()
	return nil
}

func (c *change) play(s *scenario.Scenario) error {
	if c.seed > 0 {
		s.Reseed(c.seed)
	}
	if c.trace == "" {
		return nil
	}
	f, err := os.Open(c.trace)
	if err != nil {
		return err
	}
	defer f.Close()
	trace, err := scenario.ParseTrace(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.trace, err)
	}
	s.PlayFile(trace, c.trace)
	return nil
}

// writeTrace writes a minute of the synthetic radio link.
func writeTrace(file string, seed uint64) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := scenario.Synthetic(seed, time.Minute).Write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}
