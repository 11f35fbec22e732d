// Package arrows holds the test that keeps the arrows between packages
// pointing one way.
package arrows

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/wanctl/wanctl/"

// rooms is every package with the packages of this module that it may import,
// directly. A package that is missing here is a fault, and so is an arrow.
var rooms = map[string][]string{
	"api/v1alpha1":                nil,
	"reconciler/derive":           {"api/v1alpha1"},
	"reconciler/plan":             {"api/v1alpha1"},
	"reconciler/rollout":          {"api/v1alpha1", "reconciler/derive", "controller/evidence"},
	"controller/estimate":         nil,
	"controller/autorate":         {"api/v1alpha1"},
	"controller/core":             {"api/v1alpha1", "controller/autorate", "controller/estimate"},
	"controller/evidence":         {"controller/autorate"},
	"controller/fluid":            {"api/v1alpha1", "controller/autorate"},
	"controller/steering":         {"api/v1alpha1", "controller/autorate"},
	"controller/steering/shell":   {"api/v1alpha1", "controller/loop", "controller/router", "controller/steering"},
	"controller/replay":           {"controller/autorate", "controller/core", "controller/estimate", "controller/steering"},
	"controller/probe":            nil,
	"controller/probe/icmp":       {"controller/probe"},
	"controller/probe/fallback":   {"controller/probe"},
	"controller/probe/simulated":  {"controller/probe", "controller/router/simulated"},
	"controller/router":           {"api/v1alpha1", "controller/autorate"},
	"controller/router/linux":     {"api/v1alpha1", "controller/router"},
	"controller/router/routeros":  {"api/v1alpha1", "controller/router"},
	"controller/router/simulated": {"api/v1alpha1", "controller/fluid", "controller/router"},
	"controller/simulate": {
		"api/v1alpha1", "controller/autorate", "controller/core", "controller/fluid",
		"controller/probe", "controller/probe/simulated", "controller/router/simulated", "controller/steering",
		"controller/estimate", "controller/evidence", "internal/figure", "internal/scenario",
	},
	"reconciler/rehearsal": {
		"api/v1alpha1", "controller/core", "controller/evidence", "controller/simulate",
		"reconciler/derive", "reconciler/plan", "reconciler/rollout", "reconciler/stage", "reconciler/status",
	},
	"internal/scenario":  nil,
	"internal/figure":    {"internal/scenario"},
	"reconciler/check":   {"api/v1alpha1", "controller/probe", "controller/probe/icmp", "controller/router", "controller/router/linux", "controller/router/routeros"},
	"reconciler/control": {"api/v1alpha1"},
	"reconciler/source":  nil,
	"reconciler/stage":   {"api/v1alpha1", "reconciler/control", "reconciler/derive", "reconciler/plan", "reconciler/rollout", "reconciler/status", "controller/evidence"},
	"reconciler/status":  {"api/v1alpha1", "controller/evidence", "controller/steering", "reconciler/rollout"},
	"reconciler": {
		"api/v1alpha1", "reconciler/control", "reconciler/derive", "reconciler/plan", "reconciler/rollout", "reconciler/source", "reconciler/stage", "reconciler/status",
		"controller/autorate", "controller/core", "controller/estimate", "controller/evidence", "controller/fluid", "controller/loop",
		"controller/probe", "controller/probe/fallback", "controller/probe/icmp", "controller/probe/simulated",
		"controller/router", "controller/router/linux", "controller/router/routeros", "controller/router/simulated", "controller/steering", "controller/steering/shell",
	},
	"manifests":       nil,
	"observe/history": {"controller/autorate", "controller/loop"},
	"observe/feed":    {"api/v1alpha1", "controller/autorate", "controller/loop", "observe/history"},
	"observe/metrics": {"api/v1alpha1", "controller/autorate", "controller/loop", "observe/feed"},
	"observe/page":    {"controller/loop", "observe/feed", "observe/history"},
	"observe/pulse":   {"api/v1alpha1", "controller/autorate", "controller/loop"},
	"observe/server":  {"api/v1alpha1", "manifests", "observe/feed", "observe/pulse"},
	"controller/loop": {"api/v1alpha1", "controller/autorate", "controller/core", "controller/estimate", "controller/probe", "controller/router"},
}

// pure packages decide: they know no clock, no log, no network, no file.
var pure = []string{
	"api/v1alpha1", "reconciler/derive", "reconciler/plan", "reconciler/rollout",
	"controller/estimate", "controller/autorate", "controller/core", "controller/evidence", "controller/fluid", "controller/steering",
	"cmd/wanctl/internal/report",
}

// impure are imports that no pure package may have.
var impure = []string{"net", "net/http", "os", "log", "log/slog", "context", "github.com/go-logr/logr", "math/rand"}

// impureCalls are names that no pure package may use of what it may import.
var impureCalls = []string{"time.Now", "time.Since", "time.Sleep", "time.NewTimer", "time.After"}

// load finds every package of the module, programs that generate files aside.
func load(t *testing.T) []*packages.Package {
	t.Helper()
	loaded, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(loaded), func(p *packages.Package) bool {
		return p.Name == "main" && !strings.HasPrefix(p.PkgPath, module+"cmd/")
	})
}

var loadOnce = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedSyntax | packages.NeedFiles | packages.NeedTypes | packages.NeedTypesInfo,
		Dir:  "../..",
	}, "./...")
})

// room is the place of a package in the house; what is internal to a room
// belongs to it.
func room(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, module), "/internal/")
	return name
}

func TestArrowsPointOneWay(t *testing.T) {
	for _, p := range load(t) {
		from := room(p.PkgPath)
		for path := range p.Imports {
			to, own := room(path), strings.HasPrefix(path, module)
			if !own || to == from || strings.HasPrefix(from, "cmd/") {
				continue
			}
			if allowed, known := rooms[from]; known && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s; it may import %v", from, to, allowed)
			}
			if strings.HasPrefix(to, "cmd/") {
				t.Errorf("%s imports %s, and nothing may", from, to)
			}
		}
	}
}

func TestEveryRoomHasItsArrows(t *testing.T) {
	for _, p := range load(t) {
		name := room(p.PkgPath)
		_, known := rooms[name]
		suite := strings.HasSuffix(name, "test") // conformance suites stand beside their interface
		if !known && !suite && !strings.HasPrefix(name, "cmd/") && !strings.HasPrefix(name, "internal/") && !strings.HasPrefix(name, "test/") {
			t.Errorf("%s has no entry in rooms: say what it may import", name)
		}
	}
}

func TestPurePackagesKnowNoClockLogOrNetwork(t *testing.T) {
	for _, p := range load(t) {
		name := room(p.PkgPath)
		if inside := strings.TrimPrefix(p.PkgPath, module); slices.Contains(pure, inside) {
			name = inside
		}
		if !slices.Contains(pure, name) {
			continue
		}
		for path := range p.Imports {
			if slices.Contains(impure, path) {
				t.Errorf("%s is pure and imports %s", name, path)
			}
		}
		for identifier, object := range p.TypesInfo.Uses {
			if object.Pkg() == nil || object.Pkg().Path() != "time" {
				continue
			}
			if call := "time." + object.Name(); slices.Contains(impureCalls, call) && object.Parent() == object.Pkg().Scope() {
				t.Errorf("%s is pure and uses %s at %s", name, call, p.Fset.Position(identifier.Pos()))
			}
		}
	}
}
