package status

import (
	"errors"
	"fmt"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// keepVerdicts is how many verdicts are kept of each site.
const keepVerdicts = 100

// VerdictsRecord are the last 100 verdicts of one site with their measurements,
// oldest first.
type VerdictsRecord []v1alpha1.Verdict

// Last is the highest number of a verdict; 0 where there is none.
func (r VerdictsRecord) Last() int64 {
	var last int64
	for i := range r {
		last = max(last, r[i].Number)
	}
	return last
}

// ReadVerdicts are the stored verdicts of a site; none where nothing is stored.
// The error is a *TornError where the file is damaged and was set aside.
func (s *Store) ReadVerdicts(site string) (VerdictsRecord, error) {
	r, err := readVerdicts(s.dir, site)
	return r, asideIfTorn(err)
}

// AddVerdicts adds verdicts to a site's record, except those whose number it has
// already, and returns the record as it is stored then. A damaged record is set
// aside, reported as a *TornError, and a new one begun.
func (s *Store) AddVerdicts(site string, verdicts ...v1alpha1.Verdict) (VerdictsRecord, error) {
	path, err := fileName(s.dir, verdictsDir, site, ".json")
	if err != nil {
		return nil, err
	}
	r, torn := s.ReadVerdicts(site)
	if torn != nil && !isTorn(torn) {
		return nil, torn
	}
	for i := range verdicts {
		if verdicts[i].Number > r.Last() {
			r = append(r, verdicts[i])
		}
	}
	r = r[max(0, len(r)-keepVerdicts):]
	data, err := encodeVerdicts(r)
	if err != nil {
		return nil, fmt.Errorf("site %s: %w", site, err)
	}
	if err := s.write(path, data); err != nil {
		return nil, errors.Join(torn, err)
	}
	return r, torn
}

// Verdicts are the stored verdicts of one site; none where nothing is stored.
// The error is a *TornError where the file is damaged.
func (r *Reader) Verdicts(site string) (VerdictsRecord, error) {
	return readVerdicts(r.dir, site)
}

func isTorn(err error) bool {
	var torn *TornError
	return errors.As(err, &torn)
}

func encodeVerdicts(r VerdictsRecord) ([]byte, error) { return encodeList("VerdictList", r) }

func readVerdicts(dir, site string) (VerdictsRecord, error) {
	return readList[v1alpha1.Verdict](dir, verdictsDir, site, "VerdictList")
}
