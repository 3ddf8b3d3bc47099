package nlp

import (
	"strings"
	"unicode/utf8"
)

// tokenize calls yield with the span of every token of a sentence, as UD English parts them: clitics, hyphens and marks
// are tokens of their own, while abbreviations, numbers, times and addresses stay whole. All characters but spaces and
// lone invisible ones are in exactly one token.
func tokenize(text string, sentence Span, yield func(Span)) {
	t := tokenizer{text: text[:sentence.End], last: sentence.End, yield: yield}
	for at := sentence.Start; at < sentence.End; {
		r, n := charAt(t.text, at)
		if isSpace(r) || r == 0xad {
			at += n
			continue
		}
		end := at
		for end < sentence.End {
			r, n := charAt(t.text, end)
			if isSpace(r) {
				break
			}
			end += n
		}
		t.chunk(at, end)
		at = end
	}
}

type tokenizer struct {
	text  string // up to the end of the sentence
	last  int    // the end of the sentence
	yield func(Span)
}

// chunk parts what stands between two spaces.
func (t *tokenizer) chunk(start, end int) {
	if n := addressLength(t.text[start:end]); n > 0 {
		t.yield(Span{start, start + n})
		start += n
	}
	for at := start; at < end; {
		r, n := charAt(t.text[:end], at)
		switch {
		case isWordChar(r):
			stop := t.wordEnd(at, end)
			t.word(at, stop)
			at = stop
		case isApostrophe(r) && t.startsElision(at, n, end):
			stop := t.wordEnd(at+n, end)
			t.yield(Span{at, stop})
			at = stop
		case (r == '#' || r == '@') && at+n < end && isLetter(rune(t.text[at+n])):
			stop := t.wordEnd(at+n, end)
			t.yield(Span{at, stop})
			at = stop
		case r == '.' && at+n < end && isDigit(rune(t.text[at+n])):
			stop := t.wordEnd(at+n, end)
			t.yield(Span{at, stop})
			at = stop
		default:
			stop := at + n
			for isRun(r) && stop < end {
				s, m := charAt(t.text[:end], stop)
				if s != r && !(isEndMark(r) && isEndMark(s)) {
					break
				}
				stop += m
			}
			t.yield(Span{at, stop})
			at = stop
		}
	}
}

// isRun tells marks that make one token when repeated.
func isRun(r rune) bool {
	switch r {
	case '.', '!', '?', '-', '*', '=', '_', '~', '\'', '`', '#', '+', '<', '>', '–', '—':
		return true
	}
	return false
}

func isEndMark(r rune) bool { return r == '.' || r == '!' || r == '?' }

// startsElision tells an apostrophe that stands for what was left out: "'90s", "'s" on its own.
func (t *tokenizer) startsElision(at, n, end int) bool {
	rest := t.text[at+n : end]
	if len(rest) >= 2 && isDigit(rune(rest[0])) && isDigit(rune(rest[1])) && (len(rest) == 2 || !isDigit(rune(rest[2]))) {
		return true
	}
	switch rest {
	case "s", "S", "re", "ve", "ll", "d", "m", "em", "til", "tis", "twas":
		return true
	}
	return false
}

// wordEnd finds the end of the word that begins at a place: characters that join words to others are taken in where
// they do not part them.
func (t *tokenizer) wordEnd(start, end int) int {
	at := start
	for at < end {
		r, n := charAt(t.text[:end], at)
		if isWordChar(r) {
			at += n
			continue
		}
		after := at + n
		next := rune(0)
		if after < end {
			next, _ = charAt(t.text[:end], after)
		}
		before := charBefore(t.text[:at], at)
		join := false
		switch {
		case isApostrophe(r):
			join = isLetter(next) && isWordChar(before)
		case r == '.':
			if isWordChar(next) {
				join = true
				if glued := isLower(before) && isUpper(next); glued && gluedSentence(t.text, at, after, end) {
					join = false
				}
			} else {
				join = t.keepsStop(start, at, after, end)
				if join {
					return after
				}
			}
		case r == ',':
			join = isDigit(before) && isDigit(next)
		case r == ':':
			join = isDigit(before) && isDigit(next)
		case r == '&':
			join = isUpper(before) && isUpper(next) || isLower(before) && at-start == 1 && isLower(next)
		case r == '/':
			join = isDigit(before) && isDigit(next)
		case r == '$':
			return t.dollar(start, after, at)
		case isDash(r) && r != '–' && r != '—' && r != '―':
			join = isWordChar(next) && t.keepsHyphen(start, at, after, end)
		case r == '@' || r == '%' || r == '+' || r == '=':
			join = false
		default:
			join = r >= utf8.RuneSelf && !isQuote(r) && !isDash(r) && isJoiner(r)
		}
		if !join {
			return at
		}
		at = after
	}
	return at
}

// isJoiner tells invisible characters inside words.
func isJoiner(r rune) bool { return r >= 0x200c && r <= 0x200f || r == 0x2060 || r == '·' }

// dollar keeps "US$" whole and parts all else from the sign.
func (t *tokenizer) dollar(start, after, at int) int {
	if at-start <= 3 && at > start {
		for _, c := range []byte(t.text[start:at]) {
			if c < 'A' || c > 'Z' {
				return at
			}
		}
		return after
	}
	return at
}

// keepsStop tells whether the full stop after a word belongs to it.
func (t *tokenizer) keepsStop(start, at, after, end int) bool {
	word := t.text[start:at]
	final := true // only closing marks follow up to the end of the sentence
	for i := after; i < t.last; {
		r, n := charAt(t.text, i)
		if !isCloser(r) && !isSpace(r) {
			final = false
			break
		}
		i += n
	}
	if after < end {
		if r, _ := charAt(t.text[:end], after); r == '.' {
			return false
		}
	}
	switch abbreviation(word) {
	case titleAbbrev, monthAbbrev, numAbbrev:
		return !final
	case nounAbbrev:
		return !final || !ambiguousAtEnd(word)
	case timeAbbrev, dotsAbbrev:
		return !final || strings.IndexByte(word, '.') >= 0
	case initial:
		return !final
	}
	return !final && allDigits(word) && start == t.sentenceStart(start)
}

// sentenceStart gives the place itself where nothing but spaces stands before it in its line, else -1.
func (t *tokenizer) sentenceStart(at int) int {
	if r := charBefore(t.text, at); r == 0 || r == '\n' {
		return at
	}
	return -1
}

// ambiguousAtEnd tells abbreviations that are also common words or names.
func ambiguousAtEnd(word string) bool {
	switch word {
	case "Mass", "mass", "Wash", "wash", "Ill", "ill", "al", "Al", "Ore", "ore", "Pa", "pa", "Co", "Ind", "Est", "est", "Mo", "mo":
		return true
	}
	return false
}

// keepsHyphen tells whether a hyphen joins what stands before it to what follows into one word: after a prefix ("re-elected"),
// and in numbers of telephones; UD English parts all other compounds ("year-old", "al-Assad").
func (t *tokenizer) keepsHyphen(start, at, after, end int) bool {
	first := t.text[start:at]
	if allDigits(first) {
		digits := after
		for digits < end && isDigit(rune(t.text[digits])) {
			digits++
		}
		run := digits - after
		more := digits < end && t.text[digits] == '-'
		return len(first) == 3 && (run == 4 || run == 3 && more) || len(first) == 1 && run == 3 && more
	}
	if strings.IndexByte(first, '-') >= 0 { // a number of a telephone, or a second prefix, which is parted
		last := first[strings.LastIndexByte(first, '-')+1:]
		return len(last) == 3 && allDigits(last) && isDigit(rune(first[0]))
	}
	var buf [16]byte
	switch string(foldASCII(&buf, first)) {
	case "e", "non", "re", "anti", "pre", "co", "pro", "mid", "cross", "post", "sub", "semi", "multi", "counter", "ex",
		"mini", "inter", "over", "un", "intra", "micro", "mis", "arch", "trans", "ultra", "super", "socio", "psycho",
		"extra", "wi", "infra", "proto", "de", "dis", "bi", "tri", "under", "hyper", "mega", "meta", "para":
		return isLetter(rune(t.text[after])) || t.text[after] >= utf8.RuneSelf || string(first) == "mid" || string(first) == "pre" || string(first) == "post"
	}
	return false
}

// word yields a word, parted into its stem and its clitics.
func (t *tokenizer) word(start, end int) {
	w := t.text[start:end]
	if cut := unitCut(w); cut > 0 {
		t.yield(Span{start, start + cut})
		t.yield(Span{start + cut, end})
		return
	}
	var clitics [4]int
	n := 0
	for n < len(clitics) {
		cut := cliticCut(w)
		if cut <= 0 {
			break
		}
		clitics[n] = start + cut
		n++
		w = w[:cut]
	}
	from := start
	for n--; n >= 0; n-- {
		t.yield(Span{from, clitics[n]})
		from = clitics[n]
	}
	t.yield(Span{from, end})
}

// cliticCut gives where the last clitic of a word begins; 0 if it has none.
func cliticCut(w string) int {
	n := len(w)
	// The last apostrophe, and what follows it.
	for i := n - 1; i > 0 && i >= n-6; i-- {
		c := w[i]
		width := 0
		switch {
		case c == '\'' || c == '`':
			width = 1
		case c == 0xe2 && (strings.HasPrefix(w[i:], "’") || strings.HasPrefix(w[i:], "‘")):
			width = len("’")
		default:
			continue
		}
		switch w[i+width:] {
		case "s", "S", "re", "RE", "ve", "VE", "ll", "LL", "d", "D", "m", "M":
			return i
		case "t", "T":
			if i >= 2 && (w[i-1] == 'n' || w[i-1] == 'N') {
				return i - 1
			}
		}
		return 0
	}
	if n > 8 {
		return 0
	}
	var buf [16]byte
	switch string(foldASCII(&buf, w)) {
	case "cannot", "gonna", "gotta", "wanna":
		return 3
	}
	return 0
}

// unitCut parts a number from a unit that is stuck to it ("5pm", "10km"); 0 if there is none.
func unitCut(w string) int {
	if w[0] < '0' || w[0] > '9' {
		return 0
	}
	i := 1
	for i < len(w) && (isDigit(rune(w[i])) || w[i] == '.' || w[i] == ',' || w[i] == ':') {
		i++
	}
	switch w[i:] {
	case "am", "pm", "AM", "PM", "a.m", "p.m", "a.m.", "p.m.", "km", "kg", "m", "mm", "cm", "g", "mg", "ft", "mph", "bn", "mn", "k", "K",
		"hrs", "hr", "mins", "min", "GB", "MB", "kW", "MW", "GW", "Hz", "GHz", "MHz", "lbs", "lb", "sqm", "tn", "million", "billion":
		return i
	}
	return 0
}

// addressLength gives the length of the web or mail address, or file name, that a chunk begins with, without the marks after it; 0 if there is none.
func addressLength(chunk string) int {
	isWeb := strings.Contains(chunk, "://") || hasPrefixFold(chunk, "www.")
	at := strings.IndexByte(chunk, '@')
	isMail := at > 0 && isWordChar(rune(chunk[at-1])) && strings.IndexByte(chunk[at:], '.') > 1
	if !isWeb && !isMail {
		return 0
	}
	if !isLetter(rune(chunk[0])) && !isDigit(rune(chunk[0])) {
		return 0
	}
	n := len(chunk)
	if cut := strings.IndexAny(chunk, "<>\"”“,;"); cut >= 0 {
		n = cut
	}
	for n > 0 && strings.IndexByte(".,;:!?)]}'", chunk[n-1]) >= 0 {
		n--
	}
	return n
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
