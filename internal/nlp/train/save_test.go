package train

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"demarche/internal/nlp/net"
)

func TestKeep(t *testing.T) {
	lex := net.NewLexicon([]string{"", "alpha", "beta"})
	p := newParams(tiny, lex)
	p.randomize(rand.New(rand.NewPCG(1, 2)))
	m := &Trained{lex, p}
	path := filepath.Join(t.TempDir(), "network.gob")
	if _, err := Kept(path, "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := Keep(path, "a", m.Weights()); err != nil {
		t.Fatal(err)
	}
	if _, err := Kept(path, "b"); err == nil {
		t.Error("a file made from something else is read")
	}
	weights, err := Kept(path, "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := Restore(tiny, lex, weights)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Weights() {
		if !slices.Equal(w, other.Weights()[i]) {
			t.Errorf("list %d differs", i)
		}
	}
	wider := tiny
	wider.Hidden++
	if _, err := Restore(wider, lex, weights); err == nil {
		t.Error("weights of another shape are taken")
	}
	if _, err := Restore(tiny, lex, weights[1:]); err == nil {
		t.Error("too few weights are taken")
	}
}
