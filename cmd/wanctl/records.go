package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/figure"
	"github.com/wanctl/wanctl/reconciler/status"
)

// sites reads the live objects, of the sites named or of all. A name that is
// not there is an error; an object that is damaged is warned of while there
// are others to show.
func (c *cli) sites(names ...string) (sites []v1alpha1.Site, warning string, err error) {
	all, err := status.Read(c.stateDir).Sites()
	if err != nil {
		if len(all) == 0 {
			return nil, "", err
		}
		warning = "warning: " + err.Error()
	}
	if len(names) == 0 {
		return all, warning, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(all, func(s v1alpha1.Site) bool { return s.Name == name })
		if i < 0 {
			missing := fmt.Errorf("site %q not found in %s%s", name, c.stateDir, thereAre(siteNames(all)))
			return nil, "", errors.Join(missing, err)
		}
		sites = append(sites, all[i])
	}
	return sites, warning, nil
}

// events reads the events of a site, or of all, oldest first. Damaged ones are
// warned of.
func (c *cli) events(site string) (events []v1alpha1.Event, warning string, err error) {
	events, err = status.Read(c.stateDir).Events(site)
	var torn *status.TornError
	if errors.As(err, &torn) {
		return events, "warning: " + err.Error(), nil
	}
	return events, "", err
}

// only is a site's name as a list; all sites for no name.
func only(site string) []string {
	if site == "" {
		return nil
	}
	return []string{site}
}

// stale adds to a warning that no agent keeps the live objects up to date.
func (c *cli) stale(sites []v1alpha1.Site, warning string) string {
	if _, running := status.Read(c.stateDir).AgentRunning(); running || len(sites) == 0 {
		return warning
	}
	if warning != "" {
		warning += "\n"
	}
	warning += fmt.Sprintf("warning: no agent runs on %s; this is what it last wrote", c.stateDir)
	var last time.Time
	for i := range sites {
		if at := sites[i].Status.UpdatedAt; at != nil && at.After(last) {
			last = at.Time
		}
	}
	if last.IsZero() {
		return warning
	}
	return fmt.Sprintf("%s, %s ago", warning, figure.Age(c.now(), last))
}

// completeSites completes the names of sites.
func (c *cli) completeSites(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	sites, _, err := c.sites()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return without(siteNames(sites), args), cobra.ShellCompDirectiveNoFileComp
}

// completeWANs completes the names of WANs, of the site that --site names.
func (c *cli) completeWANs(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	site, err := cmd.Flags().GetString("site")
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	sites, _, err := c.sites(only(site)...)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return without(wanNames(sites), args), cobra.ShellCompDirectiveNoFileComp
}

func siteNames(sites []v1alpha1.Site) []string {
	var names []string
	for i := range sites {
		names = append(names, sites[i].Name)
	}
	return names
}

func wanNames(sites []v1alpha1.Site) []string {
	var names []string
	for i := range sites {
		for j := range sites[i].Spec.WANs {
			names = append(names, sites[i].Spec.WANs[j].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func without(names, taken []string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(taken, n) })
}

// thereAre tells what could have been meant.
func thereAre(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; there is " + strings.Join(names, ", ")
}
