package kubernetes

import (
	"os"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// TestWhatIsInstalledIsWhatKubernetesKnows decodes every object strictly, and the
// site in the ConfigMap as the agent would.
func TestWhatIsInstalledIsWhatKubernetesKnows(t *testing.T) {
	data, err := os.ReadFile("../../../manifests/kubernetes/wanctl.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var daemons apps.DaemonSet
	var sites core.ConfigMap
	var secret core.Secret
	objects := map[string]any{"DaemonSet": &daemons, "ConfigMap": &sites, "Secret": &secret, "Namespace": &core.Namespace{}}
	for document := range strings.SplitSeq(string(data), "\n---\n") {
		var head struct{ Kind string }
		if err := yaml.Unmarshal([]byte(document), &head); err != nil {
			t.Fatal(err)
		}
		into := objects[head.Kind]
		if into == nil {
			t.Fatalf("a second %s, or one that is not known", head.Kind)
		}
		if err := yaml.UnmarshalStrict([]byte(document), into); err != nil {
			t.Errorf("%s: %v", head.Kind, err)
		}
		delete(objects, head.Kind)
	}
	for kind := range objects {
		t.Errorf("there is no %s", kind)
	}
	for name, text := range sites.Data {
		found, faults := v1alpha1.Decode(name, []byte(text))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		c := found[0].Spec.Routers[0].RouterOS.Credentials
		for _, path := range []string{c.UsernameFile, c.PasswordFile} {
			key := strings.TrimPrefix(path, "/run/secrets/edge/")
			if secret.StringData[key] == "" {
				t.Errorf("the secret has no %s, which %s names", key, name)
			}
		}
	}
	pod := daemons.Spec.Template.Spec
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	for _, m := range pod.Containers[0].VolumeMounts {
		if !volumes[m.Name] || m.SubPath != "" {
			t.Errorf("the mount %+v has no volume, or does not follow edits", m)
		}
	}
	if added := pod.Containers[0].SecurityContext.Capabilities.Add; len(added) != 2 {
		t.Errorf("it may %v", added)
	}
	for key, value := range daemons.Spec.Selector.MatchLabels {
		if daemons.Spec.Template.Labels[key] != value {
			t.Errorf("the selector's %s=%s is not on the pod", key, value)
		}
	}
}
