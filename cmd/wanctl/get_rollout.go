package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/describe"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/listing"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
	"github.com/wanctl/wanctl/reconciler/status"
)

func newGetRollout(c *cli) *cobra.Command {
	f := &getFlags{inPlace: true}
	cmd := &cobra.Command{
		Use:     "rollout [SITE...]",
		Aliases: []string{"rollouts"},
		Short:   "Show how far a change of interval has come",
		Long: `Show a row for each site: what its rollout is doing, with which WAN, between which
profiles, what it would go back to, how long the soak lasts still, how many gates
pass, and what is waited for. The other formats print a rollout's part of the
manifest and of the status.`,
		Example: `  wanctl get rollout -w
  wanctl get rollout home -o yaml`,
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				sites, warning, err := c.sites(args...)
				if err != nil {
					return nil, err
				}
				all := view.RolloutsOf(sites)
				l := &listing.Listing{
					Table:   view.Rollouts(all, c.now(), format.Wide()),
					Object:  view.ListOfRollouts(all),
					Names:   prefixed("rollout", siteNames(sites)),
					Empty:   "No sites found in " + c.stateDir + ".",
					Warning: c.stale(sites, warning),
				}
				if len(args) == 1 {
					l.Object = all[0]
				}
				return l, nil
			})
		},
	}
	f.add(cmd, output.Names)
	return cmd
}

func newGetVerdicts(c *cli) *cobra.Command {
	f := &getFlags{}
	cmd := &cobra.Command{
		Use:     "verdicts [SITE...]",
		Aliases: []string{"verdict"},
		Short:   "Show the verdicts on interval profiles, and what they rest on",
		Long: `Show a row for each verdict, oldest first: approved-PROFILE, finalize-PROFILE,
rollback, or issues and which. With -o wide there is what was measured on the
verdict's first WAN; -o yaml and -o json have everything, for every WAN: cycle
times, skips, losses, control latency, load of the router, delay under load,
detection and recovery, and the parameters that ran.`,
		Example: `  wanctl get verdicts -o wide
  wanctl get verdicts home -o yaml`,
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.show(cmd, func(format output.Format) (*listing.Listing, error) {
				sites, warning, err := c.sites(args...)
				if err != nil {
					return nil, err
				}
				all, torn, err := c.verdicts(sites)
				if err != nil {
					return nil, err
				}
				l := &listing.Listing{
					Table:   view.Verdicts(all, c.now(), format.Wide()),
					Object:  view.ListOfVerdicts(all),
					Empty:   "No verdicts found in " + c.stateDir + ".",
					Warning: joined(torn, c.stale(sites, warning)),
				}
				for i := range all {
					l.Names = append(l.Names, "verdict/"+l.Table.Keys[i])
				}
				return l, nil
			})
		},
	}
	f.add(cmd, output.Names)
	return cmd
}

// verdicts are the records of sites; those that are damaged are warned of.
func (c *cli) verdicts(sites []v1alpha1.Site) (all []view.Verdict, warning string, err error) {
	for i := range sites {
		record, err := status.Read(c.stateDir).Verdicts(sites[i].Name)
		if torn, ok := errors.AsType[*status.TornError](err); ok {
			warning = joined(warning, "warning: "+torn.Error())
		} else if err != nil {
			return nil, "", err
		}
		for j := range record {
			all = append(all, view.Verdict{Site: sites[i].Name, Verdict: record[j]})
		}
	}
	return all, warning, nil
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func newDescribeRollout(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:     "rollout SITE",
		Aliases: []string{"rollouts"},
		Short:   "Show what a rollout waits for, gate by gate, and what came of earlier ones",
		Long: `Show everything about a site's rollout: what is being done, where each WAN stands,
every gate with its figure and limits, profiles that failed, verdicts with what was
measured, and events.`,
		Example:           `  wanctl describe rollout home`,
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
			record, damaged, err := c.verdicts(sites)
			if err != nil {
				return err
			}
			v1alpha1.SetDefaults(&sites[0])
			c.warn(cmd, &sites[0], warning, torn, damaged)
			verdicts := make([]v1alpha1.Verdict, len(record))
			for i := range record {
				verdicts[i] = record[i].Verdict
			}
			return describe.Rollout(cmd.OutOrStdout(), &sites[0], verdicts, events, c.now())
		},
	}
}
