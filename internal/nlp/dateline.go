package nlp

import "strings"

// maxDateline is how many bytes a dateline takes at most.
const maxDateline = 100

// findDateline reads a dateline at the beginning of a text; nil if there is none. It has a place, in capitals unless a
// date or an agency follows; then, each may be missing, a date and an agency; and at last a dash.
func findDateline(text string) *Dateline {
	start := 0
	for start < len(text) && isSpace(rune(text[start])) {
		start++
	}
	line := text[start:min(len(text), start+maxDateline)]
	if nl := strings.IndexByte(line, '\n'); nl >= 0 {
		line = line[:nl]
	}
	d := &Dateline{}
	at, capitals := datelinePlace(line)
	if at == 0 {
		return nil
	}
	place := at
	d.Place = strings.TrimRight(line[:place], " ,")
	at = skipBlanks(line, at)
	if next := datelineDate(line, at); next > at {
		d.Date = strings.TrimRight(line[at:next], " ,.")
		at = skipBlanks(line, next)
	}
	if next, agency := datelineAgency(line, at); next > at {
		d.Agency = agency
		at = next
		if d.Date == "" {
			at = skipBlanks(line, at)
			if next := datelineDate(line, at); next > at {
				d.Date = strings.TrimRight(line[at:next], " ,.")
				at = next
			}
		}
	}
	marked := capitals || d.Date != "" || d.Agency != ""
	end := datelineDash(line, at)
	switch {
	case end > 0 && marked:
	case end == 0 && capitals && d.Agency != "" && at < len(line):
		end = skipBlanks(line, at)
	default:
		return nil
	}
	if end >= len(line) || isLabel(d.Place) {
		return nil
	}
	if first, _ := charAt(line, end); isLower(first) {
		return nil // "NATO - the alliance - agreed"
	}
	d.Span = Span{start, start + end}
	return d
}

func skipBlanks(s string, at int) int {
	for at < len(s) && (s[at] == ' ' || s[at] == ',' || s[at] == '\t' || s[at] == '.' || strings.HasPrefix(s[at:], "\u00a0")) {
		if s[at] >= 0x80 {
			at++
		}
		at++
	}
	return at
}

// datelinePlace gives the end of the name of a place, and whether its first word is in capitals: up to five words with
// a capital, and a second name after a comma ("TEHRAN, Iran") or a slash ("MOSCOW/KYIV").
func datelinePlace(s string) (end int, capitals bool) {
	at, words, parts := 0, 0, 1
	for words < 5 {
		stop := at
		upper, lower := 0, 0
		for stop < len(s) {
			r, n := charAt(s, stop)
			hyphen := r == '-' && stop > at && stop+1 < len(s) && isLetter(rune(s[stop+1]))
			if !isLetter(r) && !isApostrophe(r) && !hyphen && !(r == '.' && stop > at && stop-at <= 4) {
				break
			}
			if isUpper(r) {
				upper++
			} else if isLower(r) {
				lower++
			}
			stop += n
		}
		word := strings.TrimSuffix(s[at:stop], ".")
		if upper == 0 && !(words > 0 && (word == "and" || word == "of" || word == "de" || word == "al")) || isMonth(word) || isWeekday(word) {
			break
		}
		if words == 0 {
			capitals = upper >= 2 && lower == 0
		} else if capitals && parts == 1 && lower > 0 && upper > 0 && s[stop-1] != '.' {
			break // "MOSCOW Russia" is no place
		}
		words++
		end = stop
		switch {
		case strings.HasPrefix(s[stop:], "/") && words < 4 && stop+1 < len(s) && isUpper(rune(s[stop+1])):
			at = stop + 1
		case strings.HasPrefix(s[stop:], ", ") && parts == 1:
			parts++
			at = stop + 2
		case strings.HasPrefix(s[stop:], " "):
			at = stop + 1
		default:
			return end, capitals
		}
	}
	return end, capitals
}

// datelineDate gives the end of a date: "Feb 24", "24 February 2022", "Thursday", "Jan. 5, 2017".
func datelineDate(s string, at int) int {
	end := at
	named := false
	for range 4 {
		stop := end
		for stop < len(s) && (isLetter(rune(s[stop])) || isDigit(rune(s[stop]))) {
			stop++
		}
		word := s[end:stop]
		switch {
		case isMonth(word) || isWeekday(word):
			named = true
		case len(word) >= 1 && len(word) <= 4 && isDigit(rune(word[0])) && isDigit(rune(word[min(1, len(word)-1)])):
		default:
			return dateEnd(s, at, end, named)
		}
		end = skipBlanks(s, stop)
		if end == stop {
			return dateEnd(s, at, stop, named)
		}
	}
	return dateEnd(s, at, end, named)
}

func dateEnd(s string, at, end int, named bool) int {
	if !named {
		return at
	}
	return end
}

// datelineAgency reads an agency in brackets or between slashes.
func datelineAgency(s string, at int) (end int, name string) {
	if at >= len(s) || s[at] != '(' && s[at] != '/' && s[at] != '[' {
		return at, ""
	}
	closing := map[byte]byte{'(': ')', '/': '/', '[': ']'}[s[at]]
	length := strings.IndexByte(s[at+1:], closing)
	if length < 2 || length > 40 {
		return at, ""
	}
	name = strings.TrimSpace(s[at+1 : at+1+length])
	if name == "" || !isUpper([]rune(name)[0]) {
		return at, ""
	}
	return at + length + 2, name
}

// datelineDash gives the end of the dash, or the full stop or colon, which parts a dateline from the report, and of the spaces
// after it; 0 if there is none.
func datelineDash(s string, at int) int {
	spaces := 0
	for at < len(s) {
		r, n := charAt(s, at)
		if r != '.' && r != ',' && !isSpace(r) {
			break
		}
		if isSpace(r) {
			spaces++
		}
		at += n
	}
	dashes := 0
	for at < len(s) {
		r, n := charAt(s, at)
		if !isDash(r) {
			break
		}
		dashes++
		at += n
	}
	if dashes == 0 {
		return 0
	}
	after := at
	for at < len(s) {
		r, n := charAt(s, at)
		if !isSpace(r) {
			break
		}
		at += n
	}
	if spaces == 0 && at == after {
		return 0 // a hyphen in a word
	}
	return at
}

// isLabel tells words in capitals that name a kind of article.
func isLabel(place string) bool {
	switch place {
	case "BREAKING", "BREAKING NEWS", "UPDATE", "EXCLUSIVE", "ANALYSIS", "OPINION", "FACTBOX", "TIMELINE", "VIDEO", "WATCH",
		"PHOTOS", "LIVE", "CORRECTED", "EXPLAINER", "INTERVIEW", "FEATURE", "COLUMN", "EDITORIAL", "ROUNDUP", "URGENT":
		return true
	}
	return false
}

func isMonth(word string) bool {
	if len(word) < 3 || !isUpper(rune(word[0])) {
		return false
	}
	switch strings.ToLower(word[:3]) {
	case "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec":
	default:
		return false
	}
	rest := strings.ToLower(word[3:])
	switch rest {
	case "", "t", "uary", "ruary", "ch", "il", "e", "y", "ust", "tember", "ober", "ember":
		return true
	}
	return false
}

func isWeekday(word string) bool {
	switch word {
	case "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday":
		return true
	}
	return false
}
