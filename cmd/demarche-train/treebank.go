package main

import (
	"path/filepath"

	"demarche/internal/nlp/conllu"
)

// The files of a folder of treebanks. Only those for training are ever learnt from, and only those for development
// are looked at while training.
var (
	trainFiles = []string{"en_ewt-train", "en_gum-open-train"}
	devFiles   = []string{"en_ewt-dev", "en_gum-open-dev", "en_gum-newsinterview-dev"}
	testFiles  = []string{"en_ewt-test", "en_gum-open-test", "en_gum-newsinterview-test", "en_pud-test"}
)

// read reads one file of the folder.
func read(dir, name string) ([]conllu.Sentence, error) {
	return conllu.ReadFile(filepath.Join(dir, name+".conllu"))
}

// readAll reads several files, one after another.
func readAll(dir string, names []string) ([]conllu.Sentence, error) {
	var all []conllu.Sentence
	for _, name := range names {
		sentences, err := read(dir, name)
		if err != nil {
			return nil, err
		}
		all = append(all, sentences...)
	}
	return all, nil
}
