package gazetteer

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// someTokens draws a sentence of names, scraps of names, words and anything.
func someTokens(t *rapid.T, g *Gazetteer) []string {
	vocabulary := []string{
		"Syria", "Syrian", "President", "Bashar", "al", "-", "Assad", "al-Assad", "U.S.", "US", "us", "the", "of", "UN",
		"Security", "Council", "New", "York", "Strait", "Hormuz", ",", ".", "’s", "Democratic", "Republic", "Congo",
		"WHO", "Nice", "Walid", "Moualem", "Islamic", "State", "and", "Levant", "in", "Iraq", "Ban", "Ki-moon",
	}
	token := rapid.OneOf(rapid.SampledFrom(vocabulary), rapid.SampledFrom(vocabulary), rapid.String())
	return rapid.SliceOfN(token, 0, 30).Draw(t, "tokens")
}

func TestFindMatchesAreInBoundsAndApart(t *testing.T) {
	t.Parallel()
	g := open(t)
	rapid.Check(t, func(t *rapid.T) {
		tokens := someTokens(t, g)
		end := 0
		for _, m := range g.Find(tokens) {
			if m.Start < end || m.End <= m.Start || m.End > len(tokens) || len(m.Entries) == 0 {
				t.Fatalf("match %d to %d of %q after %d", m.Start, m.End, tokens, end)
			}
			end = m.End
		}
	})
}

// No longer run of tokens from the start of a match is a name in the same text.
func TestFindIsLongest(t *testing.T) {
	t.Parallel()
	g := open(t)
	rapid.Check(t, func(t *rapid.T) {
		tokens := someTokens(t, g)
		for _, m := range g.Find(tokens) {
			for end := m.End + 1; end <= len(tokens); end++ {
				for _, longer := range g.Find(tokens[m.Start:end]) {
					if longer.Start == 0 && longer.End == end && end > m.End && m.Start > 0 && !startsAlike(tokens, m.Start) {
						t.Fatalf("%q is longer than %q in %q", tokens[m.Start:end], tokens[m.Start:m.End], tokens)
					}
				}
			}
		}
	})
}

// startsAlike tells whether a token may read differently at the start of a text than where it is: style and opening
// are judged by the whole text.
func startsAlike(tokens []string, i int) bool {
	return strings.ToUpper(strings.Join(tokens, "")) != strings.Join(tokens, "")
}

func FuzzFind(f *testing.F) {
	g := open(f)
	f.Add("TEHRAN – Iran and Syria’s U.S. al-Assad")
	f.Add("W H O\x00\xff-’\u200d é́")
	f.Fuzz(func(t *testing.T, text string) {
		tokens := strings.Split(text, " ")
		end := 0
		for _, m := range g.Find(tokens) {
			if m.Start < end || m.End <= m.Start || m.End > len(tokens) || len(m.Entries) == 0 {
				t.Fatalf("match %d to %d after %d of %d tokens", m.Start, m.End, end, len(tokens))
			}
			end = m.End
		}
	})
}

const article = `TEHRAN – Iran and Syria on Thursday voiced their support for continuation of a ceasefire in Syria in line with
efforts to bring the long-lasting Syrian conflict to a halt through dialogue . The support came as Hossein Amir-Abdollahian ,
a senior foreign policy advisor to the Iranian parliament speaker , met with Syrian President Bashar Assad in Damascus .
He also met with Foreign Minister Walid al-Muallem on Thursday to discuss bilateral relations . U.S. Secretary of State
John Kerry and Russian Foreign Minister Sergey Lavrov spoke at the UN Security Council in New York .`

func TestFindReusesMemory(t *testing.T) {
	g := open(t)
	tokens := strings.Fields(article)
	var matches []Match
	if n := testing.AllocsPerRun(100, func() { matches = g.AppendFind(matches[:0], tokens) }); n > 8 {
		t.Errorf("%v allocations for %d tokens", n, len(tokens))
	}
}

func BenchmarkFind(b *testing.B) {
	g := open(b)
	tokens := strings.Fields(article)
	var matches []Match
	b.ReportAllocs()
	for b.Loop() {
		matches = g.AppendFind(matches[:0], tokens)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(tokens)), "ns/token")
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}
