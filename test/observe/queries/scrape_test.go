package queries

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/util/teststorage"
)

// sample is one of a scrape: a value, or a native histogram.
type sample struct {
	labels    labels.Labels
	value     float64
	histogram *histogram.Histogram
}

// every is the time that scrapes are stored apart from each other, whatever
// was between them.
const every = 15 * time.Second

// scrape reads an agent's metrics as Prometheus does that asks for native
// histograms.
func scrape(t *testing.T, origin string) []sample { return scrapeAs(t, origin, "edge:9153") }

// scrapeAs is scrape of one of several agents.
func scrapeAs(t *testing.T, origin, instance string) []sample {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, origin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	parser, err := textparse.New(body, answer.Header.Get("Content-Type"), nil, textparse.ParserOptions{})
	if err != nil {
		t.Fatalf("parse metrics of type %s: %v", answer.Header.Get("Content-Type"), err)
	}
	var samples []sample
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return samples
		}
		if err != nil {
			t.Fatal(err)
		}
		s := sample{}
		switch entry {
		case textparse.EntrySeries:
			_, _, s.value = parser.Series()
		case textparse.EntryHistogram:
			_, _, s.histogram, _ = parser.Histogram()
		default:
			continue
		}
		parser.Labels(&s.labels)
		b := labels.NewBuilder(s.labels)
		b.Set("job", "wanctl").Set("instance", instance)
		s.labels = b.Labels()
		samples = append(samples, s)
	}
}

// change is what a test makes of the ith scrape; false leaves a sample out.
type change func(i int, s *sample) (keep bool)

// store keeps scrapes, the last of them taken at a time, as change makes them.
func store(t *testing.T, scrapes [][]sample, last time.Time, changes ...change) *teststorage.TestStorage {
	t.Helper()
	storage := teststorage.New(t)
	appender := storage.Appender(t.Context())
	for i, samples := range scrapes {
		at := last.Add(-time.Duration(len(scrapes)-1-i) * every).UnixMilli()
	samples:
		for _, s := range samples {
			for _, c := range changes {
				if !c(i, &s) {
					continue samples
				}
			}
			var err error
			if s.histogram != nil {
				_, err = appender.AppendHistogram(0, s.labels, at, s.histogram, nil)
			} else {
				_, err = appender.Append(0, s.labels, at, s.value)
			}
			if err != nil {
				t.Fatalf("store %s: %v", s.labels, err)
			}
		}
	}
	if err := appender.Commit(); err != nil {
		t.Fatal(err)
	}
	return storage
}
