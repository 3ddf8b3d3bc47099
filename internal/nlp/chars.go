package nlp

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"demarche/internal/nlp/net"
)

// maxEntity is the length of the longest HTML entity that is looked for, with its "&" and ";".
const maxEntity = 10

// charAt gives the character at a place of the text and its length in bytes; an HTML entity counts as the character
// that it stands for. Bytes that are no UTF-8 count one by one, as utf8.RuneError.
func charAt(text string, at int) (rune, int) {
	c := text[at]
	if c == '&' {
		return entityAt(text, at)
	}
	if c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(text[at:])
}

// entityAt gives the character that the entity at a place stands for, or a bare "&".
func entityAt(text string, at int) (rune, int) {
	window := text[at:min(len(text), at+maxEntity)]
	end := strings.IndexByte(window, ';')
	if end < 3 {
		return '&', 1
	}
	plain := html.UnescapeString(window[:end+1])
	if r, size := utf8.DecodeRuneInString(plain); size == len(plain) && r != utf8.RuneError && size > 0 {
		return r, end + 1
	}
	return '&', 1
}

// charBefore gives the character that ends before a place, without a look at entities; 0 at the start.
func charBefore(text string, at int) rune {
	if at == 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return r
}

// plain gives a piece of the text as the analysis wants it: entities resolved, quotes and dashes plain, nothing
// invisible. It shares the memory of the text where nothing had to change.
func plain(piece string) string {
	if strings.IndexByte(piece, '&') >= 0 && strings.IndexByte(piece, ';') >= 0 {
		piece = html.UnescapeString(piece)
	}
	return net.Normal(piece)
}

func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\v', '\f', 0x85, 0xa0, 0x200b, 0x2028, 0x2029, 0x3000, 0xfeff:
		return true
	}
	return r >= 0x80 && unicode.IsSpace(r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isUpper(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'A' && r <= 'Z'
	}
	return unicode.IsUpper(r)
}

func isLower(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z'
	}
	return unicode.IsLower(r)
}

func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r)
}

// isWordChar tells letters, digits and what else does not part words.
func isWordChar(r rune) bool {
	return isLetter(r) || isDigit(r) || r == '_' || r == 0xad || r >= utf8.RuneSelf && unicode.IsDigit(r)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' || r == '`' }

func isQuote(r rune) bool {
	switch r {
	case '"', '\'', '‘', '’', '“', '”', '„', '‟', '«', '»', '`', '′', '″':
		return true
	}
	return false
}

func isOpener(r rune) bool {
	switch r {
	case '(', '[', '{', '“', '‘', '«', '„', '"', '\'', '`', '¿', '¡':
		return true
	}
	return false
}

func isCloser(r rune) bool {
	switch r {
	case ')', ']', '}', '”', '’', '»', '"', '\'':
		return true
	}
	return false
}

func isDash(r rune) bool { return r == '-' || r >= 0x2010 && r <= 0x2015 || r == '−' }

// foldASCII gives a short word in lower case without its dots; words that are too long to be of interest come back
// empty. It allocates nothing that escapes.
func foldASCII(buf *[16]byte, word string) []byte {
	n := 0
	for i := range len(word) {
		c := word[i]
		if c == '.' {
			continue
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if n == len(buf) {
			return nil
		}
		buf[n] = c
		n++
	}
	return buf[:n]
}
