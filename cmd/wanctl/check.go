package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/reconciler/check"
)

// checked is one line of check -o json.
type checked struct {
	Site string `json:"site"`
	check.Item
}

func newCheck() *cobra.Command {
	var paths []string
	var format string
	cmd := &cobra.Command{
		Use:     "check -f PATH",
		GroupID: groupManifest,
		Short:   "Look at every router and reflector that a manifest names",
		Long: `Connect to every router and ask every reflector that manifests name, and tell what
is right, what is wrong, and how to mend it: the login, certificates that expire
within 30 days, queues, counters, the rules of steering policies. Nothing is changed.
The exit code is 1 where something is wrong for which a WAN would not be controlled,
or a policy would not steer. Asking reflectors needs CAP_NET_RAW.`,
		Example: `  wanctl check -f site.yaml
  wanctl check -f site.yaml -o json`,
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
			if len(faults) > 0 {
				return faults
			}
			items, failed := []checked{}, false
			for _, s := range sites {
				check.Site(cmd.Context(), s.Site, func(i check.Item) {
					failed = failed || i.Result == check.Fail
					items = append(items, checked{s.Name, i})
					if as.Table() {
						fmt.Fprintf(cmd.OutOrStdout(), "%-4s  %s  %s: %s\n", i.Result, s.Name, i.Object, i.Message)
					}
				})
			}
			if !as.Table() {
				if err := as.Print(cmd.OutOrStdout(), items); err != nil {
					return err
				}
			}
			if failed {
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
