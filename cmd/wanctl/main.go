// Command wanctl moves the CAKE limits of WAN links with the capacity of the
// lines, as manifests ask for it, and tells how they do.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, newRoot(time.Now)))
}
