package nlp

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"demarche/internal/nlp/net"
)

// lemmatizer finds base forms: by a list of what a treebank has and rules get wrong, and by rules, which prefer the
// verbs and words that are known.
type lemmatizer struct {
	listed map[string]string // by lower-case form and tag, as lemmaKey makes it
	verbs  map[string]bool
	words  *net.Lexicon
}

// lemmaKey appends the key of a form and a tag.
func lemmaKey(dst []byte, lower string, tag XPOS) []byte {
	return append(append(dst, lower...), '\t', byte(tag))
}

// newLemmatizer reads the list that LemmaList makes: the verbs in one line, then a line for each exception.
func newLemmatizer(list string, words *net.Lexicon) (*lemmatizer, error) {
	l := &lemmatizer{listed: map[string]string{}, verbs: map[string]bool{}, words: words}
	verbs, rest, _ := strings.Cut(list, "\n")
	for verb := range strings.FieldsSeq(verbs) {
		l.verbs[verb] = true
	}
	for line := range strings.SplitSeq(rest, "\n") {
		if line == "" {
			continue
		}
		form, rest, ok1 := strings.Cut(line, "\t")
		name, lemma, ok2 := strings.Cut(rest, "\t")
		tag, ok3 := ParseXPOS(name)
		if !ok1 || !ok2 || !ok3 {
			return nil, fmt.Errorf("%w: line %q of the lemmas", net.ErrMalformed, line)
		}
		l.listed[string(lemmaKey(nil, form, tag))] = lemma
	}
	return l, nil
}

// lemma gives the base form of a word.
func (l *lemmatizer) lemma(form string, tag XPOS) string {
	lower := toLower(form)
	var buf [64]byte
	if lemma, ok := l.listed[string(lemmaKey(buf[:0], lower, tag))]; ok {
		return lemma
	}
	switch tag {
	case NNP, FW, ADD, GW, LS, XSYM:
		return form
	case NNPS:
		return form[:len(l.noun(form))]
	case JJ:
		if form != lower {
			if isAllCaps(form) {
				return lower
			}
			return form
		}
		return form
	case NNS:
		return l.noun(lower)
	case VBZ:
		return l.third(lower)
	case VBG:
		return l.verb(lower, "ing")
	case VBD, VBN:
		return l.verb(lower, "ed")
	case JJR, RBR:
		return l.degree(lower, "er")
	case JJS, RBS:
		return l.degree(lower, "est")
	}
	return lower
}

// toLower gives a word in lower case, itself where it is already.
func toLower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || c >= 0x80 {
			return strings.ToLower(s)
		}
	}
	return s
}

func isAllCaps(s string) bool {
	return len(s) > 3 && strings.IndexFunc(s, unicode.IsLower) < 0
}

// noun gives the singular.
func (l *lemmatizer) noun(w string) string {
	n := len(w)
	switch {
	case n < 4 || !strings.HasSuffix(w, "s") || strings.HasSuffix(w, "ss"):
		return w
	case strings.HasSuffix(w, "ies") && n > 4 && w[0] >= 'a':
		return w[:n-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"),
		strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "zzes"):
		return l.better(w[:n-2], w[:n-1])
	case strings.HasSuffix(w, "oes"), strings.HasSuffix(w, "ses"), strings.HasSuffix(w, "zes"):
		return l.better(w[:n-1], w[:n-2])
	}
	return w[:n-1]
}

// third gives the base of a verb in the third person.
func (l *lemmatizer) third(w string) string {
	n := len(w)
	switch {
	case n < 3 || w[n-1] != 's' || strings.HasSuffix(w, "ss"):
		return w
	case strings.HasSuffix(w, "ies") && n > 4:
		return w[:n-3] + "y"
	case strings.HasSuffix(w, "es") && n > 4:
		return l.betterVerb(w[:n-1], w[:n-2])
	}
	return w[:n-1]
}

// verb takes the ending of a participle or of the past off.
func (l *lemmatizer) verb(w, ending string) string {
	stem, ok := strings.CutSuffix(w, ending)
	n := len(stem)
	if !ok || n < 2 || !strings.ContainsAny(stem, "aeiouy") {
		return w
	}
	if ending == "ed" && stem[n-1] == 'i' && n > 2 {
		return stem[:n-1] + "y"
	}
	if double := n > 3 && stem[n-1] == stem[n-2]; double && !strings.ContainsRune("lsz", rune(stem[n-1])) {
		return l.betterVerb(stem[:n-1], stem)
	} else if double {
		return l.betterVerb(stem, stem[:n-1])
	}
	if wantsE(stem) {
		return l.betterVerb(stem+"e", stem)
	}
	return l.betterVerb(stem, stem+"e")
}

// wantsE guesses whether a stem lost an "e" before its ending.
func wantsE(stem string) bool {
	n := len(stem)
	for _, end := range []string{"at", "iz", "is", "us", "uc", "nc", "rc", "v", "dg", "rg", "ag", "u", "bl", "pl", "tl", "cl", "gl", "dl", "ur", "ir", "as", "os", "ns", "rs", "ps", "ot", "ut", "it", "id", "ud", "ad", "od", "ak", "ok", "ik", "am", "om", "im", "um", "in", "un", "ap", "ip", "op", "yp", "ar"} {
		if strings.HasSuffix(stem, end) {
			vowel := n > 2 && strings.IndexByte("aeiou", stem[n-3]) >= 0
			switch end {
			case "it", "in", "ar", "om", "am", "op", "id":
				return n <= 4 && !vowel
			case "ot", "ut", "ud", "ad", "od", "ak", "ok", "ik", "im", "um", "un", "ap", "ip", "at", "as", "us", "is", "os", "ur", "ir", "ag":
				return !vowel
			}
			return true
		}
	}
	return false
}

// degree takes the ending of a comparative or superlative off.
func (l *lemmatizer) degree(w, ending string) string {
	stem, ok := strings.CutSuffix(w, ending)
	n := len(stem)
	switch {
	case !ok || n < 3:
		return w
	case stem[n-1] == 'i':
		return stem[:n-1] + "y"
	case stem[n-1] == stem[n-2] && stem[n-1] != 'l' && stem[n-1] != 's':
		return stem[:n-1]
	}
	return l.better(stem, stem+"e")
}

// better gives the first of two forms unless only the second is a known word.
func (l *lemmatizer) better(a, b string) string {
	if l.words.Row(a)[net.FeatWord] == 0 && l.words.Row(b)[net.FeatWord] != 0 {
		return b
	}
	return a
}

// betterVerb gives the first of two forms unless only the second is a known verb, or a known word if neither is.
func (l *lemmatizer) betterVerb(a, b string) string {
	if l.verbs[a] != l.verbs[b] {
		if l.verbs[a] {
			return a
		}
		return b
	}
	return l.better(a, b)
}

// LemmaList makes the list of lemmas that a model file holds from the forms, tags and lemmas of a treebank: its verbs,
// and the most frequent lemma of every form that the rules get wrong.
func LemmaList(words *net.Lexicon, each func(yield func(form, tag, lemma string))) string {
	type key struct {
		form string
		tag  XPOS
	}
	counts := map[key]map[string]int{}
	verbs := map[string]bool{}
	var keys []key
	each(func(form, name, lemma string) {
		tag, ok := ParseXPOS(name)
		if !ok || lemma == "_" || strings.ContainsAny(form+lemma, "\t\n") {
			return
		}
		form = plain(form)
		switch tag {
		case VB, VBP, VBZ, VBD, VBN, VBG:
			if !strings.ContainsAny(lemma, " 0123456789") {
				verbs[lemma] = true
			}
		case NNP, FW, ADD, GW, LS, XSYM:
			return
		case CD, NFP, PERIOD, COMMA, COLON, HYPH:
			if form == lemma {
				return
			}
		}
		k := key{toLower(form), tag}
		if counts[k] == nil {
			counts[k] = map[string]int{}
			keys = append(keys, k)
		}
		counts[k][lemma]++
	})
	sorted := make([]string, 0, len(verbs))
	for verb := range verbs {
		sorted = append(sorted, verb)
	}
	slices.Sort(sorted)
	rules := &lemmatizer{verbs: verbs, words: words}
	var lines []string
	for _, k := range keys {
		best := ""
		for lemma, n := range counts[k] {
			if best == "" || n > counts[k][best] || n == counts[k][best] && lemma < best {
				best = lemma
			}
		}
		if rules.lemma(k.form, k.tag) != best && len(k.form) < 40 {
			lines = append(lines, k.form+"\t"+k.tag.String()+"\t"+best)
		}
	}
	slices.Sort(lines)
	return strings.Join(sorted, " ") + "\n" + strings.Join(lines, "\n")
}
