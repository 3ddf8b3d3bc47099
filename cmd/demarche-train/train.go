package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"demarche/internal/nlp"
	"demarche/internal/nlp/conllu"
	"demarche/internal/nlp/net"
	"demarche/internal/nlp/train"
)

// trainCommand makes a model file in three steps: vectors of words from the corpus; teachers, which learn from the treebanks;
// and a student, which begins as a teacher and learns from the treebanks and from what the teachers together make of the
// corpus, in two generations. Without a corpus the last teacher is the model.
type trainCommand struct {
	Dir      string `arg:"" type:"existingdir" help:"Folder of treebanks."`
	Corpus   string `type:"existingfile" help:"News articles as JSON lines with a field text, or the same packed with gzip (.gz)."`
	Out      string `default:"internal/nlp/model/english.bin" help:"The model file to write."`
	Teachers int    `default:"2" help:"How many networks label the corpus."`
	Epochs   int    `default:"18" help:"Passes of a teacher over the treebanks."`
	Seed     uint64 `default:"1" help:"Seed of everything random."`
}

// generation is a part of what a student learns from: which sentences of every article, how often, and at which rate.
type generation struct {
	first, last, rounds int
	rate                float64
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
	fmt.Printf("%d sentences of the treebanks, %d of the corpus, %d words known\n", len(gold), text.CorpusSentences(), len(lex.Words()))
	shape := train.DefaultShape()
	bar := newBar("vectors")
	vectors := train.Vectors(text.Rows(lex), len(lex.Words()), shape.Embed[net.FeatWord], 4, c.Seed, bar.share)
	bar.Finish()

	examples := train.NewExamples(gold, lex)
	plan := slices.Repeat([][]*train.Example{examples}, c.Epochs)
	teachers := make([]*train.Trained, 1)
	if c.Corpus != "" {
		teachers = make([]*train.Trained, max(1, c.Teachers))
	}
	for i := range teachers {
		seed := c.Seed + uint64(i)
		teachers[i] = train.New(shape, lex, vectors, seed)
		dev.train(fmt.Sprintf("teacher %d", i+1), teachers[i], plan, train.TeacherOptions(seed))
	}
	model := teachers[len(teachers)-1]
	if c.Corpus != "" {
		model = c.student(teachers, gold, articles, held, lex, dev)
	}
	return os.WriteFile(c.Out, model.Freeze().Encode(nlp.Inventory(), lemmas(gold, lex)), 0o644)
}

// student trains the student in two generations. In the second one it is among those who label, and what they label is new.
func (c *trainCommand) student(teachers []*train.Trained, gold []conllu.Sentence, articles []string, held map[string]bool,
	lex *net.Lexicon, dev *development) *train.Trained {
	examples := train.NewExamples(slices.Concat(gold, train.Headlines(gold)), lex)
	var student *train.Trained
	for i, g := range []generation{{0, 30, 2, 1e-3}, {30, 90, 1, 7e-4}} {
		labelled := train.Unlabelled(articles, lex, held, g.first, g.last)
		bar := newBar("labels")
		train.Label(teachers, labelled, bar.share)
		bar.Finish()
		together := func(gold []*train.Example) train.Scores { return train.EvaluateTogether(teachers, gold) }
		fmt.Printf("%d networks together: %s\n", len(teachers), dev.scores(together))
		student = teachers[len(teachers)-1].Clone()
		plan := train.StudentPlan(examples, labelled, g.rounds)
		dev.train(fmt.Sprintf("student %d", i+1), student, plan, train.StudentOptions(c.Seed, g.rate))
		teachers = append(teachers, student)
	}
	return student
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
