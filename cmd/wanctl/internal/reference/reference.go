// Package reference writes the help of commands as pages of Markdown.
package reference

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Pages are the pages of a command and of all below it, by file name.
func Pages(cmd *cobra.Command) map[string]string {
	pages := map[string]string{fileName(cmd): page(cmd)}
	for _, sub := range cmd.Commands() {
		if sub.Hidden || sub.Name() == "help" || sub.Name() == "completion" {
			continue
		}
		for name, text := range Pages(sub) {
			pages[name] = text
		}
	}
	return pages
}

func fileName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "_") + ".md"
}

func page(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Generated from the help of wanctl by go generate ./cmd/wanctl; do not edit. -->\n\n# %s\n\n%s.\n", cmd.CommandPath(), cmd.Short)
	if cmd.Long != "" {
		fmt.Fprintf(&b, "\n```text\n%s\n```\n", cmd.Long)
	}
	if cmd.Runnable() {
		fmt.Fprintf(&b, "\n## Usage\n\n```sh\n%s\n```\n", cmd.UseLine())
	}
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "\nAlso: %s\n", strings.Join(cmd.Aliases, ", "))
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\n## Examples\n\n```sh\n%s\n```\n", unindented(cmd.Example))
	}
	flags(&b, "Flags", cmd.NonInheritedFlags().FlagUsages())
	flags(&b, "Flags of all commands", cmd.InheritedFlags().FlagUsages())
	links(&b, cmd)
	return b.String()
}

func flags(b *strings.Builder, title, usages string) {
	if usages != "" {
		fmt.Fprintf(b, "\n## %s\n\n```text\n%s```\n", title, usages)
	}
}

// links leads to the commands above and below.
func links(b *strings.Builder, cmd *cobra.Command) {
	var near []*cobra.Command
	if cmd.HasParent() {
		near = append(near, cmd.Parent())
	}
	for _, sub := range cmd.Commands() {
		if !sub.Hidden && sub.Name() != "help" && sub.Name() != "completion" {
			near = append(near, sub)
		}
	}
	if len(near) == 0 {
		return
	}
	b.WriteString("\n## See also\n\n")
	for _, c := range near {
		fmt.Fprintf(b, "- [%s](%s): %s\n", c.CommandPath(), fileName(c), c.Short)
	}
}

// unindented takes the two blanks from lines that the help begins with.
func unindented(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}
