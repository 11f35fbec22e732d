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
)

func newDiff(c *cli) *cobra.Command {
	var paths []string
	cmd := &cobra.Command{
		Use:     "diff -f PATH",
		GroupID: groupManifest,
		Short:   "Show what a manifest would change, and whether loops restart",
		Long: `Compare manifests with the live objects: first the fields that differ, then what
that takes of each WAN. A retuned loop goes on as it is with new parameters; a
restarted one carries its estimates over. With strategy: Staged another interval
profile reaches one WAN at a time, as wanctl get rollout shows.

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
		if fields := plan.Fields(is, want.Site); len(fields) > 0 {
			differs = true
			if err := writeDiff(cmd.OutOrStdout(), is, want, fields); err != nil {
				return false, err
			}
		}
	}
	return differs, nil
}

// writeDiff writes the fields that differ and what that takes.
func writeDiff(w io.Writer, is *v1alpha1.Site, want manifest.Site, fields []plan.Field) error {
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
	for _, change := range plan.Compare(is, want.Site) {
		b.WriteString(consequence(change) + "\n")
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
		return fmt.Sprintf("%s: %s", change.WAN, change.Action)
	case plan.Carry:
		return fmt.Sprintf("no loop changes for %s", strings.Join(paths, ", "))
	}
	return fmt.Sprintf("%s: %s (%s)", change.WAN, change.Action, strings.Join(paths, ", "))
}
