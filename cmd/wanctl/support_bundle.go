package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/bundle"
	"github.com/wanctl/wanctl/cmd/wanctl/internal/manifest"
	"github.com/wanctl/wanctl/reconciler/check"
	"github.com/wanctl/wanctl/reconciler/status"
)

// supportBundle is what the flags of support-bundle say.
type supportBundle struct {
	manifests []string
	file      string
	server    string
	tokenFile string
	unit      string
	offline   bool
}

func newSupportBundle(c *cli) *cobra.Command {
	b := &supportBundle{}
	cmd := &cobra.Command{
		Use:     "support-bundle",
		GroupID: groupLook,
		Short:   "Collect what a report of a fault needs into one archive, without secrets",
		Long: `Write a gzipped tar with the version, manifests, live objects, events and all else
of the state directory, what check says, what a running agent answers (health,
metrics, stacks of its goroutines, its memory), interfaces, queues, routes and
rules of this machine, and the newest lines of the agent's journal. What could
not be had is named, with the reason, and is no error.

Passwords, tokens, private keys, communities and credentials in URLs are taken out:
those that manifests and --token-file name wherever they stand, and whatever is
called by such a name. Addresses, host names and interface names stay. The archive
can be read by its owner alone; look into it before you send it.

Nothing is changed. Routers are logged in to and reflectors are asked, as check
does; --offline leaves that out.`,
		Example: `  wanctl support-bundle
  wanctl support-bundle -f /etc/wanctl -o /tmp/wanctl.tar.gz
  ssh edge wanctl support-bundle -o - > edge.tar.gz`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd, c) },
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&b.manifests, "filename", "f", nil, "manifests, or folders of them; by default those that the live objects came from")
	flags.StringVarP(&b.file, "output", "o", "", "where to write; - is stdout (default wanctl-support-TIME.tar.gz)")
	flags.StringVar(&b.server, "server", "http://"+defaultListen, "where a running agent listens; empty asks none")
	flags.StringVar(&b.tokenFile, "token-file", "", "file with the token that the agent wants to be shown")
	flags.StringVar(&b.unit, "unit", "wanctl", "systemd unit whose journal is taken")
	flags.BoolVar(&b.offline, "offline", false, "ask neither routers nor reflectors")
	must(cmd.MarkFlagFilename("filename", "yaml", "yml"))
	must(cmd.MarkFlagFilename("output", "gz"))
	must(cmd.MarkFlagFilename("token-file"))
	return cmd
}

func (b *supportBundle) run(cmd *cobra.Command, c *cli) error {
	now := c.now()
	folder := "wanctl-support-" + now.UTC().Format("20060102-150405")
	sites, stateErr := status.Read(c.stateDir).Sites()
	if len(b.manifests) == 0 {
		for i := range sites {
			if source := sites[i].Status.Source; source != "" {
				b.manifests = append(b.manifests, source)
			}
		}
	}
	secrets, token, err := b.secrets(c, sites)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	entries, err := bundle.Write(cmd.Context(), &archive, folder, now, secrets, b.parts(c, sites, stateErr, token))
	if err != nil {
		return err
	}
	if b.file == "-" {
		if _, err := cmd.OutOrStdout().Write(archive.Bytes()); err != nil {
			return err
		}
		_, err := io.WriteString(cmd.ErrOrStderr(), bundle.List(entries))
		return err
	}
	if b.file == "" {
		b.file = folder + ".tar.gz"
	}
	if err := renameio.WriteFile(b.file, archive.Bytes(), 0o600, renameio.IgnoreUmask()); err != nil {
		return fmt.Errorf("write the bundle: %w", err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s%s: %d bytes\n", bundle.List(entries), b.file, archive.Len())
	return err
}

// secrets are those that manifests and flags name.
func (b *supportBundle) secrets(c *cli, sites []v1alpha1.Site) (secrets *bundle.Secrets, token string, err error) {
	secrets = &bundle.Secrets{}
	if b.tokenFile != "" {
		data, err := os.ReadFile(b.tokenFile)
		if err != nil {
			return nil, "", fmt.Errorf("read the token: %w", err)
		}
		token = strings.TrimSpace(string(data))
		secrets.Learn(token)
	}
	environ := os.Environ()
	if pid, running := status.Read(c.stateDir).AgentRunning(); running && pid > 0 {
		// Only the agent's own user and root may read it.
		if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)); err == nil {
			environ = append(environ, strings.Split(string(data), "\x00")...)
		}
	}
	learn := func(site *v1alpha1.Site) {
		for i := range site.Spec.Routers {
			if r := site.Spec.Routers[i].RouterOS; r != nil {
				secrets.Learn(passwords(&r.Credentials, environ)...)
			}
		}
	}
	for i := range sites {
		learn(&sites[i])
	}
	// A manifest with faults has told of them elsewhere.
	if loaded, _, err := manifest.Load(b.manifests, strings.NewReader("")); err == nil {
		for _, l := range loaded {
			learn(l.Site)
		}
	}
	return secrets, token, nil
}

// passwords are those that credentials lead to, as far as they can be read.
func passwords(c *v1alpha1.Credentials, environ []string) (found []string) {
	if c.PasswordFile != "" {
		if data, err := os.ReadFile(c.PasswordFile); err == nil {
			found = append(found, string(data))
		}
	}
	if c.PasswordEnv != "" {
		for _, variable := range environ {
			if name, value, _ := strings.Cut(variable, "="); name == c.PasswordEnv {
				found = append(found, value)
			}
		}
	}
	return found
}

func (b *supportBundle) parts(c *cli, sites []v1alpha1.Site, stateErr error, token string) []bundle.Part {
	parts := []bundle.Part{{Name: "version.txt", Read: func(context.Context) ([]byte, error) {
		return fmt.Appendf(nil, "%s\n%s\n", readBuild(), c.now().UTC()), stateErr
	}}}
	for i, path := range b.manifests {
		name := fmt.Sprintf("manifests/%d-%s", i+1, filepath.Base(path))
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			parts = append(parts, manifestsIn(name, path)...)
			continue
		}
		parts = append(parts, bundle.File(name, path))
	}
	parts = append(parts, bundle.Folder("state", c.stateDir)...)
	if b.server != "" {
		agent := bundle.Agent{URL: b.server, Token: token}
		parts = append(parts,
			agent.Get("agent/livez.txt", "/livez?verbose"), agent.Get("agent/readyz.txt", "/readyz?verbose"),
			agent.Get("agent/sites.json", "/apis/wanctl.dev/v1alpha1/sites"), agent.Get("agent/metrics.txt", "/metrics"),
			agent.Get("agent/goroutines.txt", "/debug/pprof/goroutine?debug=2"), agent.Get("agent/heap.txt", "/debug/pprof/heap"),
		)
	}
	if !b.offline {
		for i := range sites {
			parts = append(parts, inspection(&sites[i]))
		}
	}
	parts = append(parts,
		bundle.Files("system/machine.txt", "/etc/os-release", "/proc/version", "/proc/uptime", "/proc/loadavg", "/proc/meminfo", "/proc/cpuinfo"),
		bundle.Files("system/network.txt", "/proc/net/dev", "/proc/net/snmp", "/proc/net/netstat", "/proc/net/softnet_stat"),
		bundle.Commands("system/ip.txt", "ip -d -s link", "ip addr", "ip rule", "ip -6 rule", "ip route show table all", "ip -6 route show table all"),
		bundle.Commands("system/tc.txt", tcCommands()...),
		bundle.Commands("system/nft.txt", "nft list ruleset"),
	)
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		parts = append(parts,
			bundle.Commands("systemd/unit.txt", "systemctl status --no-pager --full --lines=0 "+b.unit, "systemctl show --no-pager "+b.unit, "systemctl cat --no-pager "+b.unit),
			bundle.Commands("systemd/journal.txt", "journalctl --no-pager --output=short-iso-precise --lines=5000 --unit="+b.unit),
		)
	}
	return parts
}

// manifestsIn are those of a folder; nothing else there is anybody's business.
func manifestsIn(name, folder string) (parts []bundle.Part) {
	for _, ending := range []string{"*.yaml", "*.yml", "*.json"} {
		// The pattern is well formed.
		files, _ := filepath.Glob(filepath.Join(folder, ending))
		for _, file := range files {
			parts = append(parts, bundle.File(name+"/"+filepath.Base(file), file))
		}
	}
	return parts
}

// inspection is what check says of a site.
func inspection(site *v1alpha1.Site) bundle.Part {
	return bundle.Part{Name: "check/" + site.Name + ".txt", Read: func(ctx context.Context) ([]byte, error) {
		var said bytes.Buffer
		check.Site(ctx, site, func(i check.Item) { fmt.Fprintf(&said, "%-4s  %s: %s\n", i.Result, i.Object, i.Message) })
		return said.Bytes(), ctx.Err()
	}}
}

// tcCommands list what shapes on this machine.
func tcCommands() []string {
	commands := []string{"tc -s -d qdisc"}
	// Without the list there is less to ask.
	interfaces, _ := os.ReadDir("/sys/class/net")
	for _, i := range interfaces {
		commands = append(commands, "tc -s -d class show dev "+i.Name(), "tc -s filter show dev "+i.Name(), "tc -s filter show dev "+i.Name()+" ingress")
	}
	return commands
}
