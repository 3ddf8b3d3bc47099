package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"demarche/internal/accuracy"
	"demarche/internal/event"
)

type evalCmd struct {
	coderFlags
	File    string `arg:"" type:"existingfile" help:"Reference annotations, one article a line: the fields of an article, sentences ([start, end) in code points) and events with type, status, date, location, participants, evidence (sentence numbers), optional."`
	Errors  int    `default:"0" placeholder:"N" help:"Also show the first N events that were missed or are extra."`
	MaxText int    `default:"1048576" placeholder:"BYTES" help:"Longest text of an article."`
}

// Run codes the articles of a reference file and prints how well.
func (c *evalCmd) Run(s streams) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	references, articles, err := readReferences(file, c.MaxText)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	_, x, err := c.coder(s)
	if err != nil {
		return err
	}
	report := accuracy.Measure(references, func(r *accuracy.Reference) []event.Event {
		return x.Events(articles[r])
	})
	return report.Print(s.out, c.Errors)
}

// readReferences reads and checks annotated articles; an error names the line.
func readReferences(r io.Reader, maxText int) ([]accuracy.Reference, map[*accuracy.Reference]*event.Article, error) {
	var references []accuracy.Reference
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var ref accuracy.Reference
		if err := json.Unmarshal(lines.Bytes(), &ref); err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", n, err)
		}
		references = append(references, ref)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, err
	}
	articles := map[*accuracy.Reference]*event.Article{}
	for i := range references {
		a, err := references[i].Check(maxText)
		if err != nil {
			return nil, nil, fmt.Errorf("article %s: %w", references[i].ID, err)
		}
		articles[&references[i]] = &a
	}
	return references, articles, nil
}
