package gazetteer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// loadAdmin1 reads the first-level regions of data/admin1.tsv.gz, with the further names of data/admin1_names.tsv.
// Their country is alpha-2 until loadStates; alpha3 translates.
func (b *builder) loadAdmin1() error {
	if err := b.loadAlpha3(); err != nil {
		return err
	}
	further, err := furtherNames("admin1_names.tsv")
	if err != nil {
		return err
	}
	b.admin1 = make(map[string]string)
	return readTable("admin1.tsv.gz", 5, func(row []string) error {
		code, name := row[0], row[1]
		alpha2, _, _ := strings.Cut(code, ".")
		place, err := point(name, b.alpha3[alpha2], row[2], row[3])
		if err != nil {
			return err
		}
		if place.Population, err = strconv.Atoi(row[4]); err != nil {
			return fmt.Errorf("population %q is not a number", row[4])
		}
		plain := plainRegion(name)
		b.admin1[code] = plain
		place.Name, place.Admin1, place.Precision = plain, plain, "admin1"
		e := b.entry(Entry{
			ID: "place:" + code, Kind: KindPlace, Name: plain, Code: place.Country, Place: place,
			prominence: int64(place.Population / 4), // the town of the same name comes first
		})
		b.nameTown(e, name)
		b.nameTown(e, plain)
		for _, kind := range regionKinds(alpha2) {
			b.nameTown(e, plain+" "+kind)
		}
		b.nameAll(e, further[code])
		return nil
	})
}

// genericRegion are the words that the names of regions end in or start with and that news leaves out.
var genericRegion = []string{
	" Oblast'", " Oblast", " oblast", " Republic", " Krai", " Kray", " Governorate", " Province", " Region", " County",
	" District", " Prefecture", " Department", " State",
}

// bearing are the words that are no name without a generic one: "Northern Province", "Central Region".
var bearing = map[string]bool{
	"Central": true, "Northern": true, "Southern": true, "Eastern": true, "Western": true, "North": true, "South": true,
	"East": true, "West": true, "North Central": true, "North Western": true, "Northwest": true, "North-West": true,
	"Southwest": true, "South-West": true, "Upper East": true, "Upper West": true, "Capital": true, "Centre": true,
	"National Capital": true, "Northern Borders": true, "Rivers": true, "Plateau": true, "Coast": true, "Lakes": true,
	"Jewish Autonomous": true, "Highlands": true, "Midlands": true, "Littoral": true,
}

// plainRegion returns a region's name without its generic word: "Aleppo" for "Aleppo Governorate".
func plainRegion(name string) string {
	for _, g := range genericRegion {
		if plain, ok := strings.CutSuffix(name, g); ok && !bearing[plain] {
			return plain
		}
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "Republic of "), "Province of ")
}

// regionKinds returns what news calls the regions of a country.
func regionKinds(alpha2 string) []string {
	switch alpha2 {
	case "US", "MX", "BR", "IN", "NG", "AU", "MY", "DE", "VE", "MM", "SD", "SS":
		return []string{"state"}
	case "RU":
		return []string{"oblast", "region", "krai"}
	case "UA", "BY", "BG":
		return []string{"oblast", "region"}
	case "SY", "IQ", "EG", "YE", "JO", "LB", "TN", "OM":
		return []string{"governorate", "province"}
	case "NO", "SE", "HU", "KE", "HR", "RO", "EE":
		return []string{"county"}
	default:
		return []string{"province", "region"}
	}
}

// loadTowns reads the towns of data/places.tsv.gz, with the further names of data/place_names.tsv.
func (b *builder) loadTowns() error {
	further, err := furtherNames("place_names.tsv")
	if err != nil {
		return err
	}
	return readTable("places.tsv.gz", 8, func(row []string) error {
		id, name, alpha2, flag := row[0], row[1], row[2], row[7]
		place, err := point(name, b.alpha3[alpha2], row[4], row[5])
		if err != nil {
			return err
		}
		if place.ID, err = strconv.ParseInt(id, 10, 64); err != nil {
			return fmt.Errorf("GeoNames id %q is not a number", id)
		}
		if place.Population, err = strconv.Atoi(row[6]); err != nil {
			return fmt.Errorf("population %q is not a number", row[6])
		}
		place.Precision, place.Admin1, place.Capital = "city", b.admin1[alpha2+"."+row[3]], flag == "C"
		e := b.entry(Entry{
			ID: "place:" + id, Kind: KindPlace, Name: name, Code: place.Country, Place: place,
			prominence: int64(place.Population),
		})
		b.nameTown(e, name)
		key := alpha2 + " " + name
		if names := further[key]; names != nil {
			b.nameAll(e, names)
			delete(further, key) // the rest of the towns of that name are smaller
		}
		if place.Capital {
			b.capitals[alpha2] = e
		}
		return nil
	})
}

// furtherNames reads a table of keys and names parted by "|".
func furtherNames(file string) (map[string][]string, error) {
	names := make(map[string][]string)
	err := readTable(file, 2, func(row []string) error {
		names[row[0]] = append(names[row[0]], list(row[1])...)
		return nil
	})
	return names, err
}

// loadAlpha3 reads which codes of two and three letters are one country's.
func (b *builder) loadAlpha3() error {
	return readTable("states.tsv", 9, func(row []string) error {
		b.alpha3[row[0]] = row[1]
		return nil
	})
}

// precisions are the values of Place.Precision.
var precisions = []string{"city", "admin1", "country", "water", "venue", "region"}

// loadRegions reads data/regions.tsv: regions that are no first-level division, waters, venues, and towns that
// news names and GeoNames' list of towns lacks.
func (b *builder) loadRegions() error {
	return readTable("regions.tsv", 6, func(row []string) error {
		name, precision, country := row[0], row[1], row[2]
		place, err := point(name, country, row[4], row[5])
		if err != nil {
			return err
		}
		if !slices.Contains(precisions, precision) {
			return fmt.Errorf("precision %q, expected one of %s", precision, strings.Join(precisions, ", "))
		}
		place.Precision = precision
		e := b.entry(Entry{
			ID: "place:" + slug(name), Kind: KindPlace, Name: name, Code: country, Place: place,
			prominence: prominentRegion,
		})
		b.name(e, name)
		b.nameAll(e, list(row[3]))
		return nil
	})
}
