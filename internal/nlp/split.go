package nlp

import "strings"

// Lines of these lengths, without an end mark, are taken for wrapped text: the line break is a space, unless the next
// line is longer than wrapped text has.
const (
	wrapLeast = 60
	wrapMost  = 100
)

// lookBack is how many bytes before a full stop are looked at for an abbreviation.
const lookBack = 24

// splitSentences calls yield with the span of every sentence of text[start:end], without the spaces around them.
func splitSentences(text string, start, end int, yield func(Span)) {
	for start < end {
		stop, next := paragraphEnd(text, start, end)
		splitParagraph(text, start, stop, yield)
		start = next
	}
}

// paragraphEnd finds where the paragraph that begins at a place ends, and where the next one begins. A blank line ends
// a paragraph; so does a single line break, unless the line is a long one which goes on, or the next one begins with
// a small letter.
func paragraphEnd(text string, start, end int) (stop, next int) {
	for at := start; ; {
		nl := strings.IndexByte(text[at:end], '\n')
		if nl < 0 {
			return end, end
		}
		nl += at
		line := strings.TrimRight(text[at:nl], " \t\r")
		next = nl + 1
		blank := false
		for next < end && (text[next] == ' ' || text[next] == '\t' || text[next] == '\r' || text[next] == '\n') {
			blank = blank || text[next] == '\n'
			next++
		}
		if blank || next >= end || line == "" {
			return nl, next
		}
		first, _ := charAt(text, next)
		last := charBefore(line, len(line))
		marked := last == '.' || last == '!' || last == '?' || last == ':' || isCloser(last)
		wrapped := len(line) >= wrapLeast && len(line) <= wrapMost && (isLetter(first) || isDigit(first) || isOpener(first)) &&
			(end-next <= wrapMost || strings.IndexByte(text[next:next+wrapMost+1], '\n') >= 0)
		if !isLower(first) && (marked || !wrapped) {
			return nl, next
		}
		at = next
	}
}

// splitParagraph splits at end marks.
func splitParagraph(text string, start, end int, yield func(Span)) {
	emit := func(from, to int) {
		for from < to {
			r, n := charAt(text, from)
			if !isSpace(r) {
				break
			}
			from += n
		}
		for from < to {
			r := charBefore(text[from:to], to-from)
			if !isSpace(r) {
				break
			}
			to -= len(string(r))
		}
		if from < to {
			yield(Span{from, to})
		}
	}
	from := start
	for at := start; at < end; {
		switch c := text[at]; {
		case c == '.' || c == '!' || c == '?' || strings.HasPrefix(text[at:end], "…"):
			mark := at
			for at < end && (text[at] == '.' || text[at] == '!' || text[at] == '?') {
				at++
			}
			for at < end && strings.HasPrefix(text[at:end], "…") {
				at += len("…")
			}
			at = skipClosers(text, at, end)
			if at < end && endsSentence(text, from, mark, at, end) {
				emit(from, at)
				from = at
			}
		default:
			at++
		}
	}
	emit(from, end)
}

// skipClosers goes past closing quotes and brackets, and past footnote marks like "[2]", before which there may be a space.
func skipClosers(text string, at, end int) int {
	for at < end {
		mark := at
		if text[at] == ' ' {
			mark++
		}
		if n := footnoteLength(text[mark:min(end, mark+6)]); n > 0 {
			at = mark + n
			continue
		}
		r, n := charAt(text[:end], at)
		if !isCloser(r) {
			break
		}
		at += n
	}
	return at
}

// footnoteLength gives the length of a mark like "[12]" at the beginning of a text, 0 if there is none.
func footnoteLength(s string) int {
	n := strings.IndexByte(s, ']')
	if n < 2 || s[0] != '[' || !allDigits(s[1:n]) {
		return 0
	}
	return n + 1
}

// endsSentence tells whether the end marks from mark on, closed at the place after, end the sentence that began at from.
func endsSentence(text string, from, mark, after, end int) bool {
	next := after
	for next < end {
		r, n := charAt(text[:end], next)
		if !isSpace(r) {
			break
		}
		next += n
	}
	if next == end {
		return false // the end of the paragraph ends it anyway
	}
	if next == after {
		return gluedSentence(text, mark, after, end)
	}
	first, word := firstWord(text, next, end)
	if isLower(first) {
		return false
	}
	if c := text[mark]; c != '.' || after > mark+1 && text[mark+1] == '.' {
		return true
	}
	begin := wordStart(text, from, mark)
	before := text[begin:mark]
	quoted := after > mark+1
	switch abbreviation(before) {
	case titleAbbrev:
		return quoted && !isDigit(first)
	case monthAbbrev:
		return !isDigit(first) && (quoted || startsSentence(word))
	case numAbbrev:
		return !isDigit(first)
	case initial:
		return quoted || before != "I" && startsSentence(word) || before == "I"
	case dotsAbbrev, nounAbbrev:
		return quoted || startsSentence(word) || isOpener(first) && first != '(' && first != '['
	case timeAbbrev:
		return !isDigit(first) && !followsTime(word) && first != '('
	}
	if before != "" && begin == from && allDigits(before) {
		return false // the number of a list item
	}
	return true
}

// gluedSentence finds the end of a sentence to which the next one is stuck: "a ceasefire.The talks".
func gluedSentence(text string, mark, after, end int) bool {
	if mark < 2 || after+2 >= end || after > mark+4 {
		return false
	}
	if c := text[mark]; c != '.' && c != '?' && c != '!' {
		return false
	}
	first, n := charAt(text[:end], after)
	if after+n >= end {
		return false
	}
	second, _ := charAt(text[:end], after+n)
	return isLower(rune(text[mark-1])) && isLower(rune(text[mark-2])) && isUpper(first) && (isLower(second) || isSpace(second)) &&
		strings.IndexByte(text[after:min(end, after+24)], '.') != 0 && !strings.Contains(text[wordStart(text, 0, mark):mark], "/")
}

// firstWord gives the first character of what follows, past opening quotes and brackets, and the word there. Where
// nothing but openers follows, the character is the opener.
func firstWord(text string, at, end int) (rune, string) {
	opener := rune(0)
	for at < end {
		r, n := charAt(text[:end], at)
		if !isOpener(r) {
			break
		}
		opener = r
		at += n
	}
	if at >= end {
		return opener, ""
	}
	first, _ := charAt(text[:end], at)
	stop := at
	for stop < end && stop < at+16 && isLetter(rune(text[stop])) {
		stop++
	}
	if opener != 0 && !isLower(first) {
		first = opener
	}
	return first, text[at:stop]
}

// wordStart finds where the word that ends at a place begins: after a space, an opening mark or a dash.
func wordStart(text string, from, at int) int {
	begin := at
	for begin > from && begin > at-lookBack {
		c := text[begin-1]
		if c <= ' ' || c == '(' || c == '[' || c == '"' || c == '\'' || c == '-' || c == '/' || c >= 0x80 {
			break
		}
		begin--
	}
	return begin
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(rune(s[i])) {
			return false
		}
	}
	return true
}
