package status

import (
	"encoding/json"
	"errors"
	"fmt"

	yamlnode "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// Inline is a manifest file with the status section of one site's document
// replaced, or appended where it has none. Every byte outside of that section
// is as it was, comments beside and after it included; comments inside of it
// go. The result is parsed and compared before it is returned: where the
// section cannot be replaced with certainty, Inline fails and says what form
// it should have.
func Inline(file []byte, site string, status *v1alpha1.SiteStatus) ([]byte, error) {
	out, err := inline(file, site, status)
	if err != nil {
		return nil, fmt.Errorf("write status of site %s into its manifest: %w", site, err)
	}
	return out, nil
}

func inline(file []byte, site string, status *v1alpha1.SiteStatus) ([]byte, error) {
	docs, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	n, err := find(docs, site)
	if err != nil {
		return nil, err
	}
	d := docs[n]
	doc := file[d.start:d.end]
	encode, replace := json.Marshal, replaceFlow
	if d.root.Style&yamlnode.FlowStyle == 0 {
		encode, replace = func(v any) ([]byte, error) { return yaml.Marshal(v) }, replaceBlock
	}
	text, err := encode(status)
	if err != nil {
		return nil, fmt.Errorf("encode it: %w", err)
	}
	if doc, err = replace(doc, d.root, text); err != nil {
		return nil, err
	}
	out := join(file[:d.start], doc, file[d.end:])
	if !only(docs, n, out, text) {
		return nil, errForm
	}
	return out, nil
}

// find is the one document that is a site's.
func find(docs []document, site string) (int, error) {
	found := -1
	for i, d := range docs {
		kind, name := entry(d.root, "kind"), entry(entry(d.root, "metadata"), "name")
		if kind == nil || kind.Value != v1alpha1.Kind || name == nil || name.Value != site {
			continue
		}
		if found >= 0 {
			return 0, errors.New("two documents are of that site")
		}
		found = i
	}
	if found < 0 {
		return 0, errors.New("no document is of that site")
	}
	return found, nil
}

// only says that a file differs from the documents it was made from in the
// status of document n, and that this is status.
func only(before []document, n int, file, status []byte) bool {
	after, err := parse(file)
	if err != nil || len(after) != len(before) {
		return false
	}
	var want yamlnode.Node
	if yamlnode.Unmarshal(status, &want) != nil || want.Kind != yamlnode.DocumentNode {
		return false
	}
	for i := range after {
		if i != n {
			if !sameNode(after[i].root, before[i].root) {
				return false
			}
			continue
		}
		if !sameNode(without(after[i].root), without(before[i].root)) || !sameNode(entry(after[i].root, "status"), want.Content[0]) {
			return false
		}
	}
	return true
}

// without is a mapping without its status.
func without(mapping *yamlnode.Node) *yamlnode.Node {
	rest := *mapping
	rest.Content = nil
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != "status" {
			rest.Content = append(rest.Content, mapping.Content[i], mapping.Content[i+1])
		}
	}
	return &rest
}
