package gazetteer

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
)

// New builds a gazetteer from the embedded data and the dictionaries of the options.
func New(opts ...Option) (*Gazetteer, error) {
	b := newBuilder(1 << 16)
	for _, load := range []func() error{
		b.loadCommonWords,
		b.loadPersonalNames,
		b.loadPeople,
		b.loadAdmin1,
		b.loadTowns,
		b.loadRegions,
		b.loadStates,
		b.loadSeats,
		b.loadActors,
	} {
		if err := load(); err != nil {
			return nil, fmt.Errorf("gazetteer: %w", err)
		}
	}
	for _, opt := range opts {
		if err := opt(b); err != nil {
			return nil, fmt.Errorf("gazetteer: %w", err)
		}
	}
	return b.gazetteer(), nil
}

// A builder gathers entries and their names.
type builder struct {
	added     hash.Hash // of the dictionaries that were added
	names     *trie
	byID      map[string]*Entry
	slab      []Entry // where entries lie, many to an allocation
	persons   []*Entry
	countries []Country
	alpha3    map[string]string // by alpha-2
	admin1    map[string]string // name of a first-level region, by GeoNames code "SY.09"
	capitals  map[string]*Entry // the entry of a town that is a capital, by alpha-2
	common    map[string]rule   // how names of places that are common words are found
	shouted   map[string]bool   // acronyms that are common words
	personal  map[string]bool   // names that people have
	surnames  map[string]bool   // surnames of persons in public life
}

// newBuilder returns a builder with room for a number of names.
func newBuilder(size int) *builder {
	return &builder{
		added:    sha256.New(),
		names:    newTrie(size),
		byID:     make(map[string]*Entry, size),
		alpha3:   make(map[string]string),
		capitals: make(map[string]*Entry),
		common:   make(map[string]rule),
		shouted:  make(map[string]bool),
		personal: make(map[string]bool),
		surnames: make(map[string]bool),
	}
}

// How prominent an entry is among the readings of a name. A place counts as many points as it has people.
const (
	prominentState       = 9e12
	prominentDemonym     = 8e12
	prominentOrg         = 7e12
	prominentInstitution = 6e12
	prominentCapital     = 5e12
	prominentPerson      = 4e12
	prominentGroup       = 3e12
	prominentSeat        = 2e12
	prominentRegion      = 2e6 // comes before all but the largest towns
)

// entry enters a new entry, or returns the one that has its ID already.
func (b *builder) entry(e Entry) *Entry {
	if old, ok := b.byID[e.ID]; ok {
		return old
	}
	if len(b.slab) == cap(b.slab) {
		b.slab = make([]Entry, 0, 1024)
	}
	b.slab = append(b.slab, e)
	fresh := &b.slab[len(b.slab)-1]
	b.byID[e.ID] = fresh
	return fresh
}

// name enters a name of an entry under the rule that its form calls for.
func (b *builder) name(e *Entry, name string) {
	key := Normalize(name)
	r := ruleName
	if isAcronym(name) {
		r = ruleAcronym
		if b.shouted[key] {
			r = ruleShout
		}
	}
	b.names.add(key, r, e)
}

// nameTown enters a name of a town or region of GeoNames, whose many names are other things too.
func (b *builder) nameTown(e *Entry, name string) {
	key := Normalize(name)
	b.names.add(key, b.townRule(key, e.Place), e)
}

// townRule returns the rule for a name of a town or region: a common word is no name where anything is capitalised, a
// town that is called like a person is meant only if it is large, a short name in capitals is an acronym.
func (b *builder) townRule(key string, p *Place) rule {
	const known = 100_000
	large := 500_000
	if p.Precision == "admin1" {
		large = 3_000_000
	}
	r, common := b.common[key]
	switch {
	case common:
		return r
	case b.personal[key] && p.Population < large, b.surnames[key] && p.Population < known && p.Precision == "city":
		return ruleSilent
	case len(key) <= 3 || len(key) == 4 && p.Population < known:
		return ruleShort
	default:
		return ruleName
	}
}

// isAcronym tells a single word of capitals, with or without points, digits and hyphens: "U.S.", "M23".
func isAcronym(name string) bool {
	letters := 0
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case 'A' <= c && c <= 'Z':
			letters++
		case '0' <= c && c <= '9' || c == '.' || c == '-':
		default:
			return false
		}
	}
	return letters > 0
}

// nameAll enters several names of an entry.
func (b *builder) nameAll(e *Entry, names []string) {
	for _, n := range names {
		b.name(e, n)
	}
}

// loadCommonWords reads the names that are common words too: one a line, with "+" if a text uses it as a name inside a
// sentence, and "!" if it is an acronym.
func (b *builder) loadCommonWords() error {
	return readLines("data/common_words.txt", func(line string) error {
		word := strings.TrimRight(line, " +!")
		marks := line[len(word):]
		b.common[word] = ruleSilent
		if strings.Contains(marks, "+") {
			b.common[word] = ruleWord
		}
		if strings.Contains(marks, "!") {
			b.shouted[word] = true
		}
		return nil
	})
}

// loadPersonalNames reads the names of towns that people have too.
func (b *builder) loadPersonalNames() error {
	return readLines("data/personal_names.txt", func(line string) error {
		b.personal[line] = true
		return nil
	})
}

// gazetteer seals what was gathered.
func (b *builder) gazetteer() *Gazetteer {
	slices.SortFunc(b.countries, func(x, y Country) int { return strings.Compare(x.Alpha3, y.Alpha3) })
	g := &Gazetteer{
		added:     b.added.Sum(nil),
		names:     b.names,
		folded:    newTrie(4 * len(b.persons)),
		byID:      b.byID,
		countries: b.countries,
		codes:     make(map[string]int, 2*len(b.countries)),
		surnames:  make(map[string][]*Entry),
		likewise:  make(map[string][]*Entry),
	}
	for i, c := range g.countries {
		g.codes[c.Alpha2], g.codes[c.Alpha3] = i, i
	}
	for _, p := range b.persons {
		sortOffices(p.Offices)
	}
	var folding sync.WaitGroup
	folding.Go(func() {
		g.terms = indexTerms(b.persons)
		g.indexNames(b.persons)
		g.folded.seal()
	})
	g.names.seal()
	folding.Wait()
	g.particles = make([]bool, len(g.names.words)+1)
	for _, p := range particles {
		if id := g.names.words[p]; id != unknownWord {
			g.particles[id] = true
		}
	}
	return g
}

// minFolded is the length of the shortest folded name that is unlikely to be somebody else's.
const minFolded = 10

// indexNames files the persons under their surnames and the folded forms of their names.
func (g *Gazetteer) indexNames(persons []*Entry) {
	sorted := slices.SortedStableFunc(slices.Values(persons), func(a, b *Entry) int {
		return cmp.Compare(b.prominence, a.prominence)
	})
	for _, p := range sorted {
		key := Normalize(p.Name)
		if folded := Fold(p.Name); len(folded) >= minFolded && strings.Contains(folded, " ") {
			g.folded.add(folded, ruleName, p)
		}
		for _, s := range surnames(key, p) {
			g.surnames[s] = append(g.surnames[s], p)
			if f := Fold(s); f != "" && !slices.Contains(g.likewise[f], p) {
				g.likewise[f] = append(g.likewise[f], p)
			}
		}
	}
}

// surnames returns what may stand for a normalised name as a surname: whatever follows the first word, and where the
// family name comes first, the first word.
func surnames(key string, p *Entry) []string {
	var all []string
	for i := range len(key) {
		if key[i] == ' ' {
			all = append(all, key[i+1:])
		}
	}
	if first, _, several := strings.Cut(key, " "); several && len(p.Offices) > 0 && familyNameFirst[p.Offices[0].Code] {
		all = append(all, first)
	}
	return all
}

// familyNameFirst are the states whose names in English news start with the family name.
var familyNameFirst = map[string]bool{
	"CHN": true, "TWN": true, "HKG": true, "KOR": true, "PRK": true, "VNM": true, "KHM": true, "SGP": true,
}

// particles are the words that names have in lower case as well.
var particles = strings.Fields(`
	of the and for in on at to under with against a an y e et und s d l
	de la le les du des da do dos das di del della der den von van zu ter ten
	al el ul as ash ad ar an at az ed bin ben ibn bint ould
	province region governorate oblast krai county district prefecture islands island peninsula
	sea strait straits gulf bay river valley lake mountains mountain heights desert basin canal
`)
