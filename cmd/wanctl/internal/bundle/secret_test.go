package bundle

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

func TestASecretIsTakenOutHoweverItIsWritten(t *testing.T) {
	const key = "-----BEGIN EC PRIVATE KEY-----\nhunter2hunter2\n-----END EC PRIVATE KEY-----"
	for name, text := range map[string]string{
		"a private key":                    "before\n" + key + "\nafter",
		"a private key that is cut off":    "before\n" + strings.TrimSuffix(key, "-----END EC PRIVATE KEY-----"),
		"a password in a URL":              "url: https://git:hunter2@example.com/site.git",
		"a token in a URL":                 "url: https://hunter2@example.com/site.git",
		"a URL in a comment":               "# mqtt://user:hunter2@broker:1883 tells",
		"YAML":                             "password: hunter2",
		"YAML in quotes":                   `password: "hun ter2 hunter2"`,
		"YAML in single quotes":            `  apiToken: 'hunter2 hunter2'`,
		"YAML on one line":                 "{user: a, password: hunter2, port: 1}",
		"a block of YAML":                  "password: |\n  hunter2\n  hunter2\nnext: 1",
		"a block of YAML in a list":        "- secret: >-\n    hunter2\n- other: 1",
		"JSON":                             `{"user":"a","password":"hunter2","port":1}`,
		"JSON with an escape":              `{"password":"a\"hunter2"}`,
		"RouterOS":                         `/user add name=a password=hunter2 group=full`,
		"SNMP":                             `/snmp community set [find] community=hunter2`,
		"a flag":                           "wanctl x --token hunter2 --verbose",
		"a flag with =":                    "curl --password=hunter2",
		"an environment":                   "MIKROTIK_PASSWORD=hunter2",
		"a header":                         "Authorization: Basic hunter2hunter2==",
		"a header in a log":                `msg="asked" authorization="Bearer hunter2hunter2"`,
		"a bearer token":                   "sent Bearer hunter2hunter2 to it",
		"a WireGuard key":                  "PrivateKey = hunter2hunter2=\nPresharedKey = hunter2",
		"upper case":                       "PASSWORD: hunter2",
		"a name with a dash":               "pre-shared-psk: hunter2",
		"what is known":                    "the login with s3cr3t-hunter2 failed",
		"what is known, in a URL's query":  "?p=" + url.QueryEscape("s3cr3t-hunter2/+ä"),
		"what is known, in base64":         "Basic " + base64.StdEncoding.EncodeToString([]byte("s3cr3t-hunter2/+ä")),
		"what is known, and holds another": "s3cr3t-hunter2/+ä",
		"what is known, in JSON":           `{"x":"a\"hunter2"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var s Secrets
			s.Learn("s3cr3t-hunter2", "s3cr3t-hunter2/+ä\n", `a"hunter2`, "abc")
			got := s.Scrub(text)
			encoded := base64.StdEncoding.EncodeToString([]byte("s3cr3t-hunter2/+ä"))
			if strings.Contains(got, "ter2") || strings.Contains(got, encoded) || strings.Contains(got, url.QueryEscape("/+ä")) || !strings.Contains(got, Redacted) {
				t.Errorf("%q becomes %q", text, got)
			}
		})
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	for _, text := range []string{
		"credentials: {usernameFile: /etc/wanctl/edge.user, passwordFile: /etc/wanctl/edge.pass}",
		"credentials: {usernameEnv: EDGE_USER, passwordEnv: EDGE_PASSWORD}",
		"wanctl run --token-file /etc/wanctl/token --tls-key /etc/wanctl/tls.key",
		"open /etc/wanctl/edge.pass: permission denied",
		"fail  home  router/edge: the router refuses the login: invalid user name or password (6)",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
		"reflectors: [1.1.1.1, 8.8.8.8]",
		"https://example.com/a@b",
		"a mapping: |\n  of lines\n",
		"pinning: 3\npings: 20",
		"abc is too short to be looked for",
	} {
		var s Secrets
		s.Learn("abc", "x")
		if got := s.Scrub(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("password: hunter2", "hunter2")
	f.Add("-----BEGIN PRIVATE KEY-----", "abcd")
	f.Add("password: |\n  x", "äöüß")
	f.Fuzz(func(t *testing.T, text, secret string) {
		var s Secrets
		s.Learn(secret)
		got := s.Scrub(text)
		trimmed := strings.TrimSpace(secret)
		if len(trimmed) >= shortest && !strings.Contains(Redacted, trimmed) && strings.Contains(strings.ReplaceAll(got, Redacted, "\x00"), trimmed) {
			t.Errorf("%q still has %q: %q", text, secret, got)
		}
	})
}
