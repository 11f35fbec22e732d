package v1alpha1_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

func TestDefaultingTwiceIsDefaultingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := sites().Draw(t, "site")
		v1alpha1.SetDefaults(once)
		twice := once.DeepCopy()
		v1alpha1.SetDefaults(twice)
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Fatalf("the second time changes (-once +twice)\n%s", diff)
		}
	})
}

func TestDefaultsKeepWhatIsGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := sites().Draw(t, "site")
		defaulted := given.DeepCopy()
		v1alpha1.SetDefaults(defaulted)
		before, after := leaves(t, given), leaves(t, defaulted)
		for path, value := range before {
			if after[path] != value {
				t.Fatalf("%s was %v and is %v", path, value, after[path])
			}
		}
	})
}

func TestAWellFormedSiteSurvivesWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := sites().Draw(t, "site")
		v1alpha1.SetDefaults(site)
		text, err := yaml.Marshal(site)
		if err != nil {
			t.Fatal(err)
		}
		got, faults := v1alpha1.Decode("site.yaml", text)
		if err := faults.OrNil(); err != nil {
			t.Fatalf("%v\nin\n%s", err, text)
		}
		if diff := cmp.Diff([]*v1alpha1.Site{site}, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-written +read)\n%s", diff)
		}
	})
}

// derived are the fields that SetDefaults fills in from others, or differently
// for each direction, so that no marker can.
var derived = []string{
	"spec.rollout.order.0", "spec.wans.0.DIRECTION.states", "spec.wans.0.DIRECTION.decrease.factor", "spec.wans.0.DIRECTION.increase.step",
	"spec.wans.0.DIRECTION.floors.red", "spec.wans.0.DIRECTION.floors.softRed", "spec.wans.0.DIRECTION.floors.yellow", "spec.wans.0.DIRECTION.floors.green",
}

func TestSetDefaultsDoesWhatTheMarkersSay(t *testing.T) {
	least := &v1alpha1.Site{Spec: v1alpha1.SiteSpec{
		Routers:  []v1alpha1.Router{{Name: "sim", Simulated: &v1alpha1.Simulated{Links: []v1alpha1.SimulatedLink{{WAN: "a"}}, Calls: []v1alpha1.SimulatedCalls{{}}}}},
		WANs:     []v1alpha1.WAN{{Name: "a", Router: "sim"}},
		Steering: []v1alpha1.Steering{{Name: "calls"}},
	}}
	before := leaves(t, least)
	v1alpha1.SetDefaults(least)
	filled := leaves(t, least)
	for path := range before {
		delete(filled, path)
	}
	marked := map[string]string{}
	for path := range leaves(t, least) {
		field, err := v1alpha1.Explain("site." + strings.Join(slices.DeleteFunc(strings.Split(path, "."), isIndex), "."))
		if err != nil {
			t.Fatal(err)
		}
		if field.Default != "" {
			marked[path] = field.Default
		}
	}
	for path, value := range filled {
		general := strings.NewReplacer("download", "DIRECTION", "upload", "DIRECTION").Replace(path)
		want, known := marked[path]
		switch {
		case slices.Contains(derived, general):
		case !known:
			t.Errorf("SetDefaults fills in %s = %v, its marker does not", path, value)
		case strings.HasPrefix(path, "spec.rollout.ladder."):
			if !slices.Contains(strings.Split(strings.Trim(want, "[]"), ", "), value) {
				t.Errorf("%s is %v, the marker says %v", path, value, want)
			}
		case value != normal(want):
			t.Errorf("%s is %v, the marker says %v", path, value, want)
		}
	}
	for path, want := range marked {
		if filled[path] == "" {
			t.Errorf("the marker of %s says %v, SetDefaults leaves it out", path, want)
		}
	}
	if len(marked) < 35 {
		t.Errorf("only %d defaults found in the markers", len(marked))
	}
}

// normal is a duration as Go writes it, and any other text itself.
func normal(text string) string {
	if d, err := time.ParseDuration(text); err == nil {
		return d.String()
	}
	return text
}

func isIndex(part string) bool { return part[0] >= '0' && part[0] <= '9' }

// leaves are the scalars of a site's JSON as text, by path.
func leaves(t interface{ Fatal(...any) }, site *v1alpha1.Site) map[string]string {
	text, err := json.Marshal(site.Spec)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	collect(found, "spec", tree)
	return found
}

func collect(found map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			collect(found, path+"."+name, child)
		}
	case []any:
		for i, child := range value {
			collect(found, path+"."+string(rune('0'+i)), child)
		}
	case string:
		found[path] = value
	default:
		text, _ := json.Marshal(value)
		if text := string(text); text != "0" && text != `""` {
			found[path] = text
		}
	}
}

func TestDerivedDefaults(t *testing.T) {
	site := decodeGood(t, "two-wans.yaml")
	spectrum := site.Spec.WANs[1]
	for what, got := range map[string][2]any{
		"download states":        {spectrum.Download.States, int32(4)},
		"upload states":          {spectrum.Upload.States, int32(3)},
		"download factor":        {*spectrum.Download.Decrease.Factor, 0.9},
		"upload factor":          {*spectrum.Upload.Decrease.Factor, 0.95},
		"download step":          {spectrum.Download.Increase.Step.Value(), int64(18_800_000)},
		"upload floor of GREEN":  {spectrum.Upload.Floors.Green.String(), "8M"},
		"att's floor of YELLOW":  {site.Spec.WANs[0].Upload.Floors.Yellow.String(), "6M"},
		"queue kind on RouterOS": {spectrum.Download.QueueKind, v1alpha1.QueueTree},
		"sparse time constants":  {spectrum.TimeConstants, v1alpha1.TimeConstants{}},
		"sparse thresholds":      {spectrum.Thresholds, v1alpha1.Thresholds{}},
		"sparse profile":         {spectrum.IntervalProfile, ""},
		"probe timeout":          {*spectrum.Probe.Timeout, metav1.Duration{Duration: 2 * time.Second}},
	} {
		if !reflect.DeepEqual(got[0], got[1]) {
			t.Errorf("%s: %v, want %v", what, got[0], got[1])
		}
	}
	linux := decodeGood(t, "linux.yaml").Spec.WANs[0]
	if linux.Download.QueueKind != "" {
		t.Errorf("a Linux queue has the kind %q", linux.Download.QueueKind)
	}
	if got := linux.Upload.Floors.Red.Value(); got != 50_000_000 {
		t.Errorf("the floor of RED defaults to %d, want a tenth of the ceiling", got)
	}
	least := decodeGood(t, "least.yaml")
	if got := least.Spec.Rollout.Order; !slices.Equal(got, []string{"wan"}) {
		t.Errorf("the order defaults to %v", got)
	}
}
