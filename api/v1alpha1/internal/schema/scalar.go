package schema

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/fieldpath"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/near"
)

// scalar checks a single value. Nothing is converted: a number where text is
// wanted is as wrong as text where a number is.
func (c *checker) scalar(n *yaml.Node, want *Node, path fieldpath.Path, at Position) *yaml.Node {
	problem := ""
	switch {
	case n.Kind != yaml.ScalarNode:
		problem = "is " + kindOf(n) + "; " + instead(want)
	case n.Style&yaml.TaggedStyle != 0:
		problem = "has the tag " + n.Tag + "; write the value without it"
	case len(want.Enum) > 0 || want.Const != "":
		problem = choice(n, want)
	case want.Format == FormatDuration:
		problem = duration(n, want)
	case want.Format == FormatQuantity:
		problem = quantity(n, want)
	case want.Type[0] == "string":
		problem = text(n)
	case want.Type[0] == "boolean":
		problem = boolean(n, want)
	default:
		problem = number(n, want)
	}
	if problem != "" {
		c.fault(at, path, "%s", problem)
		return nil
	}
	clean := &yaml.Node{Kind: yaml.ScalarNode, Tag: n.Tag, Value: n.Value}
	if isText(n) {
		clean.Tag, clean.Style = "!!str", yaml.DoubleQuotedStyle
	}
	return clean
}

// isText says that both YAML 1.2 and Kubernetes take a value for text.
func isText(n *yaml.Node) bool {
	switch n.ShortTag() {
	case "!!str":
		return n.Style != 0 || !oldBoolean.MatchString(n.Value)
	case "!!timestamp":
		return true
	default:
		return false
	}
}

// oldBoolean are the words that YAML 1.1, and with it Kubernetes, reads as
// true and false besides those two.
var oldBoolean = regexp.MustCompile(`^([yY]|[nN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$`)

func text(n *yaml.Node) string {
	switch {
	case isText(n) && strings.ContainsFunc(n.Value, unprintable):
		return quoted(n) + " holds a control character; write printable text"
	case isText(n):
		return ""
	case n.ShortTag() == "!!str" || n.ShortTag() == "!!bool":
		return quoted(n) + " is read as a boolean where text is wanted; write it in quotes"
	default:
		return quoted(n) + " is read as a number where text is wanted; write it in quotes"
	}
}

// unprintable are the control characters that are not white space.
func unprintable(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) }

func boolean(n *yaml.Node, want *Node) string {
	if n.ShortTag() == "!!bool" {
		return ""
	}
	return quoted(n) + " is no boolean; " + instead(want)
}

func number(n *yaml.Node, want *Node) string {
	whole := want.Type[0] == "integer"
	bits := 64
	if want.Format == "int32" {
		bits = 32
	}
	switch tag := n.ShortTag(); {
	case tag != "!!int" && tag != "!!float":
		if _, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return quoted(n) + " is text where a number is wanted; write it without quotes"
		}
		return quoted(n) + " is no number; " + instead(want)
	case !decimal.MatchString(n.Value):
		return n.Value + " is no decimal number; " + instead(want)
	case whole:
		if _, err := strconv.ParseInt(n.Value, 10, bits); err != nil {
			return n.Value + " is no whole number of " + strconv.Itoa(bits) + " bits; " + instead(want)
		}
	default:
		if x, err := strconv.ParseFloat(n.Value, 64); err != nil || math.IsInf(x, 0) {
			return n.Value + " is out of range; write a smaller number"
		}
	}
	return ""
}

// decimal are the numbers that YAML 1.1, YAML 1.2 and JSON read alike: no
// octal, hexadecimal or underscored ones.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

func choice(n *yaml.Node, want *Node) string {
	choices := want.Choices()
	if want.Const != "" {
		choices = []string{want.Const}
	}
	isNumber := want.Type[0] == "integer"
	if slices.Contains(choices, n.Value) && isText(n) != isNumber {
		return ""
	}
	if slices.Contains(choices, n.Value) && isNumber {
		return quoted(n) + " is text where a number is wanted; write it without quotes"
	}
	problem := quoted(n) + " is not known here; write " + oneOf(choices)
	if meant, found := near.Word(n.Value, choices); found && len(choices) > 1 && !isNumber {
		problem += "; did you mean " + meant + "?"
	}
	return problem
}

func duration(n *yaml.Node, want *Node) string {
	if _, err := time.ParseDuration(n.Value); err == nil && isText(n) {
		return ""
	}
	switch {
	case decimal.MatchString(n.Value) && strings.Trim(n.Value, "0.-") == "":
		return n.Value + " has no unit; write 0s"
	case decimal.MatchString(n.Value):
		return n.Value + " has no unit; write " + n.Value + "s or " + n.Value + "ms"
	case days.MatchString(n.Value):
		return quoted(n) + " counts in days or weeks; write hours, as 24h"
	default:
		return quoted(n) + " is no duration; " + instead(want)
	}
}

// days are spans in units that a duration has not.
var days = regexp.MustCompile(`^[0-9.]+ ?[dwDW]`)

func quantity(n *yaml.Node, want *Node) string {
	switch tag := n.ShortTag(); {
	case isText(n):
	case tag != "!!int" && tag != "!!float":
		return quoted(n) + " is no rate; " + instead(want)
	case decimal.MatchString(n.Value):
		return ""
	default:
		return quoted(n) + " is no decimal number; " + instead(want)
	}
	parts := rate.FindStringSubmatch(n.Value)
	if _, err := resource.ParseQuantity(n.Value); err == nil && !tiny.MatchString(n.Value) {
		return ""
	}
	if parts == nil {
		return quoted(n) + " is no rate; " + instead(want)
	}
	scaled := parts[1] + scale.Replace(parts[2])
	if parts[2] == "m" && parts[3] == "" {
		return quoted(n) + " is in thousandths, for m is milli; write " + scaled
	}
	return quoted(n) + " is no rate; rates are in bit/s and go without a unit: write " + scaled
}

// rate is a number with the scale and unit that a person may have given it.
var rate = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([kKmMgG]?)((?i:bits?|b|bps)?(?:/s)?)$`)

// tiny are quantities in thousandths and less.
var tiny = regexp.MustCompile(`[num]$`)

// scale turns a scale as people write it into that of a quantity.
var scale = strings.NewReplacer("K", "k", "m", "M", "g", "G")

// quoted is a value as it stands in the document, or the start of a long one.
func quoted(n *yaml.Node) string {
	value := n.Value
	if runes := []rune(value); len(runes) > 60 {
		value = string(runes[:60]) + "..."
	}
	if n.Style == 0 && n.ShortTag() != "!!str" && value != "" {
		return value
	}
	return strconv.Quote(value)
}
