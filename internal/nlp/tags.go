package nlp

import "strings"

// UPOS is a universal part-of-speech tag (https://universaldependencies.org/u/pos/).
type UPOS uint8

// The universal part-of-speech tags. X is the zero value: "other".
const (
	X UPOS = iota
	ADJ
	ADP
	ADV
	AUX
	CCONJ
	DET
	INTJ
	NOUN
	NUM
	PART
	PRON
	PROPN
	PUNCT
	SCONJ
	SYM
	VERB
	NumUPOS int = iota // how many tags there are
)

const uposNames = "X ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB"

// XPOS is an English part-of-speech tag: the Penn Treebank set with the additions of UD English.
type XPOS uint8

// The English tags. Those whose names are punctuation marks have spelt-out constants, and the tag SYM is
// called XSYM beside the universal SYM.
const (
	NN XPOS = iota
	NNS
	NNP
	NNPS
	VB
	VBD
	VBG
	VBN
	VBP
	VBZ
	MD
	JJ
	JJR
	JJS
	RB
	RBR
	RBS
	RP
	IN
	DT
	PDT
	WDT
	PRP
	PRPS // PRP$
	WP
	WPS // WP$
	WRB
	CC
	CD
	EX
	TO
	POS
	UH
	FW
	LS
	AFX
	ADD
	GW
	NFP
	HYPH
	XSYM   // SYM
	COMMA  // ,
	PERIOD // .
	COLON  // :
	LQUOTE // ``
	RQUOTE // ''
	LRB    // -LRB-
	RRB    // -RRB-
	DOLLAR // $

	NumXPOS int = iota // how many tags there are
)

const xposNames = "NN NNS NNP NNPS VB VBD VBG VBN VBP VBZ MD JJ JJR JJS RB RBR RBS RP IN DT PDT WDT PRP PRP$ WP WP$ " +
	"WRB CC CD EX TO POS UH FW LS AFX ADD GW NFP HYPH SYM , . : `` '' -LRB- -RRB- $"

// Rel is a relation of Universal Dependencies v2, with the subtypes of UD English
// (https://universaldependencies.org/en/dep/). Bare time and measure phrases ("met Thursday") carry the
// subtype "unmarked" of current releases (OblUnmarked, NmodUnmarked), which older releases called "tmod" and "npmod".
type Rel uint8

// The relations. Dep is the zero value: unspecified.
const (
	Dep Rel = iota
	Root
	Nsubj
	NsubjPass
	NsubjOuter
	Obj
	IObj
	Obl
	OblAgent
	OblUnmarked
	Nmod
	NmodPoss
	NmodUnmarked
	NmodDesc
	Appos
	Conj
	Cc
	CcPreconj
	Compound
	CompoundPrt
	Flat
	Fixed
	Case
	Mark
	Det
	DetPredet
	Amod
	Advmod
	Nummod
	Aux
	AuxPass
	Cop
	Advcl
	AdvclRelcl
	Acl
	AclRelcl
	Ccomp
	Xcomp
	Csubj
	CsubjPass
	CsubjOuter
	Expl
	Parataxis
	Discourse
	Vocative
	List
	Punct
	Dislocated
	Goeswith
	Reparandum
	Orphan

	NumRel int = iota // how many relations there are
)

const relNames = "dep root nsubj nsubj:pass nsubj:outer obj iobj obl obl:agent obl:unmarked nmod nmod:poss " +
	"nmod:unmarked nmod:desc appos conj cc cc:preconj compound compound:prt flat fixed case mark det det:predet " +
	"amod advmod nummod aux aux:pass cop advcl advcl:relcl acl acl:relcl ccomp xcomp csubj csubj:pass csubj:outer " +
	"expl parataxis discourse vocative list punct dislocated goeswith reparandum orphan"

// Feats is a set of morphological and syntactic features of one word.
type Feats uint32

// The features. Tense, form and voice are about verbs and auxiliaries, number about nouns and pronouns,
// person about pronouns and finite verbs.
const (
	Plural  Feats = 1 << iota // more than one: "talks", "we"
	Past                      // past tense or past participle: "met", "held"
	Pres                      // present tense or present participle: "meets", "meeting"
	Part                      // participle: "held", "visiting"
	Ger                       // gerund, an -ing form as a noun: "by holding talks"
	Inf                       // infinitive: "to meet", "will meet"
	Fin                       // finite: "met", "is", "will"
	Imp                       // imperative: "see also"
	Pass                      // passive voice: "was held"
	Person1                   // "we", "am"
	Person2                   // "you"
	Person3                   // "she", "meets"
	Neg                       // negation: "not", "no", "never"
	Poss                      // possessive: "his", "whose", "'s"
	Rltv                      // relative pronoun: "who", "which"
	Cmp                       // comparative: "later"
	Sup                       // superlative: "latest"
	Future                    // has an auxiliary "will" or "shall": "will meet"
	Modal                     // has another modal auxiliary: "may meet", "would meet"
	Perfect                   // has an auxiliary "have": "has met"
	Progr                     // progressive, an -ing form with an auxiliary "be": "is meeting"
	Negated                   // has a negation among its dependents: "did not meet"
)

const featNames = "Plural Past Pres Part Ger Inf Fin Imp Pass Person1 Person2 Person3 Neg Poss Rltv Cmp Sup " +
	"Future Modal Perfect Progr Negated"

// nameOf gives the n-th word of a list of names, "?" beyond its end.
func nameOf(names string, n int) string {
	for ; n > 0; n-- {
		_, rest, ok := strings.Cut(names, " ")
		if !ok {
			return "?"
		}
		names = rest
	}
	name, _, _ := strings.Cut(names, " ")
	return name
}

// indexOf gives the place of a name in a list of names.
func indexOf(names, name string) (int, bool) {
	n := 0
	for word := range strings.SplitSeq(names, " ") {
		if word == name {
			return n, true
		}
		n++
	}
	return 0, false
}

// String gives the tag as UD writes it: "PROPN".
func (t UPOS) String() string { return nameOf(uposNames, int(t)) }

// String gives the tag as UD English writes it: "VBD".
func (t XPOS) String() string { return nameOf(xposNames, int(t)) }

// String gives the relation as UD writes it: "nsubj:pass".
func (r Rel) String() string { return nameOf(relNames, int(r)) }

// Base gives the relation without its subtype: NsubjPass becomes Nsubj. A relation that only exists with a
// subtype stays as it is.
func (r Rel) Base() Rel {
	name, _, subtyped := strings.Cut(r.String(), ":")
	if !subtyped {
		return r
	}
	if base, ok := ParseRel(name); ok {
		return base
	}
	return r
}

// Has tells whether all the given features are in the set.
func (f Feats) Has(want Feats) bool { return f&want == want }

// String lists the features with bars between them: "Past|Fin".
func (f Feats) String() string {
	var b strings.Builder
	for n := 0; n < 32; n++ {
		if f&(1<<n) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString(nameOf(featNames, n))
	}
	return b.String()
}

// ParseUPOS reads a universal tag; false for a name it does not know.
func ParseUPOS(name string) (UPOS, bool) {
	n, ok := indexOf(uposNames, name)
	return UPOS(n), ok
}

// ParseXPOS reads an English tag; false for a name it does not know.
func ParseXPOS(name string) (XPOS, bool) {
	n, ok := indexOf(xposNames, name)
	return XPOS(n), ok
}

// ParseRel reads a relation; a subtype it does not know falls back to the bare relation.
func ParseRel(name string) (Rel, bool) {
	n, ok := indexOf(relNames, name)
	if !ok {
		if base, _, subtyped := strings.Cut(name, ":"); subtyped {
			n, ok = indexOf(relNames, base)
		}
	}
	return Rel(n), ok
}
