package routeros

import (
	"fmt"
	"os"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// secret is a text that prints as nothing of use, however it is printed: behind
// the pointer, not even as a field of something else.
type secret struct{ hidden *string }

func hide(text string) secret               { return secret{&text} }
func (s secret) text() string               { return *s.hidden }
func (secret) String() string               { return "[redacted]" }
func (secret) GoString() string             { return "[redacted]" }
func (secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// login is who logs in, read for one login and then forgotten.
type login struct{ user, password secret }

// same says that two logins are of the same words.
func (l login) same(other login) bool {
	return l.user.text() == other.user.text() && l.password.text() == other.password.text()
}

// credentials reads who logs in, anew each time, so that a password may be
// rotated without a restart.
func credentials(c *v1alpha1.Credentials) (login, error) {
	user, err := read("user's name", c.UsernameFile, c.UsernameEnv)
	if err != nil {
		return login{}, err
	}
	if user.text() == "" {
		return login{}, credentialError{fmt.Errorf("the user's name in %s is empty", c.UsernameFile+c.UsernameEnv)}
	}
	password, err := read("password", c.PasswordFile, c.PasswordEnv)
	return login{user, password}, err
}

// credentialError is that of credentials that cannot be had.
type credentialError struct{ error }

// read takes a secret from a file, without the line's end that editors put
// there, or from the environment.
func read(what, file, variable string) (secret, error) {
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return secret{}, credentialError{fmt.Errorf("read the %s: %w", what, err)}
		}
		return hide(strings.TrimRight(string(data), "\r\n")), nil
	}
	value, set := os.LookupEnv(variable)
	if !set {
		return secret{}, credentialError{fmt.Errorf("read the %s: the environment has no %s", what, variable)}
	}
	return hide(value), nil
}
