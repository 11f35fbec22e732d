package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/view"
	"github.com/wanctl/wanctl/reconciler/rehearsal"
)

// contradiction is a flag that means nothing beside another.
func (s *simulation) contradiction(cmd *cobra.Command) error {
	changed := cmd.Flags().Changed
	if s.verdict && (changed("compare") || changed("for")) {
		return errors.New("--verdict takes its times from the manifest; leave --compare and --for out")
	}
	if !s.verdict && changed("from") {
		return errors.New("--from is the profile before a rollout; say --verdict too")
	}
	if s.from != "" {
		if _, err := v1alpha1.ParseProfile(s.from); err != nil {
			return fmt.Errorf("--from: %w", err)
		}
	}
	return nil
}

// judge rehearses the rollout of every site, and fails unless all are approved.
func (s *simulation) judge(cmd *cobra.Command, sites []manifest.Site, format output.Format) error {
	begun, virtual, approved := time.Now(), time.Duration(0), true
	out := cmd.OutOrStdout()
	outcomes := []*rehearsal.Outcome{}
	for _, site := range sites {
		opts := rehearsal.Options{From: s.from, Profiles: s.profiles, ReadFile: beside(site.File)}
		if format.Table() {
			opts.Tell = func(step rehearsal.Step) { tellStep(out, site.Name, step) }
		}
		outcome, err := rehearsal.Run(cmd.Context(), site.Site, opts)
		if err != nil {
			return err
		}
		outcomes = append(outcomes, outcome)
		virtual, approved = virtual+outcome.Lasted, approved && outcome.Approved
		if format.Table() {
			if err := tellOutcome(out, outcome); err != nil {
				return err
			}
		}
	}
	if !format.Table() {
		if err := format.Print(out, outcomes); err != nil {
			return err
		}
	}
	cmd.PrintErrf("rehearsed %s in %s\n", virtual, time.Since(begun).Round(time.Millisecond))
	if !approved {
		return exitError{code: exitNotApproved}
	}
	return nil
}

func tellStep(w io.Writer, site string, step rehearsal.Step) {
	object := "site/" + site
	if step.WAN != "" {
		object = "wan/" + step.WAN
	}
	fmt.Fprintf(w, "%-10s %s %s: %s\n", step.After, object, step.Reason, step.Message)
}

func tellOutcome(w io.Writer, o *rehearsal.Outcome) error {
	fmt.Fprintln(w)
	if err := view.Gates(o.Gates).Write(w, true); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for i := range o.Changes {
		c := &o.Changes[i]
		fmt.Fprintf(w, "%s: %s (simulated): %s\n", o.Site, cmp.Or(c.Verdict, "no verdict"), c.Message)
	}
	if o.Approved {
		return nil
	}
	ends := make([]string, len(o.Ends))
	for i, e := range o.Ends {
		verdict, _, _ := strings.Cut(e.Verdict, ":") // what the issues are was said
		ends[i] = fmt.Sprintf("%s at %s (%s)", e.WAN, e.Profile, cmp.Or(verdict, "no verdict"))
	}
	_, err := fmt.Fprintf(w, "%s: ends with %s\n", o.Site, strings.Join(ends, ", "))
	return err
}
