package gazetteer

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// with builds a gazetteer with one more dictionary.
func with(t *testing.T, text string, f Format) (*Gazetteer, error) {
	t.Helper()
	return New(WithDictionary(strings.NewReader(text), f))
}

func TestCSV(t *testing.T) {
	t.Parallel()
	g, err := with(t, `kind,name,aliases,code,sector,title,from,to,lat,lon,population,precision
group,Movement of Blue Hats,Blue Hats|MBH,SYR,REB,,,,,,,
person,Jane Q. Placeholder,,SYR,GOV,minister of tests,2001-05,2003,,,,
person,Jane Q. Placeholder,,UN,IGO,envoy for tests,2004,,,,,
place,Testopolis,Test Town,SYR,,,,,35.5,38.25,1200,
`, FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	if e := g.Lookup("MBH")[0]; e.ID != "group:movement-of-blue-hats" || e.Code != "SYR" || e.Sector != "REB" {
		t.Errorf("MBH = %+v", *e)
	}
	want := []Office{
		{"minister of tests", "SYR", "GOV", "2001-05", "2003"}, {"envoy for tests", "UN", "IGO", "2004", ""},
	}
	if diff := cmp.Diff(want, g.Lookup("Jane Placeholder")[0].Offices); diff != "" {
		t.Error(diff)
	}
	if e, ok := g.HolderOf("envoy for tests", "UN", "2010-01-01"); !ok || e.Name != "Jane Q. Placeholder" {
		t.Errorf("envoy = %v, %v", e, ok)
	}
	place := &Place{Name: "Testopolis", Country: "SYR", Lat: 35.5, Lon: 38.25, Population: 1200, Precision: "city"}
	if diff := cmp.Diff([]*Place{place}, g.Places("Test Town")); diff != "" {
		t.Error(diff)
	}
	tokens := strings.Fields("the Blue Hats met Jane Placeholder in Testopolis")
	if diff := cmp.Diff([]string{
		"Blue Hats=group:movement-of-blue-hats", "Jane Placeholder=person:jane-q-placeholder", "Testopolis=place:testopolis",
	}, marks(tokens, g.Find(tokens))); diff != "" {
		t.Error(diff)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	g, err := with(t, `[
		{"kind": "organization", "name": "Council of Tests", "aliases": ["CoT"], "code": "IGO", "sector": "IGO"},
		{"kind": "person", "name": "Bashar al-Assad", "offices": [
			{"title": "tester", "code": "SYR", "sector": "CVL", "from": "1990", "to": "1991"}]}
	]`, FormatJSON)
	if err != nil {
		t.Fatal(err)
	}
	if e := g.Lookup("council of tests")[0]; e.Kind != KindOrganization {
		t.Errorf("Council of Tests = %+v", *e)
	}
	offices := g.Lookup("Bashar al-Assad")[0].Offices
	if offices[0].Title != "tester" || len(offices) != 2 {
		t.Errorf("offices = %+v", offices)
	}
}

func TestActors(t *testing.T) {
	t.Parallel()
	g, err := with(t, `# comment
WALID_MUALLEM_  ; comment
+WALID_AL-MOUALLEMI_
	[SYRGOV 060221-201116]	[SYRELI >20201117]
BLUE_HATS_
+HATS_OF_BLUE_
	[SYRREB]

PLACELANDIA_ [SYR]
+PLACELAND_
THE_COUNCIL_OF_TESTS_
C.O.T._
	[IGOUNO]
WHO_ [IGOWHO]
TESTER_OLD_ [YUGGOV <901231]
`, FormatActors)
	if err != nil {
		t.Fatal(err)
	}
	walid := g.Lookup("Walid al-Mouallemi")[0]
	if walid.ID != "person:walid-muallem" {
		t.Errorf("Walid = %s", walid.ID)
	}
	if !slices.Contains(walid.Offices, Office{"official", "SYR", "GOV", "2006-02-21", "2020-11-16"}) ||
		!slices.Contains(walid.Offices, Office{"official", "SYR", "CVL", "2020-11-17", ""}) {
		t.Errorf("offices = %+v", walid.Offices)
	}
	for name, want := range map[string]Entry{
		"Hats of Blue":         {Kind: KindGroup, Code: "SYR", Sector: "REB"},
		"Placeland":            {Kind: KindState, Code: "SYR", Sector: "GOV"},
		"C.O.T.":               {Kind: KindOrganization, Code: "UN", Sector: "IGO"},
		"The Council of Tests": {Kind: KindOrganization, Code: "UN", Sector: "IGO"},
	} {
		found := g.Lookup(name)
		if len(found) == 0 {
			t.Errorf("%s is unknown", name)
		} else if e := found[0]; e.Kind != want.Kind || e.Code != want.Code || e.Sector != want.Sector {
			t.Errorf("%s = %+v, want %+v", name, *e, want)
		}
	}
	old := g.Lookup("Tester Old")[0]
	if o, held := g.OfficeOn(old, "1985-01-01"); !held || o.Code != "SRB" {
		t.Errorf("Tester Old = %+v, %v", o, held)
	}
	if got := g.Find(strings.Fields("Who is it")); got != nil {
		t.Errorf("a word became an actor: %v", got)
	}
}

func TestAgents(t *testing.T) {
	t.Parallel()
	g, err := with(t, `!PERSON! = MAN, WOMAN
CATTLE!PERSON! [~AGR]
MINISTER [~GOV]
SECRETARY [~GOV] # regular plural
ACTIVIST {ACTIVISTS_ALL} [~OPP]
`, FormatAgents)
	if err != nil {
		t.Fatal(err)
	}
	for name, sector := range map[string]string{
		"cattleman": "CVL", "cattlewoman": "CVL", "ministers": "GOV", "Secretaries": "GOV", "activist": "OPP", "activists all": "OPP",
	} {
		found := g.Lookup(name)
		if i := slices.IndexFunc(found, func(e *Entry) bool { return e.Kind == KindRole }); i < 0 || found[i].Sector != sector {
			t.Errorf("%s = %v, want a role of %s", name, ids(found), sector)
		}
	}
	tokens := strings.Fields("two ministers of Syria met a cattleman")
	want := []string{"ministers=role:minister", "Syria=state:SYR", "cattleman=role:cattleman"}
	if diff := cmp.Diff(want, marks(tokens, g.Find(tokens))); diff != "" {
		t.Error(diff)
	}
}

func TestDictionaryErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		format Format
		text   string
		want   string
	}{
		{"no CSV", FormatCSV, "", "line 1: no header, expected columns of kind, name"},
		{"CSV column", FormatCSV, "kind,nam\n", `line 1: column "nam", expected one of kind, name`},
		{"CSV kind", FormatCSV, "kind,name\n\ntown,Paris\n", `line 3: kind "town", expected organization`},
		{"CSV state", FormatCSV, "kind,name\nstate,Utopia\n", `line 2: kind "state" cannot be added`},
		{"CSV name", FormatCSV, "kind,name\ngroup,--\n", `line 2: name "--", expected letters or digits`},
		{"CSV code", FormatCSV, "kind,name,code\ngroup,Hats,syria\n", `line 2: code "syria", expected one of the codebook`},
		{"CSV sector", FormatCSV, "kind,name,code,sector\ngroup,Hats,SYR,XXX\n", `line 2: sector "XXX", expected one of GOV`},
		{"CSV number", FormatCSV, "kind,name,lat\nplace,Hats,north\n", `line 2: lat "north", expected a number`},
		{"CSV coordinates", FormatCSV, "kind,name,lat\nplace,Hats,91\n", `line 2: coordinates 91, 0, expected`},
		{"CSV precision", FormatCSV, "kind,name,precision\nplace,Hats,vague\n", `line 2: precision "vague", expected one of city`},
		{"CSV dates", FormatCSV, "kind,name,code,sector,title,from\nperson,A B,SYR,GOV,x,May\n", `line 2: office from "May"`},
		{"CSV columns", FormatCSV, "kind,name\na,b,c\n", "line 2: wrong number of fields"},
		{"CSV quote", FormatCSV, "kind,name\ngroup,\"a\n", "line 2: extraneous or missing"},
		{"no JSON", FormatJSON, "{}", "line 1: no JSON array"},
		{"JSON field", FormatJSON, "[\n{\"kind\": \"group\", \"nam\": 1}]", `line 2: no entry: json: unknown field "nam"`},
		{"JSON type", FormatJSON, "[\n\n{\"name\": 1}]", "line 3: no entry: json: cannot unmarshal"},
		{"JSON end", FormatJSON, "[\n{\"kind\": ", "line 2: no entry: unexpected EOF"},
		{"actors code", FormatActors, "A_\n[SYR\n", "line 2: [SYR, expected a closing bracket"},
		{"actors group", FormatActors, "A_\n[SYRGO]\n", `line 2: code "SYRGO", expected groups of three letters`},
		{"actors country", FormatActors, "A_\n[QQQGOV]\n", `line 2: code "QQQGOV" starts with QQQ, expected a country`},
		{"actors date", FormatActors, "A_\n[SYR 0602]\n", `line 2: dates "0602", expected >060221`},
		{"actors month", FormatActors, "A_\n[SYR >061321]\n", `line 2: date "061321", expected six or eight digits`},
		{"actors order", FormatActors, "A_\n[SYR 060221-050221]\n", `line 2: dates "060221-050221" end before they start`},
		{"actors synonym", FormatActors, "\n+A_\n", `line 2: synonym "A_", expected a phrase before it`},
		{"actors orphan", FormatActors, "[SYR]\n", "line 1: a code, expected a phrase before it"},
		{"actors without code", FormatActors, "\nA_\n+B_\n", `line 2: "A_" without a code, expected [CODE]`},
		{"agents", FormatAgents, "FARMER\n", `line 1: "FARMER", expected PHRASE {PLURAL} [~ROLE]`},
		{"agents brace", FormatAgents, "FARMER {S [~AGR]\n", "line 1: \"FARMER {S [~AGR]\", expected a closing brace"},
		{"agents macro", FormatAgents, "X!Y! [~AGR]\n", `line 1: "!Y!" after "X", expected a macro that is defined above`},
		{"agents macro name", FormatAgents, "!Y = A\n", `line 1: macro "!Y", expected !NAME! = ONE, TWO`},
		{"agents macro words", FormatAgents, "!Y! = \n", "line 1: macro !Y! without a word"},
		{"format", 99, "", "dictionary format 99 is unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := small()
			err := WithDictionary(strings.NewReader(tt.text), tt.format)(b)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want ... %s ...", err, tt.want)
			}
		})
	}
}

func TestLenientDictionaryGoesOn(t *testing.T) {
	t.Parallel()
	for format, text := range map[Format]string{
		FormatCSV:    "kind,name,code,sector\nx,y,z,w\ngroup,Good One,SYR,REB\n",
		FormatJSON:   `[{"kind": "x"}, {"name": 1}, {"kind": "group", "name": "Good One", "code": "SYR", "sector": "REB"}]`,
		FormatActors: "BAD_ONE_\n[QQQ]\n+WORSE_\nGOOD_ONE_\n[SYRREB]\n",
		FormatAgents: "BAD\nGOOD_ONE [~REB]\n",
	} {
		b := small()
		errors := 0
		err := WithLenientDictionary(strings.NewReader(text), format, func(error) { errors++ })(b)
		if err != nil || errors == 0 {
			t.Errorf("format %d: error %v, %d reported", format, err, errors)
		}
		g := b.gazetteer()
		if e := g.Lookup("Good One"); len(e) != 1 || e[0].Sector != "REB" {
			t.Errorf("format %d: Good One = %v", format, ids(e))
		}
		if e := g.Lookup("Worse"); e != nil {
			t.Errorf("format %d: Worse = %v", format, ids(e))
		}
	}
}

// small returns a builder with one country and no other data.
func small() *builder {
	b := newBuilder(16)
	b.countries = []Country{{Alpha2: "SY", Alpha3: "SYR", Name: "Syria"}}
	return b
}

// fuzzDictionary checks that no text makes an importer or the gazetteer made of it panic.
func fuzzDictionary(f *testing.F, format Format, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := small()
		if err := WithLenientDictionary(strings.NewReader(text), format, func(error) {})(b); err != nil {
			t.Fatal(err)
		}
		g := b.gazetteer()
		g.Find(strings.Fields(text))
	})
}

func FuzzCSV(f *testing.F) {
	fuzzDictionary(f, FormatCSV, "kind,name,aliases,code,sector,title,from,to\nperson,A B,C|D,SYR,GOV,x,2001,2002\n")
}

func FuzzJSON(f *testing.F) {
	fuzzDictionary(f, FormatJSON, `[{"kind": "group", "name": "A", "code": "SYR", "sector": "REB"}]`, "[", "[{},")
}

func FuzzActors(f *testing.F) {
	fuzzDictionary(f, FormatActors, "A_B_ [SYRGOV 060221-201116] [SYR]\n+C_ # x\n\t[IGOUNO >900101]")
}

func FuzzAgents(f *testing.F) {
	fuzzDictionary(f, FormatAgents, "!P! = MAN, MEN\nX!P! {YS} [~AGR]\n", "!!= A\n!!B [~GOV]")
}

func FuzzFold(f *testing.F) {
	f.Add("Walid al-Muallem")
	f.Fuzz(func(t *testing.T, s string) {
		if key := Fold(s); strings.Trim(key, " ") != key || strings.Contains(key, "  ") {
			t.Errorf("Fold(%q) = %q", s, key)
		}
	})
}
