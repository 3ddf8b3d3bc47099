package gazetteer

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// someTokens draws a sentence of names, scraps of names, words and anything.
func someTokens(t *rapid.T) []string {
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
		tokens := someTokens(t)
		end := 0
		for _, m := range g.Find(tokens) {
			if m.Start < end || m.End <= m.Start || m.End > len(tokens) || len(m.Entries) == 0 {
				t.Fatalf("match %d to %d of %q after %d", m.Start, m.End, tokens, end)
			}
			end = m.End
		}
	})
}

// No name of several capitalised words is cut short: any longer run of tokens that Lookup knows would have been found.
func TestFindIsLongest(t *testing.T) {
	t.Parallel()
	g := open(t)
	words := []string{"New", "York", "City", "South", "Sudan", "Korea", "Islamic", "State", "Security", "Council", "United", "Nations",
		"Democratic", "Republic", "Congo", "Vladimir", "Putin", "Hassan", "Rouhani", "White", "House", "Strait", "Hormuz", "Gaza", "Strip"}
	rapid.Check(t, func(t *rapid.T) {
		tokens := append([]string{"say"}, rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(t, "tokens")...)
		tokens = append(tokens, "officials")
		for _, m := range g.Find(tokens) {
			for end := m.End + 1; end < len(tokens); end++ {
				if l := g.names.find(Normalize(strings.Join(tokens[m.Start:end], " "))); l != nil && len(l.in(inTitle)) > 0 {
					t.Fatalf("%q is longer than %q", tokens[m.Start:end], tokens[m.Start:m.End])
				}
			}
		}
	})
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
