package gazetteer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A record is one entry of a dictionary in one of the project's own formats.
type record struct {
	Kind       string         `json:"kind"` // organization, institution, group, person or place
	Name       string         `json:"name"`
	Aliases    []string       `json:"aliases"`
	Code       string         `json:"code"`   // of a place, its country's
	Sector     string         `json:"sector"` // not of a place
	Offices    []officeRecord `json:"offices"`
	Lat        float64        `json:"lat"`
	Lon        float64        `json:"lon"`
	Population int            `json:"population"`
	Precision  string         `json:"precision"`
}

// officeRecord is an office in a dictionary.
type officeRecord struct {
	Title  string `json:"title"`
	Code   string `json:"code"`
	Sector string `json:"sector"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// readJSON reads an array of records.
func (b *builder) readJSON(text []byte, bad func(int, error) bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	line := func() int {
		rest := bytes.TrimLeft(text[dec.InputOffset():], " \t\r\n,")
		return 1 + bytes.Count(text[:len(text)-len(rest)], []byte{'\n'})
	}
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		bad(1, errors.New("no JSON array, expected [{\"kind\": ...}, ...]"))
		return
	}
	for dec.More() {
		at := line()
		var r record
		if err := dec.Decode(&r); err != nil {
			var syntax *json.SyntaxError
			broken := errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF)
			if !bad(at, fmt.Errorf("no entry: %w", err)) || broken {
				return
			}
			continue
		}
		if err := b.add(r); err != nil && !bad(at, err) {
			return
		}
	}
	if _, err := dec.Token(); err != nil {
		bad(line(), fmt.Errorf("the array does not end: %w", err))
	}
}

// csvColumns are the columns of a dictionary in CSV, in any order; kind and name are required.
var csvColumns = []string{
	"kind", "name", "aliases", "code", "sector", "title", "from", "to", "lat", "lon", "population", "precision",
}

// readCSV reads rows under a header. Aliases are parted by "|"; a person with several offices has a row for each.
func (b *builder) readCSV(text []byte, bad func(int, error) bool) {
	rows := csv.NewReader(bytes.NewReader(text))
	header, err := rows.Read()
	if err != nil {
		bad(1, fmt.Errorf("no header, expected columns of %s", strings.Join(csvColumns, ", ")))
		return
	}
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(csvColumns, header[i]) {
			bad(1, fmt.Errorf("column %q, expected one of %s", name, strings.Join(csvColumns, ", ")))
			return
		}
	}
	for {
		row, err := rows.Read()
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong):
			if !bad(wrong.StartLine, wrong.Err) {
				return
			}
			continue
		case err != nil: // the end
			return
		}
		at, _ := rows.FieldPos(0)
		cells := make(map[string]string, len(row))
		for i, cell := range row {
			cells[header[i]] = strings.TrimSpace(cell)
		}
		r, err := newRecord(cells)
		if err == nil {
			err = b.add(r)
		}
		if err != nil && !bad(at, err) {
			return
		}
	}
}

// newRecord makes a record of a row.
func newRecord(cells map[string]string) (record, error) {
	r := record{
		Kind: cells["kind"], Name: cells["name"], Aliases: list(cells["aliases"]),
		Code: cells["code"], Sector: cells["sector"], Precision: cells["precision"],
	}
	if cells["title"] != "" {
		r.Offices = []officeRecord{{cells["title"], cells["code"], cells["sector"], cells["from"], cells["to"]}}
	}
	var err error
	for _, n := range []struct {
		column string
		value  *float64
	}{{"lat", &r.Lat}, {"lon", &r.Lon}} {
		if cell := cells[n.column]; cell != "" {
			if *n.value, err = strconv.ParseFloat(cell, 64); err != nil {
				return r, fmt.Errorf("%s %q, expected a number", n.column, cell)
			}
		}
	}
	if cell := cells["population"]; cell != "" {
		if r.Population, err = strconv.Atoi(cell); err != nil {
			return r, fmt.Errorf("population %q, expected a whole number", cell)
		}
	}
	return r, nil
}

// sectors are the codebook's.
var sectors = []string{
	"GOV", "MIL", "LEG", "JUD", "COP", "SPY", "OPP", "REB", "MED", "BUS", "CVL", "REL", "IGO", "NGO", "UNK",
}

// add enters a record.
func (b *builder) add(r record) error {
	kind, known := parseKind(r.Kind)
	switch {
	case Normalize(r.Name) == "":
		return fmt.Errorf("name %q, expected letters or digits", r.Name)
	case !known:
		return fmt.Errorf("kind %q, expected organization, institution, group, person or place", r.Kind)
	}
	switch kind {
	case KindPerson:
		return b.addPerson(r)
	case KindPlace:
		return b.addPlace(r)
	case KindOrganization, KindInstitution, KindGroup:
		return b.addActor(kind, r)
	default:
		return fmt.Errorf("kind %q cannot be added, expected organization, institution, group, person or place", r.Kind)
	}
}

func (b *builder) addActor(kind Kind, r record) error {
	if err := checkActor(r.Code, r.Sector); err != nil {
		return err
	}
	k := actorKinds[kind]
	e := b.entry(Entry{
		ID: k.prefix + slug(r.Name), Kind: kind, Name: r.Name, Code: r.Code, Sector: r.Sector, prominence: k.prominence,
	})
	b.name(e, r.Name)
	b.nameAll(e, r.Aliases)
	return nil
}

func (b *builder) addPerson(r record) error {
	for _, o := range r.Offices {
		switch {
		case o.Title == "":
			return fmt.Errorf("office of %q without a title", r.Name)
		case !isDate(o.From) || o.To != "" && !isDate(o.To):
			return fmt.Errorf("office from %q to %q, expected dates 2006-01-02, 2006-01 or 2006", o.From, o.To)
		case o.To != "" && datedBefore(o.To, o.From):
			return fmt.Errorf("office from %q to %q ends before it starts", o.From, o.To)
		}
		if err := checkActor(o.Code, o.Sector); err != nil {
			return err
		}
	}
	p := b.person(r.Name, r.Aliases)
	for _, o := range r.Offices {
		b.appoint(p, Office(o))
	}
	return nil
}

func (b *builder) addPlace(r record) error {
	switch {
	case r.Lat < -90 || r.Lat > 90 || r.Lon < -180 || r.Lon > 180:
		return fmt.Errorf("coordinates %v, %v, expected -90 to 90 and -180 to 180", r.Lat, r.Lon)
	case r.Precision == "":
		r.Precision = "city"
	case !slices.Contains(precisions, r.Precision):
		return fmt.Errorf("precision %q, expected one of %s", r.Precision, strings.Join(precisions, ", "))
	}
	e := b.entry(Entry{
		ID: "place:" + slug(r.Name), Kind: KindPlace, Name: r.Name, Code: r.Code,
		Place: &Place{
			Name: r.Name, Country: r.Code, Lat: r.Lat, Lon: r.Lon, Population: r.Population, Precision: r.Precision,
		},
		prominence: max(prominentRegion, int64(r.Population)),
	})
	b.name(e, r.Name)
	b.nameAll(e, r.Aliases)
	return nil
}

// checkActor tells what is wrong with a code and a sector.
func checkActor(code, sector string) error {
	if len(code) < 2 || len(code) > 6 || strings.ToUpper(code) != code || strings.Contains(code, " ") {
		return fmt.Errorf("code %q, expected one of the codebook such as SYR, UN or IGO", code)
	}
	if !slices.Contains(sectors, sector) {
		return fmt.Errorf("sector %q, expected one of %s", sector, strings.Join(sectors, ", "))
	}
	return nil
}
