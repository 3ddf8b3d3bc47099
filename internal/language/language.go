// Package language recognises in which language a text is written.
package language

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
)

// English is the tag of the language that is coded.
const English = "en"

// english are words that hold English sentences together; words that other
// languages write as well ("in", "die", "on", "an", "met") count for nothing.
var english = set(`the of and to that is was are were be been has have had with for from by his her their its it this which
	who will would said says they he she not but after about between into during against over when could should there than`)

// foreign are such words of other languages in Latin letters, without those that
// names have in English ("de", "la", "los", "do", "van", "el", "al").
var foreign = set(`der das und den dem mit von zu im für auf ist nicht eine einen einer sich dass hat wurde nach bei
	le les des du et une dans pour sur avec qui que est pas au aux ont par été cette son
	y una por con para se su sus ha fue como más
	os em uma não com foi ao pela pelo seu sua
	il lo gli della nel che per sono dei delle alla di
	het een voor niet zijn werd aan bij ook naar heeft
	och att det som är av för till med inte har og på ikke fra ved
	się że nie jest na przez oraz
	ve bir bu için ile olarak
	dan yang dengan untuk pada tidak`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

const (
	// sample bounds how much of a text is looked at, in bytes.
	sample = 8 << 10
	// many is how many words no English text has without a single function word.
	many = 40
)

// Of gives the language of a text as an ISO 639 code (639-1 where there is one,
// else 639-3; "und" for a script of which nothing is known). A text in Latin
// letters is taken for English unless its function words are another language's,
// or it is long and has none of English: names alone tell nothing.
func Of(text string) string {
	text = head(text)
	words, ours, theirs := 0, 0, 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
		words++
		w = strings.ToLower(w)
		switch {
		case english[w]:
			ours++
		case foreign[w]:
			theirs++
		}
	}
	if latin(text) && (theirs < 2 || theirs <= ours) && (ours > 0 || words < many) {
		return English
	}
	found := whatlanggo.Detect(text)
	if found.Lang == whatlanggo.Eng || latin(text) && theirs < 2 && !found.IsReliable() {
		return English
	}
	if code := found.Lang.Iso6391(); code != "" {
		return code
	}
	return cmp.Or(found.Lang.Iso6393(), "und")
}

// head gives the first bytes of a text, whole code points.
func head(text string) string {
	if len(text) <= sample {
		return text
	}
	n := sample
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// latin tells whether most letters are of the Latin alphabet, in which a few
// words may be of many languages.
func latin(text string) bool {
	letters, others := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Latin, r):
			letters++
		case unicode.IsLetter(r):
			others++
		}
	}
	return letters >= others
}
