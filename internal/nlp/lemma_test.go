package nlp

import "testing"

func TestLemma(t *testing.T) {
	l := load().lemmas
	for _, c := range []struct {
		form string
		tag  XPOS
		want string
	}{
		{"talks", NNS, "talk"}, {"parties", NNS, "party"}, {"crises", NNS, "crisis"}, {"men", NNS, "man"}, {"boxes", NNS, "box"},
		{"States", NNPS, "State"}, {"Ministries", NNPS, "Ministry"}, {"Moscow", NNP, "Moscow"}, {"Great", JJ, "great"},
		{"met", VBD, "meet"}, {"held", VBN, "hold"}, {"signing", VBG, "sign"}, {"making", VBG, "make"}, {"agreed", VBD, "agree"},
		{"stopped", VBD, "stop"}, {"visited", VBD, "visit"}, {"withdrew", VBD, "withdraw"}, {"overthrown", VBN, "overthrow"},
		{"mediated", VBN, "mediate"}, {"condemned", VBD, "condemn"}, {"carries", VBZ, "carry"}, {"discusses", VBZ, "discuss"},
		{"was", VBD, "be"}, {"has", VBZ, "have"}, {"n't", RB, "not"}, {"later", JJR, "late"}, {"largest", JJS, "large"},
		{"NATO", NNP, "NATO"}, {"IAEA", NN, "IAEA"}, {"Their", PRPS, "their"}, {"reiterated", VBD, "reiterate"}, {"urged", VBD, "urge"},
		{"postponed", VBN, "postpone"}, {"recalled", VBD, "recall"}, {"expelled", VBD, "expel"}, {"hosting", VBG, "host"},
		{"freed", VBD, "free"}, {"guaranteed", VBN, "guarantee"},
	} {
		if got := l.lemma(c.form, c.tag); got != c.want {
			t.Errorf("%s/%v: %s, want %s", c.form, c.tag, got, c.want)
		}
	}
}
