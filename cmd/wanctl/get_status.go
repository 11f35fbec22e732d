package main

import (
	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

func newGetStatus(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	cmd := &cobra.Command{
		Use:   "status [SITE...]",
		Short: "Show what every WAN measures and does",
		Long: `Show a row for each WAN: the profile that runs, the rates in bit/s that its
shapers are set to, the round-trip time now and idle, and the state, as
DOWNLOAD/UPLOAD where the two differ. VERDICT is what the rollout says of the WAN:
that it is being watched, or what came of it. The other formats print the live
objects.

Watched on a terminal, rates and round-trip times have sparklines where there is
room: rates from 0 to the ceiling, round-trip times from the baseline to the delta
that is RED. A block is one writing of the status, two seconds at the least.`,
		Example: `  # Watch every WAN
  wanctl get status -w

  # With the delay, loss, delivered rates and why the rates are what they are
  wanctl get status -o wide

  # One figure for a script
  wanctl get status home -o jsonpath='{.status.wans[?(@.name=="att")].download.rate}'`,
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				l, sites, err := c.siteListing(args)
				if err == nil {
					l.Table = view.Status(sites, c.now(), format.Wide())
					l.Notes = view.RolloutNotes(sites, c.now())
				}
				return l, err
			})
		},
	}
	f.add(cmd, output.Names)
	return cmd
}

func newGetSites(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	cmd := &cobra.Command{
		Use:     "sites [NAME...]",
		Aliases: []string{"site"},
		Short:   "Show every site and whether its manifest was accepted",
		Example: `  wanctl get sites
  wanctl get sites home -o yaml`,
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				l, sites, err := c.siteListing(args)
				if err == nil {
					l.Table = view.Sites(sites, c.now(), format.Wide())
				}
				return l, err
			})
		},
	}
	f.add(cmd, output.Names)
	return cmd
}

// siteListing is all of a listing of live objects but its table.
func (c *cli) siteListing(names []string) (*listing.Listing, []v1alpha1.Site, error) {
	sites, warning, err := c.sites(names...)
	if err != nil {
		return nil, nil, err
	}
	l := &listing.Listing{
		Object:  view.ListOfSites(sites),
		Names:   prefixed("site", siteNames(sites)),
		Empty:   "No sites found in " + c.stateDir + ".",
		Warning: c.stale(sites, warning),
	}
	l.At, l.Trends = view.Trends(sites)
	if len(names) == 1 {
		l.Object = sites[0]
	}
	return l, sites, nil
}
