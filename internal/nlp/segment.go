package nlp

import (
	"math"
	"unicode/utf8"
)

// maxSentence is how many tokens a sentence has at most: what is longer is cut, at a mark if possible, so that the time
// of the analysis stays in proportion to the length of the text.
const maxSentence = 128

// segments are sentences and tokens as spans of the text.
type segments struct {
	tokens    []Span
	ends      []int // the end of each sentence among the tokens
	sentences []Span
}

// segment finds the dateline, the sentences and the tokens of a text. Text beyond 4 GiB is left out.
func (s *segments) segment(text string) *Dateline {
	s.tokens, s.ends, s.sentences = s.tokens[:0], s.ends[:0], s.sentences[:0]
	end := min(len(text), math.MaxUint32)
	start := 0
	dateline := findDateline(text)
	if dateline != nil {
		start = dateline.End
	}
	splitSentences(text, start, end, func(sentence Span) {
		first := len(s.tokens)
		tokenize(text, sentence, func(token Span) { s.tokens = append(s.tokens, token) })
		for len(s.tokens)-first > maxSentence {
			cut := cutPoint(text, s.tokens[first:first+maxSentence]) + first
			s.add(Span{s.tokens[first].Start, s.tokens[cut-1].End}, cut)
			first = cut
		}
		if first < len(s.tokens) {
			s.add(Span{s.tokens[first].Start, s.tokens[len(s.tokens)-1].End}, len(s.tokens))
		}
	})
	return dateline
}

func (s *segments) add(sentence Span, end int) {
	s.sentences = append(s.sentences, sentence)
	s.ends = append(s.ends, end)
}

// cutPoint finds after which token to cut a sentence that is too long: the last semicolon of the second half, else the
// last comma, else the last token.
func cutPoint(text string, tokens []Span) int {
	comma := len(tokens)
	for i := len(tokens) - 1; i > len(tokens)/2; i-- {
		switch text[tokens[i].Start:tokens[i].End] {
		case ";", ":":
			return i + 1
		case ",":
			if comma == len(tokens) {
				comma = i + 1
			}
		}
	}
	return comma
}

// document lays the segments out as a document whose words are not analysed yet.
func (s *segments) document(text string, dateline *Dateline) *Document {
	d := &Document{Text: text, Dateline: dateline, Sentences: make([]Sentence, len(s.ends))}
	tokens := make([]Token, len(s.tokens))
	at, runes := 0, 0
	for i, span := range s.tokens {
		runes += utf8.RuneCountInString(text[at:span.Start])
		t := &tokens[i]
		t.Start, t.End, t.RuneStart = uint32(span.Start), uint32(span.End), uint32(runes)
		piece := text[span.Start:span.End]
		runes += utf8.RuneCountInString(piece)
		t.RuneEnd = uint32(runes)
		t.Form = plain(piece)
		t.Head = -1
		at = span.End
	}
	first := 0
	for i, end := range s.ends {
		span := s.sentences[i]
		d.Sentences[i] = Sentence{Span: span, Tokens: tokens[first:end:end], Boilerplate: isBoilerplate(text[span.Start:span.End])}
		first = end
	}
	return d
}

// Segment parts a text into sentences and tokens without analysing them: tags, lemmas, heads and relations are left
// empty. It takes any bytes.
func Segment(text string) *Document {
	var s segments
	dateline := s.segment(text)
	return s.document(text, dateline)
}
