package scenario

import (
	"bytes"
	_ "embed"
	"fmt"
	"text/template"
)

var (
	//go:embed site.yaml
	site string

	manifest = template.Must(template.New("site.yaml").Parse(site))
)

// Manifest is the manifest of wanctl in the scenario: the bounds are those of
// the scenario, the rest are defaults.
func (s *Scenario) Manifest() ([]byte, error) {
	var text bytes.Buffer
	if err := manifest.Execute(&text, s); err != nil {
		return nil, fmt.Errorf("write the manifest of %s: %w", s.Name, err)
	}
	return text.Bytes(), nil
}
