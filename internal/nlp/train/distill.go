package train

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"demarche/internal/nlp"
	"demarche/internal/nlp/net"
)

const (
	shortest = 4  // words of a sentence that is labelled, at least
	longest  = 60 // and at most
)

// Unlabelled gives the sentences of articles that are fit for learning, as examples without labels: not held out, not
// boilerplate, not seen before, neither very short nor very long; of these, the first ones of every article.
func Unlabelled(articles []string, lex *net.Lexicon, held map[string]bool, most int) []*Example {
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
			if count++; count > most {
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

// label fills in the heads, relations and tags which the networks together find most probable, and their votes.
func (e *ensemble) label(batch []*Example) {
	for _, n := range e.networks {
		n.load(batch)
		n.forward()
	}
	first := e.networks[0]
	heads := make([]int32, first.words)
	beliefs := make([][]float32, len(first.spans)) // of the arcs of every sentence
	var scores, logs []float32
	for b, sp := range first.spans {
		size := sp.end - sp.start
		width := size + 1
		sum := make([]float32, size*width)
		for _, n := range e.networks {
			scores = floats(scores, size*width)
			n.arcScores(sp, scores)
			for i := range size {
				row := scores[i*width:][:width]
				row[i] = -1e9
				addProbabilities(sum[i*width:][:width], row)
			}
		}
		logs = floats(logs, size*width)
		for i, p := range sum {
			logs[i] = float32(math.Log(float64(p) + 1e-12))
		}
		e.decoder.Tree(logs, size, heads[sp.start:sp.end])
		beliefs[b] = sum
	}
	for _, n := range e.networks {
		n.labels(heads)
	}
	var sum []float32
	for b, sp := range first.spans {
		ex := batch[b]
		size := sp.end - sp.start
		ex.Heads = slices.Clone(heads[sp.start:sp.end])
		ex.Rels, ex.UPOS, ex.XPOS = make([]uint8, size), make([]uint8, size), make([]uint8, size)
		votes := &Votes{ends: make([]int32, 0, size*numTasks)}
		for i := range size {
			t := sp.start + i
			poll := func(width int, scores func(n *network) []float32) uint8 {
				sum = floats(sum, width)
				for _, n := range e.networks {
					addProbabilities(sum, scores(n))
				}
				votes.add(sum)
				return argmax(sum)
			}
			s := first.shape
			votes.add(beliefs[b][i*(size+1):][:size+1])
			ex.Rels[i] = poll(s.Rels, func(n *network) []float32 { return n.rels[t*s.Rels:][:s.Rels] })
			ex.UPOS[i] = poll(s.UPOS, func(n *network) []float32 { return n.tags(t)[:s.UPOS] })
			ex.XPOS[i] = poll(s.XPOS, func(n *network) []float32 { return n.tags(t)[s.UPOS:] })
			if ex.Heads[i] < 0 {
				ex.Rels[i] = uint8(nlp.Root)
			}
		}
		votes.list = slices.Clip(votes.list)
		ex.Votes = votes
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

// Label fills in heads, relations, tags and votes by the vote of teachers, which know the same words. progress, which may be
// nil, gets the share done; it is called from several goroutines.
func Label(teachers []*Trained, examples []*Example, progress func(float64)) {
	const words = 600 // of a batch
	var next, done atomic.Int64
	var batches [][]*Example
	for at := 0; at < len(examples); {
		first := at
		for size := 0; at < len(examples) && size < words; at++ {
			size += len(examples[at].Rows)
		}
		batches = append(batches, examples[first:at])
	}
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			e := newEnsemble(teachers)
			for i := next.Add(1) - 1; i < int64(len(batches)); i = next.Add(1) - 1 {
				e.label(batches[i])
				if progress != nil {
					progress(float64(done.Add(1)) / float64(len(batches)))
				}
			}
		})
	}
	work.Wait()
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
