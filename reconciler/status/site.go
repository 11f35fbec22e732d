package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// encodeSite is a live object as JSON on one line: as YAML it took thirty times
// as long, which on a slow router was a tenth of all that the agent did, and
// indented half as long again.
func encodeSite(site *v1alpha1.Site) ([]byte, error) {
	live := *site
	live.APIVersion, live.Kind = v1alpha1.APIVersion, v1alpha1.Kind
	data, err := json.Marshal(&live)
	if err != nil {
		return nil, fmt.Errorf("encode site %s: %w", site.Name, err)
	}
	return append(data, '\n'), nil
}

func decodeSite(data []byte, name string) (*v1alpha1.Site, error) {
	var site v1alpha1.Site
	if err := json.Unmarshal(data, &site); err != nil {
		return nil, err
	}
	if site.APIVersion != v1alpha1.APIVersion || site.Kind != v1alpha1.Kind {
		return nil, fmt.Errorf("it is a %s %s, not a %s %s", site.APIVersion, site.Kind, v1alpha1.APIVersion, v1alpha1.Kind)
	}
	if site.Name != name {
		return nil, fmt.Errorf("it holds site %q", site.Name)
	}
	return &site, nil
}

// readSite is one live object. It fails with a *TornError where the file is
// damaged, and with fs.ErrNotExist where there is none.
func readSite(dir, name string) (*v1alpha1.Site, error) {
	path, err := fileName(dir, sitesDir, name, ".json")
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("site %q is not known in state directory %s: %w", name, dir, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("read site %q: %w", name, err)
	}
	site, err := decodeSite(data, name)
	if err != nil {
		return nil, &TornError{Path: path, Err: err}
	}
	return site, nil
}

// readSites is every live object, with read; those that fail are left out and
// their errors joined.
func readSites(dir string, read func(name string) (*v1alpha1.Site, error)) ([]v1alpha1.Site, error) {
	names, err := list(dir, sitesDir, ".json")
	var sites []v1alpha1.Site
	for _, name := range names {
		site, fault := read(name)
		switch {
		case errors.Is(fault, fs.ErrNotExist): // removed since it was listed
		case fault != nil:
			err = errors.Join(err, fault)
		default:
			sites = append(sites, *site)
		}
	}
	return sites, err
}
