package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// endpoint is where requests are posted.
const endpoint = "/v1alpha1/control"

// requestTime is how long a request and its answer may take.
const requestTime = 15 * time.Second

// maxHeader is the most bytes of a request's header.
const maxHeader = 8 << 10

// Server takes commands.
type Server struct {
	path   string
	socket *net.UnixListener
	made   fs.FileInfo
}

// Listen opens the socket of a state directory. It fails with a *LiveError where
// somebody answers there; the socket of an agent that died is replaced.
func Listen(stateDir string) (*Server, error) {
	socket, err := listen(stateDir)
	if err != nil {
		return nil, err
	}
	s := &Server{path: Path(stateDir), socket: socket}
	if s.made, err = os.Lstat(s.path); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	return s, nil
}

// Serve answers requests with handle until ctx ends, and removes the socket
// then. What handle returns as a *RefusedError is the asker's; any other error
// is the agent's.
func (s *Server) Serve(ctx context.Context, handle func(context.Context, Request) (Answer, error)) error {
	var open sync.WaitGroup
	server := &http.Server{
		ConnState:      counted(&open),
		Handler:        s.handler(handle),
		ReadTimeout:    requestTime,
		WriteTimeout:   2 * requestTime,
		IdleTimeout:    requestTime,
		MaxHeaderBytes: maxHeader,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, peer(c))
		},
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(s.socket) }()
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		err = errors.Join(server.Close(), <-served)
	}
	open.Wait()
	if now, gone := os.Lstat(s.path); gone == nil && os.SameFile(now, s.made) {
		err = errors.Join(err, os.Remove(s.path))
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("take commands on %s: %w", s.path, err)
}

// counted counts the connections that a goroutine still serves.
func counted(open *sync.WaitGroup) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Done()
		}
	}
}

// peerKey is the key of who is at the other end of a connection.
type peerKey struct{}

// failure is what is answered where there is no answer.
type failure struct {
	Error string `json:"error"`
}

func (s *Server) handler(handle func(context.Context, Request) (Answer, error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+endpoint, func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			answer(w, http.StatusRequestEntityTooLarge, failure{"the request is too long"})
			return
		}
		request, err := Parse(data)
		if err != nil {
			answer(w, http.StatusBadRequest, failure{err.Error()})
			return
		}
		request.Who, _ = r.Context().Value(peerKey{}).(string)
		request.At = time.Now()
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		done, err := handle(ctx, request)
		var refused *RefusedError
		switch {
		case errors.As(err, &refused):
			answer(w, http.StatusConflict, failure{refused.Message})
		case err != nil:
			answer(w, http.StatusInternalServerError, failure{err.Error()})
		default:
			answer(w, http.StatusOK, done)
		}
	})
	return mux
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	// Whoever left does not read it.
	_ = json.NewEncoder(w).Encode(v)
}
