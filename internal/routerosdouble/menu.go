package routerosdouble

import (
	"slices"
	"strconv"
	"strings"
)

// menu is one place of the configuration.
type menu struct {
	// settable are the properties that set and add take, with what becomes of a
	// value; readOnly are those that print shows besides.
	settable map[string]func(string) (string, bool)
	readOnly []string
	// single is a menu without items, such as /system/resource.
	single bool
}

// has says whether the menu has a property.
func (m *menu) has(name string) bool {
	return name == ".id" && !m.single || m.settable[name] != nil || slices.Contains(m.readOnly, name)
}

// queueCounters are what every queue counts.
var queueCounters = []string{"bytes", "packets", "dropped", "rate", "packet-rate", "queued-bytes", "queued-packets", "invalid", "dynamic"}

// menus are those that the double has, by path.
var menus = map[string]*menu{
	"/queue/tree": {
		settable: map[string]func(string) (string, bool){
			"name": text, "parent": text, "packet-mark": text, "queue": text, "priority": text, "comment": text, "disabled": boolean,
			"limit-at": rate, "max-limit": rate, "burst-limit": rate, "burst-threshold": rate, "burst-time": text, "bucket-size": text,
		},
		readOnly: queueCounters,
	},
	"/queue/simple": {
		settable: map[string]func(string) (string, bool){
			"name": text, "target": text, "dst": text, "parent": text, "packet-marks": text, "queue": text, "priority": text,
			"comment": text, "disabled": boolean, "limit-at": ratePair, "max-limit": ratePair, "burst-limit": ratePair,
			"burst-threshold": ratePair, "burst-time": text, "bucket-size": text, "total-queue": text, "total-max-limit": rate,
		},
		readOnly: append([]string{"total-bytes", "total-dropped"}, queueCounters...),
	},
	"/queue/type": {
		settable: map[string]func(string) (string, bool){
			"name": text, "kind": text, "cake-bandwidth": rate, "cake-diffserv": text, "cake-flowmode": text, "cake-nat": boolean,
			"cake-ack-filter": text, "cake-rtt": text, "cake-overhead": text, "cake-mpu": text, "cake-wash": boolean, "cake-autorate-ingress": boolean,
		},
		readOnly: []string{"default"},
	},
	"/queue/interface": {
		settable: map[string]func(string) (string, bool){"queue": text},
		readOnly: []string{"interface", "active-queue", "default-queue"},
	},
	"/interface": {
		settable: map[string]func(string) (string, bool){"name": text, "disabled": boolean, "mtu": text, "comment": text},
		readOnly: []string{"type", "running", "rx-byte", "tx-byte", "rx-packet", "tx-packet", "rx-drop", "tx-drop", "fp-rx-byte", "fp-tx-byte"},
	},
	"/ip/firewall/filter":   firewall,
	"/ip/firewall/mangle":   firewall,
	"/ipv6/firewall/filter": firewall,
	"/system/resource": {
		single: true,
		readOnly: []string{"uptime", "version", "build-time", "free-memory", "total-memory", "cpu", "cpu-count", "cpu-load",
			"free-hdd-space", "total-hdd-space", "write-sect-since-reboot", "write-sect-total", "bad-blocks", "architecture-name", "board-name", "platform"},
	},
}

var firewall = &menu{
	settable: map[string]func(string) (string, bool){
		"chain": text, "action": text, "comment": text, "disabled": boolean, "new-routing-mark": text, "new-packet-mark": text,
		"new-connection-mark": text, "connection-mark": text, "connection-state": text, "in-interface": text, "out-interface": text,
		"src-address": text, "passthrough": boolean, "dscp": text, "in-interface-list": text,
	},
	readOnly: []string{"bytes", "packets", "invalid", "dynamic"},
}

func text(value string) (string, bool) { return value, true }

// boolean takes both of RouterOS' ways and keeps the API's.
func boolean(value string) (string, bool) {
	switch value {
	case "yes", "true":
		return "true", true
	case "no", "false":
		return "false", true
	}
	return "", false
}

// rate takes a whole number of bit/s, or of thousands, millions or milliards of
// them, and keeps it in bit/s.
func rate(value string) (string, bool) {
	digits, unit := value, int64(1)
	if n := len(value) - 1; n > 0 {
		switch value[n] {
		case 'k':
			digits, unit = value[:n], 1e3
		case 'M':
			digits, unit = value[:n], 1e6
		case 'G':
			digits, unit = value[:n], 1e9
		}
	}
	n, err := strconv.ParseUint(digits, 10, 40)
	if err != nil {
		return "", false
	}
	return strconv.FormatInt(int64(n)*unit, 10), true
}

// ratePair takes upload/download, or one for both.
func ratePair(value string) (string, bool) {
	up, down, both := strings.Cut(value, "/")
	if !both {
		down = up
	}
	up, ok := rate(up)
	down, ok2 := rate(down)
	return up + "/" + down, ok && ok2
}

// item is one row of a menu.
type item struct {
	id     string
	values map[string]string
}

func (it *item) get(name string) (string, bool) {
	if name == ".id" {
		return it.id, it.id != ""
	}
	value, ok := it.values[name]
	return value, ok
}
