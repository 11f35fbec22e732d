package reconciler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/control"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// command is a person's on its way to the agent's goroutine.
type command struct {
	control.Request
	answer chan<- answer
}

type answer struct {
	control.Answer
	err error
}

// listen takes commands until ctx ends; the channel is closed then. Without a
// socket the agent runs on.
func (a *Agent) listen(ctx context.Context) (closed <-chan struct{}) {
	done := make(chan struct{})
	server, err := control.Listen(a.opts.StateDir)
	if err != nil {
		a.log.Error(err, "no commands can be taken; loops run regardless")
		close(done)
		return done
	}
	go func() {
		defer close(done)
		if err := server.Serve(ctx, a.ask); err != nil {
			a.log.Error(err, "commands are no longer taken")
		}
	}()
	return done
}

// ask hands a request to the agent's goroutine and waits for what comes of it.
func (a *Agent) ask(ctx context.Context, r control.Request) (control.Answer, error) {
	reply := make(chan answer, 1)
	select {
	case a.commands <- command{r, reply}:
	case <-ctx.Done():
		return control.Answer{}, errors.New("the agent is busy or ending; ask again")
	}
	select {
	case done := <-reply:
		return done.Answer, done.err
	case <-ctx.Done():
		return control.Answer{}, errors.New("the agent is ending; look at wanctl get rollout for what it has done")
	}
}

// obey carries a command out.
func (a *Agent) obey(r control.Request) (control.Answer, error) {
	s, err := a.siteOf(r.Site)
	if err != nil {
		return control.Answer{}, err
	}
	if r.WAN != "" && find(s.live, r.WAN) == nil {
		return control.Answer{}, refused("site %s has no WAN %q", s.live.Name, r.WAN)
	}
	now := time.Now()
	a.turn(s, now, true)
	err = s.stage.Obey(rollout.Command{Verb: rollout.Verb(r.Verb), WAN: r.WAN, Profile: r.Profile, By: r.Who}, now)
	if no, ok := errors.AsType[*rollout.RefusedError](err); ok {
		return control.Answer{}, refused("site %s: %s", s.live.Name, no.Message)
	}
	if err != nil {
		a.storeFailed(err)
		return control.Answer{}, err
	}
	a.log.Info("command obeyed", "site", s.live.Name, "command", r.Verb, "by", r.Who)
	a.observe(now, false)
	return control.Answer{Site: s.live.Name, Message: fmt.Sprintf("%s; %s", obeyed[r.Verb], stand(s.live.Status.Rollout))}, nil
}

// obeyed says what was done.
var obeyed = map[control.Verb]string{
	control.Approve: "approved", control.Reject: "rejected", control.Pause: "paused", control.Resume: "resumed", control.Retry: "to be tried again",
}

// stand says where a rollout is now.
func stand(r *v1alpha1.RolloutStatus) string {
	if r == nil {
		return "no rollout goes on"
	}
	text := "the rollout is " + string(r.Phase)
	if r.WAN != "" {
		text += " with wan " + r.WAN
	}
	if r.To != "" {
		text += " at " + r.To
	}
	if r.Message != "" {
		text += ": " + r.Message
	}
	return text
}

// siteOf is the site of a name, or the only one where none is given.
func (a *Agent) siteOf(name string) (*site, error) {
	names := slices.Sorted(maps.Keys(a.sites))
	switch {
	case name != "" && a.sites[name] == nil:
		return nil, refused("site %q does not run here; there is %s", name, strings.Join(names, ", "))
	case name != "":
		return a.sites[name], nil
	case len(names) == 1:
		return a.sites[names[0]], nil
	case len(names) == 0:
		return nil, refused("no site runs here")
	}
	return nil, refused("several sites run here: say which, %s", strings.Join(names, " or "))
}

func refused(format string, args ...any) error {
	return &control.RefusedError{Message: fmt.Sprintf(format, args...)}
}
