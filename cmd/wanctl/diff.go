package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/reconciler/plan"
	"github.com/wanctl/wanctl/reconciler/status"
)

func newDiff(c *cli) *cobra.Command {
	var paths []string
	cmd := &cobra.Command{
		Use:     "diff -f PATH",
		GroupID: groupManifest,
		Short:   "Show what a manifest would change, and whether at once or in turn",
		Long: `Compare manifests with the live objects: first the fields that differ, then what
that takes of each WAN. A retuned loop goes on as it is with new parameters; a
restarted one carries its estimates over.

All changes at once but another interval profile, which with strategy: Staged
reaches one WAN after the other, each after the soak of the one before; then all
soak together. A profile that failed on a WAN is tried again with most edits, and
what is soaking soaks anew. wanctl get rollout shows how it goes.

The exit code is 0 if nothing would change, 1 if something would, and 2 if the
comparison failed.`,
		Example: `  wanctl diff -f site.yaml
  sed s/500ms/50ms/ site.yaml | wanctl diff -f -`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			differs, err := c.diff(cmd, paths)
			if err != nil {
				return exitError{code: exitUsage, err: err}
			}
			if differs {
				return exitError{code: exitFailed}
			}
			return nil
		},
	}
	addManifests(cmd, &paths)
	must(cmd.MarkFlagRequired("filename"))
	return cmd
}

// diff writes what manifests would change and says whether anything does.
func (c *cli) diff(cmd *cobra.Command, paths []string) (bool, error) {
	wanted, faults, err := manifest.Load(paths, cmd.InOrStdin())
	if err != nil {
		return false, err
	}
	if err := faults.OrNil(); err != nil {
		return false, err
	}
	live, warning, err := c.sites()
	if err != nil {
		return false, err
	}
	if warning != "" {
		cmd.PrintErrln(warning)
	}
	differs := false
	for _, want := range wanted {
		var is *v1alpha1.Site
		if i := slices.IndexFunc(live, func(s v1alpha1.Site) bool { return s.Name == want.Name }); i >= 0 {
			is = &live[i]
		}
		fields := plan.Fields(is, want.Site)
		if len(fields) == 0 {
			continue
		}
		differs = true
		state, err := status.Read(c.stateDir).Rollout(want.Name)
		if err != nil {
			cmd.PrintErrln("warning: " + err.Error())
		}
		if err := writeDiff(cmd.OutOrStdout(), is, want, fields, foresee(state, is, want.Site)); err != nil {
			return false, err
		}
	}
	return differs, nil
}

// writeDiff writes the fields that differ and what that takes.
func writeDiff(w io.Writer, is *v1alpha1.Site, want manifest.Site, fields []plan.Field, ahead outlook) error {
	var b strings.Builder
	if is == nil {
		b.WriteString("--- /dev/null\n")
	} else {
		fmt.Fprintf(&b, "--- live/%s\tgeneration %d\n", is.Name, is.Generation)
	}
	fmt.Fprintf(&b, "+++ %s\n", want.File)
	for _, f := range fields {
		if f.From != "" {
			fmt.Fprintf(&b, "- %s: %s\n", f.Path, f.From)
		}
		if f.To != "" {
			fmt.Fprintf(&b, "+ %s: %s\n", f.Path, f.To)
		}
	}
	b.WriteString("\n")
	before, after := is, plan.WithProfiles(want.Site, ahead.next)
	if is != nil {
		before = plan.WithProfiles(is, ahead.from)
	}
	explained := map[string]bool{}
	for _, change := range plan.Compare(before, after) {
		if change.Action == plan.Carry {
			continue
		}
		for _, f := range change.Fields {
			explained[f.Path] = true
		}
		b.WriteString(consequence(change) + "\n")
	}
	for _, line := range ahead.lines(want.Site) {
		b.WriteString(line + "\n")
	}
	if is != nil {
		var carried []plan.Field
		for _, f := range fields {
			if !explained[f.Path] && !(strings.HasSuffix(f.Path, "ntervalProfile") && len(ahead.prospects) > 0) {
				carried = append(carried, f)
			}
		}
		if len(carried) > 0 {
			b.WriteString(consequence(plan.Change{Action: plan.Carry, Fields: carried}) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// consequence is what a change takes, in a line. All of a new or a gone WAN's
// fields are the cause; they are not repeated.
func consequence(change plan.Change) string {
	var paths []string
	for _, f := range change.Fields {
		paths = append(paths, f.Path)
	}
	switch change.Action {
	case plan.Start, plan.Stop:
		return fmt.Sprintf("%s: %s at once", change.WAN, change.Action)
	case plan.Carry:
		return fmt.Sprintf("no loop changes for %s", strings.Join(paths, ", "))
	}
	return fmt.Sprintf("%s: %s at once (%s)", change.WAN, change.Action, strings.Join(paths, ", "))
}
