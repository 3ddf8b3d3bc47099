// Package nlp turns English text into sentences, tokens, tags, base forms and dependency trees in the style of
// Universal Dependencies. The model is part of the program; docs/model-card.md tells where it comes from.
//
//	a, err := nlp.New()
//	doc := a.Analyze("The ministers met in Geneva on Friday.")
//
// Results are the same bits on every processor, from any number of goroutines.
package nlp

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"demarche/internal/nlp/net"
)

//go:embed model/english.bin
var embedded []byte

// batchWords is how many words are parsed at a time: enough for the processor to be kept busy, few enough for what it
// needs to stay in its cache.
const batchWords = 192

// maxInterned is how many base forms a worker remembers before it begins anew.
const maxInterned = 1 << 14

// Analyzer analyses English text. It is safe for concurrent use and does not change after New.
type Analyzer struct {
	model   *net.Model
	lemmas  *lemmatizer
	workers sync.Pool // of *worker
}

// worker is the scratch space of one analysis.
type worker struct {
	segments
	parser   *net.Parser
	rows     []net.Row
	ends     []int
	words    []net.Word
	interned map[string]string
}

// once lists sets of relations of which a word has no more than one dependent: a clause has one subject, one object, which may
// be a clause of its own, and one agent.
var once = [][]uint8{
	{uint8(Nsubj), uint8(NsubjPass), uint8(Csubj), uint8(CsubjPass)},
	{uint8(Obj), uint8(Ccomp)},
	{uint8(OblAgent)},
}

// New loads the embedded model. An error says what is wrong with it.
func New() (*Analyzer, error) { return Load(embedded) }

// Load makes an analyzer with a model file, which must not be changed as long as the analyzer is in use.
func Load(file []byte) (*Analyzer, error) {
	model, list, err := net.Decode(file, Inventory())
	if err != nil {
		return nil, fmt.Errorf("loading the language model: %w", err)
	}
	lemmas, err := newLemmatizer(list, model.Lexicon)
	if err != nil {
		return nil, fmt.Errorf("loading the language model: %w", err)
	}
	a := &Analyzer{model: model, lemmas: lemmas}
	a.workers.New = func() any {
		return &worker{parser: model.NewParser(once...), interned: map[string]string{}}
	}
	return a, nil
}

// Inventory names all tags and relations in their order; a model knows them by their place only.
func Inventory() string { return strings.Join([]string{uposNames, xposNames, relNames}, "\n") }

// Analyze analyses a text: any bytes, in time linear in their number.
func (a *Analyzer) Analyze(text string) *Document {
	w := a.workers.Get().(*worker)
	defer a.workers.Put(w)
	dateline := w.segment(text)
	doc := w.document(text, dateline)
	a.analyzeSentences(doc.Sentences, w)
	return doc
}

// touch tells whether no space stands between a token and the next one.
func touch(t, next *Token) bool { return t.Start < t.End && next.Start <= t.End }

// AnalyzeSentences analyses sentences that are parted into tokens with their forms, such as NewToken gives. It sets all
// but the forms and the offsets, and reads the offsets only to see where tokens touch each other. The time grows with the cube of the length of a
// sentence.
func (a *Analyzer) AnalyzeSentences(sentences []Sentence) {
	w := a.workers.Get().(*worker)
	defer a.workers.Put(w)
	a.analyzeSentences(sentences, w)
}

// NewToken gives a token for a piece of a text; the offsets may be 0, as for a word that stands between spaces.
func NewToken(form string, start, end int) Token {
	return Token{Form: plain(form), Start: uint32(start), End: uint32(end), Head: -1}
}

// analyzeSentences tags and parses sentences that are parted into tokens.
func (a *Analyzer) analyzeSentences(sentences []Sentence, w *worker) {
	for first := 0; first < len(sentences); {
		w.rows, w.ends = w.rows[:0], w.ends[:0]
		last := first
		for ; last < len(sentences); last++ {
			tokens := sentences[last].Tokens
			if len(w.rows) > 0 && len(w.rows)+len(tokens) > batchWords {
				break
			}
			for i := range tokens {
				row := a.model.Lexicon.Row(tokens[i].Form)
				row[net.FeatSpace] = net.Space(i > 0 && touch(&tokens[i-1], &tokens[i]), i+1 < len(tokens) && touch(&tokens[i], &tokens[i+1]))
				w.rows = append(w.rows, row)
			}
			w.ends = append(w.ends, len(w.rows))
		}
		if cap(w.words) < len(w.rows) {
			w.words = make([]net.Word, 2*len(w.rows))
		}
		words := w.words[:len(w.rows)]
		w.parser.Parse(w.rows, w.ends, words)
		for ; first < last; first++ {
			tokens := sentences[first].Tokens
			a.fill(tokens, words[:len(tokens)], w)
			words = words[len(tokens):]
		}
	}
}

// fill writes the analysis of a sentence into its tokens.
func (a *Analyzer) fill(tokens []Token, words []net.Word, w *worker) {
	for i, word := range words {
		t := &tokens[i]
		t.Head, t.Rel = int(word.Head), Rel(word.Rel)
		t.UPOS, t.XPOS = UPOS(word.UPOS), XPOS(word.XPOS)
		if t.XPOS == VBP && strings.HasSuffix(t.Form, "ed") && !a.lemmas.verbs[toLower(t.Form)] {
			t.XPOS = VBD // a rare verb, "vetoed"; none but verbs like "need" end so in the present
		}
		if t.Head < 0 {
			t.Rel = Root
		} else if t.Rel == Root {
			t.Rel = Dep
		}
		t.Lemma = w.intern(a.lemmas.lemma(t.Form, t.XPOS))
	}
	for i := range tokens {
		// "'s" is "has" beside the participle of an active verb.
		if t := &tokens[i]; t.Rel == Aux && t.Form == "'s" && tokens[t.Head].XPOS == VBN {
			t.Lemma = "have"
		}
	}
	setFeats(tokens)
}

// intern gives the same string for equal base forms, so that a document does not hold many copies of one.
func (w *worker) intern(lemma string) string {
	if known, ok := w.interned[lemma]; ok {
		return known
	}
	if len(w.interned) >= maxInterned {
		clear(w.interned)
	}
	lemma = strings.Clone(lemma)
	w.interned[lemma] = lemma
	return lemma
}

// ModelSize gives the length of the embedded model file in bytes.
func ModelSize() int { return len(embedded) }
