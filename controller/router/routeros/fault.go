package routeros

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wanctl/wanctl/controller/router"
)

// missing is the cause of a Missing error, with the way out.
type missing struct{ error }

// categoryMissing is the category of !trap that tells of a missing item or
// command.
const categoryMissing = 0

// fault makes the error of a Device: the kind follows from the cause.
func fault(op, target string, err error) error {
	e := &router.Error{Op: op, Target: target, Err: err, Kind: router.Unreachable}
	if m, ok := errors.AsType[missing](err); ok {
		e.Kind, e.Err = router.Missing, m.error
	} else if t, ok := errors.AsType[*trapError](err); ok {
		e.Kind = kindOf(t)
		if e.Kind == router.Denied {
			e.Err = fmt.Errorf("%w; give the user's group the policies api, read and write: /user group set GROUP policy=api,read,write", t)
		}
	} else if denied(err) {
		e.Kind = router.Denied
	}
	return e
}

// kindOf is what a refusal means. Categories are not always given, and messages
// have numbers behind them that tell the same.
func kindOf(t *trapError) router.Kind {
	switch {
	case strings.HasPrefix(t.message, "not enough permissions"):
		return router.Denied
	case t.category == categoryMissing, noSuchItem(t), strings.HasPrefix(t.message, "no such command"):
		return router.Missing
	default:
		return router.Failed
	}
}

func noSuchItem(err error) bool {
	t, ok := errors.AsType[*trapError](err)
	return ok && strings.HasPrefix(t.message, "no such item")
}

// denied says that only a person can mend it: who logs in, or who is trusted.
func denied(err error) bool {
	_, login := errors.AsType[*loginError](err)
	_, trust := errors.AsType[trustError](err)
	_, credentials := errors.AsType[credentialError](err)
	return login || trust || credentials
}
