package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
)

// validity is what validate -o json prints.
type validity struct {
	// Sites are the valid ones.
	Sites []validSite `json:"sites"`
	// Errors are everything that is wrong.
	Errors []fault `json:"errors"`
}

type validSite struct {
	File string `json:"file"`
	Name string `json:"name"`
}

type fault struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path"`
	Message string `json:"message"`
}

func newValidate() *cobra.Command {
	var paths []string
	var format string
	cmd := &cobra.Command{
		Use:     "validate -f PATH",
		GroupID: groupManifest,
		Short:   "Check manifests without running them",
		Long: `Check manifests as the agent would. Everything wrong is told at once, a line for
each fault: file:line:column: field: what is wrong and what would be right.`,
		Example: `  wanctl validate -f site.yaml
  wanctl validate -f sites/ -o json
  git show HEAD:site.yaml | wanctl validate -f -`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			as, err := output.Parse(format)
			if err != nil || as.Wide() || as.Name() {
				return usage(fmt.Errorf("unknown output format %q: use json, yaml or jsonpath=TEMPLATE", format))
			}
			sites, faults, err := manifest.Load(paths, cmd.InOrStdin())
			if err != nil {
				return err
			}
			if as.Table() {
				tellValidity(cmd, sites, faults)
			} else if err := as.Print(cmd.OutOrStdout(), validityOf(sites, faults)); err != nil {
				return err
			}
			if len(faults) > 0 {
				return exitError{code: exitFailed}
			}
			return nil
		},
	}
	addManifests(cmd, &paths)
	must(cmd.MarkFlagRequired("filename"))
	addOutput(cmd, &format, []string{"json", "yaml", "jsonpath="})
	return cmd
}

func tellValidity(cmd *cobra.Command, sites []manifest.Site, faults v1alpha1.FieldErrors) {
	for _, f := range faults {
		cmd.PrintErrln(f.Error())
	}
	for _, s := range sites {
		fmt.Fprintf(cmd.OutOrStdout(), "%s: Site/%s is valid\n", s.File, s.Name)
	}
}

func validityOf(sites []manifest.Site, faults v1alpha1.FieldErrors) validity {
	v := validity{Sites: []validSite{}, Errors: []fault{}}
	for _, s := range sites {
		v.Sites = append(v.Sites, validSite{File: s.File, Name: s.Name})
	}
	for _, f := range faults {
		v.Errors = append(v.Errors, fault(f))
	}
	return v
}

// addManifests adds -f.
func addManifests(cmd *cobra.Command, paths *[]string) {
	cmd.Flags().StringArrayVarP(paths, "filename", "f", nil, "manifest, folder of manifests, or - for stdin; may be repeated")
	must(cmd.MarkFlagFilename("filename", "yaml", "yml", "json"))
}
