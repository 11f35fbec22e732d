package status

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// twoWANs is a status of a usual size.
func twoWANs() *v1alpha1.SiteStatus {
	st := long()
	st.WANs = append(st.WANs, *st.WANs[0].DeepCopy())
	return st
}

func BenchmarkInline(b *testing.B) {
	file, err := Inline([]byte(manifest(1)), "home", twoWANs())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := Inline(file, "home", twoWANs()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteSite(b *testing.B) {
	s, err := Open(b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	live := site("home")
	for b.Loop() {
		if err := s.WriteSite(live); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFlush200Events(b *testing.B) {
	s, err := Open(b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range int64(keepEvents) {
		s.Record(event(i, "home", "StateChanged", fmt.Sprint("GREEN to YELLOW at ", i)))
	}
	for b.Loop() {
		s.events["home"].dirty = true
		if err := s.FlushEvents(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteInline(b *testing.B) {
	path := filepath.Join(b.TempDir(), "site.yaml")
	if err := write(path, []byte(manifest(1))); err != nil {
		b.Fatal(err)
	}
	for generation := int64(1); b.Loop(); generation++ {
		if err := WriteInline(path, "home", short(generation)); err != nil {
			b.Skip(err)
		}
	}
}
