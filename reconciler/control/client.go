package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"syscall"
)

// NoAgentError says that there is nobody to take a command.
type NoAgentError struct {
	Dir string
	Err error
}

// Error says how to get somebody.
func (e *NoAgentError) Error() string {
	return fmt.Sprintf("no agent runs on %s; start it with wanctl run, or name its state directory with --state-dir", e.Dir)
}

// Unwrap is what the socket said.
func (e *NoAgentError) Unwrap() error { return e.Err }

// Ask gives a command to the agent of a state directory. It fails with a
// *NoAgentError where none runs, with a *RefusedError where it was not carried
// out, and with fs.ErrPermission where the asker may not give commands.
func Ask(ctx context.Context, stateDir string, r Request) (Answer, error) {
	if err := r.check(); err != nil {
		return Answer{}, &RefusedError{err.Error()}
	}
	path := Path(stateDir)
	body, err := json.Marshal(r)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", r.Verb, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*requestTime)
	defer cancel()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://agent"+endpoint, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", r.Verb, err)
	}
	post.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) }}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(post)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return Answer{}, &NoAgentError{Dir: stateDir, Err: err}
	case errors.Is(err, fs.ErrPermission):
		return Answer{}, fmt.Errorf("you may not write to %s, and so not give commands: ask as root or as a member of its group: %w", path, fs.ErrPermission)
	case err != nil:
		return Answer{}, fmt.Errorf("ask the agent on %s to %s: %w", path, r.Verb, err)
	}
	defer response.Body.Close()
	return read(response)
}

func read(response *http.Response) (Answer, error) {
	var reply struct {
		Answer
		failure
	}
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
		return Answer{}, fmt.Errorf("the agent's answer (%s) cannot be read: %w", response.Status, err)
	}
	switch {
	case response.StatusCode == http.StatusOK:
		return reply.Answer, nil
	case response.StatusCode < http.StatusInternalServerError:
		return Answer{}, &RefusedError{reply.Error}
	}
	return Answer{}, fmt.Errorf("the agent failed: %s", reply.Error)
}
