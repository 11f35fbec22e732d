package routeros

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// DialFunc makes a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// trustError is that of a router whose certificate is not the one expected.
type trustError struct{ error }

// open connects and, unless the manifest says plaintext, speaks TLS. All of it
// ends with ctx.
func open(ctx context.Context, dial DialFunc, spec *v1alpha1.RouterOS) (net.Conn, error) {
	conn, err := dial(ctx, "tcp", spec.Address)
	if err != nil {
		return nil, err
	}
	if spec.TLS == nil {
		return conn, nil
	}
	config, err := trust(spec)
	if err != nil {
		conn.Close()
		return nil, err
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, handshakeError(err)
	}
	return secured, nil
}

// ValidTo is until when the router's certificate, and those that vouch for it,
// will be believed; zero where there is none, or where it is pinned and its dates
// do not matter.
func (r *Router) ValidTo() time.Time { return r.validTo }

// validTo is when the first certificate of the chain that was believed expires.
func validTo(conn net.Conn) (first time.Time) {
	secured, ok := conn.(*tls.Conn)
	if !ok {
		return time.Time{}
	}
	for _, chain := range secured.ConnectionState().VerifiedChains {
		ends := chain[0].NotAfter
		for _, cert := range chain[1:] {
			if cert.NotAfter.Before(ends) {
				ends = cert.NotAfter
			}
		}
		// Any chain will do, so that the last to end counts.
		if ends.After(first) {
			first = ends
		}
	}
	return first
}

// handshakeError tells a certificate that is wrong from a router that is.
func handshakeError(err error) error {
	var invalid *tls.CertificateVerificationError
	var trusted trustError
	var alert tls.AlertError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &trusted):
		return trusted
	case errors.As(err, &invalid):
		return trustError{fmt.Errorf("the router's certificate is not to be trusted: %w", invalid.Err)}
	case errors.As(err, &record):
		return trustError{errors.New("the router does not speak TLS there; api-ssl listens on 8729, and api on 8728 with plaintext: true")}
	case errors.As(err, &alert):
		return trustError{fmt.Errorf("the router refuses TLS (%w); give its api-ssl service a certificate: /ip service set api-ssl certificate=NAME", err)}
	}
	return fmt.Errorf("TLS: %w", err)
}

// trust is whom the manifest trusts: those who a CA has signed, or the holder
// of one certificate. Files are read anew for every connection.
func trust(spec *v1alpha1.RouterOS) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(spec.Address)
	if err != nil {
		return nil, fmt.Errorf("address %s: %w", spec.Address, err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if spec.TLS.ServerName != "" {
		config.ServerName = spec.TLS.ServerName
	}
	if spec.TLS.CAFile != "" {
		pem, err := os.ReadFile(spec.TLS.CAFile)
		if err != nil {
			return nil, trustError{fmt.Errorf("read the CA: %w", err)}
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, trustError{fmt.Errorf("%s holds no PEM certificate; export it on the router with /certificate export-certificate", spec.TLS.CAFile)}
		}
		return config, nil
	}
	want := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(spec.TLS.Fingerprint, "sha256:"), ":", ""))
	// The chain and the names do not matter: this very certificate is trusted.
	config.InsecureSkipVerify = true
	config.VerifyConnection = func(state tls.ConnectionState) error {
		sum := sha256.Sum256(state.PeerCertificates[0].Raw)
		if got := hex.EncodeToString(sum[:]); got != want {
			return trustError{fmt.Errorf("the router's certificate has the fingerprint sha256:%s, not the one pinned", got)}
		}
		return nil
	}
	return config, nil
}
