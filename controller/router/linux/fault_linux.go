package linux

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// missing and unsupported are causes whose kind is known where they arise.
type (
	missing     struct{ error }
	unsupported struct{ error }
)

// fault makes the error of a Device: the kind follows from the cause.
func fault(op, target string, err error) error {
	e := &router.Error{Op: op, Target: target, Err: err}
	if m, ok := errors.AsType[missing](err); ok {
		e.Kind, e.Err = router.Missing, m.error
	} else if u, ok := errors.AsType[unsupported](err); ok {
		e.Kind, e.Err = router.Unsupported, u.error
	}
	switch {
	case errors.Is(err, unix.ENODEV):
		e.Kind, e.Err = router.Missing, errors.New("there is no such interface")
	case errors.Is(err, unix.ENOENT):
		e.Kind = router.Missing
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		e.Kind, e.Err = router.Denied, fmt.Errorf("%w: wanctl needs CAP_NET_ADMIN for this", err)
	case errors.Is(err, unix.EAGAIN):
		e.Kind, e.Err = router.Unreachable, errors.New("the kernel did not answer in time")
	}
	return e
}
