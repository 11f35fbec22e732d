package v1alpha1

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// FWMark is a Linux routing rule: packets whose mark, taken through the mask,
// is Mark are routed by a table.
type FWMark struct {
	Mark, Mask, Table, Priority uint32
}

// defaultFWMarkPriority is that of a rule that names none: before those of the
// tables main and default.
const defaultFWMarkPriority = 1000

// The tables whose rules the kernel makes itself.
var tables = map[string]uint32{"default": 253, "main": 254, "local": 255}

// ParseFWMark reads a rule in the words of ip-rule(8): fwmark MARK[/MASK], then
// lookup or table TABLE, and optionally priority, pref, preference or order N,
// in any order, "from all" before them allowed. Numbers may be hexadecimal with
// 0x. The error says what would be right.
func ParseFWMark(text string) (FWMark, error) {
	r := FWMark{Priority: defaultFWMarkPriority}
	words := strings.Fields(text)
	if len(words) >= 2 && words[0] == "from" && words[1] == "all" {
		words = words[2:]
	}
	seen := map[string]bool{}
	for len(words) > 0 {
		key := fwmarkKey(words[0])
		switch {
		case key == "":
			return r, fmt.Errorf("%q is no word of it; write fwmark MARK[/MASK] lookup TABLE [priority N]", words[0])
		case len(words) == 1:
			return r, fmt.Errorf("%q lacks its value; write fwmark MARK[/MASK] lookup TABLE [priority N]", words[0])
		case seen[key]:
			return r, fmt.Errorf("%s stands twice; write it once", key)
		}
		seen[key] = true
		if err := r.set(key, words[1]); err != nil {
			return r, err
		}
		words = words[2:]
	}
	switch {
	case !seen["fwmark"]:
		return r, errors.New("it names no mark; write fwmark MARK[/MASK] lookup TABLE [priority N]")
	case !seen["lookup"]:
		return r, errors.New("it names no table; write fwmark MARK[/MASK] lookup TABLE [priority N]")
	}
	return r, nil
}

// fwmarkKey is the plain spelling of a word; empty where there is none.
func fwmarkKey(word string) string {
	switch word {
	case "fwmark":
		return "fwmark"
	case "lookup", "table":
		return "lookup"
	case "priority", "pref", "preference", "order":
		return "priority"
	}
	return ""
}

func (r *FWMark) set(key, value string) (err error) {
	switch key {
	case "fwmark":
		mark, mask, masked := strings.Cut(value, "/")
		r.Mask = math.MaxUint32
		if r.Mark, err = number32(mark, "the mark"); err == nil && masked {
			r.Mask, err = number32(mask, "the mask")
		}
		switch {
		case err != nil:
			return err
		case r.Mask == 0:
			return errors.New("the mask is 0, which every packet matches; write the bits that the mark is in")
		case r.Mark == 0:
			return errors.New("the mark is 0, which every packet without a mark has; write another")
		case r.Mark&^r.Mask != 0:
			return fmt.Errorf("the mark %#x has bits that the mask %#x lacks, so that nothing would match", r.Mark, r.Mask)
		}
	case "lookup":
		named := false
		if r.Table, named = tables[value]; !named {
			if r.Table, err = number32(value, "the table"); err != nil {
				return fmt.Errorf("%w, or main; other names are known to iproute2 alone", err)
			}
		}
		if r.Table == 0 {
			return errors.New("the table is 0, which is none; write one from 1")
		}
	case "priority":
		if r.Priority, err = number32(value, "the priority"); err == nil && (r.Priority == 0 || r.Priority > 32765) {
			err = fmt.Errorf("the priority %d is out of range; it must be from 1 to 32765, before the rule of main", r.Priority)
		}
	}
	return err
}

func number32(text, what string) (uint32, error) {
	n, err := strconv.ParseUint(text, 0, 32)
	if err != nil {
		return 0, fmt.Errorf("%s %q is no number of 32 bits; write one as 256 or 0x100", what, text)
	}
	return uint32(n), nil
}

// String is the rule as ip-rule(8) would take it.
func (r FWMark) String() string {
	return fmt.Sprintf("fwmark %#x/%#x lookup %d priority %d", r.Mark, r.Mask, r.Table, r.Priority)
}
