package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/reconciler/control"
)

// decision is a command to the agent about a rollout.
type decision struct {
	verb    control.Verb
	short   string
	long    string
	example string
	// profile and wan say whether the command has these flags.
	profile, wan bool
}

// decisions are the commands to the agent.
var decisions = []decision{
	{
		verb: control.Approve, profile: true,
		short: "Let a profile through that waits for approval",
		long: `Approve the profile that a rollout waits with. With approval: Manual a profile that
has passed its soak is approved by nobody but a person: with this command, or with
spec.rollout.approve in the manifest. With --profile another profile than the one
that waits is refused.`,
		example: `  wanctl approve
  wanctl approve home --profile 50ms`,
	},
	{
		verb:  control.Reject,
		short: "Send a change back to the profile that ran before",
		long: `End the rollout that goes on: every WAN that has the new profile goes back to the
one that was last stable. It is recorded as a verdict, and the profile is not tried
again until the spec changes or wanctl retry asks for it.`,
		example: `  wanctl reject home`,
	},
	{
		verb: control.Pause, short: "Stop the clock of a soak",
		long: `Pause the rollout that goes on. The loops go on as they are; the soak's clock
stands, no WAN is changed, and gates that abort still do.`,
		example: `  wanctl pause home`,
	},
	{
		verb: control.Resume, short: "Let a paused rollout go on",
		long: `Let a rollout go on that pause has stopped, or that paused by itself for want of
evidence.`,
		example: `  wanctl resume home`,
	},
	{
		verb: control.Retry, profile: true, wan: true,
		short: "Let a profile be tried again that has failed",
		long: `Forget that a profile failed, so that it is tried again: on one WAN, or on all. A
profile that was rolled back is otherwise not tried again until the spec changes.`,
		example: `  wanctl retry
  wanctl retry home --wan att --profile 50ms`,
	},
}

// exitNoAgent is that of a command with no agent to take it.
const exitNoAgent = 3

func newDecision(c *cli, d decision) *cobra.Command {
	r := control.Request{Verb: d.verb}
	cmd := &cobra.Command{
		Use:     string(d.verb) + " [SITE]",
		GroupID: groupDecide,
		Short:   d.short,
		Long: d.long + `

The command goes to the agent of the state directory, over the socket in it, and
needs the right to write to that. SITE can be left out where there is only one.`,
		Example:           d.example,
		Args:              usageOf(cobra.MaximumNArgs(1)),
		ValidArgsFunction: c.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				r.Site = args[0]
			}
			if r.Profile != "" {
				if _, err := v1alpha1.ParseProfile(r.Profile); err != nil {
					return usage(err)
				}
			}
			a, err := control.Ask(cmd.Context(), c.stateDir, r)
			if _, ok := errors.AsType[*control.NoAgentError](err); ok {
				return exitError{code: exitNoAgent, err: err}
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", a.Site, a.Message)
			return err
		},
	}
	if d.profile {
		cmd.Flags().StringVar(&r.Profile, "profile", "", "the profile meant; whichever it is about when left out")
		must(cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(v1alpha1.Profiles, cobra.ShellCompDirectiveNoFileComp)))
	}
	if d.wan {
		cmd.Flags().StringVar(&r.WAN, "wan", "", "the WAN meant; all when left out")
		must(cmd.RegisterFlagCompletionFunc("wan", func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			sites, _, err := c.sites(args...)
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return wanNames(sites), cobra.ShellCompDirectiveNoFileComp
		}))
	}
	return cmd
}
