// Package output prints objects in the formats of -o, with kubectl's habits.
package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	jsonutil "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/util/jsonpath"
	"sigs.k8s.io/yaml"
)

// Format is what -o says.
type Format struct {
	name     string
	template *jsonpath.JSONPath
}

// Names are the formats that complete on the command line.
var Names = []string{"table", "wide", "json", "yaml", "jsonpath=", "name"}

// Parse reads -o; the empty text is table.
func Parse(text string) (Format, error) {
	name, template, templated := strings.Cut(text, "=")
	switch {
	case text == "":
		return Format{name: "table"}, nil
	case name == "jsonpath" && templated:
		j := jsonpath.New("output").AllowMissingKeys(true)
		if err := j.Parse(template); err != nil {
			return Format{}, fmt.Errorf("read the template of -o jsonpath=%s: %w", template, err)
		}
		return Format{name: name, template: j}, nil
	case name == "jsonpath":
		return Format{}, fmt.Errorf("-o jsonpath needs a template, as in -o jsonpath='{.items[*].metadata.name}'")
	case templated:
		return Format{}, unknown(text)
	}
	switch name {
	case "table", "wide", "json", "yaml", "name":
		return Format{name: name}, nil
	}
	return Format{}, unknown(text)
}

func unknown(text string) error {
	return fmt.Errorf("unknown output format %q: use one of table, wide, json, yaml, jsonpath=TEMPLATE, name", text)
}

// Table says that a table is wanted rather than objects.
func (f Format) Table() bool { return f.name == "table" || f.name == "wide" }

// Wide says that the table has its further columns.
func (f Format) Wide() bool { return f.name == "wide" }

// Name says that only names are wanted.
func (f Format) Name() bool { return f.name == "name" }

// Print writes an object as JSON, as YAML, or through the template.
func (f Format) Print(w io.Writer, object any) error {
	switch f.name {
	case "json":
		return f.json(w, object)
	case "yaml":
		out, err := yaml.Marshal(object)
		if err != nil {
			return fmt.Errorf("write as yaml: %w", err)
		}
		_, err = w.Write(out)
		return err
	case "jsonpath":
		return f.jsonPath(w, object)
	}
	return fmt.Errorf("print an object as %s: not a format for objects", f.name)
}

func (f Format) json(w io.Writer, object any) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	if err := e.Encode(object); err != nil {
		return fmt.Errorf("write as json: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// jsonPath goes through JSON, so that templates use the names of the manifest.
func (f Format) jsonPath(w io.Writer, object any) error {
	raw, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("write as json: %w", err)
	}
	var plain any
	if err := jsonutil.Unmarshal(raw, &plain); err != nil {
		return fmt.Errorf("read back as json: %w", err)
	}
	if err := f.template.Execute(w, plain); err != nil {
		return fmt.Errorf("run the template of -o jsonpath: %w", err)
	}
	return nil
}
