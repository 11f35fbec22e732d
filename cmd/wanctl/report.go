package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/report"
)

// reportFlags are those of report.
type reportFlags struct {
	profile string
	file    string
	format  string
}

// The formats of a report.
const (
	formatMarkdown = "markdown"
	formatHTML     = "html"
)

func newReport(c *cli) *cobra.Command {
	f := &reportFlags{}
	cmd := &cobra.Command{
		Use:     "report [SITE]",
		GroupID: groupLook,
		Short:   "Write what was judged, how profiles compare, and which to run",
		Long: `Write a report on a site's verdicts: which interval profile to run and why, how
profiles compare in detection, recovery, delay under load and CPU, and for each of
them its parameters with their arithmetic, cycle times and headroom, and what every
gate said; then what steering did, and the history of verdicts. With --profile only
that profile's test report.

It is made of the state directory; no agent need run. What was simulated is marked
so, and never compared with what was recorded. HTML is one file with plots that
asks for nothing else.`,
		Example: `  wanctl report
  wanctl report home -o report.html
  wanctl report home --profile 50ms --format markdown > 50ms.md`,
		Args:              usageOf(cobra.MaximumNArgs(1)),
		ValidArgsFunction: c.completeSites,
		RunE:              func(cmd *cobra.Command, args []string) error { return f.run(cmd, c, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.profile, "profile", "", "only the report on this profile")
	flags.StringVarP(&f.file, "output", "o", "-", "where to write; - is stdout")
	flags.StringVar(&f.format, "format", "", "markdown or html (default html for a file that ends so, else markdown)")
	must(cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(v1alpha1.Profiles, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{formatMarkdown, formatHTML}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.MarkFlagFilename("output", "html", "md"))
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, c *cli, args []string) error {
	if err := f.complete(); err != nil {
		return usage(err)
	}
	sites, warning, err := c.sites(args...)
	if err != nil {
		return err
	}
	switch {
	case len(sites) == 0:
		return fmt.Errorf("no site found in %s", c.stateDir)
	case len(sites) > 1:
		return usage(fmt.Errorf("say which site to report on: %s", strings.Join(siteNames(sites), ", ")))
	}
	site := &sites[0]
	events, torn, err := c.events(site.Name)
	if err != nil {
		return err
	}
	record, damaged, err := c.verdicts(sites)
	if err != nil {
		return err
	}
	v1alpha1.SetDefaults(site)
	in := report.Input{Site: site, Events: events, Now: c.now(), Profile: f.profile}
	for i := range record {
		in.Verdicts = append(in.Verdicts, record[i].Verdict)
	}
	document, err := report.Of(in)
	if err != nil {
		return err
	}
	for _, w := range []string{warning, torn, damaged} {
		if w != "" {
			cmd.PrintErrln(w)
		}
	}
	return f.write(cmd, document)
}

// complete fills in the format and refuses what makes no sense.
func (f *reportFlags) complete() error {
	if f.profile != "" {
		if _, err := v1alpha1.ParseProfile(f.profile); err != nil {
			return fmt.Errorf("--profile: %w", err)
		}
	}
	switch f.format {
	case formatMarkdown, formatHTML:
	case "":
		f.format = formatMarkdown
		if ending := strings.ToLower(filepath.Ext(f.file)); ending == ".html" || ending == ".htm" {
			f.format = formatHTML
		}
	default:
		return fmt.Errorf("--format: unknown format %q: use %s or %s", f.format, formatMarkdown, formatHTML)
	}
	if f.file == "" {
		return errors.New("--output: name a file, or - for stdout")
	}
	return nil
}

func (f *reportFlags) write(cmd *cobra.Command, d *report.Document) error {
	var b bytes.Buffer
	write := d.WriteMarkdown
	if f.format == formatHTML {
		write = d.WriteHTML
	}
	if err := write(&b); err != nil {
		return err
	}
	if f.file == "-" {
		_, err := cmd.OutOrStdout().Write(b.Bytes())
		return err
	}
	if err := renameio.WriteFile(f.file, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
