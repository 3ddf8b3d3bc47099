package train

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"os"

	"demarche/internal/nlp/net"
)

// kept is what a file of Keep holds.
type kept struct {
	Recipe string
	Floats [][]float32
}

// Keep writes floats to a file, with a line that tells what they were made from. The file is whole or is not there.
func Keep(path, recipe string, floats [][]float32) error {
	part := path + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	err = gob.NewEncoder(w).Encode(kept{recipe, floats})
	if err == nil {
		err = w.Flush()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", part, err)
	}
	return os.Rename(part, path)
}

// Kept reads what Keep wrote. A file that is not there gives an error of os.ErrNotExist; one that was made from something
// else gives an error that says so.
func Kept(path, recipe string) ([][]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var k kept
	if err := gob.NewDecoder(bufio.NewReaderSize(f, 1<<20)).Decode(&k); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if k.Recipe != recipe {
		return nil, fmt.Errorf("%s was made from %q, not from %q: remove it, or keep this run elsewhere", path, k.Recipe, recipe)
	}
	return k.Floats, nil
}

// Weights lists all weights of the network, for Keep. They are the network's own, not copies.
func (m *Trained) Weights() [][]float32 { return append(m.params.dense(), m.params.tables[:]...) }

// Restore makes a network from its weights.
func Restore(shape net.Shape, lex *net.Lexicon, weights [][]float32) (*Trained, error) {
	m := &Trained{lex, newParams(shape, lex)}
	own := m.Weights()
	if len(own) != len(weights) {
		return nil, fmt.Errorf("%d lists of weights instead of %d", len(weights), len(own))
	}
	for i := range own {
		if copy(own[i], weights[i]) != len(own[i]) || len(own[i]) != len(weights[i]) {
			return nil, fmt.Errorf("list %d has %d weights instead of %d", i, len(weights[i]), len(own[i]))
		}
	}
	return m, nil
}
