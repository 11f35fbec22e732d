package guest

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const qemu = "qemu-system-x86_64"

// Job is what a guest does.
type Job struct {
	// Files stand in the folder in which Command, a line of shell, starts. All
	// of them are executable.
	Files   map[string][]byte
	Command string
	// Shift is the time of one instruction, as 2^Shift ns: 2 is a CPU of 250
	// million instructions a second.
	Shift int
	// Limit is how long the host waits.
	Limit time.Duration
}

// Result is what a job has left behind.
type Result struct {
	// Files are those that the job's folder then held.
	Files map[string][]byte
	// Output is what the command printed.
	Output []byte
}

// Run boots a guest, runs the job, and waits for its end. An error has what the
// job or the kernel said last.
func (r Root) Run(ctx context.Context, job Job) (Result, error) {
	dir, err := os.MkdirTemp("", "lab-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	initrd := filepath.Join(dir, "initrd")
	if err := r.pack(ctx, job, filepath.Join(dir, "fs"), initrd); err != nil {
		return Result{}, fmt.Errorf("pack the guest's files: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, job.Limit)
	defer cancel()
	kernelLog, out := filepath.Join(dir, "kernel.log"), filepath.Join(dir, "out.tar")
	cmd := exec.CommandContext(ctx, qemu,
		"-accel", "tcg,thread=single", "-icount", fmt.Sprintf("shift=%d,sleep=off", job.Shift), "-smp", "1",
		"-cpu", "max", "-m", "384", "-no-reboot", "-nodefaults", "-display", "none",
		"-kernel", filepath.Join(r.dir, "vmlinuz"), "-initrd", initrd,
		"-serial", "file:"+kernelLog,
		"-chardev", "stdio,id=o,signal=off", "-serial", "chardev:o",
		"-device", "virtio-serial-pci", "-chardev", "file,id=t,path="+out, "-device", "virtserialport,chardev=t",
		"-append", "console=ttyS0 quiet panic=-1 tsc=reliable mitigations=off nokaslr random.trust_cpu=on")
	output, err := cmd.CombinedOutput()
	if cause := ctx.Err(); cause != nil {
		return Result{}, fmt.Errorf("the guest did not end within %v: %w\n%s", job.Limit, cause, tail(output))
	}
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w\n%s", qemu, err, tail(output))
	}
	files, err := untar(out)
	if err != nil || len(files[".rc"]) == 0 {
		log, _ := os.ReadFile(kernelLog)
		return Result{}, fmt.Errorf("the guest's results are missing (%v); its kernel said last\n%s", err, tail(log))
	}
	result := Result{Files: files, Output: output}
	if rc, err := strconv.Atoi(strings.TrimSpace(string(files[".rc"]))); err != nil || rc != 0 {
		return result, fmt.Errorf("the job ended with status %d\n%s", rc, tail(output))
	}
	return result, nil
}

// pack writes an initrd: the root, and the job on top of it.
func (r Root) pack(ctx context.Context, job Job, fs, initrd string) error {
	put := map[string][]byte{
		"lab/cmd": []byte(job.Command + "\n"),
		"lab/env": fmt.Appendf(nil, "now=%d\n", time.Now().Unix()),
	}
	for name, data := range job.Files {
		put["job/"+name] = data
	}
	for name, data := range put {
		file := filepath.Join(fs, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o755); err != nil {
			return err
		}
	}
	base, err := os.ReadFile(filepath.Join(r.dir, "base.cpio"))
	if err != nil {
		return err
	}
	cpio := exec.CommandContext(ctx, "sh", "-c", `find . | "$0" cpio -o -H newc 2>/dev/null`, filepath.Join(r.dir, "busybox"))
	cpio.Dir = fs
	added, err := cpio.Output()
	if err != nil {
		return err
	}
	return os.WriteFile(initrd, append(base, added...), 0o644)
}

func untar(file string) (map[string][]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	files := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return files, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if files[path.Clean(h.Name)], err = io.ReadAll(r); err != nil {
			return files, err
		}
	}
}

// tail is the end of a text, for an error.
func tail(text []byte) []byte {
	const most = 4000
	return bytes.TrimSpace(text[max(0, len(text)-most):])
}
