package nlp

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"demarche/internal/nlp/net"
)

// load gives one analyzer to all tests.
var load = sync.OnceValue(func() *Analyzer {
	a, err := New()
	if err != nil {
		panic(err)
	}
	return a
})

const report = `GENEVA (Reuters) - Foreign Minister Ana Kovac met with her Swedish counterpart, Lars Berg, in Geneva on Tuesday.
The talks, mediated by Norway and backed by the U.N., didn't end the 10-year-old dispute. “We’ll meet again in Oslo,” said Kovac.

A ceasefire was signed by both sides on Jan. 5, 2017. (Reporting by Jane Doe)`

// checkDocument tells what is wrong with a document, whatever its text.
func checkDocument(d *Document) error {
	at := 0
	if d.Dateline != nil {
		at = d.Dateline.End
	}
	for _, s := range d.Sentences {
		if s.Start < at || s.End <= s.Start || s.End > len(d.Text) || len(s.Tokens) == 0 {
			return fmt.Errorf("sentence %v after %d", s.Span, at)
		}
		if len(s.Tokens) > maxSentence {
			return fmt.Errorf("%d tokens", len(s.Tokens))
		}
		if int(s.Tokens[0].Start) != s.Start || int(s.Tokens[len(s.Tokens)-1].End) != s.End {
			return fmt.Errorf("sentence %v has tokens from %d to %d", s.Span, s.Tokens[0].Start, s.Tokens[len(s.Tokens)-1].End)
		}
		roots := 0
		if err := checkOnce(s); err != nil {
			return err
		}
		for i, t := range s.Tokens {
			if int(t.Start) < at || t.End <= t.Start {
				return fmt.Errorf("token %d..%d after %d", t.Start, t.End, at)
			}
			for _, r := range d.Text[at:t.Start] {
				if !isSpace(r) && r != 0xad {
					return fmt.Errorf("%q lost before %d", r, t.Start)
				}
			}
			at = int(t.End)
			if len(d.Text) < 1<<12 { // counting from the start each time is for short texts
				if n := utf8.RuneCountInString(d.Text[:t.Start]); n != int(t.RuneStart) {
					return fmt.Errorf("token at byte %d is at code point %d, not %d", t.Start, n, t.RuneStart)
				}
			}
			if t.RuneEnd-t.RuneStart != uint32(utf8.RuneCountInString(d.Text[t.Start:t.End])) {
				return fmt.Errorf("token %d..%d has %d code points", t.Start, t.End, t.RuneEnd-t.RuneStart)
			}
			steps := 0
			for h := i; h >= 0; h = s.Tokens[h].Head {
				if steps++; steps > len(s.Tokens) {
					return fmt.Errorf("word %d is on a cycle", i)
				}
			}
			if t.Head < 0 {
				roots++
			}
			if (t.Head < 0) != (t.Rel == Root) {
				return fmt.Errorf("word %d has the head %d and the relation %v", i, t.Head, t.Rel)
			}
		}
		if roots != 1 {
			return fmt.Errorf("%d roots", roots)
		}
	}
	return nil
}

// checkOnce tells which word has two dependents of relations of which it can have one only.
func checkOnce(s Sentence) error {
	type place struct{ head, set int }
	seen := map[place]int{}
	for i, t := range s.Tokens {
		for set, rels := range once {
			if t.Head < 0 || !slices.Contains(rels, uint8(t.Rel)) {
				continue
			}
			if other, ok := seen[place{t.Head, set}]; ok {
				return fmt.Errorf("word %d has both %d (%v) and %d (%v)", t.Head, other, s.Tokens[other].Rel, i, t.Rel)
			}
			seen[place{t.Head, set}] = i
		}
	}
	return nil
}

// anyText draws texts that look like news now and then.
var anyText = rapid.Custom(func(t *rapid.T) string {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{" ", " ", " the envoy ", " said ", " that ", " Iran ", " ministers who ", " oil ", "\n", "\n\n", ". ", ", ", "’s", "n't", "-", "—", "“", "”", "(", ")", "U.S.", "Gen.", "&amp;", "\u00ad",
			"\xff", "\x00", "5", "10:30", "KYIV", "Moscow", "met", "the minister", "...", "http://x.y", "é", "北京", "\u00a0", "$"}),
		rapid.StringN(0, 6, 20),
	)
	return strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces"), "")
})

func TestAnyText(t *testing.T) {
	a := load()
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		d := a.Analyze(text)
		if d.Text != text {
			t.Fatalf("the text was changed")
		}
		if err := checkDocument(d); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func TestSameFromManyGoroutines(t *testing.T) {
	a := load()
	texts := []string{report, strings.Repeat(report+"\n\n", 5), "", "One two.", strings.Repeat("word ", 1000)}
	var want []*Document
	for _, text := range texts {
		want = append(want, a.Analyze(text))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3 {
				for i, text := range texts {
					if !cmp.Equal(want[i], a.Analyze(text)) {
						t.Errorf("text %d is analysed in another way", i)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestBatchesDoNotMatter analyses sentences alone and together.
func TestBatchesDoNotMatter(t *testing.T) {
	a := load()
	together := a.Analyze(report)
	for i, s := range together.Sentences {
		alone := []Sentence{{}}
		for _, token := range s.Tokens {
			alone[0].Tokens = append(alone[0].Tokens, NewToken(token.Form, int(token.Start), int(token.End)))
		}
		a.AnalyzeSentences(alone)
		for j, token := range alone[0].Tokens {
			if want := s.Tokens[j]; token.Head != want.Head || token.Rel != want.Rel || token.XPOS != want.XPOS || token.Feats != want.Feats {
				t.Errorf("sentence %d, word %d differs alone", i, j)
			}
		}
	}
}

func TestLongTexts(t *testing.T) {
	a := load()
	for name, text := range map[string]string{
		"one word":      strings.Repeat("x", 1<<18),
		"marks":         strings.Repeat("-", 1<<16),
		"stops":         strings.Repeat(".", 1<<16),
		"stops, spaced": strings.Repeat(". ", 1<<12),
		"no stop":       strings.Repeat("the minister and ", 1<<10),
		"ampersands":    strings.Repeat("&", 1<<12),
		"hyphens":       strings.Repeat("a-", 1<<12),
		"apostrophes":   strings.Repeat("a'", 1<<12),
		"numbers":       strings.Repeat("555-", 1<<12),
		"addresses":     strings.Repeat("http://", 1<<12),
		"newlines":      strings.Repeat("\n", 1<<18),
		"invalid":       strings.Repeat("\xff\xfe ", 1<<10),
		"nul":           strings.Repeat("\x00", 1<<12),
	} {
		t.Run(name, func(t *testing.T) {
			if err := checkDocument(a.Analyze(text)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusesOtherFiles(t *testing.T) {
	change := func(at int) []byte {
		file := bytes.Clone(embedded)
		file[at] ^= 1
		return file
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty":     {nil, net.ErrForeign},
		"foreign":   {[]byte("\x7fELF and so on and so forth and so on and so forth and so on and so forth"), net.ErrForeign},
		"head only": {embedded[:20], net.ErrTruncated},
		"truncated": {embedded[:len(embedded)/2], net.ErrTruncated},
		"longer":    {append(bytes.Clone(embedded), 0), net.ErrMalformed},
		"version":   {change(12), net.ErrVersion},
		"damaged":   {change(len(embedded) / 2), net.ErrChecksum},
	} {
		if _, err := Load(c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGolden compares the analysis of a report with the one that is kept; UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	const path = "testdata/report.golden"
	var b strings.Builder
	d := load().Analyze(report)
	fmt.Fprintf(&b, "%+v\n", *d.Dateline)
	for _, s := range d.Sentences {
		fmt.Fprintf(&b, "\n# %s\n", d.Text[s.Start:s.End])
		for i, k := range s.Tokens {
			fmt.Fprintf(&b, "%d\t%s\t%s\t%v\t%v\t%d\t%v\t%v\n", i, k.Form, k.Lemma, k.UPOS, k.XPOS, k.Head, k.Rel, k.Feats)
		}
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestUnderstands checks what the rules for events rely on, in sentences of our own.
func TestUnderstands(t *testing.T) {
	a := load()
	for _, c := range []struct {
		text string
		want []string // relation(head, dependent)
	}{
		{"The minister met the ambassador in Vienna on Friday.", []string{"nsubj(met, minister)", "obj(met, ambassador)", "obl(met, Friday)"}},
		{"The agreement was signed by both presidents.", []string{"nsubj:pass(signed, agreement)", "obl:agent(signed, presidents)", "aux:pass(signed, was)"}},
		{"Russia and Turkey held talks.", []string{"nsubj(held, Russia)", "conj(Russia, Turkey)", "obj(held, talks)"}},
		{"The envoy did not visit Tehran.", []string{"nsubj(visit, envoy)", "advmod(visit, not)", "obj(visit, Tehran)"}},
		{"He said that the leaders will meet in Astana.", []string{"ccomp(said, meet)", "nsubj(meet, leaders)", "obl(meet, Astana)"}},
	} {
		got := map[string]bool{}
		for _, s := range a.Analyze(c.text).Sentences {
			for _, k := range s.Tokens {
				if k.Head >= 0 {
					got[fmt.Sprintf("%v(%s, %s)", k.Rel, s.Tokens[k.Head].Form, k.Form)] = true
				}
			}
		}
		for _, arc := range c.want {
			if !got[arc] {
				t.Errorf("%q: no %s in %v", c.text, arc, got)
			}
		}
	}
}

// TestOneSubject reads sentences in which arcs and relations, scored one by one, would give a verb two subjects.
func TestOneSubject(t *testing.T) {
	for _, c := range []struct{ text, name, noun string }{
		{"The Islamist movement Hezbollah has denied the charge.", "Hezbollah", "movement"},
		{"The rebel group Ansar said it would keep its arms.", "Ansar", "group"},
		{"The president's spokesman Karim Nasser and his deputy met the envoys.", "Karim", "spokesman"},
		{"The militant group Hamas fired rockets and Israel struck Gaza.", "Hamas", "group"},
	} {
		tokens := load().Analyze(c.text).Sentences[0].Tokens
		i := slices.IndexFunc(tokens, func(t Token) bool { return t.Form == c.name })
		name := tokens[i]
		if name.Head < 0 || tokens[name.Head].Form != c.noun || name.Rel != Appos || tokens[name.Head].Rel != Nsubj {
			t.Errorf("%s: %q is %v", c.text, c.name, name.Rel)
		}
	}
}

func TestPastOfRareVerbs(t *testing.T) {
	for _, c := range []struct {
		text, verb, lemma string
		tag               XPOS
	}{
		{"Russia vetoed the resolution on Friday.", "vetoed", "veto", VBD},
		{"They need two more weeks.", "need", "need", VBP},
	} {
		tokens := load().Analyze(c.text).Sentences[0].Tokens
		if v := tokens[1]; v.Form != c.verb || v.XPOS != c.tag || v.Lemma != c.lemma {
			t.Errorf("%s: %q is a %v of %q", c.text, v.Form, v.XPOS, v.Lemma)
		}
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, text := range []string{report, "", "a\x00b", "\xff\xfe", "U.S.-led “talks”…", "KYIV, Feb 24 (AP) — x", "&amp;&lt;&#x41;"} {
		f.Add([]byte(text))
	}
	a := load()
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := checkDocument(a.Analyze(string(text))); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkAnalyze(b *testing.B) {
	a := load()
	text := strings.Repeat(report+"\n\n", 20)
	sentences := len(a.Analyze(text).Sentences)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		a.Analyze(text)
	}
	b.ReportMetric(float64(b.N*sentences)/b.Elapsed().Seconds(), "sentences/s")
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}
