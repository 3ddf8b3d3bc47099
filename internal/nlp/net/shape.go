package net

// Shape gives the sizes of a network.
type Shape struct {
	Embed  [NumFeats]int // width of the embedding of each feature
	Hidden int           // units of one direction of a recurrent layer; the network is twice as wide
	Layers int           // recurrent layers
	Arc    int           // width of the vectors that arcs are scored with
	Label  int           // width of the hidden layer that names relations
	UPOS   int           // number of universal tags
	XPOS   int           // number of English tags
	Rels   int           // number of relations
}

// Input gives the width of the features of a word together.
func (s Shape) Input() int {
	sum := 0
	for _, w := range s.Embed {
		sum += w
	}
	return sum
}

// Width gives the width of a layer.
func (s Shape) Width() int { return 2 * s.Hidden }

// Heads gives the width of the layer that all tasks read from: arc vectors of dependents and of heads, label vectors of
// dependents and of heads, scores of the universal and of the English tags, one after another.
func (s Shape) Heads() int { return 2*s.Arc + 2*s.Label + s.UPOS + s.XPOS }

const (
	// Window is how many words beside each other the first layer reads at once.
	Window = 3
	// Gates is how many vectors one direction of a recurrent layer computes of a word: value, forget gate, reset gate.
	Gates = 3
	// Skip is the weight of a recurrent layer's input in its output.
	Skip = 1.75
	// Leak is the slope of the activation below zero.
	Leak = 0.125
	// MaxDistance is from where on distances between words count as the same.
	MaxDistance = 16
	// Distances is how many signed distances there are.
	Distances = 2*MaxDistance + 1
)

// Distance gives the row of the bias for an arc between words of a sentence.
func Distance(dep, head int) int {
	return min(max(head-dep, -MaxDistance), MaxDistance) + MaxDistance
}
