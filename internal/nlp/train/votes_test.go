package train

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVotes(t *testing.T) {
	v := &Votes{}
	for _, beliefs := range [][]float32{
		{0, 3, 1}, {2, 0}, {0, 0, 0, 5}, {1, 1}, // the first word
		{0.01, 0.99, 0}, {0, 0.2, 0.2}, {1}, {0.5, 0.25, 0.25}, // the second
	} {
		v.add(beliefs)
	}
	for _, c := range []struct {
		word, task int
		want       []vote
	}{
		{0, headTask, []vote{{1, 0.75}, {2, 0.25}}},
		{0, relTask, []vote{{0, 1}}},
		{0, uposTask, []vote{{3, 1}}},
		{0, xposTask, []vote{{0, 0.5}, {1, 0.5}}},
		{1, headTask, []vote{{1, 1}}},
		{1, relTask, []vote{{1, 0.5}, {2, 0.5}}},
		{1, xposTask, []vote{{0, 0.5}, {1, 0.25}, {2, 0.25}}},
	} {
		if diff := cmp.Diff(c.want, v.of(c.word, c.task), cmp.AllowUnexported(vote{})); diff != "" {
			t.Errorf("word %d, task %d: %s", c.word, c.task, diff)
		}
	}
}
