package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/rehearsal"
)

// rehearsed is what simulate --verdict wrote of one site: of the one that is
// named, or the only one.
func rehearsed(file string, in io.Reader, site string) (*rehearsal.Outcome, error) {
	data, err := readRehearsal(file, in)
	if err != nil {
		return nil, err
	}
	outcomes, err := rehearsal.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; -f takes what wanctl simulate --verdict -o yaml has written", file, err)
	}
	names := make([]string, len(outcomes))
	for i := range outcomes {
		names[i] = outcomes[i].Site
	}
	switch i := slices.Index(names, site); {
	case i >= 0:
		return &outcomes[i], nil
	case site != "":
		return nil, fmt.Errorf("site %q not found in %s%s", site, file, thereAre(names))
	case len(outcomes) > 1:
		return nil, usage(fmt.Errorf("say which site to report on: %s", strings.Join(names, ", ")))
	}
	return &outcomes[0], nil
}

func readRehearsal(file string, in io.Reader) ([]byte, error) {
	if file == "-" {
		data, err := io.ReadAll(in)
		if err != nil {
			return nil, fmt.Errorf("read rehearsals from stdin: %w", err)
		}
		return data, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read rehearsals: %w", err)
	}
	return data, nil
}

// reported is what a report is made of.
type reported struct {
	site     *v1alpha1.Site
	verdicts []v1alpha1.Verdict
	events   []v1alpha1.Event
	warnings []string
}

// recorded is what the state directory has of a site: of the one that is named, or
// the only one.
func (c *cli) recorded(names ...string) (*reported, error) {
	sites, warning, err := c.sites(names...)
	if err != nil {
		return nil, err
	}
	switch {
	case len(sites) == 0:
		return nil, fmt.Errorf("no site found in %s", c.stateDir)
	case len(sites) > 1:
		return nil, usage(fmt.Errorf("say which site to report on: %s", strings.Join(siteNames(sites), ", ")))
	}
	r := &reported{site: &sites[0], warnings: []string{warning}}
	events, torn, err := c.events(r.site.Name)
	if err != nil {
		return nil, err
	}
	record, damaged, err := c.verdicts(sites)
	if err != nil {
		return nil, err
	}
	for i := range record {
		r.verdicts = append(r.verdicts, record[i].Verdict)
	}
	r.events, r.warnings = events, append(r.warnings, torn, damaged)
	v1alpha1.SetDefaults(r.site)
	return r, nil
}

// withRehearsed is a rehearsal beside what was recorded of the same site, where
// there is anything.
func (c *cli) withRehearsed(o *rehearsal.Outcome) (*reported, error) {
	sites, _, err := c.sites()
	r := &reported{site: o.Manifest}
	switch {
	case err != nil:
		r.warnings = []string{"warning: nothing that was recorded is in this report: " + err.Error()}
	case slices.Contains(siteNames(sites), o.Site):
		if r, err = c.recorded(o.Site); err != nil {
			return nil, err
		}
	}
	r.verdicts = append(r.verdicts, o.Verdicts...)
	return r, nil
}
