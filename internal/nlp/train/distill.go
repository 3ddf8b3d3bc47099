package train

import (
	"math"
	"math/rand/v2"

	"demarche/internal/nlp"
	"demarche/internal/nlp/net"
)

const (
	shortest = 4  // words of a sentence that is labelled, at least
	longest  = 60 // and at most
)

// Unlabelled gives the sentences of articles that are fit for learning, as examples without labels: not held out, not
// boilerplate, not seen before, neither very short nor very long; of these, those from the first to before the last of every article.
func Unlabelled(articles []string, lex *net.Lexicon, held map[string]bool, first, last int) []*Example {
	seen := map[string]bool{}
	var list []*Example
	for _, article := range articles {
		count := 0
		for _, s := range nlp.Segment(article).Sentences {
			if len(s.Tokens) < shortest || len(s.Tokens) > longest || s.Boilerplate {
				continue
			}
			key := Squeeze(article[s.Start:s.End])
			if seen[key] || held[key] {
				continue
			}
			seen[key] = true
			if count++; count <= first {
				continue
			} else if count > last {
				break
			}
			e := &Example{Weight: 1, Rows: make([]net.Row, len(s.Tokens))}
			for i, token := range s.Tokens {
				e.Rows[i] = lex.Row(token.Form)
				e.Rows[i][net.FeatSpace] = net.Space(i > 0 && s.Tokens[i-1].End == token.Start, i+1 < len(s.Tokens) && s.Tokens[i+1].Start == token.End)
			}
			list = append(list, e)
		}
	}
	return list
}

// ensemble are networks that vote.
type ensemble struct {
	networks []*network
	decoder  net.Decoder
}

func newEnsemble(teachers []*Trained) *ensemble {
	e := &ensemble{}
	for _, t := range teachers {
		e.networks = append(e.networks, newNetwork(t.params, rand.New(rand.NewPCG(1, 1))))
	}
	return e
}

// label fills in the heads, relations and tags which the networks together find most probable.
func (e *ensemble) label(batch []*Example) {
	for _, n := range e.networks {
		n.load(batch)
		n.forward()
	}
	first := e.networks[0]
	s := first.shape
	heads := make([]int32, first.words)
	var scores, sum []float32
	for _, sp := range first.spans {
		size := sp.end - sp.start
		width := size + 1
		sum = floats(sum, size*width)
		for _, n := range e.networks {
			scores = floats(scores, size*width)
			n.arcScores(sp, scores)
			for i := range size {
				row := scores[i*width:][:width]
				row[i] = -1e9
				addProbabilities(sum[i*width:][:width], row)
			}
		}
		for i, p := range sum {
			sum[i] = float32(math.Log(float64(p) + 1e-12))
		}
		e.decoder.Tree(sum, size, heads[sp.start:sp.end])
	}
	for _, n := range e.networks {
		n.labels(heads)
	}
	tags := 2*s.Arc + 2*s.Label
	for b, sp := range first.spans {
		ex := batch[b]
		size := sp.end - sp.start
		ex.Heads = append([]int32(nil), heads[sp.start:sp.end]...)
		ex.Rels, ex.UPOS, ex.XPOS = make([]uint8, size), make([]uint8, size), make([]uint8, size)
		for i := range size {
			t := sp.start + i
			vote := func(width int, scores func(n *network) []float32) uint8 {
				sum = floats(sum, width)
				for _, n := range e.networks {
					addProbabilities(sum, scores(n))
				}
				return argmax(sum)
			}
			ex.Rels[i] = vote(s.Rels, func(n *network) []float32 { return n.rels[t*s.Rels:][:s.Rels] })
			ex.UPOS[i] = vote(s.UPOS, func(n *network) []float32 { return n.heads[t*s.Heads()+tags:][:s.UPOS] })
			ex.XPOS[i] = vote(s.XPOS, func(n *network) []float32 { return n.heads[t*s.Heads()+tags+s.UPOS:][:s.XPOS] })
			if ex.Heads[i] < 0 {
				ex.Rels[i] = uint8(nlp.Root)
			}
		}
	}
}

// addProbabilities adds the probabilities that scores stand for.
func addProbabilities(dst, scores []float32) {
	top := scores[0]
	for _, v := range scores {
		top = max(top, v)
	}
	total := 0.0
	for _, v := range scores {
		total += math.Exp(float64(v - top))
	}
	for i, v := range scores {
		dst[i] += float32(math.Exp(float64(v-top)) / total)
	}
}

// Label fills in heads, relations and tags by the vote of teachers, which know the same words. progress, which may be
// nil, gets the share done.
func Label(teachers []*Trained, examples []*Example, progress func(float64)) {
	e := newEnsemble(teachers)
	for at := 0; at < len(examples); {
		first := at
		for words := 0; at < len(examples) && words < 600; at++ {
			words += len(examples[at].Rows)
		}
		e.label(examples[first:at])
		if progress != nil {
			progress(float64(at) / float64(len(examples)))
		}
	}
}

// EvaluateTogether scores the vote of several networks.
func EvaluateTogether(teachers []*Trained, gold []*Example) Scores {
	trees := make([][]net.Word, len(gold))
	e := newEnsemble(teachers)
	for i, g := range gold {
		labelled := &Example{Rows: g.Rows, Weight: 1}
		e.label([]*Example{labelled})
		trees[i] = make([]net.Word, len(g.Rows))
		for t := range trees[i] {
			trees[i][t] = net.Word{Head: labelled.Heads[t], Rel: labelled.Rels[t], UPOS: labelled.UPOS[t], XPOS: labelled.XPOS[t]}
		}
	}
	return score(gold, trees)
}
