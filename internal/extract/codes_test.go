package extract

import (
	"testing"

	"demarche/internal/event"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	var c event.Codes = Codes(shared().gazetteer)
	for in, want := range map[string]string{
		"IRN": "IRN", "irn": "IRN", "IR": "IRN", "Iran": "IRN", "iran": "IRN", "the United States": "USA", "Kosovo": "XKX", "XKX": "XKX",
		"UN": "UN", "United Nations": "UN", "AU": "AU", "African Union": "AU", "NATO": "NATO", "EU": "EU", "European Union": "EU",
		"Bashar al-Assad": "", "Atlantis": "", "": "",
	} {
		if got, _ := c.ActorCode(in); got != want {
			t.Errorf("actor %q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"AU": "AUS", "Syria": "SYR", "sy": "SYR", "UN": "", "Damascus": ""} {
		if got, _ := c.CountryCode(in); got != want {
			t.Errorf("country %q: %q, want %q", in, got, want)
		}
	}
}
