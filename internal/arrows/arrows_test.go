// Package arrows holds the test that keeps the arrows between packages
// pointing one way.
package arrows

import (
	"slices"
	"strings"
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
	"controller/estimate":         nil,
	"controller/autorate":         {"api/v1alpha1"},
	"controller/core":             {"api/v1alpha1", "controller/autorate", "controller/estimate"},
	"controller/fluid":            {"api/v1alpha1", "controller/autorate"},
	"controller/replay":           {"controller/autorate", "controller/core", "controller/estimate"},
	"controller/probe":            nil,
	"controller/probe/icmp":       {"controller/probe"},
	"controller/probe/simulated":  {"controller/probe", "controller/router/simulated"},
	"controller/router":           {"api/v1alpha1", "controller/autorate"},
	"controller/router/linux":     {"controller/router"},
	"controller/router/simulated": {"api/v1alpha1", "controller/fluid", "controller/router"},
	"controller/loop":             {"api/v1alpha1", "controller/autorate", "controller/core", "controller/estimate", "controller/probe", "controller/router"},
}

// pure packages decide: they know no clock, no log, no network, no file.
var pure = []string{
	"api/v1alpha1", "reconciler/derive", "reconciler/plan",
	"controller/estimate", "controller/autorate", "controller/core", "controller/fluid",
}

// impure are imports that no pure package may have.
var impure = []string{"net", "net/http", "os", "log", "log/slog", "sync", "context", "github.com/go-logr/logr", "math/rand"}

// impureCalls are names that no pure package may use of what it may import.
var impureCalls = []string{"time.Now", "time.Since", "time.Sleep", "time.NewTimer", "time.After"}

func load(t *testing.T) []*packages.Package {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedSyntax | packages.NeedFiles | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedDeps,
		Dir:  "../..",
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestArrowsPointOneWay(t *testing.T) {
	for _, p := range load(t) {
		room := strings.TrimPrefix(p.PkgPath, module)
		allowed, known := rooms[room]
		if !known {
			continue
		}
		for path := range p.Imports {
			target, own := strings.CutPrefix(path, module)
			if own && !slices.Contains(allowed, target) {
				t.Errorf("%s imports %s; it may import %v", room, target, allowed)
			}
		}
	}
}

func TestEveryRoomHasItsArrows(t *testing.T) {
	for _, p := range load(t) {
		room := strings.TrimPrefix(p.PkgPath, module)
		inside := strings.HasPrefix(room, "controller/") || strings.HasPrefix(room, "api/")
		if _, known := rooms[room]; inside && !known && !strings.Contains(room, "/internal/") && !strings.HasSuffix(room, "test") {
			t.Errorf("%s has no entry in rooms: say what it may import", room)
		}
		for path := range p.Imports {
			if inside && strings.HasPrefix(path, module+"reconciler") || strings.HasPrefix(path, module+"cmd") {
				t.Errorf("%s imports %s, which stands above it", room, path)
			}
		}
	}
}

func TestPurePackagesKnowNoClockLogOrNetwork(t *testing.T) {
	for _, p := range load(t) {
		room := strings.TrimPrefix(p.PkgPath, module)
		if !slices.Contains(pure, room) {
			continue
		}
		for path := range p.Imports {
			if slices.Contains(impure, path) {
				t.Errorf("%s is pure and imports %s", room, path)
			}
		}
		for identifier, object := range p.TypesInfo.Uses {
			if object.Pkg() == nil || object.Pkg().Path() != "time" {
				continue
			}
			if name := "time." + object.Name(); slices.Contains(impureCalls, name) && object.Parent() == object.Pkg().Scope() {
				t.Errorf("%s is pure and uses %s at %s", room, name, p.Fset.Position(identifier.Pos()))
			}
		}
	}
}
