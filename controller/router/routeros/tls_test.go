package routeros_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/controller/router"
	"github.com/wanctl/wanctl/controller/router/routeros"
	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// certificate is one that signed itself, as RouterOS makes them, for an address
// or a name, until a time.
func certificate(t *testing.T, address, name string, until time.Time) (served tls.Certificate, file, fingerprint string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "edge"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if name != "" {
		template.DNSNames = []string{name}
	} else {
		template.IPAddresses = []net.IP{net.ParseIP(address)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	file = write(t, filepath.Join(t.TempDir(), "ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	sum := sha256.Sum256(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file, "sha256:" + hex.EncodeToString(sum[:])
}

func TestOnlyTheRouterThatTheManifestTrustsGetsThePassword(t *testing.T) {
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	good, goodFile, goodPrint := certificate(t, "127.0.0.1", "", tomorrow)
	_, otherFile, otherPrint := certificate(t, "127.0.0.1", "", tomorrow)
	old, oldFile, oldPrint := certificate(t, "127.0.0.1", "", yesterday)
	named, namedFile, _ := certificate(t, "", "edge.example", tomorrow)
	colons := strings.ToUpper(goodPrint[len("sha256:"):])
	for i := len(colons) - 2; i > 0; i -= 2 {
		colons = colons[:i] + ":" + colons[i:]
	}
	for _, tc := range []struct {
		name   string
		served *tls.Certificate
		trust  v1alpha1.TLS
		says   string
	}{
		{"its CA", &good, v1alpha1.TLS{CAFile: goodFile}, ""},
		{"its fingerprint", &good, v1alpha1.TLS{Fingerprint: goodPrint}, ""},
		{"its fingerprint with colons", &good, v1alpha1.TLS{Fingerprint: "sha256:" + colons}, ""},
		{"its name", &named, v1alpha1.TLS{CAFile: namedFile, ServerName: "edge.example"}, ""},
		{"a fingerprint, whatever the date", &old, v1alpha1.TLS{Fingerprint: oldPrint}, ""},
		{"another CA", &good, v1alpha1.TLS{CAFile: otherFile}, "not to be trusted"},
		{"another fingerprint", &good, v1alpha1.TLS{Fingerprint: otherPrint}, goodPrint},
		{"another name", &named, v1alpha1.TLS{CAFile: namedFile}, "not to be trusted"},
		{"a certificate of the past", &old, v1alpha1.TLS{CAFile: oldFile}, "expired"},
		{"a file that is not there", &good, v1alpha1.TLS{CAFile: goodFile + "x"}, "read the CA"},
		{"a router without TLS", nil, v1alpha1.TLS{CAFile: goodFile}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			opts := routerosdouble.Options{}
			if tc.served != nil {
				opts.TLS = &tls.Config{Certificates: []tls.Certificate{*tc.served}}
			}
			b := setUp(t, opts)
			spec := b.spec.DeepCopy()
			spec.Plaintext, spec.TLS = false, &tc.trust
			device := routeros.New(spec, nil)
			defer device.Close()
			timeout := patience
			if tc.served == nil {
				timeout = short
			}
			_, err := device.Rate(within(t, timeout), download)
			switch {
			case tc.served == nil:
				if err == nil {
					t.Error("a router without TLS was logged in to")
				}
			case tc.says == "":
				must(t, err)
			default:
				wantKind(t, err, router.Denied)
				if !strings.Contains(err.Error(), tc.says) {
					t.Errorf("the error is %q and does not say %q", err, tc.says)
				}
			}
			if f := b.double.Figures(); err != nil && f.Logins+f.Refused > 0 {
				t.Error("a login was tried all the same")
			}
		})
	}
}
