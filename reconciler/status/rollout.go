package status

import (
	"fmt"

	"github.com/wanctl/wanctl/controller/evidence"
	"github.com/wanctl/wanctl/reconciler/rollout"
)

// The versions of the stored forms of a rollout and of its evidence.
const rolloutVersion, evidenceVersion = 1, 1

// Soak is the evidence of one WAN as it outlasts the agent.
type Soak struct {
	// Number is the soak's.
	Number int64 `json:"number"`
	// Saved is what was gathered.
	Saved *evidence.Saved `json:"saved"`
}

// ReadRollout is where the rollout of a site stands; the zero State where nothing
// is stored. The error is a *TornError where the file is damaged or of another
// version, and was set aside.
func (s *Store) ReadRollout(site string) (rollout.State, error) {
	state, err := readRollout(s.dir, site)
	return state, asideIfTorn(err)
}

// Rollout is where the rollout of a site stands; the zero State where nothing is
// stored. The error is a *TornError where the file is damaged.
func (r *Reader) Rollout(site string) (rollout.State, error) {
	return readRollout(r.dir, site)
}

func readRollout(dir, site string) (state rollout.State, err error) {
	path, err := fileName(dir, rolloutDir, site, ".json")
	if err != nil {
		return state, err
	}
	if err := unseal(path, rolloutVersion, &state); err != nil {
		return rollout.State{}, err
	}
	return state, nil
}

// WriteRollout stores where the rollout of a site stands.
func (s *Store) WriteRollout(site string, state *rollout.State) error {
	return s.writeSealed(rolloutDir, site, rolloutVersion, state)
}

// ReadEvidence are the soaks of a site by WAN; none where nothing is stored. The
// error is as ReadRollout's.
func (s *Store) ReadEvidence(site string) (map[string]Soak, error) {
	path, err := fileName(s.dir, evidenceDir, site, ".json")
	if err != nil {
		return nil, err
	}
	var soaks map[string]Soak
	if err := unseal(path, evidenceVersion, &soaks); err != nil {
		return nil, asideIfTorn(err)
	}
	return soaks, nil
}

// WriteEvidence stores the soaks of a site.
func (s *Store) WriteEvidence(site string, soaks map[string]Soak) error {
	return s.writeSealed(evidenceDir, site, evidenceVersion, soaks)
}

func (s *Store) writeSealed(part, site string, version int, v any) error {
	path, err := fileName(s.dir, part, site, ".json")
	if err != nil {
		return err
	}
	data, err := seal(version, v)
	if err != nil {
		return fmt.Errorf("encode %s of site %s: %w", part, site, err)
	}
	return s.write(path, data)
}
