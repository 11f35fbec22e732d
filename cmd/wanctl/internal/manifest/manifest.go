// Package manifest reads the manifests that -f names.
package manifest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// stdin is what messages call the standard input.
const stdin = "stdin"

// extensions are the names that a manifest in a folder ends in.
var extensions = []string{".yaml", ".yml", ".json"}

// Site is a site and the file that it stands in.
type Site struct {
	*v1alpha1.Site
	File string
}

// Load reads and defaults every site of the given paths: files, folders of
// files, or - for in. Sites are returned from the files that are sound. What
// is wrong inside files is told in FieldErrors, all of it; the error is for
// what cannot be read at all.
func Load(paths []string, in io.Reader) ([]Site, v1alpha1.FieldErrors, error) {
	var sites []Site
	var faults v1alpha1.FieldErrors
	for _, path := range paths {
		files, err := expand(path)
		if err != nil {
			return nil, nil, err
		}
		for _, file := range files {
			name, data, err := read(file, in)
			if err != nil {
				return nil, nil, err
			}
			found, wrong := v1alpha1.Decode(name, data)
			if len(wrong) == 0 {
				found, wrong = unique(found, sites, name, data)
			}
			faults = append(faults, wrong...)
			for _, s := range found {
				if len(wrong) == 0 {
					sites = append(sites, Site{Site: s, File: name})
				}
			}
		}
	}
	return sites, faults, nil
}

// expand lists the files of a path, sorted.
func expand(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read folder of manifests: %w", err)
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && name[0] != '.' && slices.Contains(extensions, filepath.Ext(name)) {
			files = append(files, filepath.Join(path, name))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read folder of manifests %s: it has no file that ends in .yaml, .yml or .json", path)
	}
	return files, nil
}

func read(file string, in io.Reader) (string, []byte, error) {
	if file == "-" {
		data, err := io.ReadAll(in)
		if err != nil {
			return "", nil, fmt.Errorf("read manifest from %s: %w", stdin, err)
		}
		return stdin, data, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", nil, fmt.Errorf("read manifest: %w", err)
	}
	return file, data, nil
}
