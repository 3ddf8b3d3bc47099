// Package train makes the model of package nlp from a treebank: an encoder of simple recurrent units over embeddings of
// words, their ends and their shapes, which a tagger, a biaffine scorer of arcs (Dozat and Manning 2017) and a namer of
// relations share. Everything is seeded: the same data and options give the same model on the same machine.
package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"demarche/internal/nlp"
	"demarche/internal/nlp/net"
)

// Options say how to train.
type Options struct {
	Seed      uint64
	BatchSize int // words
	Rate      float64
	Dropout   Dropout
	Progress  func(done float64) // called after every batch with the share done; may be nil
	Epoch     func(epoch int)    // called after every epoch; may be nil
}

// TeacherOptions are those for learning from people's annotations alone.
func TeacherOptions(seed uint64) Options {
	return Options{
		Seed: seed, BatchSize: 600, Rate: 2e-3,
		Dropout: Dropout{Word: 0.15, Feature: 0.1, Input: 0.2, Layer: 0.25, Head: 0.3},
	}
}

// StudentOptions are those for learning from much that teachers have labelled, which needs less dropout.
func StudentOptions(seed uint64) Options {
	return Options{
		Seed: seed, BatchSize: 600, Rate: 1e-3,
		Dropout: Dropout{Word: 0.12, Feature: 0.08, Input: 0.12, Layer: 0.15, Head: 0.2},
	}
}

// studentParts is in how many epochs a student goes through the labelled examples; each has all of the gold ones.
const studentParts = 4

// StudentPlan mixes what people annotated with a part of what teachers labelled in every epoch, and ends with an epoch of
// the former alone.
func StudentPlan(gold, labelled []*Example) [][]*Example {
	var plan [][]*Example
	for part := range slices.Chunk(labelled, max(1, (len(labelled)+studentParts-1)/studentParts)) {
		plan = append(plan, slices.Concat(gold, part))
	}
	return append(plan, gold)
}

// DefaultShape is the shape of all networks that are trained, and so of the embedded model.
func DefaultShape() net.Shape {
	return net.Shape{
		Embed: [net.NumFeats]int{
			net.FeatWord: 128, net.FeatPrefix: 24, net.FeatSuffix2: 16, net.FeatSuffix3: 40, net.FeatSuffix5: 32, net.FeatShape: 16, net.FeatSpace: 8,
		},
		Hidden: 128, Layers: 4, Arc: 128, Label: 128,
		UPOS: nlp.NumUPOS, XPOS: nlp.NumXPOS, Rels: nlp.NumRel,
	}
}

// Trained is a network in floats with the words that it knows.
type Trained struct {
	Lexicon *net.Lexicon
	params  *params
}

// vectorScale is the root of the mean square of word vectors as training starts.
const vectorScale = 0.3

// New makes a network to train, with random weights but for the vectors of words.
func New(shape net.Shape, lex *net.Lexicon, vectors []float32, seed uint64) *Trained {
	p := newParams(shape, lex)
	p.randomize(rand.New(rand.NewPCG(seed, 0)))
	sum := 0.0
	for _, v := range vectors {
		sum += float64(v) * float64(v)
	}
	scale := float32(vectorScale / math.Sqrt(sum/float64(len(vectors))))
	for i, v := range vectors {
		p.tables[net.FeatWord][i] = v * scale
	}
	return &Trained{lex, p}
}

// Clone copies the network, so that the copy can be trained further.
func (m *Trained) Clone() *Trained { return &Trained{m.Lexicon, m.params.clone(m.Lexicon)} }

const (
	warmUp   = 300  // steps in which the rate rises
	restRate = 0.01 // the share of the rate that is left at the end
)

// shards is in how many parts a batch is learnt at the same time. It does not depend on the machine, so that the result does
// not either.
const shards = 2

// Train trains the network: plan lists what every epoch learns from. The rate falls along a cosine.
func (m *Trained) Train(plan [][]*Example, o Options) {
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	var parts [shards]*network
	for i := range parts {
		parts[i] = newNetwork(m.params, rand.New(rand.NewPCG(o.Seed, uint64(2+i))))
		parts[i].drop = o.Dropout
		parts[i].startGradients(m.Lexicon)
	}
	opt := newAdam(parts[0], m.Lexicon)
	total := 0
	for _, examples := range plan {
		total += countWords(examples)
	}
	done := 0
	for epoch, examples := range plan {
		order := rng.Perm(len(examples))
		for at := 0; at < len(order); {
			var batch []*Example
			size := 0
			for ; at < len(order) && size < o.BatchSize; at++ {
				e := examples[order[at]]
				batch = append(batch, e)
				size += len(e.Rows)
			}
			learnTogether(parts[:], batch, size)
			warm := min(1, float64(opt.step+1)/warmUp)
			cool := 0.5 * (1 + math.Cos(math.Pi*float64(done)/float64(total)))
			opt.update(parts[0], o.Rate*warm*max(restRate, cool))
			done += size
			if o.Progress != nil {
				o.Progress(float64(done) / float64(total))
			}
		}
		if o.Epoch != nil {
			o.Epoch(epoch)
		}
	}
}

// learnTogether learns a batch in parts at the same time. The gradients gather in the first network.
func learnTogether(parts []*network, batch []*Example, words int) {
	var work sync.WaitGroup
	rest := batch
	for i, n := range parts {
		size, count := 0, 0
		for ; count < len(rest) && (i == len(parts)-1 || size < words/len(parts)); count++ {
			size += len(rest[count].Rows)
		}
		part := rest[:count]
		rest = rest[count:]
		if len(part) > 0 {
			work.Go(func() { n.learn(part, words) })
		}
	}
	work.Wait()
	for _, n := range parts[1:] {
		parts[0].gather(n)
	}
}

func countWords(examples []*Example) (words int) {
	for _, e := range examples {
		words += len(e.Rows)
	}
	return words
}

// Scores are shares of right words.
type Scores struct{ UPOS, XPOS, UAS, LAS float64 }

// String gives the scores in per cent.
func (s Scores) String() string {
	return fmt.Sprintf("UPOS %.2f XPOS %.2f UAS %.2f LAS %.2f", 100*s.UPOS, 100*s.XPOS, 100*s.UAS, 100*s.LAS)
}

// parse analyses sentences with the network in floats.
func (m *Trained) parse(examples []*Example) [][]net.Word {
	n := newNetwork(m.params, rand.New(rand.NewPCG(1, 1)))
	shape := n.shape
	var d net.Decoder
	var trees [][]net.Word
	for _, e := range examples {
		n.load([]*Example{e})
		n.forward()
		size := len(e.Rows)
		scores := make([]float32, size*(size+1))
		n.arcScores(span{0, size}, scores)
		heads := make([]int32, size)
		d.Tree(scores, size, heads)
		n.labels(heads)
		words := make([]net.Word, size)
		for t := range words {
			tags := n.tags(t)
			words[t] = net.Word{
				Head: heads[t], UPOS: argmax(tags[:shape.UPOS]), XPOS: argmax(tags[shape.UPOS:]),
				Rel: argmax(n.rels[t*shape.Rels:][:shape.Rels]),
			}
		}
		trees = append(trees, words)
	}
	return trees
}

// Evaluate scores the network in floats; relations are compared without their subtypes.
func (m *Trained) Evaluate(examples []*Example) Scores {
	return score(examples, m.parse(examples))
}

func score(examples []*Example, trees [][]net.Word) Scores {
	var s Scores
	words := 0.0
	for i, e := range examples {
		for t, w := range trees[i] {
			words++
			if w.UPOS == e.UPOS[t] {
				s.UPOS++
			}
			if w.XPOS == e.XPOS[t] {
				s.XPOS++
			}
			if w.Head != e.Heads[t] {
				continue
			}
			s.UAS++
			if w.Head < 0 || nlp.Rel(w.Rel).Base() == nlp.Rel(e.Rels[t]).Base() {
				s.LAS++
			}
		}
	}
	s.UPOS /= words
	s.XPOS /= words
	s.UAS /= words
	s.LAS /= words
	return s
}

func argmax(scores []float32) uint8 {
	best := 0
	for i, v := range scores {
		if v > scores[best] {
			best = i
		}
	}
	return uint8(best)
}
