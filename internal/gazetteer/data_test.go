package gazetteer

import (
	"slices"
	"strings"
	"testing"
)

// Codes, sectors and coordinates of everything but people, whom TestPeopleAreWellFormed checks.
func TestEntriesAreWellFormed(t *testing.T) {
	t.Parallel()
	g := open(t)
	for id, e := range g.byID {
		if e.Name == "" || strings.TrimSpace(e.Name) != e.Name {
			t.Errorf("%s: name %q", id, e.Name)
		}
		_, country := g.Country(e.Code)
		_, org := g.Organization(e.Code)
		switch e.Kind {
		case KindState, KindDemonym, KindInstitution, KindGroup, KindCapital, KindOrganization:
			if !country && !org && !collective[e.Code] {
				t.Errorf("%s: code %q", id, e.Code)
			}
			if !slices.Contains(sectors, e.Sector) {
				t.Errorf("%s: sector %q", id, e.Sector)
			}
		}
		p := e.Place
		switch {
		case p == nil:
		case p.Lat < -90 || p.Lat > 90 || p.Lon < -180 || p.Lon > 180 || p.Lat == 0 && p.Lon == 0:
			t.Errorf("%s: at %v, %v", id, p.Lat, p.Lon)
		case p.Population < 0:
			t.Errorf("%s: population %d", id, p.Population)
		case !slices.Contains(precisions, p.Precision):
			t.Errorf("%s: precision %q", id, p.Precision)
		case p.Country == "" && p.Precision == "city":
			t.Errorf("%s: a town without a country", id)
		}
	}
}

// A sovereign state has demonyms, a capital among the towns, and coordinates.
func TestStatesAreComplete(t *testing.T) {
	t.Parallel()
	g := open(t)
	err := readTable("states.tsv", 9, func(row []string) error {
		alpha3, demonyms, status, capital := row[1], row[4], row[5], row[6]
		switch status {
		case "dependent":
			return nil
		case "sovereign":
		default:
			t.Errorf("%s: status %q", alpha3, status)
		}
		if demonyms == "" && !slices.Contains([]string{"DMA", "KIR", "LIE", "VAT"}, alpha3) {
			t.Errorf("%s: no demonym", alpha3)
		}
		if !slices.ContainsFunc(g.Lookup(capital), func(e *Entry) bool { return e.Kind == KindCapital && e.Code == alpha3 }) {
			t.Errorf("%s: no capital %q", alpha3, capital)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Further names belong to towns and regions that are there.
func TestFurtherNamesAreUsed(t *testing.T) {
	t.Parallel()
	g := open(t)
	for _, file := range []string{"place_names.tsv", "admin1_names.tsv"} {
		names, err := furtherNames(file)
		if err != nil {
			t.Fatal(err)
		}
		for key, list := range names {
			for _, n := range list {
				if g.Lookup(n) == nil {
					t.Errorf("%s: %s: %q is of no place", file, key, n)
				}
			}
		}
	}
}

// A town that data/regions.tsv adds is not one that GeoNames has under the same name.
func TestRegionsAreNoTowns(t *testing.T) {
	t.Parallel()
	g := open(t)
	err := readTable("regions.tsv", 6, func(row []string) error {
		own := g.byID["place:"+slug(row[0])]
		for _, p := range g.Places(row[0]) {
			near := abs(p.Lat-own.Place.Lat)+abs(p.Lon-own.Place.Lon) < 0.3
			if p.ID != 0 && near && p.Precision == "city" && own.Place.Precision == "city" {
				t.Errorf("%s is GeoNames %d already", row[0], p.ID)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

func TestSuccessionListErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, lines, want string }{
		{"no head", "2001 Somebody", `"2001 Somebody" before any head, expected "= CODE title"`},
		{"head without title", "= SYR", `"SYR", expected a code and a title`},
		{"no name", "= SYR president\n2001", `"2001", expected a date and a name`},
		{"no date", "= SYR president\nHafez al-Assad", `date "Hafez", expected 2006-01-02, 2006-01 or 2006, and the same after a stroke`},
		{"month", "= SYR president\n2001-13 Somebody", `date "2001-13", expected 2006-01-02, 2006-01 or 2006, and the same after a stroke`},
		{"ends early", "= SYR president\n2001/2000 Somebody", `term "2001/2000" ends before it starts`},
		{"out of order", "= SYR president\n2001 Somebody\n2000 Another", "term of 2000 starts before the one above it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBuilder(16)
			var list succession
			var err error
			for line := range strings.Lines(tt.lines) {
				line = strings.TrimSpace(line)
				if head, ok := strings.CutPrefix(line, "= "); ok {
					list, err = newSuccession(head)
				} else {
					err = b.term(&list, line)
				}
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
