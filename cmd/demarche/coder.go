package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"demarche/internal/extract"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

// coderFlags say what the coder knows beside what is embedded.
type coderFlags struct {
	Dictionary []string `type:"existingfile" placeholder:"FILE" help:"Further actors and places: .csv or .json of the form in docs/dictionaries.md, or .actors and .agents of the Open Event Data Alliance."`
}

// dictionaryFormats are the forms of dictionaries by the ending of their file.
var dictionaryFormats = map[string]gazetteer.Format{
	".csv": gazetteer.FormatCSV, ".json": gazetteer.FormatJSON, ".actors": gazetteer.FormatActors, ".agents": gazetteer.FormatAgents,
}

// coder makes the coder and the gazetteer that it reads with. A mistake in a
// dictionary of our own forms is an error; lines of the Alliance's files that
// say nothing to us are left out, and standard error says which.
func (f *coderFlags) coder(s streams) (*gazetteer.Gazetteer, *extract.Extractor, error) {
	var options []gazetteer.Option
	for _, name := range f.Dictionary {
		// The Alliance's files often end in .txt behind their kind: X.actors.txt.
		format, ok := dictionaryFormats[filepath.Ext(strings.TrimSuffix(name, ".txt"))]
		if !ok {
			return nil, nil, fmt.Errorf("--dictionary %s: expected a file that ends in .csv, .json, .actors or .agents", name)
		}
		file, err := os.Open(name)
		if err != nil {
			return nil, nil, fmt.Errorf("--dictionary: %w", err)
		}
		defer file.Close()
		if format == gazetteer.FormatActors || format == gazetteer.FormatAgents {
			options = append(options, gazetteer.WithLenientDictionary(file, format, func(err error) {
				fmt.Fprintf(s.err, "%s: left out: %v\n", name, err)
			}))
		} else {
			options = append(options, gazetteer.WithDictionary(file, format))
		}
	}
	g, err := gazetteer.New(options...)
	if err != nil {
		return nil, nil, fmt.Errorf("read the gazetteer: %w", err)
	}
	analyzer, err := nlp.New()
	if err != nil {
		return nil, nil, fmt.Errorf("read the language model: %w", err)
	}
	x, err := extract.New(analyzer, g)
	return g, x, err
}
