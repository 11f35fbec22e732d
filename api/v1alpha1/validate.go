package v1alpha1

import (
	"fmt"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
)

// Validate says what is wrong with the meaning of a defaulted site: what
// contradicts itself, names what is not there, or is out of range. The faults
// have paths and no positions.
func Validate(s *Site) FieldErrors {
	var faults FieldErrors
	for _, f := range check(s) {
		faults = append(faults, FieldError{Path: string(f.path), Message: f.message})
	}
	return faults
}

// fault is something wrong with a site.
type fault struct {
	path, instead fieldpath.Path
	message       string
}

// check looks at the whole of a defaulted site.
func check(s *Site) []fault {
	c := &checker{site: s}
	c.name("metadata.name", s.Name, "site", nil)
	c.routers()
	c.wans()
	c.simulatedRouters()
	c.steering()
	c.rollout()
	return c.faults
}

// checker walks a site and collects its faults.
type checker struct {
	site   *Site
	faults []fault
}

func (c *checker) fault(path fieldpath.Path, format string, args ...any) {
	c.faults = append(c.faults, fault{path: path, message: fmt.Sprintf(format, args...)})
}

// between reports what is wrong between two fields, at the first if the
// manifest has it, and otherwise at the second.
func (c *checker) between(path, instead fieldpath.Path, format string, args ...any) {
	c.faults = append(c.faults, fault{path, instead, fmt.Sprintf(format, args...)})
}
