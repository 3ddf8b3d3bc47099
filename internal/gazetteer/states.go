package gazetteer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// loadStates reads the states and territories of data/states.tsv and the entities without a code of their own, past
// states and breakaway regions, of data/entities.tsv.
func (b *builder) loadStates() error {
	err := readTable("states.tsv", 9, func(row []string) error {
		alpha2, alpha3, name, status, capital := row[0], row[1], row[2], row[5], row[6]
		place, err := point(name, alpha3, row[7], row[8])
		if err != nil {
			return err
		}
		adjectives, nouns := demonyms(row[4])
		b.countries = append(b.countries, Country{
			Alpha2: alpha2, Alpha3: alpha3, Name: name, Capital: capital,
			Demonyms: slices.Concat(adjectives, nouns), Lat: place.Lat, Lon: place.Lon,
		})
		state := b.entry(Entry{
			ID: "state:" + alpha3, Kind: KindState, Name: name, Code: alpha3, Sector: "GOV", Place: place,
			prominence: prominentState,
		})
		b.name(state, name)
		b.nameAll(state, list(row[3]))
		b.nameDemonyms(alpha3, adjectives, nouns)
		if seat := b.capitals[alpha2]; seat != nil && status == "sovereign" {
			b.promote(seat, alpha3, capital)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return readTable("entities.tsv", 6, func(row []string) error {
		name, code := row[0], row[1]
		place, err := point(name, code, row[4], row[5])
		if err != nil {
			return err
		}
		place.Precision = "region"
		e := b.entry(Entry{
			ID: "state:" + slug(name), Kind: KindState, Name: name, Code: code, Sector: "GOV", Place: place,
			prominence: prominentState - 1,
		})
		b.name(e, name)
		b.nameAll(e, list(row[2]))
		adjectives, nouns := demonyms(row[3])
		b.nameDemonyms(code+":"+slug(name), adjectives, nouns)
		return nil
	})
}

// point makes a place of country precision.
func point(name, country, lat, lon string) (*Place, error) {
	p := &Place{Name: name, Country: country, Precision: "country"}
	var err error
	if p.Lat, err = strconv.ParseFloat(lat, 64); err != nil {
		return nil, fmt.Errorf("latitude %q is not a number", lat)
	}
	if p.Lon, err = strconv.ParseFloat(lon, 64); err != nil {
		return nil, fmt.Errorf("longitude %q is not a number", lon)
	}
	return p, nil
}

// demonyms splits a cell into adjectives and nouns for people, the latter marked "+" or the plural of an adjective
// that forms one with an s: "Syrian", "Iraqi".
func demonyms(cell string) (adjectives, nouns []string) {
	for _, d := range list(cell) {
		if noun, ok := strings.CutPrefix(d, "+"); ok {
			nouns = append(nouns, noun)
			continue
		}
		adjectives = append(adjectives, d)
		if strings.HasSuffix(d, "an") || strings.HasSuffix(d, "i") {
			nouns = append(nouns, d+"s")
		}
	}
	return adjectives, nouns
}

// nameDemonyms enters what a state's nationals are called. Key is the state's code, and more for an entity without one.
func (b *builder) nameDemonyms(key string, adjectives, nouns []string) {
	code, _, _ := strings.Cut(key, ":")
	if len(adjectives) > 0 {
		e := b.entry(Entry{
			ID: "demonym:" + key, Kind: KindDemonym, Name: adjectives[0], Code: code, Sector: "GOV",
			prominence: prominentDemonym,
		})
		b.nameAll(e, adjectives)
	}
	if len(nouns) > 0 {
		e := b.entry(Entry{
			ID: "people:" + key, Kind: KindDemonym, Name: nouns[0], Code: code, Sector: "CVL",
			prominence: prominentDemonym - 1,
		})
		b.nameAll(e, nouns)
	}
}

// promote makes a capital stand for its government. The smallest, whose names others bear too, keep the rank of a town.
func (b *builder) promote(seat *Entry, code, name string) {
	const small = 25000
	seat.Kind, seat.Code, seat.Sector = KindCapital, code, "GOV"
	if seat.Place.Population >= small {
		seat.prominence = prominentCapital + int64(seat.Place.Population)
	}
	b.byID["capital:"+code] = seat
	b.name(seat, name)
}

// loadSeats reads data/seats.tsv: further towns and buildings that stand for a government. A town of the state itself
// becomes its seat; a town elsewhere, as Brussels for the European Union, gets a second reading.
func (b *builder) loadSeats() error {
	return readTable("seats.tsv", 7, func(row []string) error {
		code, sector, name := row[0], row[1], row[2]
		place, err := point(name, code, row[4], row[5])
		if err != nil {
			return err
		}
		place.Precision = "venue"
		id := "seat:" + slug(name) + ":" + code
		if town, known := b.byID["place:"+row[6]]; known {
			place = town.Place
			if place.Country == code {
				id = town.ID
				town.Kind, town.Sector = KindCapital, sector
				town.prominence = max(town.prominence, prominentSeat)
			}
		} else if row[6] != "" {
			return fmt.Errorf("no town has the GeoNames id %s", row[6])
		}
		e := b.entry(Entry{
			ID: id, Kind: KindCapital, Name: name, Code: code, Sector: sector, Place: place,
			prominence: prominentSeat,
		})
		b.name(e, name)
		b.nameAll(e, list(row[3]))
		return nil
	})
}
