package status

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// siteEnd closes the document: a live object without it was cut off, even
// where what is left of it still decodes.
const siteEnd = "...\n"

func encodeSite(site *v1alpha1.Site) ([]byte, error) {
	live := *site
	live.APIVersion, live.Kind = v1alpha1.APIVersion, v1alpha1.Kind
	data, err := yaml.Marshal(&live)
	if err != nil {
		return nil, fmt.Errorf("encode site %s: %w", site.Name, err)
	}
	return append(data, siteEnd...), nil
}

func decodeSite(data []byte, name string) (*v1alpha1.Site, error) {
	body, whole := bytes.CutSuffix(data, []byte(siteEnd))
	if !whole {
		return nil, errors.New("it is cut off: its last line is not \"...\"")
	}
	var site v1alpha1.Site
	if err := yaml.Unmarshal(body, &site); err != nil {
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
	path, err := fileName(dir, sitesDir, name, ".yaml")
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
	names, err := list(dir, sitesDir, ".yaml")
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
