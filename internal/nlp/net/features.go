package net

import (
	"unicode"
	"unicode/utf8"
)

// The features of a word: each is a row of one table of embeddings.
const (
	FeatWord    = iota // the known word, in lower case with every digit as 0; row 0 is the unknown word
	FeatPrefix         // its first three bytes
	FeatSuffix2        // its last two bytes
	FeatSuffix3        // its last three bytes
	FeatSuffix5        // its last five bytes
	FeatShape          // its pattern of capitals, digits and marks
	FeatSpace          // whether spaces part it from its neighbours
	NumFeats           // how many features a word has
)

// hashRows are the sizes of the tables which are indexed by a hash; powers of two. The table of words has a row a word.
var hashRows = [NumFeats]uint32{FeatPrefix: 8192, FeatSuffix2: 2048, FeatSuffix3: 8192, FeatSuffix5: 16384, FeatShape: 512, FeatSpace: 4}

// maxWord is how many bytes of a word, in lower case, the features look at.
const maxWord = 48

// Row names one row in each table.
type Row [NumFeats]int32

// Lexicon knows the words that have an embedding of their own.
type Lexicon struct {
	words []string
	slots []int32 // open addressing by hash; -1 is empty
}

// NewLexicon makes a lexicon of folded words; word i has the row i, and row 0 stands for all unknown words.
func NewLexicon(words []string) *Lexicon {
	size := 16
	for size < 2*len(words) {
		size *= 2
	}
	l := &Lexicon{words: words, slots: make([]int32, size)}
	for i := range l.slots {
		l.slots[i] = -1
	}
	for i, w := range words[min(1, len(words)):] {
		at := hash(w, seedWord) & uint32(size-1)
		for l.slots[at] >= 0 {
			at = (at + 1) & uint32(size-1)
		}
		l.slots[at] = int32(i + 1)
	}
	return l
}

// Words gives the folded words by row. Do not change them.
func (l *Lexicon) Words() []string { return l.words }

// Rows gives the number of rows of the table of each feature.
func (l *Lexicon) Rows(feat int) int {
	if feat == FeatWord {
		return len(l.words)
	}
	return int(hashRows[feat])
}

// lookup gives the row of a folded word, 0 if it is unknown.
func (l *Lexicon) lookup(folded []byte) int32 {
	mask := uint32(len(l.slots) - 1)
	for at := hash(folded, seedWord) & mask; ; at = (at + 1) & mask {
		row := l.slots[at]
		if row < 0 {
			return 0
		}
		if l.words[row] == string(folded) {
			return row
		}
	}
}

// Fold gives a word as the lexicon knows it: in lower case, with every digit as 0, and not longer than maxWord bytes.
func Fold(dst []byte, word string) []byte {
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9':
			r = '0'
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= utf8.RuneSelf:
			r = unicode.ToLower(r)
		}
		if len(dst)+utf8.RuneLen(r) > maxWord {
			break
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// Space gives the row of FeatSpace for a word that touches its neighbours, or does not.
func Space(touchesLast, touchesNext bool) int32 {
	row := int32(0)
	if touchesLast {
		row |= 1
	}
	if touchesNext {
		row |= 2
	}
	return row
}

// Row finds the features of a word between spaces.
func (l *Lexicon) Row(word string) Row {
	var buf [maxWord]byte
	w := Fold(buf[:0], word)
	n := len(w)
	return Row{
		FeatWord:    l.lookup(w),
		FeatPrefix:  bucket(w[:min(3, n)], FeatPrefix),
		FeatSuffix2: bucket(w[max(0, n-2):], FeatSuffix2),
		FeatSuffix3: bucket(w[max(0, n-3):], FeatSuffix3),
		FeatSuffix5: bucket(w[max(0, n-5):], FeatSuffix5),
		FeatShape:   shape(word),
	}
}

// seedWord sets the hash of the lexicon apart from those of the tables, which are seeded with their feature.
const seedWord = 0x9e3779b9

// bucket gives the row of a piece of a word in the table of a feature.
func bucket(piece []byte, feat uint32) int32 {
	return int32(hash(piece, feat*0x85ebca6b) & (hashRows[feat] - 1))
}

// hash is FNV-1a with a final mix.
func hash[T string | []byte](s T, seed uint32) uint32 {
	h := 2166136261 ^ seed
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	h ^= h >> 15
	h *= 0x2c1b3c6d
	return h ^ h>>12
}

// shape gives the row of the pattern of a word: X for capitals, x for small letters, d for digits, marks as they are,
// no more than two alike in a row and twelve in all.
func shape(word string) int32 {
	var buf [12]byte
	n := 0
	for _, r := range word {
		c := byte('*')
		switch {
		case r >= 'a' && r <= 'z':
			c = 'x'
		case r >= 'A' && r <= 'Z':
			c = 'X'
		case r >= '0' && r <= '9':
			c = 'd'
		case r < utf8.RuneSelf:
			c = byte(r)
		case unicode.IsUpper(r):
			c = 'X'
		case unicode.IsLetter(r):
			c = 'x'
		}
		if n >= 2 && buf[n-1] == c && buf[n-2] == c {
			continue
		}
		if n == len(buf) {
			break
		}
		buf[n] = c
		n++
	}
	return bucket(buf[:n], FeatShape)
}
