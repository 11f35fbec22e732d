package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/describe"
)

func newDescribe(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "describe",
		GroupID: groupLook,
		Short:   "Show everything about one WAN, site, steering policy or rollout",
		Example: `  wanctl describe wan att
  wanctl describe site home
  wanctl describe steering latency-sensitive
  wanctl describe rollout home`,
		Args: usageOf(subcommands),
		RunE: needSubcommand,
	}
	cmd.AddCommand(newDescribeWAN(c), newDescribeSite(c), newDescribeSteering(c), newDescribeRollout(c))
	return cmd
}

func newDescribeWAN(c *cli) *cobra.Command {
	var site string
	cmd := &cobra.Command{
		Use:     "wan NAME",
		Aliases: []string{"wans"},
		Short:   "Show everything about one WAN",
		Long: `Show everything about one WAN: its round-trip times, both shapers with their last
decisions, every per-cycle parameter with the arithmetic behind it, reflectors,
the loop's own figures, the router, conditions, and events.`,
		Example: `  wanctl describe wan att
  wanctl describe wan att --site home`,
		Args:              usageOf(cobra.ExactArgs(1)),
		ValidArgsFunction: c.completeWANs,
		RunE: func(cmd *cobra.Command, args []string) error {
			sites, warning, err := c.sites(only(site)...)
			if err != nil {
				return err
			}
			s, err := c.siteOf(sites, args[0])
			if err != nil {
				return err
			}
			events, torn, err := c.events(s.Name)
			if err != nil {
				return err
			}
			c.warn(cmd, s, warning, torn)
			return describe.WAN(cmd.OutOrStdout(), s, args[0], events, c.now())
		},
	}
	c.addSite(cmd, &site)
	return cmd
}

func newDescribeSite(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:               "site NAME",
		Aliases:           []string{"sites"},
		Short:             "Show everything about one site",
		Example:           `  wanctl describe site home`,
		Args:              usageOf(cobra.ExactArgs(1)),
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			sites, warning, err := c.sites(args[0])
			if err != nil {
				return err
			}
			events, torn, err := c.events(args[0])
			if err != nil {
				return err
			}
			v1alpha1.SetDefaults(&sites[0])
			c.warn(cmd, &sites[0], warning, torn)
			return describe.Site(cmd.OutOrStdout(), &sites[0], events, c.now())
		},
	}
}

// siteOf finds the one site that has a WAN, its defaults filled in.
func (c *cli) siteOf(sites []v1alpha1.Site, wan string) (*v1alpha1.Site, error) {
	return c.siteWith(sites, "WAN", wan, wanNames)
}

// siteWith finds the one site that has a thing of a kind, its defaults filled
// in.
func (c *cli) siteWith(sites []v1alpha1.Site, kind, name string, names func([]v1alpha1.Site) []string) (*v1alpha1.Site, error) {
	var found []*v1alpha1.Site
	for i := range sites {
		if slices.Contains(names(sites[i:i+1]), name) {
			found = append(found, &sites[i])
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s %q not found in %s%s", kind, name, c.stateDir, thereAre(names(sites)))
	case 1:
		v1alpha1.SetDefaults(found[0])
		return found[0], nil
	}
	var several []string
	for _, s := range found {
		several = append(several, s.Name)
	}
	return nil, usage(fmt.Errorf("several sites have a %s %q: say which with --site %s", kind, name, strings.Join(several, " or --site ")))
}

// warn says so where what is shown may be damaged or out of date.
func (c *cli) warn(cmd *cobra.Command, site *v1alpha1.Site, warnings ...string) {
	for _, w := range append(warnings, c.stale([]v1alpha1.Site{*site}, "")) {
		if w != "" {
			cmd.PrintErrln(w)
		}
	}
}
