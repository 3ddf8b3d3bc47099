// Package conllu reads treebanks in the CoNLL-U format (https://universaldependencies.org/format.html).
package conllu

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Word is one syntactic word of a treebank, as its file writes it.
type Word struct {
	Form, Lemma string
	UPOS, XPOS  string
	Head        int    // index of the head in the sentence, -1 for the root
	Rel         string // with its subtype
	Start, End  int    // byte offsets into the text of the sentence; equal when the word is not found in it
}

// Sentence is one sentence of a treebank.
type Sentence struct {
	ID       string
	Text     string
	Words    []Word
	NewPar   bool // a paragraph or a document begins here
	NoSpace  bool // nothing parts this sentence from the next one
	fragment []string
}

// ReadFile reads all the sentences of one file.
func ReadFile(path string) ([]Sentence, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sentences, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return sentences, nil
}

// Read reads all the sentences of a treebank. Empty nodes are left out, and every head is checked to be in the sentence.
func Read(r io.Reader) ([]Sentence, error) {
	var sentences []Sentence
	var s Sentence
	spanEnd := 0    // the last word of the multi-word token under way
	surface := ""   // its surface form
	spanFirst := -1 // index of its first word
	finish := func() error {
		if len(s.Words) == 0 {
			s = Sentence{NewPar: s.NewPar}
			return nil
		}
		for i, w := range s.Words {
			if w.Head < -1 || w.Head >= len(s.Words) || w.Head == i {
				return fmt.Errorf("sentence %s: head of word %d is out of range", s.ID, i+1)
			}
		}
		s.align()
		sentences = append(sentences, s)
		s = Sentence{}
		spanEnd, spanFirst = 0, -1
		return nil
	}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 1<<16), 1<<24)
	for line := 1; scanner.Scan(); line++ {
		text := scanner.Text()
		switch {
		case text == "":
			if err := finish(); err != nil {
				return nil, err
			}
			continue
		case strings.HasPrefix(text, "#"):
			key, value, _ := strings.Cut(strings.TrimSpace(text[1:]), " = ")
			switch {
			case key == "text":
				s.Text = value
			case key == "sent_id":
				s.ID = value
			case strings.HasPrefix(key, "newpar"), strings.HasPrefix(key, "newdoc"):
				s.NewPar = true
			}
			continue
		}
		cols := strings.Split(text, "\t")
		if len(cols) != 10 {
			return nil, fmt.Errorf("line %d: %d columns instead of 10", line, len(cols))
		}
		if strings.Contains(cols[0], ".") {
			continue
		}
		if from, to, ok := strings.Cut(cols[0], "-"); ok {
			first, err1 := strconv.Atoi(from)
			last, err2 := strconv.Atoi(to)
			if err1 != nil || err2 != nil || first != len(s.Words)+1 || last < first {
				return nil, fmt.Errorf("line %d: bad range %q", line, cols[0])
			}
			spanFirst, spanEnd, surface = first-1, last, cols[1]
			s.NoSpace = strings.Contains(cols[9], "SpaceAfter=No")
			continue
		}
		head, err := strconv.Atoi(cols[6])
		if err != nil {
			return nil, fmt.Errorf("line %d: bad head %q", line, cols[6])
		}
		s.Words = append(s.Words, Word{
			Form: cols[1], Lemma: cols[2], UPOS: cols[3], XPOS: cols[4], Head: head - 1, Rel: cols[7],
		})
		if n := len(s.Words); n > spanEnd {
			s.NoSpace = strings.Contains(cols[9], "SpaceAfter=No")
			s.fragment = append(s.fragment, cols[1])
		} else if n-1 == spanFirst {
			s.fragment = append(s.fragment, surface)
		} else {
			s.fragment = append(s.fragment, "")
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	return sentences, finish()
}

// align finds every word in the text of the sentence. The words of a multi-word token get their own part of it
// where their forms make it up, else the whole of it.
func (s *Sentence) align() {
	at := 0
	for i := 0; i < len(s.Words); {
		next := i + 1
		for next < len(s.Words) && s.fragment[next] == "" {
			next++
		}
		surface := s.fragment[i]
		found := strings.Index(s.Text[at:], surface)
		if found < 0 {
			for ; i < next; i++ {
				s.Words[i].Start, s.Words[i].End = at, at
			}
			continue
		}
		start := at + found
		at = start + len(surface)
		joined := ""
		for j := i; j < next; j++ {
			joined += s.Words[j].Form
		}
		for pos := start; i < next; i++ {
			w := &s.Words[i]
			if joined == surface {
				w.Start, w.End = pos, pos+len(w.Form)
				pos = w.End
			} else {
				w.Start, w.End = start, at
			}
		}
	}
	s.fragment = nil
}
