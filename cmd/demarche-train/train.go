package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"demarche/internal/nlp"
	"demarche/internal/nlp/conllu"
	"demarche/internal/nlp/net"
	"demarche/internal/nlp/train"
)

// trainCommand makes a model file in four steps: vectors of words from the corpus; teachers, which learn from the treebanks;
// assistants, each of which goes on from a teacher with what the teachers together believe about a part of the corpus; and the
// student, which goes on from the first assistant with what the assistants together believe about more of it. Assistants and
// student learn from the treebanks as well. Without a corpus the first teacher is the model.
type trainCommand struct {
	Dir      string `arg:"" type:"existingdir" help:"Folder of treebanks."`
	Corpus   string `type:"existingfile" help:"News articles as JSON lines with a field text, or the same packed with gzip (.gz)."`
	Out      string `default:"internal/nlp/model/english.bin" help:"The model file to write."`
	From     string `type:"existingfile" help:"A model file of an earlier run: it labels the corpus for the student together with the assistants, and the student goes on from it."`
	Keep     string `type:"path" help:"Folder that keeps the vectors and every network as soon as it is done; a run that was stopped goes on from there."`
	Teachers int    `default:"2" help:"How many networks label the corpus."`
	Epochs   int    `default:"18" help:"Passes of a teacher over the treebanks."`
	Seed     uint64 `default:"1" help:"Seed of everything random."`
}

// Run trains and writes the model.
func (c *trainCommand) Run() error {
	gold, err := readAll(c.Dir, trainFiles)
	if err != nil {
		return err
	}
	held, err := heldOut(c.Dir)
	if err != nil {
		return err
	}
	var articles []string
	if c.Corpus == "" && c.From != "" {
		return errors.New("--from needs a --corpus to label")
	}
	if c.Corpus != "" {
		if articles, err = train.ReadCorpus(c.Corpus); err != nil {
			return err
		}
	}
	text := train.NewText(gold, articles, held)
	lex := net.NewLexicon(text.Vocabulary())
	dev, err := newDevelopment(c.Dir, lex)
	if err != nil {
		return err
	}
	data := fmt.Sprintf("%d sentences of the treebanks, %d of the corpus, %d words known", len(gold), text.CorpusSentences(), len(lex.Words()))
	fmt.Println(data)
	shape := train.DefaultShape()
	keep := keeper{c.Keep, fmt.Sprintf("%s; %d teachers of %d epochs, seed %d", data, c.Teachers, c.Epochs, c.Seed)}
	vectors, err := keep.floats("vectors", func() [][]float32 {
		bar := newBar("vectors")
		defer bar.Finish()
		return [][]float32{train.Vectors(text.Rows(lex), len(lex.Words()), shape.Embed[net.FeatWord], 4, c.Seed, bar.share)}
	})
	if err != nil {
		return err
	}

	examples := train.NewExamples(gold, lex)
	plan := slices.Repeat([][]*train.Example{examples}, c.Epochs)
	teachers := make([]*train.Trained, 1)
	if c.Corpus != "" {
		teachers = make([]*train.Trained, max(1, c.Teachers))
	}
	for i := range teachers {
		who, seed := fmt.Sprintf("teacher-%d", i+1), c.Seed+uint64(i)
		teachers[i], err = keep.network(who, shape, lex, func() *train.Trained {
			m := train.New(shape, lex, vectors[0], seed)
			dev.train(who, m, plan, train.TeacherOptions(seed))
			return m
		})
		if err != nil {
			return err
		}
	}
	model := teachers[0]
	if c.Corpus != "" {
		s := students{keep, dev, lex, articles, held, train.NewExamples(slices.Concat(gold, train.Headlines(gold)), lex)}
		assistants, err := s.learn("assistant", teachers, teachers, forAssistants, c.Seed)
		if err != nil {
			return err
		}
		start := assistants[0]
		if c.From != "" {
			file, err := os.ReadFile(c.From)
			if err != nil {
				return err
			}
			if start, err = thaw(file, lex); err != nil {
				return fmt.Errorf("%s: %w", c.From, err)
			}
			assistants = append(assistants, start)
			sum := sha256.Sum256(file)
			s.keep.recipe += fmt.Sprintf(", going on from %x", sum[:8])
		}
		last, err := s.learn("student", assistants, []*train.Trained{start}, forStudent, c.Seed)
		if err != nil {
			return err
		}
		model = last[0]
	}
	return os.WriteFile(c.Out, model.Freeze().Encode(nlp.Inventory(), lemmas(gold, lex)), 0o644)
}

// How many sentences of an article are labelled for the assistants and for the student.
const (
	forAssistants = 30
	forStudent    = 50
)

// thaw decodes a model file to train it further.
func thaw(file []byte, lex *net.Lexicon) (*train.Trained, error) {
	model, _, err := net.Decode(file, nlp.Inventory())
	if err != nil {
		return nil, err
	}
	return train.Thaw(model, lex)
}

// students holds what networks learn from that go on with the corpus.
type students struct {
	keep     keeper
	dev      *development
	lex      *net.Lexicon
	articles []string
	held     map[string]bool
	gold     []*train.Example
}

// learn lets copies of some networks go on with what teachers believe about the first sentences of every article.
func (s students) learn(name string, teachers, starts []*train.Trained, sentences int, seed uint64) ([]*train.Trained, error) {
	labelled := sync.OnceValue(func() []*train.Example {
		list := train.Unlabelled(s.articles, s.lex, s.held, sentences)
		bar := newBar("labels")
		train.Label(teachers, list, bar.share)
		bar.Finish()
		together := func(gold []*train.Example) train.Scores { return train.EvaluateTogether(teachers, gold) }
		fmt.Printf("%d networks together, %d sentences: %s\n", len(teachers), len(list), s.dev.scores(together))
		return list
	})
	learnt := make([]*train.Trained, len(starts))
	for i, start := range starts {
		who := fmt.Sprintf("%s-%d", name, i+1)
		var err error
		learnt[i], err = s.keep.network(who, train.DefaultShape(), s.lex, func() *train.Trained {
			m := start.Clone()
			s.dev.train(who, m, train.StudentPlan(s.gold, labelled()), train.StudentOptions(seed+uint64(i)))
			return m
		})
		if err != nil {
			return nil, err
		}
	}
	return learnt, nil
}

// keeper keeps what takes long to make in a folder, or nothing where the folder has no name.
type keeper struct {
	dir    string
	recipe string // what everything in the folder is made from
}

// floats reads what was kept under a name, or makes and keeps it.
func (k keeper) floats(name string, build func() [][]float32) ([][]float32, error) {
	if k.dir == "" {
		return build(), nil
	}
	path := filepath.Join(k.dir, name+".gob")
	kept, err := train.Kept(path, k.recipe)
	if !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	if err := os.MkdirAll(k.dir, 0o755); err != nil {
		return nil, err
	}
	made := build()
	return made, train.Keep(path, k.recipe, made)
}

// network reads the network that was kept under a name, or trains and keeps it.
func (k keeper) network(name string, shape net.Shape, lex *net.Lexicon, build func() *train.Trained) (*train.Trained, error) {
	weights, err := k.floats(name, func() [][]float32 { return build().Weights() })
	if err != nil {
		return nil, err
	}
	return train.Restore(shape, lex, weights)
}

// development holds the sentences that tell how training goes.
type development struct {
	names    []string
	examples [][]*train.Example
}

func newDevelopment(dir string, lex *net.Lexicon) (*development, error) {
	d := &development{names: devFiles}
	for _, name := range devFiles {
		sentences, err := read(dir, name)
		if err != nil {
			return nil, err
		}
		d.examples = append(d.examples, train.NewExamples(sentences, lex))
	}
	return d, nil
}

// scores gives the scores on all files in one line.
func (d *development) scores(evaluate func([]*train.Example) train.Scores) string {
	line := ""
	for i, name := range d.names {
		line += fmt.Sprintf("  %s %v", name, evaluate(d.examples[i]))
	}
	return line
}

// train trains a network and tells its scores after every epoch.
func (d *development) train(who string, m *train.Trained, plan [][]*train.Example, o train.Options) {
	bar := newBar(who)
	o.Progress = bar.share
	o.Epoch = func(epoch int) { fmt.Printf("%s, epoch %d: %s\n", who, epoch+1, d.scores(m.Evaluate)) }
	m.Train(plan, o)
	bar.Finish()
}

// heldOut gives the sentences of the files for development and testing, which the corpus must not contain.
func heldOut(dir string) (map[string]bool, error) {
	held := map[string]bool{}
	sentences, err := readAll(dir, append(devFiles, testFiles...))
	if err != nil {
		return nil, err
	}
	for _, s := range sentences {
		held[train.Squeeze(s.Text)] = true
	}
	return held, nil
}

// lemmas makes the list of base forms of a treebank.
func lemmas(gold []conllu.Sentence, lex *net.Lexicon) string {
	return nlp.LemmaList(lex, func(yield func(form, tag, lemma string)) {
		for _, s := range gold {
			for _, w := range s.Words {
				yield(w.Form, w.XPOS, w.Lemma)
			}
		}
	})
}

// bar shows progress on a terminal, and nothing elsewhere.
type bar struct{ *progressbar.ProgressBar }

const barSteps = 1000

func newBar(what string) bar {
	return bar{progressbar.NewOptions(barSteps, progressbar.OptionSetDescription(fmt.Sprintf("%-10s", what)),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))),
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionClearOnFinish())}
}

// share shows the share of the work that is done.
func (b bar) share(done float64) { b.Set(int(done * barSteps)) }
