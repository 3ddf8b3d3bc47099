package gazetteer

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestOfficeOn(t *testing.T) {
	t.Parallel()
	g := open(t)
	tests := []struct {
		person, day string
		title, code string
		held        bool
	}{
		{"Bashar al-Assad", "2017-01-26", "president", "SYR", true},
		{"Bashar al-Assad", "2025-03-01", "president", "SYR", false},
		{"Bashar al-Assad", "1999-01-01", "", "", false},
		{"Hossein Amir-Abdollahian", "2017-01-26", "advisor to the parliament speaker", "IRN", true},
		{"Hossein Amir-Abdollahian", "2022-01-26", "foreign minister", "IRN", true},
		{"Hossein Amir-Abdollahian", "2024-06-01", "foreign minister", "IRN", false},
		{"John Kerry", "2010-05-01", "senator", "USA", true},
		{"John Kerry", "2015-05-01", "secretary of state", "USA", true},
		{"John Kerry", "2019-05-01", "secretary of state", "USA", false},
		{"Ban Ki-moon", "2005-01-01", "foreign minister", "KOR", true},
		{"Ban Ki-moon", "2012-01-01", "secretary-general", "UN", true},
		{"Vladimir Putin", "2000-01-15", "acting president", "RUS", true},
		{"Vladimir Putin", "2010-01-15", "prime minister", "RUS", true},
		{"Mohammed bin Abdulrahman Al Thani", "2024-02-01", "prime minister", "QAT", true}, // and foreign minister
		{"Kassym-Jomart Tokayev", "2021-07-01", "president", "KAZ", true},
		{"Staffan de Mistura", "2017-01-26", "special envoy for Syria", "UN", true},
		{"Keir Starmer", "2026-08-01", "prime minister", "GBR", false},
	}
	for _, tt := range tests {
		t.Run(tt.person+" "+tt.day, func(t *testing.T) {
			t.Parallel()
			o, held := g.OfficeOn(g.Lookup(tt.person)[0], tt.day)
			if o.Title != tt.title || o.Code != tt.code || held != tt.held {
				t.Errorf("got %q of %q, %v; want %q of %q, %v", o.Title, o.Code, held, tt.title, tt.code, tt.held)
			}
		})
	}
	if o, held := g.OfficeOn(nil, "2017-01-26"); held || o != (Office{}) {
		t.Errorf("OfficeOn(nil) = %v, %v", o, held)
	}
}

func TestHolderOf(t *testing.T) {
	t.Parallel()
	g := open(t)
	tests := []struct{ title, code, day, want string }{
		{"president", "SYR", "2017-01-26", "Bashar al-Assad"},
		{"President", "SYR", "1995-01-26", "Hafez al-Assad"},
		{"foreign minister", "SYR", "2017-01-26", "Walid Muallem"},
		{"foreign minister", "USA", "2017-02-15", "Rex Tillerson"},
		{"secretary of state", "USA", "2017-02-15", "Rex Tillerson"},
		{"foreign secretary", "GBR", "2017-01-26", "Boris Johnson"},
		{"prime minister", "DEU", "2017-01-26", "Angela Merkel"},
		{"chancellor", "DEU", "2017-01-26", "Angela Merkel"},
		{"defense secretary", "USA", "2017-01-26", "James Mattis"},
		{"president", "USA", "2017-01-20", "Donald Trump"}, // the day of the change is the successor's
		{"king", "GBR", "2000-01-01", "Queen Elizabeth II"},
		{"emir", "QAT", "2017-01-26", "Tamim bin Hamad Al Thani"},
		{"secretary general", "UN", "2017-01-26", "António Guterres"},
		{"president", "LBN", "2015-01-01", ""}, // vacant
		{"president", "KOR", "2017-01-26", "Hwang Kyo-ahn"},
		{"president", "ZZZ", "2017-01-26", ""},
	}
	for _, tt := range tests {
		t.Run(tt.title+" "+tt.code+" "+tt.day, func(t *testing.T) {
			t.Parallel()
			e, ok := g.HolderOf(tt.title, tt.code, tt.day)
			got := ""
			if ok {
				got = e.Name
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// One office of one state has one holder at a time, but for those that several people hold by their nature.
func TestTermsDoNotOverlap(t *testing.T) {
	t.Parallel()
	g := open(t)
	shared := map[string]bool{ // offices with several holders
		"senator": true, "vice premier": true, "vice president": true, "deputy foreign minister": true, "deputy prime minister": true,
		"special representative for sudan": true,
	}
	for _, key := range slices.SortedFunc(maps.Keys(g.terms), func(a, b termKey) int {
		return strings.Compare(a.code+a.office, b.code+b.office)
	}) {
		if shared[key.office] {
			continue
		}
		terms := g.terms[key]
		for i := 1; i < len(terms); i++ {
			a, b := terms[i-1], terms[i]
			if a.office.To == "" || datedBefore(b.office.From, a.office.To) {
				t.Errorf("%s of %s: %s to %q overlaps %s from %s",
					key.office, key.code, a.person.Name, a.office.To, b.person.Name, b.office.From)
			}
		}
	}
}

func TestPeopleAreWellFormed(t *testing.T) {
	t.Parallel()
	g := open(t)
	for id, e := range g.byID {
		if e.Kind != KindPerson {
			continue
		}
		if len(e.Offices) == 0 {
			t.Errorf("%s has no office", id)
		}
		if strings.ContainsAny(e.Name, "#()|") {
			t.Errorf("%s is named %q", id, e.Name)
		}
		for i, o := range e.Offices {
			_, country := g.Country(o.Code)
			_, org := g.Organization(o.Code)
			switch {
			case !country && !org && !collective[o.Code]:
				t.Errorf("%s: code %q is no country, organisation or collective", id, o.Code)
			case !slices.Contains(sectors, o.Sector):
				t.Errorf("%s: sector %q", id, o.Sector)
			case !isDate(o.From) || o.To != "" && !isDate(o.To) || o.To != "" && datedBefore(o.To, o.From):
				t.Errorf("%s: term from %q to %q", id, o.From, o.To)
			case o.Title != strings.TrimSpace(o.Title) || o.Title == "":
				t.Errorf("%s: title %q", id, o.Title)
			case i > 0 && o.From < e.Offices[i-1].From:
				t.Errorf("%s: offices out of order", id)
			}
			if o.To == "" && o.From < "1950" {
				t.Errorf("%s: %s since %s and no end", id, o.Title, o.From)
			}
		}
	}
}
