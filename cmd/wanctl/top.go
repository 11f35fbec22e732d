package main

import (
	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/screen"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

func newTop(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	cmd := &cobra.Command{
		Use:     "top [SITE...]",
		GroupID: groupLook,
		Short:   "Show the WANs that are worst off first",
		Long: `Show a row for each WAN, the worst first: by state, then by how far its round-trip
time is above the idle one. USED is the delivered share of a shaper's rate, P99 the
99th percentile of a cycle's work.

On a terminal the table is redrawn until it is interrupted, with sparklines where
there is room: rates from 0 to the ceiling, round-trip times from the baseline to
the delta that is RED. Elsewhere it is printed once.`,
		Example: `  wanctl top
  wanctl top home`,
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.watch = screen.New(cmd.OutOrStdout()) != nil
			return f.show(cmd, func(output.Format) (*listing.Listing, error) {
				l, sites, err := c.siteListing(args)
				if err == nil {
					l.Table = view.Top(sites)
				}
				return l, err
			})
		},
	}
	cmd.Flags().BoolVar(&f.noHeaders, "no-headers", false, "leave out the table's header")
	return cmd
}
