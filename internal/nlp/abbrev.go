package nlp

// abbrevKind says what a word with a full stop at its end is.
type abbrevKind uint8

const (
	noAbbrev    abbrevKind = iota
	titleAbbrev            // stands before a name: "Gen."
	monthAbbrev            // "Jan."
	nounAbbrev             // may end a sentence, and then needs no second full stop: "Inc."
	numAbbrev              // an abbreviation only before a number: "No."
	timeAbbrev             // "p.m."
	dotsAbbrev             // letters with dots between them: "U.S."
	initial                // one capital letter: "J."
)

// abbreviation finds the kind of a word that is followed by, or ends with, a full stop.
func abbreviation(word string) abbrevKind {
	var buf [16]byte
	switch string(foldASCII(&buf, word)) {
	case "mr", "mrs", "ms", "dr", "gen", "sen", "rep", "reps", "sens", "gov", "govs", "lt", "col", "capt", "sgt", "maj",
		"adm", "prof", "st", "ste", "rev", "hon", "pres", "sec", "brig", "cmdr", "cdr", "amb", "fr", "msgr", "supt",
		"atty", "det", "insp", "cpl", "pvt", "ft", "mt", "messrs", "mme", "mlle", "vs", "dep", "asst", "assoc", "min",
		"del", "spc", "cllr", "comdr", "gens", "drs", "profs", "vp", "eng", "ret", "viz", "ca", "approx", "eg", "ie", "cf":
		return titleAbbrev
	case "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec":
		return monthAbbrev
	case "inc", "corp", "co", "cos", "ltd", "jr", "sr", "bros", "etc", "dept", "univ", "assn", "ave", "blvd", "rd",
		"hwy", "est", "intl", "natl", "govt", "esq", "llc", "plc", "mfg", "al", "ala", "ariz", "ark", "calif", "colo",
		"conn", "cal", "fla", "ga", "ill", "ind", "kan", "ky", "mass", "mich", "minn", "mo", "mont", "neb", "nev", "okla", "ore",
		"pa", "tenn", "tex", "vt", "va", "wash", "wis", "wyo", "que", "ont":
		return nounAbbrev
	case "no", "nos", "pp", "p", "vol", "vols", "ed", "eds", "fig", "figs", "art", "arts", "ch", "sect", "para", "op", "cit",
		"tel", "ext", "res", "c", "pt", "cl":
		return numAbbrev
	case "am", "pm":
		return timeAbbrev
	}
	letters, dots := 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c == '.':
			dots++
			if i == 0 || word[i-1] == '.' {
				return noAbbrev
			}
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			if i > 0 && word[i-1] != '.' && !(dots > 0 && i == len(word)-1) && !(i == 1 && c == 'h') {
				return noAbbrev // two letters side by side, but for "Ph.D" and "U.Sh"
			}
			letters++
		default:
			return noAbbrev
		}
	}
	switch {
	case letters == 1 && word[0] >= 'A' && word[0] <= 'Z':
		return initial
	case letters >= 2 && dots > 0:
		return dotsAbbrev
	}
	return noAbbrev
}

// startsSentence tells words with a capital which, after an abbreviation, begin a sentence rather than go on with a name.
func startsSentence(word string) bool {
	switch word {
	case "The", "He", "She", "It", "They", "We", "You", "In", "But", "And", "A", "An", "This", "That", "These", "Those",
		"On", "At", "For", "His", "Her", "Its", "Their", "Our", "As", "If", "When", "While", "After", "Before", "Since",
		"However", "There", "Then", "Meanwhile", "According", "Although", "Though", "By", "With", "From", "To", "So",
		"Also", "Some", "Many", "Most", "Several", "Both", "What", "Who", "How", "Why", "Where", "Yet", "Still", "Now",
		"Last", "Earlier", "Later", "Despite", "During", "Under", "Nor", "Or", "Not", "No", "One", "Two", "Three",
		"Such", "Each", "Every", "All", "My", "Your", "Because", "Until", "Once", "Instead", "Moreover", "Officials":
		return true
	}
	return false
}

// followsTime tells words with a capital that go on after "a.m." and "p.m.".
func followsTime(word string) bool {
	switch word {
	case "EST", "EDT", "ET", "GMT", "UTC", "PST", "PDT", "PT", "CST", "CDT", "CET", "CEST", "BST", "IST", "MSK", "Eastern",
		"Pacific", "Central", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January",
		"February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
		"Moscow", "Tehran", "Beijing":
		return true
	}
	return false
}
