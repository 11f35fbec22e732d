package routerosdouble

import (
	"strconv"
	"strings"
)

// query says whether an item matches the query words of a print, which are
// those of a stack machine: operands push, ?# pops, and what is left must all
// hold. It says so, too, if a word makes no sense.
func query(words []string, it *item) (matches, sound bool) {
	var stack []bool
	for _, word := range words {
		ops, isOps := strings.CutPrefix(word, "#")
		if !isOps {
			stack = append(stack, operand(word, it))
			continue
		}
		if stack, sound = operate(stack, ops); !sound {
			return false, false
		}
	}
	for _, holds := range stack {
		if !holds {
			return false, true
		}
	}
	return true, true
}

// operand is what one word says of an item.
func operand(word string, it *item) bool {
	compare := func(a, b string) bool { return a == b }
	switch {
	case strings.HasPrefix(word, "-"):
		_, has := it.get(word[1:])
		return !has
	case strings.HasPrefix(word, "="):
		word = word[1:]
	case strings.HasPrefix(word, "<"):
		word, compare = word[1:], less
	case strings.HasPrefix(word, ">"):
		word, compare = word[1:], func(a, b string) bool { return less(b, a) }
	}
	name, want, valued := strings.Cut(word, "=")
	value, has := it.get(name)
	if !valued {
		return has
	}
	return has && compare(value, want)
}

func less(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err != nil || err2 != nil {
		return a < b
	}
	return x < y
}

// operate applies the operations of one word to the stack: & and | take two,
// ! one, and . copies the top.
func operate(stack []bool, ops string) ([]bool, bool) {
	for _, op := range ops {
		n := len(stack)
		switch {
		case op == '!' && n >= 1:
			stack[n-1] = !stack[n-1]
		case op == '&' && n >= 2:
			stack = append(stack[:n-2], stack[n-2] && stack[n-1])
		case op == '|' && n >= 2:
			stack = append(stack[:n-2], stack[n-2] || stack[n-1])
		case op == '.' && n >= 1:
			stack = append(stack, stack[n-1])
		default:
			return nil, false
		}
	}
	return stack, true
}
