package train

import (
	"math/rand/v2"
	"testing"

	"demarche/internal/nlp/net"
)

// TestLabel lets two copies of a network label sentences: they must find what the network finds alone.
func TestLabel(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	lex := net.NewLexicon([]string{"", "alpha", "beta", "gamma", "d0", "..."})
	p := newParams(tiny, lex)
	p.randomize(rng)
	m := &Trained{lex, p}
	examples := randomExamples(rng, lex, tiny, 20)
	alone := m.parse(examples)
	Label([]*Trained{m, m}, examples, nil)
	for i, e := range examples {
		for k, w := range alone[i] {
			if e.Heads[k] != w.Head || e.UPOS[k] != w.UPOS || e.XPOS[k] != w.XPOS || w.Head >= 0 && e.Rels[k] != w.Rel {
				t.Fatalf("sentence %d, word %d: %d %d %d %d, alone %+v", i, k, e.Heads[k], e.Rels[k], e.UPOS[k], e.XPOS[k], w)
			}
		}
	}
}

func TestUnlabelled(t *testing.T) {
	lex := net.NewLexicon([]string{"", "the"})
	held := map[string]bool{"The vote was held on Monday.": true}
	articles := []string{
		"The ministers met in Geneva. The vote was held on Monday. Too short.",
		"The ministers met in  Geneva. All rights reserved by the owner of this. The talks went on.",
	}
	list := Unlabelled(articles, lex, held, 9)
	if len(list) != 2 || len(list[0].Rows) != 6 || len(list[1].Rows) != 5 {
		t.Errorf("%d sentences", len(list))
	}
	if list := Unlabelled(articles[1:], lex, held, 1); len(list) != 1 {
		t.Errorf("%d sentences instead of the first", len(list))
	}
	if last := list[0].Rows[5][net.FeatSpace]; last != net.Space(true, false) {
		t.Errorf("the full stop has the row %d", last)
	}
}
