package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// cli is what all commands share.
type cli struct {
	// stateDir is the folder of live objects, events and resume states.
	stateDir string
	// now is the wall clock that ages are told by.
	now func() time.Time
}

// The groups of commands in the help.
const (
	groupRun      = "run"
	groupLook     = "look"
	groupDecide   = "decide"
	groupManifest = "manifest"
	groupTry      = "try"
)

// newRoot is the whole command.
func newRoot(now func() time.Time) *cobra.Command {
	c := &cli{now: now}
	root := &cobra.Command{
		Use:   "wanctl",
		Short: "Keep WAN links fast under load, as a manifest asks for it",
		Long: `wanctl measures the round-trip time of WAN links many times a second and moves
their CAKE limits with the capacity of the line. What is wanted stands in a
manifest; an agent makes it so, and the status tells how it goes.`,
		Example: `  # Run the sites of a manifest and follow it as it is edited
  wanctl run -f site.yaml

  # See what every WAN does, and keep seeing it
  wanctl get status -w

  # See what an edit would change, before it is saved
  wanctl diff -f new.yaml`,
		Args:          usageOf(subcommands),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.PersistentFlags().StringVar(&c.stateDir, "state-dir", defaultStateDir(os.Geteuid()),
		"folder of live objects and events; by default $WANCTL_STATE_DIR, else /var/lib/wanctl\n"+
			"for root and $XDG_STATE_HOME/wanctl or ~/.local/state/wanctl for others")
	root.PersistentFlags().Lookup("state-dir").DefValue = ""
	must(root.MarkPersistentFlagDirname("state-dir"))
	root.AddGroup(
		&cobra.Group{ID: groupRun, Title: "Run:"},
		&cobra.Group{ID: groupLook, Title: "See what runs:"},
		&cobra.Group{ID: groupDecide, Title: "Decide on a rollout:"},
		&cobra.Group{ID: groupManifest, Title: "Work on manifests:"},
		&cobra.Group{ID: groupTry, Title: "Try without a line:"},
	)
	root.AddCommand(
		newRun(c),
		newGet(c), newDescribe(c), newTop(c), newReport(c), newSupportBundle(c),
		newValidate(), newCheck(), newDiff(c), newDerive(), newExplain(),
		newSimulate(), newReplay(),
		newVersion(), newExitCodes(),
	)
	for _, d := range decisions {
		root.AddCommand(newDecision(c, d))
	}
	return root
}

// subcommands refuses words that name no command of cmd, and says which do.
func subcommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	message := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("%s; did you mean %s?", message, strings.Join(near, " or "))
	}
	return fmt.Errorf("%s; it has %s", message, names(cmd))
}

// needSubcommand is the run of a command that is nothing without another.
func needSubcommand(cmd *cobra.Command, _ []string) error {
	return usage(fmt.Errorf("say what to %s: %s", cmd.Name(), names(cmd)))
}

// names lists the subcommands of cmd.
func names(cmd *cobra.Command) string {
	var list []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, sub.Name())
		}
	}
	return strings.Join(list, ", ")
}

// must ends the program on a mistake in the wiring of a command.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
