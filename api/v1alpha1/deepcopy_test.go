package v1alpha1_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestADeepCopyIsEqualAndSharesNothing(t *testing.T) {
	site := &v1alpha1.Site{}
	fill(reflect.ValueOf(&site.Spec).Elem())
	fill(reflect.ValueOf(&site.Status).Elem())
	list := &v1alpha1.SiteList{Items: []v1alpha1.Site{*site}}
	clone := list.DeepCopyObject().(*v1alpha1.SiteList)
	if diff := cmp.Diff(list, clone); diff != "" {
		t.Fatalf("the copy differs (-original +copy)\n%s", diff)
	}
	compared := 0
	unshared(t, &compared, "list", reflect.ValueOf(list), reflect.ValueOf(clone))
	if compared < 100 {
		t.Errorf("only %d pointers, slices and maps were looked at", compared)
	}
}

// fill gives every pointer, slice and map of a value something to refer to.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse("95M")))
		return
	case metav1.Time, metav1.MicroTime:
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		element := reflect.New(v.Type().Elem()).Elem()
		fill(element)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.Zero(v.Type().Key()), element)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// unshared reports memory that two values both refer to.
func unshared(t *testing.T, compared *int, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if a.IsNil() || a.Type().Elem().Size() == 0 {
			return
		}
		*compared++
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
			return
		}
	}
	switch a.Kind() {
	case reflect.Pointer:
		unshared(t, compared, path, a.Elem(), b.Elem())
	case reflect.Slice:
		for i := range a.Len() {
			unshared(t, compared, fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i))
		}
	case reflect.Map:
		for _, key := range a.MapKeys() {
			unshared(t, compared, fmt.Sprintf("%s[%v]", path, key), a.MapIndex(key), b.MapIndex(key))
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if field := a.Type().Field(i); field.IsExported() {
				unshared(t, compared, path+"."+field.Name, a.Field(i), b.Field(i))
			}
		}
	}
}
