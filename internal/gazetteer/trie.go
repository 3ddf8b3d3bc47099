package gazetteer

import (
	"cmp"
	"slices"
	"strings"
)

// A trie holds names as paths of interned words. It is filled with add, sealed with seal, and then only read.
type trie struct {
	words  map[string]wordID
	first  []nodeID        // where a word leads to from the root, by word
	edges  map[edge]nodeID // where a word leads to from any other node
	nodes  nodeID          // how many there are but the root
	leaves []leaf          // by node; leaf 0 is the root's
	refs   []ref           // names awaiting seal
}

type (
	wordID uint32
	nodeID uint32
	edge   struct {
		from nodeID
		word wordID
	}
	ref struct {
		at    nodeID
		rule  rule
		entry *Entry
	}
)

const (
	unknownWord wordID = 0 // no name has this word
	rootNode    nodeID = 0 // no edge leads to it, so it also means "nowhere"
)

// A rule says in which letter case a name is found in a text.
type rule uint8

const (
	ruleName    rule = iota // capitalised or in capitals: Syria, SYRIA
	ruleAcronym             // in capitals only: US, NATO
	ruleShout               // the same, but not where everything is in capitals: WHO, IT
	ruleWord                // a name that is also a common word: capitalised, inside a sentence: Nice, Reading
	ruleShort               // a short name, in capitals probably an acronym: not in capitals, but where everything is
	ruleSilent              // not found in texts, only looked up: the towns named Police and Most
	ruleAny                 // in any case: agents of a dictionary, "farmer"
)

// A setting is how a stretch of text is written.
type setting uint8

const (
	inLower   setting = iota // with a content word in lower case
	inTitle                  // capitalised, inside a sentence
	inOpening                // capitalised, where anything would be: a sentence's first word, a heading
	inUpper                  // in capitals, in a text that is not
	inHeading                // in capitals, as the whole text is
	numSettings
)

// admits says which names are found in which setting.
func (r rule) admits(s setting) bool {
	switch r {
	case ruleName:
		return s != inLower
	case ruleAcronym:
		return s == inUpper || s == inHeading
	case ruleShout:
		return s == inUpper
	case ruleWord:
		return s == inTitle
	case ruleShort:
		return s == inTitle || s == inOpening || s == inHeading
	case ruleAny:
		return true
	default:
		return false
	}
}

// A leaf holds the readings of the name that ends at a node, the most prominent first.
type leaf struct {
	all   []*Entry
	found *[numSettings][]*Entry // the readings by setting, nil if every setting but inLower gives all
}

// in returns the readings in a setting.
func (l *leaf) in(s setting) []*Entry {
	switch {
	case l.found != nil:
		return l.found[s]
	case s == inLower:
		return nil
	default:
		return l.all
	}
}

func newTrie(size int) *trie {
	return &trie{
		words: make(map[string]wordID, size),
		first: make([]nodeID, 1, size+1), // unknownWord leads nowhere
		edges: make(map[edge]nodeID, size/2),
		refs:  make([]ref, 0, size),
	}
}

// intern returns the number of a word, new or old.
func (t *trie) intern(word string) wordID {
	id, ok := t.words[word]
	if !ok {
		id = wordID(len(t.words) + 1)
		t.words[word] = id
		t.first = append(t.first, rootNode)
	}
	return id
}

// add enters a name, a key of words separated by single spaces.
func (t *trie) add(key string, r rule, e *Entry) {
	node := rootNode
	for word := range fields(key) {
		id := t.intern(word)
		next := t.step(node, id)
		if next == rootNode {
			t.nodes++
			next = t.nodes
			if node == rootNode {
				t.first[id] = next
			} else {
				t.edges[edge{node, id}] = next
			}
		}
		node = next
	}
	if node != rootNode {
		t.refs = append(t.refs, ref{node, r, e})
	}
}

// fields yields the words of a key.
func fields(key string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for start := 0; start < len(key); {
			end := start
			for end < len(key) && key[end] != ' ' {
				end++
			}
			if !yield(key[start:end]) {
				return
			}
			start = end + 1
		}
	}
}

// seal sorts the readings of every name.
func (t *trie) seal() {
	t.leaves = make([]leaf, t.nodes+1)
	refs, ends := t.byNode()
	entries := make([]*Entry, 0, len(refs))
	start := 0
	for node, end := range ends {
		if start == end {
			continue
		}
		readings := refs[start:end]
		start = end
		slices.SortFunc(readings, func(a, b ref) int {
			return cmp.Or(
				cmp.Compare(b.entry.prominence, a.entry.prominence),
				strings.Compare(a.entry.ID, b.entry.ID),
				cmp.Compare(a.rule, b.rule),
			)
		})
		first := len(entries)
		entries = appendEntries(entries, readings, func(ref) bool { return true })
		t.leaves[node] = leaf{entries[first:len(entries):len(entries)], bySetting(readings)}
	}
	t.refs = nil
}

// byNode returns the refs in the order of their nodes, and where those of each node end.
func (t *trie) byNode() (refs []ref, ends []int) {
	ends = make([]int, len(t.leaves))
	for _, r := range t.refs {
		ends[r.at]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	refs = make([]ref, len(t.refs))
	next := slices.Clone(ends)
	for _, r := range slices.Backward(t.refs) {
		next[r.at]--
		refs[next[r.at]] = r
	}
	return refs, ends
}

// bySetting returns the readings by setting, nil if all rules are ruleName.
func bySetting(refs []ref) *[numSettings][]*Entry {
	if !slices.ContainsFunc(refs, func(r ref) bool { return r.rule != ruleName }) {
		return nil
	}
	var found [numSettings][]*Entry
	for s := range numSettings {
		found[s] = appendEntries(nil, refs, func(r ref) bool { return r.rule.admits(s) })
	}
	return &found
}

// appendEntries appends the entries of the refs to keep, each once.
func appendEntries(dst []*Entry, refs []ref, keep func(ref) bool) []*Entry {
	start := len(dst)
	for _, r := range refs {
		if keep(r) && !slices.Contains(dst[start:], r.entry) {
			dst = append(dst, r.entry)
		}
	}
	return dst
}

// step follows one word from a node, rootNode if no name goes on so.
func (t *trie) step(from nodeID, word wordID) nodeID {
	if from == rootNode {
		return t.first[word]
	}
	return t.edges[edge{from, word}]
}

// find returns the leaf of a key, nil if no name ends there.
func (t *trie) find(key string) *leaf {
	node := rootNode
	for word := range fields(key) {
		id := t.words[word]
		if id == unknownWord {
			return nil
		}
		if node = t.step(node, id); node == rootNode {
			return nil
		}
	}
	if l := &t.leaves[node]; l.all != nil {
		return l
	}
	return nil
}
