package gazetteer

import (
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"
)

// Normalize returns the search key of a name: lower case, ASCII by transliteration, every run of other characters a
// single space, none at the ends. "Côte d’Ivoire" becomes "cote d ivoire", "U.S." becomes "u s".
func Normalize(s string) string {
	if !isASCII(s) {
		s = unidecode.Unidecode(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for i := 0; i < len(s); i++ {
		c := lowerAlnum(s[i])
		if c == 0 {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteByte(c)
	}
	return b.String()
}

// lowerAlnum returns an ASCII letter in lower case or a digit as it is, and 0 for everything else.
func lowerAlnum(c byte) byte {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return c
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	}
	return 0
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// slug returns a name as the last part of an [Entry.ID]: "bashar-al-assad".
func slug(name string) string {
	return strings.ReplaceAll(Normalize(name), " ", "-")
}
