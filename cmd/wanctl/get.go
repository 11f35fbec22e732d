package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
)

func newGet(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "get",
		GroupID: groupLook,
		Short:   "Show the status of WANs, sites, routers, rollouts, and events",
		Long: `Show what runs. get reads the state directory and works without the agent, too;
it then warns that it shows what the agent wrote last.`,
		Example: `  wanctl get status -w
  wanctl get wans -o wide
  wanctl get rollout
  wanctl get events`,
		Args: usageOf(subcommands),
		RunE: needSubcommand,
	}
	cmd.AddCommand(newGetStatus(c), newGetWANs(c), newGetSites(c), newGetRouters(c), newGetSteering(c), newGetRollout(c), newGetVerdicts(c), newGetEvents(c))
	return cmd
}

// getFlags are the flags of every get command.
type getFlags struct {
	output    string
	watch     bool
	noHeaders bool
	// inPlace says that a watch on a terminal redraws the table.
	inPlace bool
}

func (f *getFlags) add(cmd *cobra.Command, formats []string) {
	addOutput(cmd, &f.output, formats)
	cmd.Flags().BoolVarP(&f.watch, "watch", "w", false, "keep showing: a live table on a terminal, else a row for every change")
	cmd.Flags().BoolVar(&f.noHeaders, "no-headers", false, "leave out the table's header")
}

// show prints what look finds; with -w again and again.
func (f *getFlags) show(cmd *cobra.Command, look func(output.Format) (*listing.Listing, error)) error {
	format, err := output.Parse(f.output)
	if err != nil {
		return usage(err)
	}
	opts := listing.Options{Format: format, Header: !f.noHeaders}
	if f.watch {
		again := func() (*listing.Listing, error) { return look(format) }
		return listing.Watch(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), again, opts, f.inPlace)
	}
	l, err := look(format)
	if err != nil {
		return err
	}
	return listing.Print(cmd.OutOrStdout(), cmd.ErrOrStderr(), l, opts)
}

// addOutput adds -o with the formats that complete.
func addOutput(cmd *cobra.Command, value *string, formats []string) {
	cmd.Flags().StringVarP(value, "output", "o", "", "format: "+strings.Join(formats, ", "))
	must(cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace)))
}

// addSite adds --site.
func (c *cli) addSite(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "site", "", "the site meant; all when left out")
	must(cmd.RegisterFlagCompletionFunc("site", func(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return c.completeSites(cmd, nil, word)
	}))
}

// prefixed puts a kind before names, as -o name does.
func prefixed(kind string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = kind + "/" + n
	}
	return out
}
