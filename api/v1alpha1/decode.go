package v1alpha1

import (
	"fmt"

	"go.yaml.in/yaml/v3"
	sigsjson "sigs.k8s.io/json"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/document"
	"github.com/wanctl/wanctl/api/v1alpha1/internal/schema"
)

// Decode reads the sites of a manifest: a YAML file of one or more documents,
// each a Site. It returns those without fault, defaults filled in and status
// left empty, and everything that is wrong with the others, in the order of the
// file. The name of the file only serves the errors.
//
// A status in the manifest is not looked at: it may be of another version.
func Decode(file string, data []byte) ([]*Site, FieldErrors) {
	d := decoder{file: file, names: map[string]int{}}
	for _, doc := range document.Read(data) {
		switch {
		case doc.Err != nil:
			d.fault(schema.Position{Line: doc.Err.Line, Column: doc.Err.Column}, "", doc.Err.Message)
		case doc.Root != nil:
			d.document(doc.Root)
		}
	}
	if len(d.sites) == 0 && len(d.faults) == 0 {
		d.fault(schema.Position{Line: 1, Column: 1}, "",
			fmt.Sprintf("there is no Site in this file; a manifest begins with apiVersion: %s and kind: %s", APIVersion, Kind))
	}
	return d.sites, d.faults.sorted()
}

// decoder collects what a file holds.
type decoder struct {
	file   string
	sites  []*Site
	faults FieldErrors
	// names are the sites' names and the lines that they stand in.
	names map[string]int
}

func (d *decoder) fault(at schema.Position, path, message string) {
	d.faults = append(d.faults, FieldError{File: d.file, Line: at.Line, Column: at.Column, Path: path, Message: message})
}

// document takes one document: its shape against the schema, then its meaning.
// What is left of a misshapen one is checked as well, so that all its faults
// are told at once.
func (d *decoder) document(root *yaml.Node) {
	shape := schema.Check(root, schema.Site(), "status")
	if foreign := foreignFaults(shape); len(foreign) > 0 {
		shape.Faults, shape.Clean = foreign, nil
	}
	before := len(d.faults)
	for _, f := range shape.Faults {
		d.fault(f.Position, string(f.Path), f.Message)
	}
	if shape.Clean == nil {
		return
	}
	site, err := typed(shape.Clean)
	if err != nil {
		if len(shape.Faults) == 0 {
			d.fault(shape.Find(""), "", err.Error())
		}
		return
	}
	SetDefaults(site)
	for _, f := range check(site) {
		if _, stands := shape.Positions[f.path]; !stands && f.instead != "" {
			f.path = f.instead
		}
		if !shape.Faulty(f.path) {
			d.fault(shape.Find(f.path), string(f.path), f.message)
		}
	}
	d.unique(site.Name, shape)
	if len(d.faults) == before {
		d.sites = append(d.sites, site)
	}
}

// foreignFaults are the faults of a document that is no Site of this version,
// of which the others would be of no use to anybody.
func foreignFaults(shape schema.Shape) []schema.Fault {
	var foreign []schema.Fault
	for _, f := range shape.Faults {
		if _, stands := shape.Positions[f.Path]; stands && (f.Path == "kind" || f.Path == "apiVersion") {
			foreign = append(foreign, f)
		}
	}
	return foreign
}

// typed turns a document of the right shape into a Site. The document goes
// through YAML once more so that it means here what it means to Kubernetes.
func typed(clean *yaml.Node) (*Site, error) {
	text, err := yaml.Marshal(clean)
	if err != nil {
		return nil, fmt.Errorf("write the document anew: %w", err)
	}
	json, err := sigsyaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, fmt.Errorf("convert the document to JSON: %w", err)
	}
	site := &Site{}
	strict, err := sigsjson.UnmarshalStrict(json, site)
	if err != nil {
		return nil, fmt.Errorf("read the document as a %s: %w", Kind, err)
	}
	for _, err := range strict {
		return nil, fmt.Errorf("read the document as a %s: %w", Kind, err)
	}
	return site, nil
}

// unique refuses a second site of one name.
func (d *decoder) unique(name string, shape schema.Shape) {
	at := shape.Find("metadata.name")
	if first := d.names[name]; name != "" && first > 0 {
		d.fault(at, "metadata.name", fmt.Sprintf("site %q stands already in line %d; give one of them another name", name, first))
		return
	}
	d.names[name] = at.Line
}
