package server

import (
	"net/http"
	"runtime/pprof"
)

// profiles are those of the Go runtime that tell why an agent hangs or grows, as
// text: stacks of every goroutine, and who allocated what is in use. Whoever may
// read the port may read them; they hold names of functions and no data. With
// ?debug=2 stacks say how long each waits, and for what.
func profiles(mux *http.ServeMux) {
	for _, name := range []string{"goroutine", "heap"} {
		mux.HandleFunc("GET /debug/pprof/"+name, func(w http.ResponseWriter, r *http.Request) {
			detail := 1
			if r.URL.Query().Get("debug") == "2" {
				detail = 2
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			// The reader may have gone.
			_ = pprof.Lookup(name).WriteTo(w, detail)
		})
	}
}
