package routerosdouble

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Set is one property that a client has set.
type Set struct {
	Menu, ID, Name, Property, Value string
}

// Options say what kind of router it is.
type Options struct {
	// LegacyLogin has the login of RouterOS before 6.43, with a challenge.
	LegacyLogin bool
	// Version is what /system/resource says; 7.19.4 (stable) when left out. From
	// 7.18 on a reply without data says so with !empty.
	Version string
	// TLS, where given, is spoken on connections.
	TLS *tls.Config
	// OnSet, where given, is called for every property that a client sets, within
	// the command.
	OnSet func(Set)
	// KeepSets is how many of the last of them Sets tells; 10,000 when left out.
	KeepSets int
}

// user is somebody who may log in.
type user struct {
	password string
	policies []string
}

// Router is the double.
type Router struct {
	opts Options

	mu         sync.Mutex
	users      map[string]user
	items      map[string][]*item
	next       int
	conns      map[net.Conn]bool
	listener   net.Listener
	stopped    bool
	fault      Fault
	delay      time.Duration
	once       []blow
	sets       []Set
	violations []string
	logins     int
	refused    int
	commands   int
	booted     time.Time

	ended   chan struct{}
	running sync.WaitGroup
}

// New is a router as its factory left it, with a user wanctl whose password is
// secret and who may read, write and use the API.
func New(opts Options) *Router {
	if opts.Version == "" {
		opts.Version = "7.19.4 (stable)"
	}
	if opts.KeepSets == 0 {
		opts.KeepSets = 10_000
	}
	r := &Router{
		opts: opts, users: map[string]user{}, items: map[string][]*item{}, conns: map[net.Conn]bool{},
		ended: make(chan struct{}), booted: time.Now(),
	}
	r.SetUser("wanctl", "secret", "api", "read", "write")
	r.Add("/queue/type", "name=default", "kind=pfifo")
	r.Add("/queue/type", "name=default-small", "kind=pfifo")
	r.Add("/system/resource", "version="+opts.Version, "cpu-load=3", "cpu-count=4", "free-memory=805306368", "total-memory=1073741824",
		"board-name=double", "architecture-name=arm64", "write-sect-total=1000", "bad-blocks=0", "platform=MikroTik")
	return r
}

// Start listens on a port of loopback and returns its address.
func (r *Router) Start() (string, error) { return r.StartAt("127.0.0.1:0") }

// StartAt listens on an address and returns it.
func (r *Router) StartAt(address string) (string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("listen for the double: %w", err)
	}
	r.mu.Lock()
	r.listener, r.stopped = listener, false
	r.mu.Unlock()
	r.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.running.Go(func() { r.serve(conn) })
		}
	})
	return listener.Addr().String(), nil
}

// Dial is a connection without a network, for clients that take one.
func (r *Router) Dial(context.Context, string, string) (net.Conn, error) {
	r.mu.Lock()
	stopped := r.stopped
	r.mu.Unlock()
	if stopped {
		return nil, errors.New("connection refused")
	}
	client, server := net.Pipe()
	r.running.Go(func() { r.serve(server) })
	return client, nil
}

// Stop refuses connections and breaks those that there are, until the next
// Start; connections of Dial, too.
func (r *Router) Stop() {
	r.mu.Lock()
	r.stopped = true
	if r.listener != nil {
		r.listener.Close()
		r.listener = nil
	}
	r.mu.Unlock()
	r.Drop()
}

// Drop breaks every connection.
func (r *Router) Drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn := range r.conns {
		conn.Close()
	}
}

// Close ends everything and waits for it.
func (r *Router) Close() {
	close(r.ended)
	r.Stop()
	r.running.Wait()
}

// Reboot breaks every connection and gives items each other's ids; queues keep
// their limits and count anew.
func (r *Router) Reboot() {
	r.mu.Lock()
	for path, items := range r.items {
		if menus[path].single || len(items) == 0 {
			continue
		}
		first := items[0].id
		for i := range items[:len(items)-1] {
			items[i].id = items[i+1].id
		}
		items[len(items)-1].id = first
		for _, it := range items {
			for _, counter := range []string{"bytes", "packets", "dropped", "rx-byte", "tx-byte"} {
				if _, counts := it.values[counter]; counts {
					it.values[counter] = zero(it.values[counter])
				}
			}
		}
	}
	r.booted = time.Now()
	r.mu.Unlock()
	r.Drop()
}

func zero(counter string) string {
	if strings.Contains(counter, "/") {
		return "0/0"
	}
	return "0"
}

// SetUser makes or changes a user, with policies such as api, read and write.
func (r *Router) SetUser(name, password string, policies ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users[name] = user{password, policies}
}

// Add makes an item, as somebody does by hand, with properties as name=value.
// Names may occur twice. It panics on what the menu does not have.
func (r *Router) Add(path string, properties ...string) (id string) {
	m := menus[path]
	if m == nil {
		panic("the double has no " + path)
	}
	it := &item{values: map[string]string{}}
	for name := range m.settable {
		if name == "disabled" {
			it.values[name] = "false"
		}
	}
	for _, name := range m.readOnly {
		switch name {
		case "invalid", "dynamic":
			it.values[name] = "false"
		case "bytes", "packets", "dropped", "queued-bytes", "queued-packets", "rx-byte", "tx-byte":
			it.values[name] = "0"
			if path == "/queue/simple" {
				it.values[name] = "0/0"
			}
		}
	}
	for _, p := range properties {
		name, value, _ := strings.Cut(p, "=")
		it.values[name] = mustNormal(m, path, name, value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !m.single {
		r.next++
		it.id = "*" + strings.ToUpper(strconv.FormatInt(int64(r.next), 16))
	}
	r.items[path] = append(r.items[path], it)
	return it.id
}

func mustNormal(m *menu, path, name, value string) string {
	if !m.has(name) || name == ".id" {
		panic(path + " has no " + name)
	}
	normal := m.settable[name]
	if normal == nil {
		return value
	}
	value, ok := normal(value)
	if !ok {
		panic(path + ": no value for " + name)
	}
	return value
}

// named are the items of a name, or of all names when it is empty.
func (r *Router) named(path, name string) (found []*item) {
	for _, it := range r.items[path] {
		if name == "" || it.values["name"] == name || it.values["comment"] == name {
			found = append(found, it)
		}
	}
	return found
}

// Put changes properties, as name=value, of all items that have a name or a
// comment, as somebody does by hand, or as traffic does. An empty name is all
// items.
func (r *Router) Put(path, name string, properties ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, it := range r.named(path, name) {
		for _, p := range properties {
			property, value, _ := strings.Cut(p, "=")
			it.values[property] = mustNormal(menus[path], path, property, value)
		}
	}
}

// Get is a property of the first item that has a name or a comment; empty where
// there is none.
func (r *Router) Get(path, name, property string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, it := range r.named(path, name) {
		value, _ := it.get(property)
		return value
	}
	return ""
}

// Remove takes away the items that have a name or a comment.
func (r *Router) Remove(path, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	gone := r.named(path, name)
	r.items[path] = slices.DeleteFunc(r.items[path], func(it *item) bool { return slices.Contains(gone, it) })
}

// Sets are the last properties that clients have set.
func (r *Router) Sets() []Set {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sets)
}

// Violations are what clients did that a router lets pass though it is wrong.
func (r *Router) Violations() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.violations)
}

func (r *Router) violation(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.violate(format, args...)
}

// violate is violation under the lock.
func (r *Router) violate(format string, args ...any) {
	if v := fmt.Sprintf(format, args...); !slices.Contains(r.violations, v) {
		r.violations = append(r.violations, v)
	}
}

// Figures counts what clients did.
type Figures struct {
	// Logins succeeded, Refused did not; Commands are those after a login.
	Logins, Refused, Commands int
	// Connections are open now.
	Connections int
}

// Figures are what clients did so far.
func (r *Router) Figures() Figures {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Figures{r.logins, r.refused, r.commands, len(r.conns)}
}

// Paths are the menus that the double has.
func Paths() []string { return slices.Sorted(maps.Keys(menus)) }
