package rehearsal

import (
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Decode reads outcomes that were written as YAML or JSON. It refuses what no
// rehearsal can have written: unknown fields, an outcome without its site, and
// verdicts that were not simulated.
func Decode(data []byte) ([]Outcome, error) {
	var outcomes []Outcome
	if err := yaml.UnmarshalStrict(data, &outcomes); err != nil {
		return nil, fmt.Errorf("read rehearsals: %w", err)
	}
	if len(outcomes) == 0 {
		return nil, errors.New("read rehearsals: there are none")
	}
	for i := range outcomes {
		o := &outcomes[i]
		if o.Manifest == nil || o.Manifest.Name != o.Site {
			return nil, fmt.Errorf("read rehearsals: [%d].manifest is not that of site %q", i, o.Site)
		}
		v1alpha1.SetDefaults(o.Manifest)
		for j := range o.Verdicts {
			if v := &o.Verdicts[j]; v.Origin != v1alpha1.OriginSimulated {
				return nil, fmt.Errorf("read rehearsals: [%d].verdicts[%d].origin is %q; that of a rehearsal is %s", i, j, v.Origin, v1alpha1.OriginSimulated)
			}
		}
	}
	return outcomes, nil
}
