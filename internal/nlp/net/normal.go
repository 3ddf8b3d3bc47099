package net

import "strings"

// normal maps typographic characters to the plain ones that the network was trained on.
var normal = strings.NewReplacer(
	"‘", "'", "’", "'", "‛", "'", "′", "'", "`", "'",
	"“", "\"", "”", "\"", "„", "\"", "‟", "\"", "″", "\"", "«", "\"", "»", "\"", "``", "\"", "''", "\"",
	"–", "-", "—", "--", "―", "--", "‐", "-", "‑", "-", "−", "-", "…", "...",
	"\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "", "\ufeff", "", "\u00a0", " ", "ﬁ", "fi", "ﬂ", "fl",
)

// Normal gives a word with plain quotes, dashes and dots, and without invisible characters. A word without any of them
// is given back as it is.
func Normal(word string) string {
	for i := range len(word) {
		if c := word[i]; c >= 0x80 || c == '`' || c == '\'' {
			return normal.Replace(word)
		}
	}
	return word
}
