package db

import (
	"testing"
	"unicode/utf8"
)

func FuzzCut(f *testing.F) {
	f.Add("Ça a bougé", 1, 4)
	f.Add("a\xffb", 0, 9)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		got, ok := cut(text, start, end)
		runes := utf8.RuneCountInString(text)
		if want := start >= 0 && start < end && end <= runes; ok != want {
			t.Fatalf("cut(%q, %d, %d) is %t, expected %t", text, start, end, ok, want)
		}
		if ok && utf8.ValidString(text) && got != string([]rune(text)[start:end]) {
			t.Errorf("cut(%q, %d, %d) = %q", text, start, end, got)
		}
	})
}

func TestClip(t *testing.T) {
	t.Parallel()
	for n, want := range []string{"", "a", "a", "aé", "aé", "aé", "aé€", "aé€"} {
		if got := clip("aé€", n); got != want {
			t.Errorf("clip to %d: %q", n, got)
		}
	}
}
