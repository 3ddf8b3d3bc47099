package gazetteer

import (
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"
)

// Match is a known name in a text: the longest that starts at its first token.
type Match struct {
	Start, End int      // indices of tokens, End exclusive
	Entries    []*Entry // all readings, the most prominent first; shared, not to be changed
}

// Find returns the known names in a sentence, from left to right, none overlapping another. Tokens are surface
// forms: "U.S." is one, "Iran" and "'s" are two, "Amir-Abdollahian" may be one or three. A name has to be
// capitalised, but for its articles, particles and generic words ("Strait of Hormuz", "Idlib province"), or in
// capitals; an acronym has to be in capitals; a name that is also a common word ("Nice") is not found where any word
// would be capitalised. Names of persons in two words or more are also found in other transliterations (see [Fold]).
func (g *Gazetteer) Find(tokens []string) []Match { return g.AppendFind(nil, tokens) }

// AppendFind is [Gazetteer.Find] appending to dst, for callers who reuse it.
func (g *Gazetteer) AppendFind(dst []Match, tokens []string) []Match {
	text, _ := g.texts.Get().(*text)
	if text == nil {
		text = newText()
	}
	defer g.texts.Put(text)
	text.read(g, tokens)
	for i := 0; i < len(text.words); {
		if !text.words[i].opens {
			i++
			continue
		}
		end, entries := text.longest(g.names, i)
		if end-i < 2 && text.mayBePerson(i) {
			if e, found := text.longestFolded(g.folded, i); e > end {
				end, entries = e, found
			}
		}
		if entries == nil {
			i++
			continue
		}
		dst = append(dst, Match{int(text.words[i].token), int(text.words[end-1].token) + 1, entries})
		i = end
	}
	return dst
}

// A text is a sentence as the tries see it: a row of normalised words.
type text struct {
	words   []word
	letters []byte // the normalised words, one after the other
	folded  []byte // scratch
	heading bool   // all in capitals
	loose   bool   // no longer word in lower case: a heading in title case
}

// A word is a run of letters and digits of a token.
type word struct {
	token      int32
	start, end int32 // its letters in text.letters
	exact      wordID
	opens      bool // it is the first of its token
	closes     bool // it is the last of its token
	apart      bool // punctuation parts it from the word before
	glued      bool // a hyphen or an apostrophe joins it to the word before
	particle   bool // names have it in either case
	letters    letterCase
}

type letterCase uint8

const (
	caseless   letterCase = iota // digits only
	lowerCase                    // starts in lower case
	titleCase                    // starts with a capital, goes on in lower case
	singleCase                   // one capital
	upperCase                    // capitals only
)

func newText() *text {
	return &text{words: make([]word, 0, 64), letters: make([]byte, 0, 512)}
}

// read takes the words of a sentence.
func (t *text) read(g *Gazetteer, tokens []string) {
	t.words, t.letters = t.words[:0], t.letters[:0]
	apart, glued := false, false
	for i, token := range tokens {
		first := len(t.words)
		if isASCII(token) {
			glued = t.split(i, token, apart, glued)
		} else {
			glued = t.splitForeign(i, token, apart, glued)
		}
		if len(t.words) == first {
			if !glued && !isApostrophe(token) {
				apart = true
			}
			continue
		}
		apart = false
		t.words[first].opens = true
		t.words[len(t.words)-1].closes = true
	}
	for i := range t.words {
		w := &t.words[i]
		w.exact = g.names.words[string(t.letters[w.start:w.end])]
		w.particle = w.exact != unknownWord && g.particles[w.exact]
	}
	t.heading, t.loose = t.style()
}

// style tells a text all in capitals, and one without a longer word in lower case.
func (t *text) style() (heading, loose bool) {
	capitals := 0
	heading, loose = true, true
	for _, w := range t.words {
		switch w.letters {
		case upperCase:
			capitals++
		case titleCase:
			heading = false
		case lowerCase:
			heading = false
			if w.end-w.start > 3 && !w.glued {
				loose = false
			}
		}
	}
	return heading && capitals > 2, loose
}

// split takes the words of an ASCII token and reports whether it ends in a hyphen or an apostrophe.
func (t *text) split(token int, s string, apart, glued bool) bool {
	for i := 0; i < len(s); {
		if lowerAlnum(s[i]) == 0 {
			glued = s[i] == '-' || s[i] == '\''
			i++
			continue
		}
		start := len(t.letters)
		form := caseless
		for ; i < len(s); i++ {
			c := lowerAlnum(s[i])
			if c == 0 {
				break
			}
			form = form.with(s[i], len(t.letters) == start)
			t.letters = append(t.letters, c)
		}
		t.words = append(t.words, word{
			token: int32(token), start: int32(start), end: int32(len(t.letters)),
			apart: apart, glued: glued, letters: form,
		})
		apart, glued = false, false
	}
	return glued
}

// splitForeign takes the words of any token.
func (t *text) splitForeign(token int, s string, apart, glued bool) bool {
	if key := Normalize(s); key == "" {
		return s == "‐" || s == "‑" // hyphen, non-breaking hyphen
	}
	return t.split(token, unidecode.Unidecode(s), apart, glued)
}

// with returns the case of a word grown by a letter or digit.
func (l letterCase) with(c byte, first bool) letterCase {
	upper := 'A' <= c && c <= 'Z'
	lower := 'a' <= c && c <= 'z'
	switch {
	case !upper && !lower:
		return l
	case l == caseless && upper:
		if first {
			return singleCase
		}
		return upperCase // 5G
	case l == caseless:
		if first {
			return lowerCase
		}
		return l // 5th
	case l == singleCase && upper:
		return upperCase
	case (l == singleCase || l == upperCase) && lower:
		return titleCase
	}
	return l
}

// isApostrophe tells a lone mark that does not part the words of a name.
func isApostrophe(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size == len(s) && strings.ContainsRune("'’‘ʼ&", r)
}

// longest returns the end and the readings of the longest name of a trie that starts at a word.
func (t *text) longest(names *trie, start int) (end int, entries []*Entry) {
	var capital, small, mixed bool // seen: a capitalised word, a content word in lower case, one not in capitals
	node := rootNode
	for i := start; i < len(t.words); i++ {
		w := &t.words[i]
		if i > start && w.apart {
			break
		}
		if w.exact == unknownWord {
			break
		}
		if node = names.step(node, w.exact); node == rootNode {
			break
		}
		switch w.letters {
		case lowerCase:
			small = small || !w.particle && !w.glued
			mixed = true
		case titleCase:
			capital, mixed = true, true
		case singleCase, upperCase:
			capital = true
		}
		if !w.closes {
			continue
		}
		if found := names.leaves[node].in(t.setting(start, capital, small, mixed)); len(found) > 0 {
			end, entries = i+1, found
		}
	}
	return end, entries
}

// mayBePerson tells whether two capitalised words start at a word, not counting articles and particles between them.
func (t *text) mayBePerson(start int) bool {
	if t.words[start].letters == lowerCase {
		return false
	}
	for i := start + 1; i < len(t.words) && !t.words[i].apart; i++ {
		if w := &t.words[i]; w.letters != lowerCase {
			return true
		} else if !w.particle {
			return false
		}
	}
	return false
}

// longestFolded returns the end and the readings of the longest name of a trie of folded names that starts at a word.
// It leaves articles out and takes two words at least.
func (t *text) longestFolded(names *trie, start int) (end int, entries []*Entry) {
	node := rootNode
	for i, taken := start, 0; i < len(t.words); i++ {
		w := &t.words[i]
		if i > start && w.apart || w.letters == lowerCase && !w.particle && !w.glued {
			break
		}
		t.folded = appendFold(t.folded[:0], t.letters[w.start:w.end])
		if len(t.folded) == 0 && i > start {
			continue
		}
		id := names.words[string(t.folded)]
		if id == unknownWord {
			break
		}
		if node = names.step(node, id); node == rootNode {
			break
		}
		if taken++; taken > 1 && w.closes && w.letters != lowerCase && names.leaves[node].all != nil {
			end, entries = i+1, names.leaves[node].all
		}
	}
	return end, entries
}

// setting tells how a stretch of the text is written.
func (t *text) setting(start int, capital, small, mixed bool) setting {
	switch {
	case small || !capital:
		return inLower
	case t.heading:
		return inHeading
	case !mixed:
		return inUpper
	case start == 0 || t.loose:
		return inOpening
	default:
		return inTitle
	}
}
