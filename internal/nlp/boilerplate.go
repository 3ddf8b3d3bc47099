package nlp

import "strings"

// isBoilerplate tells what an agency or a site puts round a report: licences, bylines, credits, invitations.
func isBoilerplate(sentence string) bool {
	if len(sentence) > 600 {
		return false
	}
	s := strings.ToLower(strings.Trim(sentence, "([{ \t*_-–—"))
	for _, prefix := range []string{
		"reporting by", "editing by", "writing by", "additional reporting", "compiled by", "edited by", "translated by",
		"copyright", "©", "(c) ", "read more", "read also", "see also:", "click here", "follow us", "sign up", "subscribe",
		"photo:", "photo by", "photo credit", "file photo", "image:", "source:", "all content by", "share this",
		"end item", "with inputs from", "this article was originally", "this story was originally", "this report was prepared by",
		"for more information", "media contact", "contact:", "related:", "also read", "advertisement",
	} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	for _, phrase := range []string{
		"all rights reserved", "licensed under", "creative commons", "may not be reproduced", "terms of use", "terms and conditions",
		"privacy policy", "our newsletter", "download our app", "republished with permission", "©",
	} {
		if strings.Contains(s, phrase) {
			return true
		}
	}
	return isByline(sentence) || isInitials(sentence)
}

// isByline tells "By Jane Doe" and "By Jane Doe and John Roe, Reuters".
func isByline(s string) bool {
	rest, ok := strings.CutPrefix(s, "By ")
	if !ok || len(rest) > 80 {
		return false
	}
	words := 0
	for word := range strings.FieldsSeq(rest) {
		words++
		if word != "and" && word != "of" && !isUpper([]rune(word)[0]) {
			return false
		}
	}
	return words >= 2 && words <= 8 && !strings.ContainsAny(rest, "0123456789!?")
}

// isInitials tells the initials of the writers at the end of a report: "MH/PA", "(END)".
func isInitials(s string) bool {
	s = strings.Trim(s, "()[]-–. ")
	if len(s) > 9 {
		return false
	}
	if s == "END" || s == "ENDS" {
		return true
	}
	first, second, ok := strings.Cut(s, "/")
	return ok && isCapitals(first) && isCapitals(second)
}

func isCapitals(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= 4
}
