package event

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"
)

// Bounds of a search key, which is indexed: Postgres refuses index entries of
// more than a third of a page.
const (
	maxKeyWord = 64
	maxKey     = 400
)

// SearchKey brings a name into the form in which names are compared: lower
// case, transliterated to ASCII, everything but letters and digits a single
// space. "Mevlüt Çavuşoğlu" and "MEVLUT CAVUSOGLU" have the same key. It is
// empty if nothing of the name can be compared.
func SearchKey(name string) string {
	// NFKC first, so that letters and accents that came apart are looked up as
	// one letter and ligatures and wide forms as the plain ones.
	ascii := unidecode.Unidecode(norm.NFKC.String(name))
	words := strings.FieldsFunc(strings.ToLower(ascii), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	var key strings.Builder
	for _, w := range words {
		w = w[:min(len(w), maxKeyWord)]
		if key.Len()+1+len(w) > maxKey {
			break
		}
		if key.Len() > 0 {
			key.WriteByte(' ')
		}
		key.WriteString(w)
	}
	return key.String()
}

// SearchWords gives the words of a name's search key.
func SearchWords(name string) []string { return strings.Fields(SearchKey(name)) }
