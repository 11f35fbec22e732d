package examples

import (
	"fmt"
	"go/constant"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/go/packages"
)

// figure is a row of a table that gives a constant of the code: its package
// and name, then its value.
var figure = regexp.MustCompile("(?m)^\\| `([a-z]+)\\.([A-Za-z0-9]+)` \\| ([^|]+?) \\|")

// constants are those of the packages of the law, as package.name.
func constants(t *testing.T) map[string]*types.Const {
	t.Helper()
	found, err := loadConstants()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var loadConstants = sync.OnceValues(func() (map[string]*types.Const, error) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedFiles,
		Dir:  root,
	}, "./controller/autorate", "./controller/core", "./controller/estimate", "./api/v1alpha1")
	if err != nil {
		return nil, fmt.Errorf("load the packages of the law: %w", err)
	}
	found := map[string]*types.Const{}
	for _, p := range loaded {
		for _, name := range p.Types.Scope().Names() {
			if c, ok := p.Types.Scope().Lookup(name).(*types.Const); ok {
				found[p.Name+"."+name] = c
				if file := p.Fset.Position(c.Pos()).Filename; filepath.Base(file) == "fast.go" && plain(c) {
					found["fast.go "+p.Name+"."+name] = c
				}
			}
		}
	}
	return found, nil
})

// plain says that a constant is a number or a duration, and not one of a list.
func plain(c *types.Const) bool {
	switch t := c.Type().(type) {
	case *types.Basic:
		return t.Info()&types.IsNumeric != 0
	case *types.Named:
		return t.String() == "time.Duration"
	}
	return false
}

func page(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheFiguresOfTheControlLawAreThoseOfTheCode(t *testing.T) {
	known, stated := constants(t), map[string]bool{}
	for _, m := range figure.FindAllStringSubmatch(page(t, "docs/control-law.md"), -1) {
		name, text := m[1]+"."+m[2], m[3]
		stated[name] = true
		c := known[name]
		if c == nil {
			t.Errorf("the page gives %s, which the code does not have", name)
			continue
		}
		if is := value(c); !same(text, is) {
			t.Errorf("the page gives %s as %s; it is %s", name, text, is)
		}
	}
	for name := range known {
		if law, ok := strings.CutPrefix(name, "fast.go "); ok && !stated[law] {
			t.Errorf("the page does not give %s of the fast law", law)
		}
	}
}

// value is a constant as the page writes it.
func value(c *types.Const) string {
	if c.Type().String() == "time.Duration" {
		ns, _ := constant.Int64Val(c.Val())
		return time.Duration(ns).String()
	}
	f, _ := constant.Float64Val(constant.ToFloat(c.Val()))
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// same says that two texts are the same duration or number.
func same(a, b string) bool {
	if x, err := time.ParseDuration(a); err == nil {
		y, err := time.ParseDuration(b)
		return err == nil && x == y
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

func TestEveryReasonIsExplained(t *testing.T) {
	text := page(t, "docs/reference/status.md")
	found := 0
	for name, c := range constants(t) {
		word := ""
		switch {
		case strings.HasPrefix(name, "v1alpha1.Reason"), strings.HasPrefix(name, "v1alpha1.Condition"):
			word = constant.StringVal(c.Val())
		case strings.HasSuffix(c.Type().String(), "/autorate.Reason"):
			word = c.Name()
		default:
			continue
		}
		found++
		if !strings.Contains(text, "| `"+word+"` |") {
			t.Errorf("%s is nowhere explained", word)
		}
	}
	if found == 0 {
		t.Error("there are no reasons")
	}
}
