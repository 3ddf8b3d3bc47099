package extract

import (
	"testing"
	"unicode/utf8"
)

// A summary may begin with a letter of two bytes.
func TestSummaryIsUTF8(t *testing.T) {
	t.Parallel()
	events := shared().Events(article(t, "2022-05-18", "ÇAVUŞOĞLU of Turkey met the Iranian foreign minister in Ankara."))
	for _, text := range []string{"ÇAVUŞOĞLU, the Turkish foreign minister, met Iranian officials in Ankara on Wednesday.", "Éric Example, the French foreign minister, met Iranian officials in Paris on Wednesday."} {
		events = append(events, shared().Events(article(t, "2022-05-18", text))...)
	}
	if len(events) == 0 {
		t.Fatal("no events")
	}
	begins := false
	for _, e := range events {
		begins = begins || e.Summary[0] >= utf8.RuneSelf
		if !utf8.ValidString(e.Summary) {
			t.Errorf("%q", e.Summary)
		}
	}
	if !begins {
		t.Error("no summary begins with such a letter")
	}
}
