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

// trainCommand makes a model file.
type trainCommand struct {
	Dir    string `arg:"" type:"existingdir" help:"Folder of treebanks."`
	Corpus string `type:"existingfile" help:"News articles as JSON lines with a field text, or the same packed with gzip (.gz), for the embeddings of words."`
	Out    string `default:"internal/nlp/model/english.bin" help:"The model file to write."`
	Epochs int    `default:"18" help:"Passes over the treebanks."`
	Seed   uint64 `default:"1" help:"Seed of everything random."`
}

// Run trains and writes the model.
func (c *trainCommand) Run() error {
	gold, err := readAll(c.Dir, trainFiles)
	if err != nil {
		return err
	}
	var articles []string
	if c.Corpus != "" {
		if articles, err = train.ReadCorpus(c.Corpus); err != nil {
			return err
		}
	}
	held, err := heldOut(c.Dir)
	if err != nil {
		return err
	}
	options, shape := train.DefaultOptions(c.Seed), train.DefaultShape()
	text := train.NewText(gold, articles, held)
	lex := net.NewLexicon(text.Vocabulary())
	fmt.Printf("%d sentences of the treebanks, %d of the corpus, %d words known\n", len(gold), text.CorpusSentences(), len(lex.Words()))
	bar := newBar("word vectors", 1000)
	vectors := train.Vectors(text.Rows(lex), len(lex.Words()), shape.Embed[net.FeatWord], 4, c.Seed, func(share float64) { bar.Set(int(1000 * share)) })
	bar.Finish()
	examples := train.NewExamples(gold, lex)
	dev := map[string][]*train.Example{}
	for _, name := range devFiles {
		sentences, err := read(c.Dir, name)
		if err != nil {
			return err
		}
		dev[name] = train.NewExamples(sentences, lex)
	}
	model := train.New(shape, lex, vectors, c.Seed)
	options.Progress = func(epoch, done, words int) {
		bar.ChangeMax(words)
		bar.Set(done)
	}
	options.Epoch = func(epoch int) {
		bar.Finish()
		for _, name := range devFiles {
			fmt.Printf("epoch %d, %s: %v\n", epoch+1, name, model.Evaluate(dev[name]))
		}
		bar = newBar(fmt.Sprintf("epoch %d", epoch+2), 1)
	}
	model.Train(slices.Repeat([][]*train.Example{examples}, c.Epochs), options)
	file := model.Freeze().Encode(nlp.Inventory(), lemmas(gold, lex))
	return os.WriteFile(c.Out, file, 0o644)
}

// heldOut gives the sentences of the files for development and testing, which the corpus must not contain.
func heldOut(dir string) (map[string]bool, error) {
	held := map[string]bool{}
	for _, names := range [][]string{devFiles, testFiles} {
		sentences, err := readAll(dir, names)
		if err != nil {
			return nil, err
		}
		for _, s := range sentences {
			held[train.Squeeze(s.Text)] = true
		}
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

// newBar shows progress on a terminal, and nothing elsewhere.
func newBar(what string, steps int) *progressbar.ProgressBar {
	return progressbar.NewOptions(steps, progressbar.OptionSetDescription(fmt.Sprintf("%-16s", what)), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))),
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionClearOnFinish())
}
