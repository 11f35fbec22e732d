package status

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// short is a status that a person can read.
func short(generation int64) *v1alpha1.SiteStatus {
	return &v1alpha1.SiteStatus{ObservedGeneration: generation, Source: "site.yaml"}
}

// long is a status with everything that is hard to write.
func long() *v1alpha1.SiteStatus {
	st := short(7)
	st.Conditions = []metav1.Condition{{
		Type: "Accepted", Status: "True", Reason: "ManifestInvalid",
		Message: "site.yaml:3:1: spec.wans: \"x\" # no comment\n\n  indented: 'quoted'\n# not a comment\n--- nor a marker",
	}}
	st.WANs = []v1alpha1.WANStatus{{Name: "att", Derived: &v1alpha1.Derived{
		WAN: "att", AlphaBaseline: 0.000375, ProbesPerSecond: 1e21,
		Detection: []v1alpha1.DetectionTime{{}},
	}}}
	return st
}

// TestInline has every form of a document. In the wanted text, STATUS stands
// for the lines of the short status in block style.
func TestInline(t *testing.T) {
	const head = "apiVersion: wanctl.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\n"
	const block = "  observedGeneration: 7\n  source: site.yaml"
	tests := map[string]struct{ file, want string }{
		"a status that is empty": {
			head + "spec: {}\nstatus: {}\n", head + "spec: {}\nstatus:\nSTATUS\n"},
		"a status without a value": {
			head + "status:\nspec: {}\n", head + "status:\nSTATUS\nspec: {}\n"},
		"a status that is null": {
			head + "status: ~\nspec: {}\n", head + "status:\nSTATUS\nspec: {}\n"},
		"a status from before": {
			head + "status:\n  observedGeneration: 6\n  source: old\nspec: {}\n", head + "status:\nSTATUS\nspec: {}\n"},
		"no status": {
			head + "spec: {}\n", head + "spec: {}\nstatus:\nSTATUS\n"},
		"no status and no final newline": {
			head + "spec: {}", head + "spec: {}\nstatus:\nSTATUS"},
		"no status and a comment at the end": {
			head + "spec: {}\n# the end\n", head + "spec: {}\n# the end\nstatus:\nSTATUS\n"},
		"a status and no final newline": {
			head + "spec: {}\nstatus: {}", head + "spec: {}\nstatus:\nSTATUS"},
		"a status in the middle with comments around": {
			head + "# before\nstatus: {}   # by wanctl\n\n# after\nspec: {} # kept\n",
			head + "# before\nstatus:   # by wanctl\nSTATUS\n\n# after\nspec: {} # kept\n"},
		"a comment on the key's line": {
			head + "status: # by wanctl, never by hand\n  source: old # goes\n  # stays, after the last line\nspec: {}\n",
			head + "status: # by wanctl, never by hand\nSTATUS # goes\n  # stays, after the last line\nspec: {}\n"},
		"a quoted key": {
			head + "\"status\": {}\nspec: {}\n", head + "\"status\":\nSTATUS\nspec: {}\n"},
		"a key in single quotes and a space before its colon": {
			head + "'status' : {}\nspec: {}\n", head + "'status' :\nSTATUS\nspec: {}\n"},
		"a flow value of several lines": {
			head + "status: {a: 1, # goes\n  b: \"}\",\n} # stays\nspec: {}\n",
			head + "status:\nSTATUS # stays\nspec: {}\n"},
		"a value that ends in a block scalar with a number sign": {
			head + "status:\n  message: |\n    # text\n    # and text\n# comment\nspec: {}\n",
			head + "status:\nSTATUS\n# comment\nspec: {}\n"},
		"a value that ends in a quoted number sign": {
			head + "status:\n  source: \"a # b\" # comment\nspec: {}\n",
			head + "status:\nSTATUS # comment\nspec: {}\n"},
		"a list at the key's own indent": {
			head + "status:\n- a\n- b\nspec: {}\n", head + "status:\nSTATUS\nspec: {}\n"},
		"status inside of other fields": {
			head + "spec:\n  status: {}\n  text: |\n    status: {}\n", head + "spec:\n  status: {}\n  text: |\n    status: {}\nstatus:\nSTATUS\n"},
		"carriage returns": {
			strings.ReplaceAll(head+"status: {} # c\nspec: {}\n", "\n", "\r\n"),
			strings.ReplaceAll(head+"status: # c\nSTATUS\nspec: {}\n", "\n", "\r\n")},
		"carriage returns and no status": {
			strings.ReplaceAll(head+"spec: {}", "\n", "\r\n"), strings.ReplaceAll(head+"spec: {}\nstatus:\nSTATUS", "\n", "\r\n")},
		"several documents": {
			"# first\n---\nkind: Other\nmetadata: {name: home}\nstatus: {}\n---\n" + head + "status: {}\n--- # third\n" + strings.Replace(head, "home", "house", 1) + "status: {}\n",
			"# first\n---\nkind: Other\nmetadata: {name: home}\nstatus: {}\n---\n" + head + "status:\nSTATUS\n--- # third\n" + strings.Replace(head, "home", "house", 1) + "status: {}\n"},
		"document end markers and directives": {
			"%YAML 1.1\n---\n" + head + "spec: {}\n...\n# between\n%YAML 1.1\n---\nkind: Other\n...\n",
			"%YAML 1.1\n---\n" + head + "spec: {}\nstatus:\nSTATUS\n...\n# between\n%YAML 1.1\n---\nkind: Other\n...\n"},
		"a document marker inside of a block scalar": {
			head + "spec:\n  text: |\n    ---\n    ...\nstatus: {}\n", head + "spec:\n  text: |\n    ---\n    ...\nstatus:\nSTATUS\n"},
		"an indented document": {
			"  kind: Site\n  metadata: {name: home}\n  status: {}\n  spec: {}\n",
			"  kind: Site\n  metadata: {name: home}\n  status:\n    observedGeneration: 7\n    source: site.yaml\n  spec: {}\n"},
		"a byte order mark": {
			"\ufeffstatus: {}\n" + head, "\ufeffstatus:\nSTATUS\n" + head},
		"anchors and aliases outside": {
			head + "spec: &s {a: 1}\nstatus: {}\nother: *s\n", head + "spec: &s {a: 1}\nstatus:\nSTATUS\nother: *s\n"},
		"a JSON document": {
			"{\n  \"kind\": \"Site\", \"metadata\": {\"name\": \"home\"},\n  \"status\": {\"a\": \"}\", \"b\": [{}]},\n  \"spec\": {}\n}\n",
			"{\n  \"kind\": \"Site\", \"metadata\": {\"name\": \"home\"},\n  \"status\": {\"observedGeneration\":7,\"source\":\"site.yaml\"},\n  \"spec\": {}\n}\n"},
		"a JSON document without a status": {
			"{\"kind\": \"Site\", \"metadata\": {\"name\": \"home\"}}",
			"{\"status\": {\"observedGeneration\":7,\"source\":\"site.yaml\"}, \"kind\": \"Site\", \"metadata\": {\"name\": \"home\"}}"},
		"a flow document with comments and plain scalars": {
			"--- {kind: Site, metadata: {name: home}, status: {it's: 1, # }\n  b: 'it''s }'}, spec: {}} # end\n",
			"--- {kind: Site, metadata: {name: home}, status: {\"observedGeneration\":7,\"source\":\"site.yaml\"}, spec: {}} # end\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			lines := block
			if strings.Contains(test.want, "\r\n") {
				lines = strings.ReplaceAll(block, "\n", "\r\n")
			}
			want := strings.Replace(test.want, "STATUS", lines, 1)
			got, err := Inline([]byte(test.file), "home", short(7))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			again, err := Inline(got, "home", short(7))
			if err != nil || !bytes.Equal(again, got) {
				t.Errorf("written again it is %q (error %v), want no change", again, err)
			}
			hard, err := Inline(got, "home", long())
			if err != nil {
				t.Fatalf("a long status: %v", err)
			}
			back, err := Inline(hard, "home", short(7))
			if err != nil || !bytes.Equal(back, got) {
				t.Errorf("after a long status it is (error %v, -want +got):\n%s", err, cmp.Diff(string(got), string(back)))
			}
		})
	}
}

func TestInlineKeepsTheLongStatusWhole(t *testing.T) {
	for _, file := range []string{"kind: Site\nmetadata: {name: home}\n", `{"kind": "Site", "metadata": {"name": "home"}}`} {
		out, err := Inline([]byte(file), "home", long())
		if err != nil {
			t.Fatal(err)
		}
		var got v1alpha1.Site
		if err := yaml.UnmarshalStrict(out, &got); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		want, _ := json.Marshal(long())
		have, _ := json.Marshal(&got.Status)
		if !bytes.Equal(want, have) {
			t.Errorf("the status is\n%s\nwant\n%s", have, want)
		}
	}
}

func TestInlineRefuses(t *testing.T) {
	const head = "kind: Site\nmetadata: {name: home}\n"
	tests := map[string]struct{ file, want string }{
		"an empty file":                     {"", "no document is of that site"},
		"another site":                      {"kind: Site\nmetadata: {name: house}\n", "no document is of that site"},
		"the same site twice":               {head + "---\n" + head, "two documents are of that site"},
		"broken YAML":                       {head + "spec: {\n", "the manifest cannot be read: document 1: "},
		"broken YAML in another document":   {head + "---\n\t- x\n", "the manifest cannot be read: document 2: "},
		"two status sections":               {head + "status: {}\nstatus: {}\n", "two status sections"},
		"a key that is marked as one":       {head + "? status\n: {}\nspec: {}\n", "in a form that cannot be replaced"},
		"a key with a tag":                  {head + "!!str status: {}\n", "in a form that cannot be replaced"},
		"an anchor inside that is used":     {head + "status: {a: &x 1}\nspec: *x\n", "in a form that cannot be replaced"},
		"a JSON status that is no object":   {`{"kind": "Site", "metadata": {"name": "home"}, "status": null}`, "in a form that cannot be replaced"},
		"bytes that are not UTF-8":          {head + "# \xff\n", "it is not UTF-8"},
		"an end that another line changes":  {head + "spec: |+\n  text", "in a form that cannot be replaced"},
		"a document that is a list":         {"- kind: Site\n", "no document is of that site"},
		"metadata that is no mapping":       {"kind: Site\nmetadata: [name, home]\n", "no document is of that site"},
		"a name that is built from another": {"kind: Site\nmetadata: {name: [home]}\n", "no document is of that site"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := Inline([]byte(test.file), "home", short(7))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v (file %q), want %q", err, out, test.want)
			}
		})
	}
}
