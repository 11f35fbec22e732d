package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// stored is a list of the API as a file of its own: one folder a kind, one file
// a site.
type stored[T any] struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []T `json:"items"`
}

func encodeList[T any](kind string, items []T) ([]byte, error) {
	data, err := json.MarshalIndent(stored[T]{TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.APIVersion, Kind: kind}, Items: items}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode a %s: %w", kind, err)
	}
	return append(data, '\n'), nil
}

// readList is the stored list of one site; none where nothing is stored, and a
// *TornError where the file is damaged or holds something else.
func readList[T any](dir, part, site, kind string) ([]T, error) {
	path, err := fileName(dir, part, site, ".json")
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the %s of site %q: %w", part, site, err)
	}
	var l stored[T]
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, &TornError{Path: path, Err: err}
	}
	if l.APIVersion != v1alpha1.APIVersion || l.Kind != kind {
		return nil, &TornError{Path: path, Err: fmt.Errorf("it is a %q %q, not a %s %s", l.APIVersion, l.Kind, v1alpha1.APIVersion, kind)}
	}
	return l.Items, nil
}
