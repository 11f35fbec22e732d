package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/cmd/wanctl/internal/output"
)

// build is what this program was made from.
type build struct {
	// Version is the module's version; (devel) for one that is not released.
	Version string `json:"version"`
	// Revision is the commit, empty where it was built outside of one.
	Revision string `json:"revision,omitempty"`
	// Modified says that files differed from the commit.
	Modified  bool   `json:"modified"`
	GoVersion string `json:"goVersion"`
	Platform  string `json:"platform"`
}

func newVersion() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show what this program was built from",
		Example: `  wanctl version
  wanctl version -o json`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			as, err := output.Parse(format)
			if err != nil {
				return usage(err)
			}
			if as.Wide() || as.Name() {
				return usage(errors.New("use json, yaml or jsonpath=TEMPLATE for -o"))
			}
			b := readBuild()
			if !as.Table() {
				return as.Print(cmd.OutOrStdout(), b)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), b)
			return err
		},
	}
	addOutput(cmd, &format, []string{"json", "yaml", "jsonpath="})
	return cmd
}

func readBuild() build {
	b := build{Version: "(devel)", GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is the build in a line.
func (b build) String() string {
	line := "wanctl " + b.Version
	if b.Revision != "" {
		line += " " + b.Revision[:min(12, len(b.Revision))]
	}
	if b.Modified {
		line += " (modified)"
	}
	return fmt.Sprintf("%s %s %s", line, b.GoVersion, b.Platform)
}
