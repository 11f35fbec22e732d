package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

func newGetWANs(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	var site string
	cmd := &cobra.Command{
		Use:     "wans [NAME...]",
		Aliases: []string{"wan"},
		Short:   "Show every WAN with its site and router",
		Long: `Show a row for each WAN; AGE is how long its loop has run. The other formats
print a WAN's part of the manifest and of the status.`,
		Example: `  wanctl get wans
  wanctl get wans att --site home -o yaml`,
		ValidArgsFunction: c.completeWANs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				return c.wanListing(site, args, format)
			})
		},
	}
	f.add(cmd, output.Names)
	c.addSite(cmd, &site)
	return cmd
}

func (c *cli) wanListing(site string, names []string, format output.Format) (*listing.Listing, error) {
	sites, warning, err := c.sites(only(site)...)
	if err != nil {
		return nil, err
	}
	wans := view.WANsOf(sites)
	for _, name := range names {
		if !slices.ContainsFunc(wans, func(w view.WAN) bool { return w.Name == name }) {
			return nil, fmt.Errorf("WAN %q not found in %s%s", name, c.stateDir, thereAre(wanNames(sites)))
		}
	}
	if len(names) > 0 {
		wans = slices.DeleteFunc(wans, func(w view.WAN) bool { return !slices.Contains(names, w.Name) })
	}
	l := &listing.Listing{
		Table:   view.WANs(wans, c.now(), format.Wide()),
		Object:  view.ListOfWANs(wans),
		Empty:   "No WANs found in " + c.stateDir + ".",
		Warning: c.stale(sites, warning),
	}
	for _, w := range wans {
		l.Names = append(l.Names, "wan/"+w.Name)
	}
	if len(names) == 1 && len(wans) == 1 {
		l.Object = wans[0]
	}
	return l, nil
}
