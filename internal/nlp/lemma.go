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
	strong map[string]string // past forms and participles of irregular verbs
	words  *net.Lexicon
}

// strongVerbs are irregular verbs: base, past and participle, the last two with bars between their variants, and the
// participle only where it differs.
const strongVerbs = `arise arose arisen, awake awoke awoken, bear bore borne|born, beat beat beaten, become became become,
befall befell befallen, begin began begun, bend bent, bet bet, bid bid|bade bidden, bind bound, bite bit bitten, bleed bled,
blow blew blown, break broke broken, breed bred, bring brought, broadcast broadcast, build built, burn burnt, burst burst,
buy bought, cast cast, catch caught, choose chose chosen, cling clung, come came come, cost cost, creep crept, cut cut,
deal dealt, dig dug, do did done, draw drew drawn, dream dreamt, drink drank drunk, drive drove driven, dwell dwelt,
eat ate eaten, fall fell fallen, feed fed, feel felt, fight fought, find found, flee fled, fling flung, fly flew flown,
forbid forbade forbidden, forget forgot forgotten, forgive forgave forgiven, forsake forsook forsaken, freeze froze frozen,
get got gotten, give gave given, go went gone, grind ground, grow grew grown, hang hung, have had, hear heard, hide hid hidden,
hit hit, hold held, hurt hurt, keep kept, kneel knelt, know knew known, lay laid, lead led, lean leant, leap leapt, learn learnt,
leave left, lend lent, let let, light lit, lose lost, make made, mean meant, meet met, pay paid, put put, quit quit, read read,
rend rent, rid rid, ride rode ridden, ring rang rung, rise rose risen, run ran run, say said, see saw seen, seek sought, sell sold,
send sent, set set, shake shook shaken, shed shed, shine shone, shoot shot, show showed shown, shrink shrank shrunk, shut shut,
sing sang sung, sink sank sunk, sit sat, slay slew slain, sleep slept, slide slid, sling slung, slit slit, smell smelt, sow sowed sown,
speak spoke spoken, speed sped, spell spelt, spend spent, spill spilt, spin spun, spit spat, split split, spoil spoilt,
spread spread, spring sprang sprung, stand stood, steal stole stolen, stick stuck, sting stung, stink stank stunk,
stride strode stridden, strike struck stricken|struck, string strung, strive strove striven, swear swore sworn, sweep swept,
swell swelled swollen, swim swam swum, swing swung, take took taken, teach taught, tear tore torn, tell told, think thought,
throw threw thrown, thrust thrust, tread trod trodden, wake woke woken, wear wore worn, weave wove woven, weep wept, win won,
wind wound, wring wrung, write wrote written`

// strongForms lists the bases of irregular forms.
func strongForms() map[string]string {
	forms := map[string]string{}
	for verb := range strings.SplitSeq(strongVerbs, ",") {
		fields := strings.Fields(verb)
		for _, variants := range fields[1:] {
			for form := range strings.SplitSeq(variants, "|") {
				forms[form] = fields[0]
			}
		}
	}
	return forms
}

// lemmaKey appends the key of a form and a tag.
func lemmaKey(dst []byte, lower string, tag XPOS) []byte {
	return append(append(dst, lower...), '\t', byte(tag))
}

// newLemmatizer reads the list that LemmaList makes: the verbs in one line, then a line for each exception.
func newLemmatizer(list string, words *net.Lexicon) (*lemmatizer, error) {
	l := &lemmatizer{listed: map[string]string{}, verbs: map[string]bool{}, strong: strongForms(), words: words}
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
	case NNP, FW, ADD, GW, LS, XSYM, NFP, HYPH, PERIOD, COMMA, COLON, LQUOTE, RQUOTE:
		return form
	case NN, CD:
		if isAcronym(form) {
			return form
		}
	case NNPS:
		return l.noun(form)
	case NNS:
		return l.noun(lower)
	case VBZ:
		return l.third(lower)
	case VBG:
		return l.verb(lower, "ing", tag)
	case VBD, VBN:
		return l.verb(lower, "ed", tag)
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

// isAcronym tells words of two and more letters that are all capitals.
func isAcronym(s string) bool {
	return len(s) > 1 && isUpper(rune(s[0])) && strings.IndexFunc(s, unicode.IsLower) < 0
}

// noun gives the singular.
func (l *lemmatizer) noun(w string) string {
	n := len(w)
	switch {
	case n < 4 || !strings.HasSuffix(w, "s") || strings.HasSuffix(w, "ss"):
		return w
	case strings.HasSuffix(w, "ies") && n > 4:
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
func (l *lemmatizer) verb(w, ending string, tag XPOS) string {
	if base := l.irregular(w, tag); base != "" {
		return base
	}
	stem, ok := strings.CutSuffix(w, ending)
	n := len(stem)
	if !ok || n < 2 || !strings.ContainsAny(stem, "aeiouy") {
		return w
	}
	if ending == "ed" && stem[n-1] == 'i' && n > 2 {
		return stem[:n-1] + "y"
	}
	if ending == "ed" && stem[n-1] == 'e' { // "freed", "guaranteed"
		return stem + "e"
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

// irregular finds the base of an irregular form, also after a prefix ("withdrew"); "" if it is none.
func (l *lemmatizer) irregular(w string, tag XPOS) string {
	if tag == VBG {
		return ""
	}
	if base, ok := l.strong[w]; ok {
		return base
	}
	for _, prefix := range [...]string{"under", "over", "with", "fore", "out", "mis", "for", "re", "up", "un"} {
		if rest, ok := strings.CutPrefix(w, prefix); ok && len(rest) > 2 {
			if base, ok := l.strong[strings.TrimPrefix(rest, "-")]; ok {
				return w[:len(w)-len(strings.TrimPrefix(rest, "-"))] + base
			}
		}
	}
	return ""
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
		case NNP, FW, ADD, GW, LS, XSYM, NFP, HYPH, PERIOD, COMMA, COLON, LQUOTE, RQUOTE:
			return
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
	rules := &lemmatizer{verbs: verbs, strong: strongForms(), words: words}
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
