package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
	"github.com/wanctl/wanctl/reconciler/derive"
)

// derivation is what the flags of derive say.
type derivation struct {
	paths    []string
	profiles []string
	wan      string
	output   string
}

func newDerive() *cobra.Command {
	d := &derivation{}
	cmd := &cobra.Command{
		Use:     "derive [-f PATH]",
		GroupID: groupManifest,
		Short:   "Show per-cycle parameters and detection times",
		Long: `Show what becomes of a manifest's time constants: the weight of one sample, how
many cycles confirm a state, what one cycle adds to a rate or leaves of it. A
second table tells after what time a step of the round-trip time is noticed.

The tables show the manifest's own profile first and then every named one; with
--profile only those asked for. Without a manifest, the parameters are those of
the defaults and one WAN with ceilings of 100M. The other formats print a list.`,
		Example: `  # What every profile means for a manifest
  wanctl derive -f site.yaml

  # The defaults at 50ms, for a program
  wanctl derive --profile 50ms -o json`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := output.Parse(d.output)
			if err != nil || format.Wide() || format.Name() {
				return usage(fmt.Errorf("unknown output format %q: use table, json, yaml or jsonpath=TEMPLATE", d.output))
			}
			for _, p := range d.profiles {
				if _, err := v1alpha1.ParseProfile(p); err != nil {
					return usage(fmt.Errorf("--profile: %w", err))
				}
			}
			sites, err := d.sites(cmd.InOrStdin())
			if err != nil {
				return err
			}
			list, err := d.derive(sites, format.Table())
			if err != nil {
				return err
			}
			if !format.Table() {
				return format.Print(cmd.OutOrStdout(), list)
			}
			return writeDerived(cmd.OutOrStdout(), list)
		},
	}
	addManifests(cmd, &d.paths)
	cmd.Flags().StringSliceVar(&d.profiles, "profile", nil, "interval to derive for, a named profile or a duration; may be repeated")
	cmd.Flags().StringVar(&d.wan, "wan", "", "only this WAN of the manifest")
	must(cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(v1alpha1.Profiles, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("wan", d.completeWANs))
	addOutput(cmd, &d.output, []string{"table", "json", "yaml", "jsonpath="})
	return cmd
}

// sites are those of the manifests, or the defaults where there is none.
func (d *derivation) sites(in io.Reader) ([]*v1alpha1.Site, error) {
	if len(d.paths) == 0 {
		ceiling := resource.MustParse("100M")
		site := &v1alpha1.Site{}
		site.Spec.WANs = []v1alpha1.WAN{{Download: v1alpha1.Shaper{Ceiling: ceiling}, Upload: v1alpha1.Shaper{Ceiling: ceiling}}}
		v1alpha1.SetDefaults(site)
		return []*v1alpha1.Site{site}, nil
	}
	loaded, faults, err := manifest.Load(d.paths, in)
	if err != nil {
		return nil, err
	}
	var sites []*v1alpha1.Site
	for _, s := range loaded {
		sites = append(sites, s.Site)
	}
	return sites, faults.OrNil()
}

// derive is a block of WANs for each profile asked for; what the manifest's own
// profile has shown is not shown again.
func (d *derivation) derive(sites []*v1alpha1.Site, table bool) ([]v1alpha1.Derived, error) {
	list := []v1alpha1.Derived{}
	for _, site := range sites {
		first := len(list)
		for _, profile := range d.asked(table) {
			for i := range site.Spec.WANs {
				wan := site.Spec.WANs[i]
				wan.IntervalProfile = cmp.Or(profile, wan.IntervalProfile)
				shown := slices.ContainsFunc(list[first:], func(s v1alpha1.Derived) bool {
					return s.WAN == wan.Name && s.Interval.Duration == site.Interval(&wan)
				})
				if !shown && (d.wan == "" || d.wan == wan.Name) {
					list = append(list, derive.WAN(site, &wan))
				}
			}
		}
	}
	if len(list) == 0 {
		return nil, d.noWAN(sites)
	}
	return list, nil
}

// noWAN says that --wan names none.
func (d *derivation) noWAN(sites []*v1alpha1.Site) error {
	if len(d.paths) == 0 {
		return usage(errors.New("--wan needs a manifest; name one with -f"))
	}
	return fmt.Errorf("WAN %q not found in the manifest%s", d.wan, thereAre(wansOf(sites)))
}

func wansOf(sites []*v1alpha1.Site) []string {
	var names []string
	for _, site := range sites {
		names = append(names, wanNames([]v1alpha1.Site{*site})...)
	}
	return names
}

// asked are the profiles to derive for; the empty one is the manifest's own.
func (d *derivation) asked(table bool) []string {
	switch {
	case len(d.profiles) > 0:
		return d.profiles
	case len(d.paths) == 0:
		return v1alpha1.Profiles
	case table:
		return append([]string{""}, v1alpha1.Profiles...)
	}
	return []string{""}
}

func (d *derivation) completeWANs(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(d.paths) == 0 || slices.Contains(d.paths, "-") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	// Completion parses the command line more than once, and -f adds up.
	d.paths = slices.Compact(d.paths)
	sites, err := d.sites(nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return wansOf(sites), cobra.ShellCompDirectiveNoFileComp
}

// writeDerived writes the parameters and, below, the detection times.
func writeDerived(w io.Writer, list []v1alpha1.Derived) error {
	if err := view.Derived(list).Write(w, true); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w, "\nAfter a step of the round-trip time, the baseline held:"); err != nil {
		return err
	}
	return view.Detection(list).Write(w, true)
}
