package guest

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWithoutQEMUTheErrorSaysHowToGetIt(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Prepare(t.Context(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "apt-get install qemu-system-x86") {
		t.Errorf("the error is %v", err)
	}
}

func TestWhatAGuestSendsIsReadByName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.tar")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	for _, h := range []*tar.Header{
		{Name: "./", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "./.rc", Typeflag: tar.TypeReg, Size: 2, Mode: 0o644},
		{Name: "./status/1.yaml", Typeflag: tar.TypeReg, Size: 2, Mode: 0o644},
	} {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte("0\n")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := untar(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{".rc": []byte("0\n"), "status/1.yaml": []byte("0\n")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, whole[:700], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := untar(file); err == nil {
		t.Error("a file that was cut off is read without an error")
	}
}
