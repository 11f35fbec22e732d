package main

import (
	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/explain"
)

func newExplain() *cobra.Command {
	var recursive bool
	cmd := &cobra.Command{
		Use:     "explain PATH",
		GroupID: groupManifest,
		Short:   "Tell what a field of the manifest means",
		Example: `  wanctl explain site
  wanctl explain site.spec.wans.download
  wanctl explain site.spec --recursive`,
		Args:              usageOf(cobra.ExactArgs(1)),
		ValidArgsFunction: completePaths,
		RunE: func(cmd *cobra.Command, args []string) error {
			field, err := v1alpha1.Explain(args[0])
			if err != nil {
				return err
			}
			if recursive {
				return explain.Tree(cmd.OutOrStdout(), field, v1alpha1.Explain)
			}
			return explain.Field(cmd.OutOrStdout(), field)
		},
	}
	cmd.Flags().BoolVar(&recursive, "recursive", false, "show all fields below, without their texts")
	return cmd
}

// completePaths completes the next part of a field's path.
func completePaths(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return explain.Complete(word, v1alpha1.Explain), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
