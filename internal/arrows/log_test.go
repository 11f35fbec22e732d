package arrows

import (
	"go/ast"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestLogMessagesAreConstantAndWhatVariesHasAKey looks at every call of a
// logr.Logger.
func TestLogMessagesAreConstantAndWhatVariesHasAKey(t *testing.T) {
	calls := 0
	for _, p := range load(t) {
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				// The message of Info comes first, that of Error after the error; the
				// keys of WithValues have no message.
				at, keys := message(p, call)
				if keys < 0 {
					return true
				}
				calls++
				where := p.Fset.Position(call.Pos())
				if at >= 0 && (len(call.Args) <= at || !constant(p, call.Args[at])) {
					t.Errorf("%s: the message is not constant", where)
				}
				if at >= 0 && len(call.Args) > at {
					if text := p.TypesInfo.Types[call.Args[at]].Value; text != nil && strings.ContainsAny(text.ExactString(), "%\n") {
						t.Errorf("%s: the message %s has something to be filled in", where, text)
					}
				}
				if call.Ellipsis.IsValid() || len(call.Args) < keys {
					return true
				}
				if (len(call.Args)-keys)%2 != 0 {
					t.Errorf("%s: a key without a value", where)
				}
				for i := keys; i < len(call.Args); i += 2 {
					if !constant(p, call.Args[i]) {
						t.Errorf("%s: key %d is not a constant", where, (i-keys)/2+1)
					}
				}
				return true
			})
		}
	}
	if calls < 15 {
		t.Errorf("only %d calls were found", calls)
	}
}

// message says where a log call has its message, -1 for none, and where its keys
// begin; keys is -1 where it is no log call.
func message(p *packages.Package, call *ast.CallExpr) (at, keys int) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return -1, -1
	}
	f, ok := p.TypesInfo.Uses[method.Sel].(*types.Func)
	if !ok || !strings.HasPrefix(f.FullName(), "(github.com/go-logr/logr.Logger).") {
		return -1, -1
	}
	switch f.Name() {
	case "Info":
		return 0, 1
	case "Error":
		return 1, 2
	case "WithValues":
		return -1, 0
	}
	return -1, -1
}

// constant says that an expression is a string that the compiler knows.
func constant(p *packages.Package, e ast.Expr) bool {
	v, ok := p.TypesInfo.Types[e]
	return ok && v.Value != nil && types.Identical(v.Type.Underlying(), types.Typ[types.String])
}
