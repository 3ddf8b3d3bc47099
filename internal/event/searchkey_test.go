package event

import (
	"strings"
	"testing"
)

func TestSearchKey(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                          "",
		" ":                         "",
		"?!":                        "",
		"Bashar  al-Assad":          "bashar al assad",
		"Mevlüt Çavuşoğlu":          "mevlut cavusoglu",
		"MEVLU\u0308T":              "mevlut",
		"Lech Wałęsa":               "lech walesa",
		"Łódź":                      "lodz",
		"O’Brien, Jr.":              "o brien jr",
		"Ａ１ ﬁ":                      "a1 fi",
		"Владимир Путин":            "vladimir putin",
		"G7":                        "g7",
		strings.Repeat("é", 100):    strings.Repeat("e", 64),
		strings.Repeat("word ", 99): strings.TrimSpace(strings.Repeat("word ", 80)),
	} {
		if got := SearchKey(name); got != want {
			t.Errorf("SearchKey(%q) = %q, expected %q", name, got, want)
		}
	}
}

func FuzzSearchKey(f *testing.F) {
	f.Add("Mevlüt Çavuşoğlu")
	f.Add("\xff\x00 東京")
	f.Fuzz(func(t *testing.T, name string) {
		key := SearchKey(name)
		if again := SearchKey(key); again != key {
			t.Errorf("the key of %q is %q, and that one's is %q", name, key, again)
		}
		for _, r := range key {
			if r != ' ' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				t.Errorf("the key of %q is %q", name, key)
			}
		}
		if len(key) > maxKey || strings.TrimSpace(key) != key || strings.Contains(key, "  ") {
			t.Errorf("the key of %q is %q", name, key)
		}
	})
}
