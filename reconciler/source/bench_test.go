package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
)

// BenchmarkSaveToDelivery is how long after a save its content is delivered;
// 100 ms of it are the debounce.
func BenchmarkSaveToDelivery(b *testing.B) {
	path := filepath.Join(b.TempDir(), "site.yaml")
	save := func(data string) {
		if err := os.WriteFile(path+".new", []byte(data), 0o644); err != nil {
			b.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			b.Fatal(err)
		}
	}
	save("old")
	ctx, cancel := context.WithCancel(b.Context())
	delivered, ended := make(chan Snapshot), make(chan error)
	go func() {
		ended <- New(path, logr.Discard(), Options{}).Run(ctx, func(s Snapshot) { delivered <- s })
	}()
	<-delivered
	for i := 0; b.Loop(); i++ {
		save(fmt.Sprint("version ", i))
		<-delivered
	}
	cancel()
	<-ended
}
