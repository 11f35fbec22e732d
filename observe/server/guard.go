package server

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// RefusedError says why a port is not opened: what would make it safe is
// missing.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// shortest is the fewest characters that a token may have.
const shortest = 16

// check refuses what would be read by anybody on the network.
func (o *Options) check() error {
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return &RefusedError{fmt.Sprintf("listen on %s: %v; write HOST:PORT, as in 127.0.0.1:9153", o.Address, err)}
	}
	if (o.CertFile == "") != (o.KeyFile == "") {
		return &RefusedError{"TLS needs both a certificate and its key: give --tls-cert and --tls-key"}
	}
	if !loopback(host) && (o.CertFile == "" || o.TokenFile == "") {
		return &RefusedError{fmt.Sprintf("%s can be reached from other machines: give --tls-cert, --tls-key and --token-file, or listen on 127.0.0.1", o.Address)}
	}
	if o.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile); err != nil {
			return fmt.Errorf("load the certificate %s and its key %s: %w", o.CertFile, o.KeyFile, err)
		}
	}
	if o.TokenFile != "" {
		if _, err := readToken(o.TokenFile); err != nil {
			return err
		}
	}
	return nil
}

// loopback says that a host can be reached from this machine alone.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func readToken(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the token: %w", err)
	}
	token := bytes.TrimSpace(data)
	if len(token) < shortest {
		return nil, &RefusedError{fmt.Sprintf("the token in %s has %d characters; it needs at least %d", path, len(token), shortest)}
	}
	return token, nil
}

// guard lets in who may read. Without a token that is whoever reaches loopback
// by its own name: a page of another site that had its name resolved to this
// machine asks for a host of another name.
func (o *Options) guard(next http.Handler, address net.Addr) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if o.TokenFile == "" {
			if !named(r.Host, address) {
				http.Error(w, "ask by the name or address that this port listens on, such as localhost", http.StatusMisdirectedRequest)
				return
			}
		} else if !o.admits(r) && !unlocked(r) {
			w.Header().Set("WWW-Authenticate", `Basic realm="wanctl", charset="UTF-8"`)
			http.Error(w, "show the token: as a bearer token, or as the password of any user", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// unlocked says that a request tells no more than whether all is well.
func unlocked(r *http.Request) bool {
	return (r.URL.Path == "/livez" || r.URL.Path == "/readyz") && r.URL.RawQuery == ""
}

// named says that a request was meant for loopback or for the address that is
// listened on.
func named(host string, address net.Addr) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if loopback(strings.ToLower(name)) {
		return true
	}
	listened, _, err := net.SplitHostPort(address.String())
	return err == nil && name == listened
}

// admits compares what a request shows with the token, in a time that tells
// nothing of it.
func (o *Options) admits(r *http.Request) bool {
	token, err := readToken(o.TokenFile)
	if err != nil {
		o.Log.Error(err, "token unreadable; readers are refused")
		return false
	}
	shown, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		_, shown, _ = r.BasicAuth()
	}
	want, got := sha256.Sum256(token), sha256.Sum256([]byte(shown))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}
