package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

func newGetRouters(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	var site string
	cmd := &cobra.Command{
		Use:     "routers [NAME...]",
		Aliases: []string{"router"},
		Short:   "Show every router: whether it answers, its load and its writes",
		Long: `Show a row for each router that a WAN uses, as the agent last saw it: the load of
its CPU, writes and how long 95 of 100 took at most, and what is wrong with its own
configuration. The message of each finding stands in -o yaml and in the events.`,
		Example: `  wanctl get routers -w
  wanctl get routers edge -o yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				return c.routerListing(site, args, format)
			})
		},
	}
	f.add(cmd, output.Names)
	c.addSite(cmd, &site)
	return cmd
}

func (c *cli) routerListing(site string, names []string, format output.Format) (*listing.Listing, error) {
	sites, warning, err := c.sites(only(site)...)
	if err != nil {
		return nil, err
	}
	routers := view.RoutersOf(sites)
	for _, name := range names {
		if !slices.ContainsFunc(routers, func(r view.Router) bool { return r.Name == name }) {
			return nil, fmt.Errorf("router %q not found in %s", name, c.stateDir)
		}
	}
	if len(names) > 0 {
		routers = slices.DeleteFunc(routers, func(r view.Router) bool { return !slices.Contains(names, r.Name) })
	}
	l := &listing.Listing{
		Table:   view.Routers(routers, format.Wide()),
		Object:  view.ListOfRouters(routers),
		Empty:   "No routers found in " + c.stateDir + ".",
		Warning: c.stale(sites, warning),
	}
	for _, r := range routers {
		l.Names = append(l.Names, "router/"+r.Name)
	}
	if len(names) == 1 && len(routers) == 1 {
		l.Object = routers[0]
	}
	return l, nil
}
