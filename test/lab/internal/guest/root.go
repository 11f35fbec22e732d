package guest

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed script
var scripts embed.FS

// Root is the guest's kernel and root file system, in a folder of the host.
type Root struct{ dir string }

// Prepare makes a root in a subfolder of cache, or takes the one that is there.
// To make one takes apt and dpkg of a Debian for amd64, about 60 MB from its
// mirror, and a quarter of a minute; nothing is installed.
func Prepare(ctx context.Context, cache string) (Root, error) {
	if _, err := exec.LookPath(qemu); err != nil {
		return Root{}, fmt.Errorf("the lab boots a guest in QEMU: %w; apt-get install qemu-system-x86", err)
	}
	key, err := key()
	if err != nil {
		return Root{}, err
	}
	dir, err := filepath.Abs(filepath.Join(cache, "root-"+key))
	if err != nil {
		return Root{}, err
	}
	if _, err := os.Stat(filepath.Join(dir, "ok")); err == nil {
		return Root{dir: dir}, nil
	}
	// What an interrupted preparation has left is no use.
	if err := os.RemoveAll(dir); err != nil {
		return Root{}, err
	}
	if err := os.CopyFS(dir, scripts); err != nil {
		return Root{}, fmt.Errorf("make the folder of the guest's root: %w", err)
	}
	cmd := exec.CommandContext(ctx, "sh", filepath.Join(dir, "script", "mkroot.sh"), dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return Root{}, fmt.Errorf("make the guest's root from Debian packages in %s: %w\n%s", dir, err, out)
	}
	return Root{dir: dir}, nil
}

// key tells roots apart that are made in different ways.
func key() (string, error) {
	sum := sha256.New()
	for _, name := range []string{"mkroot.sh", "packages", "init"} {
		text, err := scripts.ReadFile("script/" + name)
		if err != nil {
			return "", err
		}
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}
