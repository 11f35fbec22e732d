package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/describe"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

func newGetSteering(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	var site string
	cmd := &cobra.Command{
		Use:   "steering [NAME...]",
		Short: "Show which WAN the connections of every steering policy take",
		Long: `Show a row for each steering policy: whether new connections take the alternate,
how sure that is (it turns there at 100 and back at 0), why, and what the rule in
the router is. The other formats print a policy's part of the manifest and of the
status.`,
		Example: `  wanctl get steering -w
  wanctl get steering latency-sensitive -o yaml`,
		ValidArgsFunction: c.completeSteering,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				return c.steeringListing(site, args, format)
			})
		},
	}
	f.add(cmd, output.Names)
	c.addSite(cmd, &site)
	return cmd
}

func (c *cli) steeringListing(site string, names []string, format output.Format) (*listing.Listing, error) {
	sites, warning, err := c.sites(only(site)...)
	if err != nil {
		return nil, err
	}
	all := view.SteeringOf(sites)
	for _, name := range names {
		if !slices.ContainsFunc(all, func(s view.Steering) bool { return s.Name == name }) {
			return nil, fmt.Errorf("steering policy %q not found in %s%s", name, c.stateDir, thereAre(steeringNames(sites)))
		}
	}
	if len(names) > 0 {
		all = slices.DeleteFunc(all, func(s view.Steering) bool { return !slices.Contains(names, s.Name) })
	}
	l := &listing.Listing{
		Table:   view.SteeringTable(all, c.now(), format.Wide()),
		Object:  view.ListOfSteering(all),
		Empty:   "No steering policies found in " + c.stateDir + ".",
		Warning: c.stale(sites, warning),
	}
	for _, s := range all {
		l.Names = append(l.Names, "steering/"+s.Name)
	}
	if len(names) == 1 && len(all) == 1 {
		l.Object = all[0]
	}
	return l, nil
}

func newDescribeSteering(c *cli) *cobra.Command {
	var site string
	cmd := &cobra.Command{
		Use:   "steering NAME",
		Short: "Show why a steering policy is where it is, and how far from turning",
		Long: `Show everything about one steering policy: which WAN its new connections take and
why, the terms of its confidence, what a turn takes, the rule in the router, and
events.`,
		Example:           `  wanctl describe steering latency-sensitive`,
		Args:              usageOf(cobra.ExactArgs(1)),
		ValidArgsFunction: c.completeSteering,
		RunE: func(cmd *cobra.Command, args []string) error {
			sites, warning, err := c.sites(only(site)...)
			if err != nil {
				return err
			}
			s, err := c.siteWith(sites, "steering policy", args[0], steeringNames)
			if err != nil {
				return err
			}
			events, torn, err := c.events(s.Name)
			if err != nil {
				return err
			}
			c.warn(cmd, s, warning, torn)
			return describe.Steering(cmd.OutOrStdout(), s, args[0], events, c.now())
		},
	}
	c.addSite(cmd, &site)
	return cmd
}

func steeringNames(sites []v1alpha1.Site) []string {
	var names []string
	for i := range sites {
		for _, s := range sites[i].Spec.Steering {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// completeSteering completes the names of steering policies, of the site that
// --site names.
func (c *cli) completeSteering(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	site, err := cmd.Flags().GetString("site")
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	sites, _, err := c.sites(only(site)...)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return without(steeringNames(sites), args), cobra.ShellCompDirectiveNoFileComp
}
