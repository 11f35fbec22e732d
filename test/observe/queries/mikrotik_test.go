package queries

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/wanctl/wanctl/api/v1alpha1"
	"github.com/wanctl/wanctl/observe/metrics"
)

// mikrotik is a scrape of an agent that has a MikroTik router with a finding,
// and nothing else.
func mikrotik(t *testing.T) []sample {
	t.Helper()
	data, err := os.ReadFile("../../../observe/metrics/testdata/site.json")
	if err != nil {
		t.Fatal(err)
	}
	site := &v1alpha1.Site{}
	if err := json.Unmarshal(data, site); err != nil {
		t.Fatal(err)
	}
	site.Status = v1alpha1.SiteStatus{Routers: site.Status.Routers}
	m := metrics.New("v1.2.3")
	m.Show(func() ([]*v1alpha1.Site, time.Time) { return []*v1alpha1.Site{site}, time.Now() })
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	return scrapeAs(t, server.URL, "cable:9153")
}
