package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// File is a part that is a file, by another name in the bundle.
func File(name, path string) Part {
	return Part{name, func(context.Context) ([]byte, error) { return os.ReadFile(path) }}
}

// Text is a part that is known already.
func Text(name, text string) Part {
	return Part{name, func(context.Context) ([]byte, error) { return []byte(text), nil }}
}

// Folder are parts for all files below a folder, but those that are being
// written.
func Folder(name, path string) (parts []Part) {
	err := filepath.WalkDir(path, func(file string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			relative, err := filepath.Rel(path, file)
			if err != nil {
				return err
			}
			parts = append(parts, File(name+"/"+filepath.ToSlash(relative), file))
		}
		return nil
	})
	if err != nil {
		parts = append(parts, Part{name + "/errors.txt", func(context.Context) ([]byte, error) { return nil, err }})
	}
	return parts
}

// Commands is a part that is the output of commands, each a line as a shell has
// it, one after the other. One that is not installed or fails is told of between
// the others.
func Commands(name string, lines ...string) Part {
	return Part{name, func(ctx context.Context) ([]byte, error) {
		var all bytes.Buffer
		var failed []error
		for _, line := range lines {
			fmt.Fprintf(&all, "$ %s\n", line)
			words := strings.Fields(line)
			cmd := exec.CommandContext(ctx, words[0], words[1:]...)
			cmd.Stdout, cmd.Stderr = &all, &all
			cmd.WaitDelay = time.Second
			if err := cmd.Run(); err != nil {
				err = fmt.Errorf("%s: %w", words[0], err)
				failed = append(failed, err)
				fmt.Fprintln(&all, err)
			}
			all.WriteByte('\n')
		}
		return all.Bytes(), errors.Join(failed...)
	}}
}

// Files is a part that is several files one after the other.
func Files(name string, paths ...string) Part {
	return Part{name, func(context.Context) ([]byte, error) {
		var all bytes.Buffer
		var failed []error
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				failed = append(failed, err)
				continue
			}
			fmt.Fprintf(&all, "==> %s\n%s\n", path, data)
		}
		return all.Bytes(), errors.Join(failed...)
	}}
}

// Agent asks a running agent's port.
type Agent struct {
	// URL is where it listens, Token what it is shown; empty is nothing.
	URL, Token string
}

// Get is a part that is what the agent answers to a path.
func (a *Agent) Get(name, path string) Part {
	return Part{name, func(ctx context.Context) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(a.URL, "/")+path, nil)
		if err != nil {
			return nil, err
		}
		if a.Token != "" {
			request.Header.Set("Authorization", "Bearer "+a.Token)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		// A health check that fails is what is looked for.
		if err == nil && answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusServiceUnavailable {
			err = fmt.Errorf("the agent answers %s", answer.Status)
		}
		return data, err
	}}
}
