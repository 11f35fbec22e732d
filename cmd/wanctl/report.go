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
	rehearsal string
	profile   string
	file      string
	format    string
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

It is made of the state directory; no agent need run. With -f it is made of what
wanctl simulate --verdict -o yaml has written, beside what was recorded of that site,
if anything was. What was simulated is marked so, and never compared with what was
recorded. HTML is one file with plots that
asks for nothing else.`,
		Example: `  wanctl report
  wanctl report home -o report.html
  wanctl report home --profile 50ms --format markdown > 50ms.md

  # On a change that was only rehearsed
  wanctl simulate -f site.yaml --verdict -o yaml | wanctl report -f -`,
		Args:              usageOf(cobra.MaximumNArgs(1)),
		ValidArgsFunction: c.completeSites,
		RunE:              func(cmd *cobra.Command, args []string) error { return f.run(cmd, c, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.rehearsal, "filename", "f", "", "what simulate --verdict -o yaml has written, or - for stdin")
	flags.StringVar(&f.profile, "profile", "", "only the report on this profile")
	flags.StringVarP(&f.file, "output", "o", "-", "where to write; - is stdout")
	flags.StringVar(&f.format, "format", "", "markdown or html (default html for a file that ends so, else markdown)")
	must(cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(v1alpha1.Profiles, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{formatMarkdown, formatHTML}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.MarkFlagFilename("filename", "yaml", "yml", "json"))
	must(cmd.MarkFlagFilename("output", "html", "md"))
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, c *cli, args []string) error {
	if err := f.complete(); err != nil {
		return usage(err)
	}
	r, err := f.read(cmd, c, args)
	if err != nil {
		return err
	}
	document, err := report.Of(report.Input{Site: r.site, Verdicts: r.verdicts, Events: r.events, Now: c.now(), Profile: f.profile})
	if err != nil {
		return err
	}
	for _, w := range r.warnings {
		if w != "" {
			cmd.PrintErrln(w)
		}
	}
	return f.write(cmd, document)
}

// read is what was recorded, with -f beside what was rehearsed.
func (f *reportFlags) read(cmd *cobra.Command, c *cli, args []string) (*reported, error) {
	if f.rehearsal == "" {
		return c.recorded(args...)
	}
	o, err := rehearsed(f.rehearsal, cmd.InOrStdin(), strings.Join(args, ""))
	if err != nil {
		return nil, err
	}
	return c.withRehearsed(o)
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
