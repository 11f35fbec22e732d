package describe

import (
	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// parameters shows each per-cycle parameter with the arithmetic behind it.
func parameters(p *page, site *v1alpha1.Site, wan *v1alpha1.WAN, st *v1alpha1.WANStatus) {
	d := derived(site, wan, st)
	p.head("Parameters")
	for _, parameter := range view.Parameters(site, wan, &d) {
		p.line(parameter.Name, parameter.String())
	}
	p.table("Detection of a step", view.Detection([]v1alpha1.Derived{d}))
}
