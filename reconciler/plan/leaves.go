package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// leaf is one value of a site.
type leaf struct {
	// text is the value as a person reads it.
	text string
	// value is the same for all spellings of the value; never empty.
	value string
}

// leavesOf lists what a person may write of a site, by path.
func leavesOf(site *v1alpha1.Site) map[string]leaf {
	leaves := map[string]leaf{}
	if site == nil {
		return leaves
	}
	walk(leaves, "metadata.labels", reflect.ValueOf(site.Labels))
	walk(leaves, "metadata.annotations", reflect.ValueOf(site.Annotations))
	walk(leaves, "spec", reflect.ValueOf(site.Spec))
	return leaves
}

// walk adds the leaves at and below v. What encoding/json leaves out as empty
// is no leaf. An element of a list stands under its name, as wans[att], or
// under its index.
func walk(leaves map[string]leaf, path string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case metav1.Duration:
		leaves[path] = leaf{readable(x.Duration), x.Duration.String()}
		return
	case resource.Quantity:
		leaves[path] = leaf{x.String(), plainQuantity(x)}
		return
	case []string:
		walkStrings(leaves, path, x)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walkPointer(leaves, path, v.Elem())
		}
	case reflect.Struct:
		walkStruct(leaves, path, v)
	case reflect.Slice:
		for i := range v.Len() {
			walkElement(leaves, path, i, v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			walkPointer(leaves, fmt.Sprintf("%s[%v]", path, k), v.MapIndex(k))
		}
	default:
		if !v.IsZero() {
			walkScalar(leaves, path, v)
		}
	}
}

// walkPointer adds what stands there even if it is empty, as linux: {} is.
func walkPointer(leaves map[string]leaf, path string, v reflect.Value) {
	if k := v.Kind(); k != reflect.Struct {
		walkScalar(leaves, path, v)
		return
	}
	before := len(leaves)
	walk(leaves, path, v)
	if len(leaves) == before {
		leaves[path] = leaf{"{}", "{}"}
	}
}

func walkStruct(leaves map[string]leaf, path string, v reflect.Value) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		walk(leaves, path+"."+name, v.Field(i))
	}
}

// walkElement adds an element of a list of structs under its key.
func walkElement(leaves map[string]leaf, path string, i int, v reflect.Value) {
	for _, key := range []string{"Name", "WAN", "Address"} {
		if f := v.FieldByName(key); f.IsValid() {
			path = fmt.Sprintf("%s[%s]", path, f)
			walkPointer(leaves, path, v)
			return
		}
	}
	walkPointer(leaves, fmt.Sprintf("%s[%d]", path, i), v)
}

func walkScalar(leaves map[string]leaf, path string, v reflect.Value) {
	text := fmt.Sprint(v)
	if v.Kind() == reflect.Float64 {
		text = strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	leaves[path] = leaf{text, "=" + plainProfile(path, text)}
}

// walkStrings adds a list of strings as one leaf. The order of reflectors
// means nothing; any other list's does.
func walkStrings(leaves map[string]leaf, path string, list []string) {
	if len(list) == 0 {
		return
	}
	values := make([]string, len(list))
	for i, s := range list {
		values[i] = plainProfile(path, s)
	}
	if strings.HasSuffix(path, ".reflectors") {
		slices.Sort(values)
	}
	leaves[path] = leaf{"[" + strings.Join(list, ", ") + "]", fmt.Sprintf("%q", values)}
}

// plainProfile is an interval profile in one spelling, where the field at path
// is one; any other text is itself.
func plainProfile(path, text string) string {
	for _, suffix := range []string{".intervalProfile", ".approve", ".ladder"} {
		if d, err := time.ParseDuration(text); err == nil && strings.HasSuffix(path, suffix) {
			return d.String()
		}
	}
	return text
}

// plainQuantity is a quantity in one spelling.
func plainQuantity(q resource.Quantity) string {
	q = q.DeepCopy()
	return resource.NewDecimalQuantity(*q.AsDec(), resource.DecimalSI).String()
}

// readable is a duration as manifests have it: 1h rather than 1h0m0s, 100s
// rather than 1m40s.
func readable(d time.Duration) string {
	if d.Abs() >= time.Second && d.Abs() < time.Hour {
		return strconv.FormatFloat(float64(d)/float64(time.Second), 'f', -1, 64) + "s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
