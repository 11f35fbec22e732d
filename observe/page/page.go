// Package page is the web page of an agent: static files that are part of the
// binary, a stream of what happens, and the history that a chart starts with.
package page

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/wanctl/wanctl/observe/feed"
)

// The page's files. uplot.js and uplot.css are uPlot as published, its licence
// beside them; all else is wanctl's own.
//
//go:embed static
var static embed.FS

// policy lets the page load nothing but its own files, and nobody frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at /, its files, /stream and /history.
func Handler(f *feed.Feed) http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // "static" is a valid path
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", secured(http.FileServerFS(files)))
	mux.HandleFunc("GET /history", past(f))
	mux.Handle("GET /stream", newStreams(f))
	return mux
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}
