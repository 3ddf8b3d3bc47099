package nlp

// featsOf gives what the form and the tag of a word tell.
func featsOf(t *Token) Feats {
	switch t.XPOS {
	case NNS, NNPS:
		return Plural
	case VBD:
		return Past | Fin
	case VBP:
		return Pres | Fin
	case VBZ:
		return Pres | Fin | Person3
	case VBN:
		return Past | Part
	case VBG:
		return Pres | Part
	case VB:
		return Inf
	case MD:
		return Fin
	case JJR, RBR:
		return Cmp
	case JJS, RBS:
		return Sup
	case POS:
		return Poss
	case PRP, PRPS:
		return pronoun(t)
	case WP, WDT:
		return Rltv
	case WPS:
		return Rltv | Poss
	case DT:
		var buf [16]byte
		switch string(foldASCII(&buf, t.Form)) {
		case "no", "neither":
			return Neg
		case "these", "those":
			return Plural
		}
	case RB:
		var buf [16]byte
		switch string(foldASCII(&buf, t.Form)) {
		case "not", "n't", "never", "nor", "nt":
			return Neg
		}
	}
	return 0
}

// pronoun gives person and number of a personal or possessive pronoun.
func pronoun(t *Token) Feats {
	f := Feats(0)
	if t.XPOS == PRPS {
		f = Poss
	}
	var buf [16]byte
	switch string(foldASCII(&buf, t.Form)) {
	case "i", "me", "my", "mine", "myself":
		return f | Person1
	case "we", "us", "our", "ours", "ourselves", "'s":
		return f | Person1 | Plural
	case "you", "your", "yours", "yourself":
		return f | Person2
	case "they", "them", "their", "theirs", "themselves":
		return f | Person3 | Plural
	}
	return f | Person3
}

// shared are the features that auxiliaries give to all verbs of a conjunction: "will meet and sign".
const shared = Future | Modal | Perfect | Progr | Pass

// setFeats finds the features of all words of a sentence, from their tags and from what depends on them.
func setFeats(tokens []Token) {
	for i := range tokens {
		tokens[i].Feats = featsOf(&tokens[i])
	}
	const (
		to      = 1 << iota // has a "to"
		helped              // has an auxiliary
		opened              // has another mark or a preposition
		subject             // has a subject
	)
	var space [maxSentence]uint8
	seen := space[:]
	if len(tokens) > len(seen) {
		seen = make([]uint8, len(tokens))
	}
	for i := range tokens {
		t := &tokens[i]
		if t.Head < 0 {
			continue
		}
		head := &tokens[t.Head]
		switch t.Rel {
		case AuxPass:
			head.Feats |= Pass
			seen[t.Head] |= helped
		case Aux:
			seen[t.Head] |= helped
			switch t.Lemma {
			case "will", "shall":
				head.Feats |= Future
			case "have":
				head.Feats |= Perfect
			case "be":
				if head.XPOS == VBG {
					head.Feats |= Progr
				}
			default:
				if t.XPOS == MD {
					head.Feats |= Modal
				}
			}
		case Nsubj, Csubj:
			seen[t.Head] |= subject
		case NsubjPass, CsubjPass:
			head.Feats |= Pass
			seen[t.Head] |= subject
		case Mark, Case:
			if t.XPOS == TO {
				seen[t.Head] |= to
			} else {
				seen[t.Head] |= opened
			}
		case Advmod, Det, Cc:
			if t.Feats.Has(Neg) {
				head.Feats |= Negated
			}
		}
	}
	for i := range tokens {
		t := &tokens[i]
		has := seen[i]
		if t.Rel == Conj && t.Head < i && t.XPOS == tokens[t.Head].XPOS && has&(to|helped|subject) == 0 {
			t.Feats |= tokens[t.Head].Feats & shared
		}
		switch t.XPOS {
		case VBN:
			if has&helped == 0 && (t.Rel == Acl || t.Rel == Advcl && has&subject == 0) {
				t.Feats |= Pass
			}
		case VBG:
			if has&helped == 0 && (has&opened != 0 || t.Rel == Csubj || t.Rel == Ccomp) {
				t.Feats = t.Feats&^Part | Ger
			}
		case VB:
			if has&(to|helped) == 0 && (t.Rel == Root || t.Rel == Parataxis || t.Rel == Conj && t.Head >= 0 && tokens[t.Head].Feats.Has(Imp)) {
				t.Feats = t.Feats&^Inf | Imp | Fin
			}
		}
	}
}
