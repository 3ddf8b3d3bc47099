package train

import "slices"

// The tasks that a network learns about every word.
const (
	headTask = iota // which word is its head; the number of words for the root
	relTask         // which relation it has to its head
	uposTask
	xposTask
	numTasks
)

// vote is the share of the teachers' belief that one class has.
type vote struct {
	class uint16
	share float32
}

// Votes are what teachers believe about the words of a sentence. A student that learns their beliefs rather than the best
// class alone also learns where they waver (Hinton et al. 2015).
type Votes struct {
	list []vote
	ends []int32 // of every task of every word in list
}

// leastVote is the belief from which on a class counts, beside the best one.
const leastVote = 0.02

// of gives the votes about a word.
func (v *Votes) of(word, task int) []vote {
	at, start := word*numTasks+task, int32(0)
	if at > 0 {
		start = v.ends[at-1]
	}
	return v.list[start:v.ends[at]]
}

// add takes the beliefs about the next task, in any unit; task by task, word by word.
func (v *Votes) add(beliefs []float32) {
	total := float32(0)
	for _, b := range beliefs {
		total += b
	}
	first, kept := len(v.list), float32(0)
	least := min(leastVote*total, slices.Max(beliefs))
	for class, b := range beliefs {
		if b >= least {
			v.list = append(v.list, vote{uint16(class), b})
			kept += b
		}
	}
	for i := range v.list[first:] {
		v.list[first+i].share /= kept
	}
	v.ends = append(v.ends, int32(len(v.list)))
}
