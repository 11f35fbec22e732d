package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	// exitNotApproved is simulate --verdict's for any verdict but an approval.
	exitNotApproved = 4
)

// exitError ends the program with a code of its own. A nil err has been told
// already.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// usage is an error of whoever typed the command.
func usage(err error) error { return exitError{code: exitUsage, err: err} }

// usageOf makes the refusal of arguments a usage error.
func usageOf(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage(err)
		}
		return nil
	}
}

// execute runs a command, tells its error, and returns the exit code.
func execute(ctx context.Context, root *cobra.Command) int {
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	code := exitFailed
	var exit exitError
	if errors.As(err, &exit) {
		code, err = exit.code, exit.err
	}
	var faults v1alpha1.FieldErrors
	switch {
	case err == nil:
	case errors.As(err, &faults):
		for _, f := range faults {
			cmd.PrintErrln("error: " + f.Error())
		}
	default:
		cmd.PrintErrln("error: " + err.Error())
		if code == exitUsage {
			cmd.PrintErrf("See '%s --help'.\n", cmd.CommandPath())
		}
	}
	return code
}

// newExitCodes is a topic of the help.
func newExitCodes() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `The exit codes of wanctl:

  0   It is done. validate: all manifests are valid. diff: nothing would change.
  1   It failed, and stderr says why. validate: a manifest is invalid.
      diff: something would change. check: a WAN would not be controlled.
      report: nothing was judged at that profile.
  2   The command line is wrong. diff: it failed.
  3   approve, reject, pause, resume, retry: no agent runs that could take it.
  4   simulate --verdict: the verdict is not approved-PROFILE.`,
	}
}
