package main

import (
	"net"
	"os"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wanctl/wanctl/internal/routerosdouble"
)

// mikrotik runs a double of a MikroTik router until the script ends, with what a
// file says: on each line a menu and what is added to it, two spaces apart:
// "/queue/tree  name=down  parent=ether1". Its address is $ROUTER from then on: mikrotik FILE.
func mikrotik(ts *testscript.TestScript, _ bool, args []string) {
	double := routerosdouble.New(routerosdouble.Options{})
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if words := strings.Split(strings.TrimSpace(line), "  "); len(words) > 1 {
			double.Add(words[0], words[1:]...)
		}
	}
	address, err := double.Start()
	ts.Check(err)
	ts.Setenv("ROUTER", address)
	running.Store(ts.Getenv("WORK"), double)
	ts.Defer(double.Close)
}

// running are the doubles of scripts, by their folder.
var running sync.Map

// untouched fails where anything was written to the script's router, or asked
// for that a real one would refuse.
func untouched(ts *testscript.TestScript, _ bool, _ []string) {
	found, ok := running.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("no router runs")
	}
	double := found.(*routerosdouble.Router)
	if sets, wrong := double.Sets(), double.Violations(); len(sets)+len(wrong) > 0 {
		ts.Fatalf("%d properties were set: %v; violations: %q", len(sets), sets, wrong)
	}
}

// mayPing says that this process may open raw sockets, as probes do.
func mayPing() bool {
	c, err := net.ListenPacket("ip4:icmp", "127.0.0.1")
	if err == nil {
		c.Close()
	}
	return err == nil && os.Geteuid() == 0
}

// envsubst writes the script's variables into files, from FILE.in where that is
// there: envsubst FILE...
func envsubst(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		if _, err := os.Stat(path + ".in"); err != nil {
			ts.Check(os.Rename(path, path+".in"))
		}
		ts.Check(os.WriteFile(path, []byte(os.Expand(ts.ReadFile(path+".in"), ts.Getenv)), 0o644))
	}
}
