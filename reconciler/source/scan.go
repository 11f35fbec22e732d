package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSize is the largest manifest that is read, in bytes.
const maxSize = 8 << 20

// scanner reads the manifests of one path.
type scanner struct {
	path string
	// file and directory are what the path was when it was last there.
	file, directory bool
	// beside is the file that was last found to lie beside the manifests and to
	// be none of them; it is written again and again, as a log is. What would
	// make it one rings by itself, and has everything looked at anew.
	beside string
}

// manifest says that a directory entry's name is a manifest's. What editors
// leave beside one is not: site.yaml~, .site.yaml.swp, #site.yaml#, 4913.
func manifest(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") {
		return false
	}
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// scan reads every manifest.
func (s *scanner) scan() sight {
	s.beside = ""
	info, err := os.Stat(s.path)
	switch {
	case err != nil && s.removed(err):
		return sight{}
	case err != nil:
		return sight{"": {err: fmt.Errorf("read manifests at %s: %w; wanctl looks again until it is there", s.path, err)}}
	}
	s.directory, s.file = info.IsDir(), !info.IsDir()
	if s.file {
		return readAll(s.path)
	}
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return sight{"": {err: fmt.Errorf("list manifests in %s: %w", s.path, err)}}
	}
	var paths []string
	for _, entry := range entries {
		if path := filepath.Join(s.path, entry.Name()); manifest(entry.Name()) && !isDir(path) {
			paths = append(paths, path)
		}
	}
	return readAll(paths...)
}

// removed says that a path that is missing is a file taken out of a directory
// that is still there, rather than a directory that may come back.
func (s *scanner) removed(err error) bool {
	file := s.file || !s.directory && manifest(filepath.Base(s.path))
	return file && errors.Is(err, fs.ErrNotExist) && isDir(filepath.Dir(s.path))
}

// readAll is the content of files; those that went in the meantime are left
// out.
func readAll(paths ...string) sight {
	seen := sight{}
	for _, path := range paths {
		if c := read(path); !errors.Is(c.err, fs.ErrNotExist) {
			seen[path] = c
		}
	}
	return seen
}

// read is a file's whole content.
func read(path string) content {
	f, err := open(path)
	if err != nil {
		return content{err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return content{err: fmt.Errorf("read manifest %s: %w", path, err)}
	}
	if len(data) > maxSize {
		return content{err: fmt.Errorf("read manifest %s: it is larger than %d MiB; is it a manifest?", path, maxSize>>20)}
	}
	return content{data: data}
}

// open is for regular files only: opening a pipe would wait for a writer.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read manifest %s: it is no regular file but %s", path, info.Mode().Type())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return f, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
