package gazetteer

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared returns a gazetteer of the embedded data, one for all tests.
var shared = sync.OnceValues(func() (*Gazetteer, error) { return New() })

func open(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// marks renders matches as "words=first reading's ID".
func marks(tokens []string, matches []Match) []string {
	var all []string
	for _, m := range matches {
		all = append(all, strings.Join(tokens[m.Start:m.End], " ")+"="+m.Entries[0].ID)
	}
	return all
}

func TestFind(t *testing.T) {
	t.Parallel()
	g := open(t)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"dateline", "TEHRAN – Iran and Syria on Thursday", []string{"TEHRAN=place:112931", "Iran=state:IRN", "Syria=state:SYR"}},
		{"possessive", "Iran 's support", []string{"Iran=state:IRN"}},
		{"curly possessive", "the Islamic Republic ’s support", []string{"Islamic Republic=state:IRN"}},
		{"person in three tokens", "met Hossein Amir - Abdollahian , an advisor", []string{"Hossein Amir - Abdollahian=person:hossein-amir-abdollahian"}},
		{"person in two tokens", "met Hossein Amir-Abdollahian", []string{"Hossein Amir-Abdollahian=person:hossein-amir-abdollahian"}},
		{"without article", "President Bashar Assad", []string{"Bashar Assad=person:bashar-al-assad"}},
		{"transliteration by alias", "Walid al-Moallem", []string{"Walid al-Moallem=person:walid-muallem"}},
		{"transliteration by folding", "Walid el - Moualim said", []string{"Walid el - Moualim=person:walid-muallem"}},
		{"folded whole name", "Foreign Minister Seyed Abbas Araghtchi", []string{"Abbas Araghtchi=person:abbas-araghchi"}},
		{"acronyms", "the UN , the U.N. , NATO and Nato", []string{"UN=org:UN", "U.N.=org:UN", "NATO=org:NATO", "Nato=org:NATO"}},
		{"acronyms are not words", "Who told us it is aid", nil},
		{"acronyms are not capitalised words", "Is this Aid ? Who Is Who", nil},
		{"US and us", "US officials told us", []string{"US=state:USA"}},
		{"words in a heading in capitals", "WHO IS WHO IN SYRIA", []string{"SYRIA=state:SYR"}},
		{"acronym in a heading in capitals", "US HITS ISIS IN SYRIA", []string{"US=state:USA", "ISIS=group:islamic-state", "SYRIA=state:SYR"}},
		{"WHO", "officials of the WHO said so", []string{"WHO=org:WHO"}},
		{"lower case is no name", "turkey and china with georgia", nil},
		{"states that are words", "Turkey , Chad , Jordan and Georgia agreed", []string{"Turkey=state:TUR", "Chad=state:TCD", "Jordan=state:JOR", "Georgia=state:GEO"}},
		{"longest", "the UN Security Council and the Security Council of Russia", []string{"UN Security Council=org:united-nations-security-council", "Security Council of Russia=inst:russian-security-council"}},
		{"comma parts names", "in Washington , Georgia", []string{"Washington=place:4140963", "Georgia=state:GEO"}},
		{"seat of government", "the Kremlin and the White House", []string{"Kremlin=seat:kremlin:RUS", "White House=seat:white-house:USA"}},
		{"generic word in lower case", "in Idlib province near the strait of Hormuz", []string{"Idlib province=place:SY.12", "strait of Hormuz=place:strait-of-hormuz"}},
		{"Islamic state", "an Islamic state", nil},
		{"group", "Al - Qaeda and al-Shabab", []string{"Al - Qaeda=group:al-qaeda", "al-Shabab=group:al-shabaab"}},
		{"demonyms", "Syrian troops , Syrians and the Dutch", []string{"Syrian=demonym:SYR", "Syrians=people:SYR", "Dutch=demonym:NLD"}},
		{"common word opening a sentence", "Nice words", nil},
		{"common word inside a sentence", "they arrived in Nice yesterday", []string{"Nice=place:2990440"}},
		{"common word never found", "the Police arrived in Most places yesterday", nil},
		{"namesake of a politician", "Powell told reporters", nil},
		{"old names of towns", "from Kiev to Bombay and Rangoon", []string{"Kiev=place:703448", "Bombay=place:1275339", "Rangoon=place:1298824"}},
		{"nothing", "", nil},
		{"punctuation", ". , - ( ’", nil},
		{"venue", "at the Palais des Nations in Geneva", []string{"Palais des Nations=place:un-headquarters-in-geneva", "Geneva=place:2660646"}},
		{"Japanese order", "Prime Minister Kishida Fumio", []string{"Kishida Fumio=person:fumio-kishida"}},
		{"hyphenated name", "Ban Ki - moon and Kim Jong Un", []string{"Ban Ki - moon=person:ban-ki-moon", "Kim Jong Un=person:kim-jong-un"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tokens := strings.Fields(tt.text)
			if diff := cmp.Diff(tt.want, marks(tokens, g.Find(tokens))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// ids are the IDs of entries.
func ids(entries []*Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return all
}

func TestLookupOrdersReadingsByProminence(t *testing.T) {
	t.Parallel()
	g := open(t)
	tests := []struct {
		name string
		want []string // the first readings
	}{
		{"Paris", []string{"place:2988507", "place:4717560"}},
		{"Georgia", []string{"state:GEO", "place:US.GA"}},
		{"Washington", []string{"place:4140963", "place:US.WA"}},
		{"Jordan", []string{"state:JOR"}},
		{"Damascus", []string{"place:170654"}},
		{"the Kremlin", []string{"seat:kremlin:RUS"}},
		{"Congo", []string{"state:COD", "state:COG"}},
		{"Brussels", []string{"place:2800866", "seat:brussels:EU"}},
		{"Tripoli", []string{"place:2210247"}},
		{"Aleppo", []string{"place:170063", "place:SY.09"}},
		{"Muammar Gadafi", []string{"person:muammar-gaddafi"}},
		{"KIEV", []string{"place:703448"}},
		{"côte d’ivoire", []string{"state:CIV"}},
		{"World Bank", []string{"org:WB"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ids(g.Lookup(tt.name))
			if diff := cmp.Diff(tt.want, got[:min(len(got), len(tt.want))]); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := g.Lookup("No Such Name"); got != nil {
		t.Errorf("Lookup of an unknown name = %v, want none", ids(got))
	}
}

func TestCapitalStandsForGovernment(t *testing.T) {
	t.Parallel()
	g := open(t)
	for name, code := range map[string]string{
		"Damascus": "SYR", "Tehran": "IRN", "Moscow": "RUS", "Washington": "USA", "Pyongyang": "PRK", "London": "GBR",
		"Downing Street": "GBR", "Foggy Bottom": "USA", "Bankova": "UKR", "Zhongnanhai": "CHN", "Blue House": "KOR",
		"Jerusalem": "ISR", "Ramallah": "PSE", "Astana": "KAZ", "Kyiv": "UKR", "Elysee": "FRA",
	} {
		e := g.Lookup(name)[0]
		if e.Kind != KindCapital || e.Code != code || e.Sector != "GOV" || e.Place == nil {
			t.Errorf("%s = %+v, want a capital of %s", name, *e, code)
		}
	}
	if e := g.Lookup("Pentagon")[0]; e.Code != "USA" || e.Sector != "MIL" {
		t.Errorf("Pentagon = %+v, want the military of USA", *e)
	}
}

func TestCountry(t *testing.T) {
	t.Parallel()
	g := open(t)
	for code, want := range map[string]string{
		"SY": "Syria", "SYR": "Syria", "syr": "Syria", "XK": "Kosovo", "XKX": "Kosovo", "PSE": "Palestine", "TWN": "Taiwan",
	} {
		if c, ok := g.Country(code); !ok || c.Name != want {
			t.Errorf("Country(%q) = %v, %v, want %s", code, c.Name, ok, want)
		}
	}
	if _, ok := g.Country("ZZZ"); ok {
		t.Error("Country(ZZZ) is known")
	}
	syria, _ := g.Country("SYR")
	want := Country{
		Alpha2: "SY", Alpha3: "SYR", Name: "Syria", Demonyms: []string{"Syrian", "Syrians"}, Capital: "Damascus", Lat: 35, Lon: 38,
	}
	if diff := cmp.Diff(want, syria); diff != "" {
		t.Error(diff)
	}
	if all := g.Countries(); len(all) < 245 || !slices.IsSortedFunc(all, func(a, b Country) int { return strings.Compare(a.Alpha3, b.Alpha3) }) {
		t.Errorf("Countries: %d, want 245 or more, sorted", len(all))
	}
}

func TestOrganization(t *testing.T) {
	t.Parallel()
	g := open(t)
	for _, code := range strings.Fields(`UN EU NATO AU ARL ASEAN OSCE OIC GCC ECOWAS IAEA ICC ICJ G7 G8 G20 BRICS SCO OPEC
		WTO IMF WB WHO OAS CIS CSTO OPCW`) {
		if e, ok := g.Organization(code); !ok || e.Code != code || e.Sector != "IGO" {
			t.Errorf("Organization(%s) = %v, %v", code, e, ok)
		}
	}
	if e, ok := g.Organization("IGO"); ok {
		t.Errorf("Organization(IGO) = %v, want none: many share the code", e.ID)
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	g := open(t)
	got := g.Places("Astana")
	if len(got) == 0 || got[0].Country != "KAZ" || !got[0].Capital || got[0].Precision != "city" {
		t.Errorf("Places(Astana) = %+v", got)
	}
	aleppo := g.Places("Halab")[0]
	want := &Place{
		ID: 170063, Name: "Aleppo", Country: "SYR", Admin1: "Aleppo", Lat: 36.201, Lon: 37.161, Population: 1602264, Precision: "city",
	}
	if diff := cmp.Diff(want, aleppo); diff != "" {
		t.Error(diff)
	}
	if got := g.Places("Bashar al-Assad"); got != nil {
		t.Errorf("Places of a person = %v", got)
	}
}

func TestSurname(t *testing.T) {
	t.Parallel()
	g := open(t)
	for name, want := range map[string]string{
		"Muallem": "person:walid-muallem", "al-Moualem": "person:walid-muallem", "Lopez Obrador": "person:andres-manuel-lopez-obrador",
		"de Mistura": "person:staffan-de-mistura", "Mirziyoyev": "person:shavkat-mirziyoyev", "Yoon": "person:yoon-suk-yeol",
	} {
		if got := ids(g.Surname(name)); !slices.Contains(got, want) {
			t.Errorf("Surname(%q) = %v, want %s among them", name, got, want)
		}
	}
}

// The gazetteer promises these numbers to the extractor.
func TestSize(t *testing.T) {
	t.Parallel()
	g := open(t)
	count := make(map[Kind]int)
	igos, ngos, terms := 0, 0, 0
	seen := make(map[*Entry]bool)
	for _, e := range g.byID {
		if seen[e] {
			continue
		}
		seen[e] = true
		count[e.Kind]++
		terms += len(e.Offices)
		if e.Kind == KindOrganization && e.Sector == "IGO" {
			igos++
		}
		if e.Kind == KindOrganization && e.Sector == "NGO" {
			ngos++
		}
	}
	t.Log(count, "organisations", igos, "NGOs", ngos, "terms", terms)
	for _, want := range []struct {
		what     string
		got, min int
	}{
		{"places", count[KindPlace] + count[KindCapital], 40000}, {"groups", count[KindGroup], 250}, {"terms", terms, 4000},
		{"IGOs", igos, 150}, {"NGOs", ngos, 150}, {"states", count[KindState], 250}, {"institutions", count[KindInstitution], 200},
	} {
		if want.got < want.min {
			t.Errorf("%d %s, want %d or more", want.got, want.what, want.min)
		}
	}
}
