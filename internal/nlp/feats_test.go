package nlp

import "testing"

func TestFeats(t *testing.T) {
	a := load()
	for _, c := range []struct {
		text, word string
		has, not   Feats
	}{
		{"The agreement was signed on Monday.", "signed", Past | Part | Pass, Fin | Future},
		{"The ministers will meet in Oslo.", "meet", Inf | Future, Past | Perfect},
		{"The ministers will meet in Oslo.", "ministers", Plural, 0},
		{"The president has met the envoy.", "met", Part | Perfect, Pass},
		{"The envoy did not visit Tehran.", "visit", Negated, Perfect},
		{"The two sides may meet again.", "meet", Modal, Future},
		{"He is visiting Moscow today.", "visiting", Pres | Part | Progr, Past},
		{"The talks ended on Friday.", "ended", Past | Fin, Part | Pass},
		{"They agreed to meet again.", "meet", Inf, Fin},
		{"They agreed to meet again.", "They", Plural | Person3, Poss},
		{"A treaty signed by both states entered into force.", "signed", Pass | Part, Fin},
		{"He thanked Norway for hosting the talks.", "hosting", Ger, Part},
		{"The ministers will meet and discuss trade.", "discuss", Inf | Future, Imp},
		{"The ministers will meet, and markets fell.", "fell", Past | Fin, Future},
		{"Efforts mediated by Norway and backed by Oman failed.", "backed", Pass | Part, 0},
		{"No minister attended.", "No", Neg, 0},
		{"The minister, who attended, left.", "who", Rltv, 0},
	} {
		found := false
		for _, s := range a.Analyze(c.text).Sentences {
			for _, k := range s.Tokens {
				if k.Form == c.word {
					found = true
					if !k.Feats.Has(c.has) || k.Feats&c.not != 0 {
						t.Errorf("%q: %s has %v, want %v and not %v", c.text, c.word, k.Feats, c.has, c.not)
					}
				}
			}
		}
		if !found {
			t.Errorf("%q: no %s", c.text, c.word)
		}
	}
}

func TestNames(t *testing.T) {
	for i := range NumUPOS {
		if tag, ok := ParseUPOS(UPOS(i).String()); !ok || int(tag) != i {
			t.Errorf("%v", UPOS(i))
		}
	}
	for i := range NumXPOS {
		if tag, ok := ParseXPOS(XPOS(i).String()); !ok || int(tag) != i {
			t.Errorf("%v", XPOS(i))
		}
	}
	for i := range NumRel {
		if rel, ok := ParseRel(Rel(i).String()); !ok || int(rel) != i {
			t.Errorf("%v", Rel(i))
		}
	}
	for name, want := range map[string]string{
		NsubjPass.String(): "nsubj:pass", OblUnmarked.String(): "obl:unmarked", Orphan.String(): "orphan", DOLLAR.String(): "$",
		VERB.String(): "VERB", NsubjPass.Base().String(): "nsubj", AuxPass.Base().String(): "aux", Rel(200).String(): "?",
		(Past | Fin).String(): "Past|Fin", Negated.String(): "Negated",
	} {
		if name != want {
			t.Errorf("%q, want %q", name, want)
		}
	}
	if rel, ok := ParseRel("obl:tmod"); !ok || rel != Obl {
		t.Errorf("obl:tmod is %v", rel)
	}
}
