package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// githubActions and gitlabCI are what of the examples is run here.
type githubActions struct {
	Jobs map[string]struct {
		Steps []struct {
			Run string `json:"run"`
		} `json:"steps"`
	} `json:"jobs"`
}

type gitlabCI struct {
	Verdict struct {
		Script []string `json:"script"`
	} `json:"verdict"`
}

// commands are those of both examples by file, the installation of wanctl aside.
func commands(t *testing.T) map[string]string {
	t.Helper()
	read := func(name string, into any) {
		data, err := os.ReadFile(filepath.Join("../../examples/ci", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var actions githubActions
	read("github-actions.yaml", &actions)
	var ci gitlabCI
	read("gitlab-ci.yaml", &ci)
	lists := map[string][]string{"gitlab-ci.yaml": ci.Verdict.Script}
	for _, step := range actions.Jobs["verdict"].Steps {
		lists["github-actions.yaml"] = append(lists["github-actions.yaml"], step.Run)
	}
	all := map[string]string{}
	for name, list := range lists {
		for _, command := range list {
			if command != "" && !strings.HasPrefix(command, "go install ") {
				all[name] += command + "\n"
			}
		}
		if !strings.Contains(all[name], "wanctl simulate") {
			t.Fatalf("%s does not simulate: %q", name, all[name])
		}
	}
	return all
}

const changedSite = `apiVersion: wanctl.dev/v1alpha1
kind: Site
metadata: {name: lab}
spec:
  intervalProfile: INTERVAL
  routers: [{name: r, simulated: {cycleWork: 46ms, links: [{wan: w, download: {capacity: 60M, onFor: 1m, offFor: 1m}, upload: {flows: 0}}]}}]
  wans: [{name: w, router: r, download: {ceiling: 95M}, upload: {ceiling: 18M}}]
  rollout: {soak: {perWAN: 10m, final: 20m}, gates: {BaselineDrift: {minEvidence: 0}}}
`

// TestTheExamplesOfCIJudgeChangedManifests runs what they run, in a repository
// with a change.
func TestTheExamplesOfCIJudgeChangedManifests(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	for name, script := range commands(t) {
		for _, tt := range []struct{ name, interval, says string }{
			{"one that the line bears", "100ms", "lab: approved-100ms (simulated)"},
			{"one that is too fast", "50ms", "lab: finalize-100ms (simulated)"},
			{"one that is invalid", "1ms", "intervalProfile"},
		} {
			t.Run(name+" "+tt.name, func(t *testing.T) {
				dir := t.TempDir()
				run := func(command string) (string, error) {
					cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
					cmd.Dir = dir
					cmd.Env = append(os.Environ(), "BASE=base", "CI_MERGE_REQUEST_DIFF_BASE_SHA=base", "GIT_CONFIG_GLOBAL=/dev/null",
						"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
					out, err := cmd.CombinedOutput()
					return string(out), err
				}
				write := func(file, interval string) {
					path := filepath.Join(dir, "sites", file)
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(strings.ReplaceAll(changedSite, "INTERVAL", interval)), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				write("lab.yaml", "500ms")
				write("untouched.yaml", "1ms")
				if out, err := run("git init -q && git add -A && git commit -qm base && git tag base"); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				write("lab.yaml", tt.interval)
				if out, err := run("git commit -qam change"); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				out, err := run(script)
				if approved := strings.Contains(tt.says, "approved-"); (err == nil) != approved || !strings.Contains(out, tt.says) {
					t.Errorf("it ends with %v and says\n%s", err, out)
				}
			})
		}
	}
}
