package gazetteer

// Fold returns a key that variants of transliteration share: "Walid al-Muallem", "Walid Moallem" and "Walid
// al-Mouallem" fold alike, so do "Gadhafi" and "Qaddafi". Articles are dropped, consonants that romanisations
// confuse are merged, doubled letters become one, and a run of vowels becomes "u" if it has an o or a u, else "a".
// Different names can fold alike, so the key serves names of persons only, and only where the exact name is unknown.
func Fold(s string) string {
	key := Normalize(s)
	folded := make([]byte, 0, len(key)+2)
	for word := range fields(key) {
		end := len(folded)
		if end > 0 {
			folded = append(folded, ' ')
		}
		start := len(folded)
		if folded = appendFold(folded, []byte(word)); len(folded) == start {
			folded = folded[:end]
		}
	}
	return string(folded)
}

// articles are the forms of the Arabic article, which names carry or lack at will.
var articles = map[string]bool{
	"al": true, "el": true, "ul": true, "il": true, "ad": true, "ar": true, "as": true, "ash": true, "at": true,
	"az": true, "an": true, "ed": true, "er": true, "es": true, "esh": true, "et": true, "ez": true, "en": true,
}

// appendFold appends the fold of one normalised word; an article has none.
func appendFold(dst, w []byte) []byte {
	if articles[string(w)] {
		return dst
	}
	start := len(dst)
	i := 0
	switch {
	case startsWith(w, "ou") && len(w) > 2 && isVowel(w[2]): // French: Oualid
		dst, i = append(dst, 'v'), 2
	case startsWith(w, "ye"): // Yeltsin, Eltsin
		i = 1
	case startsWith(w, "ga"): // Gaddafi, Qaddafi
		dst, i = append(dst, 'k'), 1
	}
	for i < len(w) {
		if isVowel(w[i]) || w[i] == 'y' && i > 0 {
			vowel := byte('a')
			for ; i < len(w) && (isVowel(w[i]) || w[i] == 'y'); i++ {
				if w[i] == 'o' || w[i] == 'u' {
					vowel = 'u'
				}
			}
			dst = append(dst, vowel)
			continue
		}
		sound, n := consonant(w[i:])
		if sound == "" {
			dst = appendOnce(dst, start, w[i])
		}
		for j := range len(sound) {
			dst = appendOnce(dst, start, sound[j])
		}
		i += n
	}
	word := dst[start:]
	if n := len(word); n > 2 && (word[n-1] == 'h' || word[n-1] == 'j') && isVowel(word[n-2]) { // Saleh, Sale; Zelenskij
		word = word[:n-1]
	}
	if startsWith(word, "abdul") || startsWith(word, "abdal") { // Abdullah, Abdallah; Abdul, Abd al-
		word = append(word[:3], word[5:]...)
	}
	return dst[:start+len(word)]
}

// appendOnce appends a letter of the word that starts at an index, unless it is the same as the last.
func appendOnce(dst []byte, start int, c byte) []byte {
	if len(dst) > start && dst[len(dst)-1] == c {
		return dst
	}
	return append(dst, c)
}

// spellings are the consonants that romanisations write in several ways, the longest first.
var spellings = [...]struct{ spelt, sound string }{
	{"sch", "sh"}, {"tch", "sh"}, {"dzh", "j"},
	{"ch", "sh"}, {"dj", "j"}, {"zh", "j"}, {"ph", "f"}, {"th", "t"}, {"dh", "d"}, {"gh", "k"}, {"ck", "k"},
	{"ce", "s"}, {"ci", "s"}, {"cy", "s"}, {"c", "k"}, {"q", "k"}, {"x", "ks"}, {"w", "v"},
}

// consonant returns the sound that a word starts with, "" if it is written in one way only, and how many of its letters
// spell it.
func consonant(w []byte) (sound string, letters int) {
	for i := range spellings {
		s := &spellings[i]
		if startsWith(w, s.spelt) {
			if last := s.spelt[len(s.spelt)-1]; isVowel(last) || last == 'y' {
				return s.sound, len(s.spelt) - 1
			}
			return s.sound, len(s.spelt)
		}
	}
	return "", 1
}

// startsWith is strings.HasPrefix for bytes.
func startsWith(w []byte, prefix string) bool {
	return len(w) >= len(prefix) && string(w[:len(prefix)]) == prefix
}

func isVowel(c byte) bool {
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'
}
