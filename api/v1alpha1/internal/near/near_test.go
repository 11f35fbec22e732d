package near_test

import (
	"testing"

	"github.com/wanctl/wanctl/api/v1alpha1/internal/near"
)

func TestWordFindsWhatWasProbablyMeant(t *testing.T) {
	fields := []string{"ceiling", "floors", "decrease", "increase", "queue", "queueKind", "to"}
	for misspelt, want := range map[string]string{
		"ceilling": "ceiling", "cieling": "ceiling", "Ceiling": "ceiling", "floor": "floors", "decraese": "decrease",
		"queu": "queue", "queuekind": "queueKind", "colour": "", "": "", "x": "", "ot": "to", "ceiling": "ceiling",
	} {
		got, found := near.Word(misspelt, fields)
		if got != want || found != (want != "") {
			t.Errorf("%q means %q (%v), want %q", misspelt, got, found, want)
		}
	}
}

func TestWordOfNothingIsNothing(t *testing.T) {
	if got, found := near.Word("a", nil); found {
		t.Errorf("found %q", got)
	}
}
