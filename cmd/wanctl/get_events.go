package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
)

// eventFormats are all formats but name: events have none.
var eventFormats = slices.DeleteFunc(slices.Clone(output.Names), func(n string) bool { return n == "name" })

func newGetEvents(c *cli) *cobra.Command {
	f := &getFlags{}
	var site string
	cmd := &cobra.Command{
		Use:     "events",
		Aliases: []string{"event"},
		Short:   "Show what happened, and why",
		Long: `Show the last events, the newest at the bottom. Equal events that follow each
other are one row: 3m (x5 over 10m) is five times within ten minutes, the last
three minutes ago.`,
		Example: `  wanctl get events
  wanctl get events --site home -w`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				if format.Name() {
					return nil, usage(errors.New("events have no names; use another format for -o"))
				}
				events, warning, err := c.events(site)
				if err != nil {
					return nil, err
				}
				return &listing.Listing{
					Table:   view.Events(events, c.now()),
					Object:  view.ListOfEvents(events),
					Warning: warning,
					Empty:   "No events found in " + c.stateDir + ".",
				}, nil
			})
		},
	}
	f.add(cmd, eventFormats)
	c.addSite(cmd, &site)
	return cmd
}
