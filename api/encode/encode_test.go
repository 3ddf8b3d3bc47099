package encode

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"demarche/internal/event"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fataler is a test or a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

// write encodes events.
func write(t fataler, name string, s *Shape, events ...*event.Event) string {
	t.Helper()
	var b bytes.Buffer
	f := format(name)
	e := f.Open(&b, s)
	for _, ev := range events {
		if err := e.Event(document(t, ev)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.End(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func format(name string) *Format {
	all := Formats()
	return all[slices.IndexFunc(all, func(f *Format) bool { return f.Name == name })]
}

func document(t fataler, e *event.Event) []byte {
	t.Helper()
	d, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// hostile draws texts that break what is put together carelessly.
func hostile() *rapid.Generator[string] {
	bits := rapid.SampledFrom([]string{"=1+1", "+", "-2", "@SUM(A1)", "\t", "\r", "\n", "\r\n", `"`, `""`, ",", ";", `\`, `\;`, "'", "'=", "''-", "＝", "é", "北京", "😀", " ",
		"]]>", "<b>", "&amp;", "\u0085", "\u2028", "\u0001", "\x7f", "]", "}", "END:VEVENT", strings.Repeat("ü", 50), "Oslo", "met"})
	return rapid.OneOf(rapid.Map(rapid.SliceOfN(bits, 0, 6), func(s []string) string { return strings.Join(s, "") }), rapid.String())
}

func anyEvent(t *rapid.T) *event.Event {
	name := hostile()
	maybe := func(what string) bool { return rapid.Bool().Draw(t, what) }
	kinds := event.Ontology()
	e := &event.Event{
		ID:           anyID(t),
		Type:         kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")].Type,
		Status:       event.Status(rapid.SampledFrom(event.Words().Statuses).Draw(t, "status")),
		Participants: []event.Participant{}, Evidence: []event.Evidence{},
		Summary: name.Draw(t, "summary"), Confidence: float64(rapid.IntRange(0, 1000).Draw(t, "confidence")) / 1000,
		ArticleCount: rapid.IntRange(1, 9).Draw(t, "articles"), SourceCount: rapid.IntRange(1, 9).Draw(t, "sources"),
		CreatedAt: anyInstant(t), UpdatedAt: anyInstant(t), Revision: rapid.IntRange(1, 9).Draw(t, "revision"),
	}
	if maybe("dated") {
		start := anyDay(t)
		e.Date = &event.Date{Start: start, End: start + event.Day(rapid.IntRange(0, 400).Draw(t, "days")), Precision: event.MonthPrecision, Text: name.Draw(t, "date text")}
	}
	if maybe("located") {
		e.Location = &event.Location{Place: name.Draw(t, "place"), Country: rapid.SampledFrom([]string{"", "NOR"}).Draw(t, "country"), Precision: "city", GeoNamesID: int64(rapid.IntRange(0, 9).Draw(t, "geonames"))}
		if maybe("coordinates") {
			lat, lon := rapid.Float64Range(-90, 90).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")
			e.Location.Lat, e.Location.Lon = &lat, &lon
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "participants") {
		e.Participants = append(e.Participants, event.Participant{Name: name.Draw(t, "name"), Code: "NOR", Sector: event.Government, Role: event.Actor, Title: name.Draw(t, "title")})
		if maybe("known") {
			e.Participants[len(e.Participants)-1].ActorID = anyID(t)
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "passages") {
		v := event.Evidence{ArticleID: anyID(t), Start: rapid.IntRange(0, 99).Draw(t, "start"), End: rapid.IntRange(99, 999).Draw(t, "end"), Text: name.Draw(t, "passage"), Rule: rapid.SampledFrom([]string{"", "consult.meet"}).Draw(t, "rule")}
		if maybe("trigger") {
			v.Trigger = &event.Trigger{Start: 3, End: rapid.IntRange(4, 9).Draw(t, "trigger end"), Text: name.Draw(t, "trigger text")}
		}
		e.Evidence = append(e.Evidence, v)
	}
	if maybe("reported") {
		d := anyDay(t)
		e.FirstReported = &d
	}
	e.Recode()
	return e
}

func anyID(t *rapid.T) uuid.UUID {
	return uuid.UUID(rapid.SliceOfN(rapid.ByteRange(1, 255), 16, 16).Draw(t, "id"))
}

func anyDay(t *rapid.T) event.Day {
	return event.DayOf(2017, 1, 1) + event.Day(rapid.IntRange(-70_000, 60_000).Draw(t, "day"))
}

func anyInstant(t *rapid.T) time.Time {
	return time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "instant")).UTC()
}

func anyEvents(t *rapid.T) []*event.Event {
	events := make([]*event.Event, rapid.IntRange(0, 4).Draw(t, "events"))
	for i := range events {
		events[i] = anyEvent(t)
	}
	return events
}

var same = cmp.Options{cmpopts.EquateEmpty()}

func TestNDJSONReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyEvents(t)
		lines := strings.SplitAfter(write(t, "ndjson", &Shape{}, events...), "\n")
		if lines[len(lines)-1] != "" || len(lines)-1 != len(events) {
			t.Fatalf("%d lines of %d events", len(lines)-1, len(events))
		}
		for i, e := range events {
			got := new(event.Event)
			if err := json.Unmarshal([]byte(lines[i]), got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e, got, same); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestCSVReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyEvents(t)
		s := &Shape{Base: "http://events.example"}
		rows, err := readCSV(write(t, "csv", s, events...))
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(events)+1 {
			t.Fatalf("%d rows of %d events", len(rows), len(events))
		}
		for i, e := range events {
			cells := map[string]string{}
			for j, c := range columns() {
				if rows[0][j] != c.name {
					t.Fatalf("column %d is %s", j, rows[0][j])
				}
				cells[c.name] = rows[i+1][j]
				if c.kind == text {
					cells[c.name] = undefuse(cells[c.name])
				}
			}
			if diff := cmp.Diff(e, eventOf(t, cells), same); diff != "" {
				t.Fatal(diff)
			}
			if cells["url"] != "http://events.example/v1/events/"+e.ID.String() {
				t.Fatal(cells["url"])
			}
		}
	})
}

// Whichever separator a program takes, and whether it heeds quotes or not, no
// cell of text begins a formula.
func TestCSVIsDefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := hostile().Draw(t, "cell")
		written := string(AppendText(nil, cell))
		rows, err := readCSV(written + "\r\n")
		if err != nil || len(rows) != 1 || len(rows[0]) != 1 || undefuse(rows[0][0]) != cell {
			t.Fatalf("%q is written %q and read %q %v", cell, written, rows, err)
		}
		for _, part := range strings.FieldsFunc(rows[0][0], func(r rune) bool { return r == ';' || r == '\t' || r == '\n' || r == '\r' }) {
			if strings.ContainsRune("=+-@＝＋－＠", []rune(part)[0]) {
				t.Fatalf("%q is written %q, of which %q can be run", cell, written, part)
			}
		}
	})
	for in, want := range map[string]string{
		"Oslo": "Oslo", "": "", "a,b": `"a,b"`, `a"b`: `"a""b"`, "=1+1": "'=1+1", "'=1": "''=1", "'tis": "'tis", "a=b": "a=b", "-5": "'-5", "a;-5": `"a;'-5"`, "a\n@b": "\"a\n'@b\"",
	} {
		if got := string(AppendText(nil, in)); got != want {
			t.Errorf("%q is written %s, want %s", in, got, want)
		}
	}
}

// readCSV reads RFC 4180 to the letter: unlike encoding/csv it keeps line
// breaks in cells as they are.
func readCSV(s string) (rows [][]string, err error) {
	var row []string
	for s != "" {
		var cell strings.Builder
		if strings.HasPrefix(s, `"`) {
			for s = s[1:]; ; s = s[1:] {
				if s == "" {
					return nil, fmt.Errorf("a quote is not closed")
				}
				if s[0] == '"' {
					if s = s[1:]; !strings.HasPrefix(s, `"`) {
						break
					}
				}
				cell.WriteByte(s[0])
			}
		} else {
			n := strings.IndexAny(s, ",\r\n\"")
			if n < 0 {
				return nil, fmt.Errorf("the last line does not end: %q", s)
			}
			cell.WriteString(s[:n])
			s = s[n:]
		}
		row = append(row, cell.String())
		switch {
		case strings.HasPrefix(s, ","):
			s = s[1:]
		case strings.HasPrefix(s, "\r\n"):
			rows, row, s = append(rows, row), nil, s[2:]
		default:
			return nil, fmt.Errorf("expected a separator: %q", s)
		}
	}
	return rows, nil
}

// undefuse takes the apostrophes out again.
func undefuse(cell string) string {
	var out []byte
	start := true
	for i := range len(cell) {
		c := cell[i]
		if start && c == '\'' && runs([]byte(cell[i:])) {
			start = false
			continue
		}
		start = c == ';' || c == '\t' || c == '\r' || c == '\n'
		out = append(out, c)
	}
	return string(out)
}

// elements splits a list.
func elements(cell string) []string {
	out := []string{""}
	for i := 0; i < len(cell); i++ {
		switch {
		case cell[i] == ';':
			out = append(out, "")
			continue
		case cell[i] == '\\':
			i++
		}
		out[len(out)-1] += cell[i : i+1]
	}
	return out
}

// eventOf reads a row back.
func eventOf(t *rapid.T, cells map[string]string) *event.Event {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	number := func(s string) float64 { x, err := strconv.ParseFloat(s, 64); must(err); return x }
	whole := func(s string) int { n, err := strconv.Atoi(s); must(err); return n }
	date := func(s string) event.Day { d, err := time.Parse(time.DateOnly, s); must(err); return event.DayOfTime(d) }
	moment := func(s string) time.Time { at, err := time.Parse(time.RFC3339, s); must(err); return at }
	id := func(s string) uuid.UUID {
		if s == "" {
			return uuid.Nil
		}
		u, err := uuid.Parse(s)
		must(err)
		return u
	}
	e := &event.Event{ID: id(cells["id"]), Type: event.Type(cells["type"]), Status: event.Status(cells["status"]), Summary: cells["summary"], CAMEO: cells["cameo"],
		Quad: whole(cells["quad_class"]), Score: number(cells["score"]), Confidence: number(cells["confidence"]), ArticleCount: whole(cells["article_count"]),
		SourceCount: whole(cells["source_count"]), CreatedAt: moment(cells["created_at"]), UpdatedAt: moment(cells["updated_at"]), Revision: whole(cells["revision"])}
	for _, p := range []struct {
		to   **string
		cell string
	}{{&e.PLOVER.Type, cells["plover_type"]}, {&e.PLOVER.Mode, cells["plover_mode"]}} {
		if p.cell != "" {
			*p.to = &p.cell
		}
	}
	if cells["date_start"] != "" {
		e.Date = &event.Date{Start: date(cells["date_start"]), End: date(cells["date_end"]), Precision: event.Precision(cells["date_precision"]), Text: cells["date_text"]}
	}
	if cells["location_precision"] != "" {
		e.Location = &event.Location{Place: cells["place"], Country: cells["country"], Precision: cells["location_precision"]}
		if s := cells["geonames_id"]; s != "" {
			e.Location.GeoNamesID = int64(whole(s))
		}
		if s := cells["lat"]; s != "" {
			lat, lon := number(s), number(cells["lon"])
			e.Location.Lat, e.Location.Lon = &lat, &lon
		}
	}
	if s := cells["first_reported"]; s != "" {
		d := date(s)
		e.FirstReported = &d
	}
	list := func(name string, i int) string { return elements(cells[name])[i] }
	if cells["participant_roles"] != "" {
		for i := range elements(cells["participant_roles"]) {
			e.Participants = append(e.Participants, event.Participant{Name: list("participant_names", i), Code: list("participant_codes", i), Sector: event.Sector(list("participant_sectors", i)),
				Role: event.Role(list("participant_roles", i)), Title: list("participant_titles", i), ActorID: id(list("participant_actor_ids", i))})
		}
	}
	if cells["evidence_starts"] != "" {
		for i := range elements(cells["evidence_starts"]) {
			v := event.Evidence{ArticleID: id(list("evidence_article_ids", i)), Start: whole(list("evidence_starts", i)), End: whole(list("evidence_ends", i)), Text: list("evidence_texts", i), Rule: list("evidence_rules", i)}
			if s := list("evidence_trigger_ends", i); s != "" {
				v.Trigger = &event.Trigger{Start: whole(list("evidence_trigger_starts", i)), End: whole(s), Text: list("evidence_trigger_texts", i)}
			}
			e.Evidence = append(e.Evidence, v)
		}
	}
	return e
}

// parquetRow is a row as a program reads it.
type parquetRow struct {
	ID           string   `parquet:"id"`
	Type         string   `parquet:"type"`
	Status       string   `parquet:"status"`
	Start        *int32   `parquet:"date_start,optional,date"`
	End          *int32   `parquet:"date_end,optional,date"`
	Precision    *string  `parquet:"date_precision,optional"`
	DateText     *string  `parquet:"date_text,optional"`
	Place        *string  `parquet:"place,optional"`
	Country      *string  `parquet:"country,optional"`
	Lat          *float64 `parquet:"lat,optional"`
	Lon          *float64 `parquet:"lon,optional"`
	LocPrecision *string  `parquet:"location_precision,optional"`
	GeoNames     *int64   `parquet:"geonames_id,optional"`
	Participants []struct {
		Code    *string `parquet:"code,optional"`
		Role    *string `parquet:"role,optional"`
		Sector  *string `parquet:"sector,optional"`
		Name    *string `parquet:"name,optional"`
		Title   *string `parquet:"title,optional"`
		ActorID *string `parquet:"actor_id,optional"`
	} `parquet:"participants,list"`
	Summary       *string  `parquet:"summary,optional"`
	PLOVERType    *string  `parquet:"plover_type,optional"`
	PLOVERMode    *string  `parquet:"plover_mode,optional"`
	CAMEO         *string  `parquet:"cameo,optional"`
	Quad          *int64   `parquet:"quad_class,optional"`
	Score         *float64 `parquet:"score,optional"`
	Confidence    *float64 `parquet:"confidence,optional"`
	Articles      *int64   `parquet:"article_count,optional"`
	Sources       *int64   `parquet:"source_count,optional"`
	FirstReported *int32   `parquet:"first_reported,optional,date"`
	Evidence      []struct {
		Text         *string `parquet:"text,optional"`
		ArticleID    *string `parquet:"article_id,optional"`
		Start        *int64  `parquet:"start,optional"`
		End          *int64  `parquet:"end,optional"`
		Rule         *string `parquet:"rule,optional"`
		TriggerText  *string `parquet:"trigger_text,optional"`
		TriggerStart *int64  `parquet:"trigger_start,optional"`
		TriggerEnd   *int64  `parquet:"trigger_end,optional"`
	} `parquet:"evidence,list"`
	Created  *time.Time `parquet:"created_at,optional,timestamp(microsecond)"`
	Updated  *time.Time `parquet:"updated_at,optional,timestamp(microsecond)"`
	Revision *int64     `parquet:"revision,optional"`
	URL      *string    `parquet:"url,optional"`
}

func (r *parquetRow) event() *event.Event {
	id := func(s *string) uuid.UUID {
		if s == nil {
			return uuid.Nil
		}
		return uuid.MustParse(*s)
	}
	str := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	e := &event.Event{ID: uuid.MustParse(r.ID), Type: event.Type(r.Type), Status: event.Status(r.Status), Summary: str(r.Summary), PLOVER: event.PLOVER{Type: r.PLOVERType, Mode: r.PLOVERMode},
		CAMEO: *r.CAMEO, Quad: int(*r.Quad), Score: *r.Score, Confidence: *r.Confidence, ArticleCount: int(*r.Articles), SourceCount: int(*r.Sources),
		CreatedAt: r.Created.UTC(), UpdatedAt: r.Updated.UTC(), Revision: int(*r.Revision)}
	if r.Start != nil {
		e.Date = &event.Date{Start: event.Day(*r.Start), End: event.Day(*r.End), Precision: event.Precision(*r.Precision), Text: str(r.DateText)}
	}
	if r.LocPrecision != nil {
		e.Location = &event.Location{Place: str(r.Place), Country: str(r.Country), Lat: r.Lat, Lon: r.Lon, Precision: *r.LocPrecision}
		if r.GeoNames != nil {
			e.Location.GeoNamesID = *r.GeoNames
		}
	}
	if r.FirstReported != nil {
		d := event.Day(*r.FirstReported)
		e.FirstReported = &d
	}
	for _, p := range r.Participants {
		e.Participants = append(e.Participants, event.Participant{Name: str(p.Name), Code: str(p.Code), Sector: event.Sector(str(p.Sector)), Role: event.Role(str(p.Role)), Title: str(p.Title), ActorID: id(p.ActorID)})
	}
	for _, p := range r.Evidence {
		v := event.Evidence{ArticleID: id(p.ArticleID), Start: int(*p.Start), End: int(*p.End), Text: str(p.Text), Rule: str(p.Rule)}
		if p.TriggerEnd != nil {
			v.Trigger = &event.Trigger{Start: int(*p.TriggerStart), End: int(*p.TriggerEnd), Text: str(p.TriggerText)}
		}
		e.Evidence = append(e.Evidence, v)
	}
	return e
}

func TestParquetReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyEvents(t)
		file := write(t, "parquet", &Shape{Base: "http://events.example"}, events...)
		rows, err := parquet.Read[parquetRow](strings.NewReader(file), int64(len(file)))
		if err != nil || len(rows) != len(events) {
			t.Fatalf("%d rows of %d events: %v", len(rows), len(events), err)
		}
		for i, e := range events {
			if diff := cmp.Diff(e, rows[i].event(), same); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// The columns stand in the order of the table, and a row group has a bound.
func TestParquetLayout(t *testing.T) {
	t.Parallel()
	e := &event.Event{Type: event.Meeting, Status: event.Occurred, Summary: strings.Repeat("x", 1<<20), UpdatedAt: time.Unix(0, 0), CreatedAt: time.Unix(0, 0)}
	events := slices.Repeat([]*event.Event{e}, 130)
	file := write(t, "parquet", &Shape{}, events...)
	f, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.RowGroups()); n != 3 || f.NumRows() != 130 {
		t.Errorf("%d row groups with %d rows for 130 MB", n, f.NumRows())
	}
	var names []string
	for _, c := range f.Root().Columns() {
		names = append(names, c.Name())
	}
	want := []string{"id", "type", "status", "date_start", "date_end", "date_precision", "date_text", "place", "country", "lat", "lon", "location_precision", "geonames_id", "participants",
		"summary", "plover_type", "plover_mode", "cameo", "quad_class", "score", "confidence", "article_count", "source_count", "first_reported", "evidence", "created_at", "updated_at", "revision", "url"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestGeoJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyEvents(t)
		var got struct {
			Type     string
			Links    []struct{ Rel, Href string }
			Next     *string   `json:"next_cursor"`
			BBox     []float64 `json:"bbox"`
			Returned int       `json:"numberReturned"`
			Matched  *int64    `json:"numberMatched"`
			Features []struct {
				Type, ID string
				Geometry *struct {
					Type        string
					Coordinates [2]float64
				}
				Properties map[string]any
			}
		}
		n := int64(7)
		s := &Shape{Base: "http://e", Self: "/v1/events.geojson", Next: "/v1/events.geojson?cursor=c", Cursor: "c", Count: &n}
		if err := json.Unmarshal([]byte(write(t, "geojson", s, events...)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Type != "FeatureCollection" || got.Returned != len(events) || len(got.Features) != len(events) || *got.Next != "c" || *got.Matched != 7 || got.Links[1].Href != "http://e/v1/events.geojson?cursor=c" {
			t.Fatalf("%+v", got)
		}
		points := 0
		for i, e := range events {
			f := got.Features[i]
			if f.Type != "Feature" || f.ID != e.ID.String() || f.Properties["summary"] != textOrNil(e.Summary) || len(f.Properties) != len(columns())-2 {
				t.Fatalf("%+v of %+v", f, e)
			}
			if names, _ := f.Properties["participant_names"].([]any); len(names) != len(e.Participants) {
				t.Fatalf("%v", names)
			}
			if e.Location == nil || e.Location.Lat == nil {
				if f.Geometry != nil {
					t.Fatal("a point for an event without")
				}
				continue
			}
			points++
			lon, lat := *e.Location.Lon, *e.Location.Lat
			if f.Geometry == nil || f.Geometry.Type != "Point" || f.Geometry.Coordinates != [2]float64{lon, lat} {
				t.Fatalf("%+v", f.Geometry)
			}
			b := got.BBox
			if inside := b[0] <= lon && lon <= b[2]; lat < b[1] || lat > b[3] || b[0] <= b[2] && !inside || b[0] > b[2] && lon > b[2] && lon < b[0] {
				t.Fatalf("%v,%v is not in %v", lon, lat, b)
			}
		}
		if (points == 0) != (got.BBox == nil) {
			t.Fatalf("%d points, bbox %v", points, got.BBox)
		}
	})
	for _, c := range []struct {
		lons       []float64
		west, east float64
	}{{[]float64{5}, 5, 5}, {[]float64{10, -20, 30}, -20, 30}, {[]float64{179, -178}, 179, -178}, {[]float64{-175, 170, 175}, 170, -175}} {
		if west, east := around(c.lons); west != c.west || east != c.east {
			t.Errorf("%v: %v to %v", c.lons, west, east)
		}
	}
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyEvents(t)
		file := write(t, "ics", &Shape{Base: "http://e"}, events...)
		for _, line := range strings.SplitAfter(file, "\r\n") {
			if len(line) > 77 || line != "" && !strings.HasSuffix(line, "\r\n") || strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\n") || !utf8.ValidString(line) {
				t.Fatalf("a line of %d bytes: %q", len(line), line)
			}
		}
		file = strings.ReplaceAll(file, "\r\n ", "")
		entries := strings.Split(file, "BEGIN:VEVENT\r\n")[1:]
		dated := slices.DeleteFunc(slices.Clone(events), func(e *event.Event) bool { return e.Date == nil })
		if len(entries) != len(dated) || !strings.HasSuffix(file, "END:VCALENDAR\r\n") {
			t.Fatalf("%d entries of %d dated events", len(entries), len(dated))
		}
		for i, e := range dated {
			has := map[string]string{}
			for _, line := range strings.Split(entries[i], "\r\n") {
				name, value, _ := strings.Cut(line, ":")
				if line != "" && !strings.HasPrefix(name, "END") && has[name] != "" {
					t.Fatalf("%s twice in %q", name, entries[i])
				}
				has[name] = value
			}
			if has["UID"] != e.ID.String() || has["DTSTART;VALUE=DATE"] != strings.ReplaceAll(e.Date.Start.String(), "-", "") || has["DTEND;VALUE=DATE"] != strings.ReplaceAll((e.Date.End+1).String(), "-", "") {
				t.Fatalf("%q of %+v", entries[i], e)
			}
			if want := map[event.Status]string{"planned": "TENTATIVE", "cancelled": "CANCELLED", "occurred": "CONFIRMED", "ongoing": "CONFIRMED"}[e.Status]; has["STATUS"] != want {
				t.Fatalf("%s is %s", e.Status, has["STATUS"])
			}
			unescaped := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\,`, ",", `\;`, ";").Replace(has["SUMMARY"])
			if want := printable(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(e.Summary)); unescaped != want {
				t.Fatalf("summary %q, want %q", unescaped, want)
			}
		}
	})
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

func TestAtom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyEvents(t)
		var got struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Updated string   `xml:"updated"`
			Author  string   `xml:"author>name"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
				Content string `xml:"content"`
			} `xml:"entry"`
		}
		s := &Shape{Base: "http://e", Self: "/v1/events.atom?q=a&q=b", Next: "/v1/events.atom?cursor=c"}
		if err := xml.Unmarshal([]byte(write(t, "atom", s, events...)), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Entries) != len(events) || !strings.HasPrefix(got.ID, "urn:uuid:") || got.Author == "" || len(got.Links) != 2 || got.Links[0].Href != "http://e/v1/events.atom?q=a&q=b" || got.Links[1].Rel != "next" {
			t.Fatalf("%+v", got)
		}
		latest := time.Unix(0, 0)
		for i, e := range events {
			entry := got.Entries[i]
			at, err := time.Parse(time.RFC3339, entry.Updated)
			if entry.ID != "urn:uuid:"+e.ID.String() || entry.Title != xmlText(e.Summary) || err != nil || !at.Equal(e.UpdatedAt) {
				t.Fatalf("%+v of %+v, %v", entry, e, err)
			}
			if at.After(latest) {
				latest = at
			}
		}
		if at, err := time.Parse(time.RFC3339, got.Updated); err != nil || !at.Equal(latest) {
			t.Fatalf("updated %s, want %s", got.Updated, latest)
		}
	})
}

// xmlText is what is left of a text in XML 1.0.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return utf8.RuneError
		}
		return r
	}, s)
}

func TestJSONString(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(hostile(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil || got != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Fatalf("%q: %q %v", s, got, err)
		}
	})
}

// fields leaves columns out, in every format that has some.
func TestFields(t *testing.T) {
	t.Parallel()
	e := goldenEvents()[0]
	s := &Shape{Fields: []string{"type", "date", "participants"}}
	rows, err := readCSV(write(t, "csv", s, e))
	want := []string{"type", "date_start", "date_end", "date_precision", "date_text", "participant_codes", "participant_roles", "participant_sectors", "participant_names", "participant_titles", "participant_actor_ids"}
	if err != nil || !slices.Equal(rows[0], want) {
		t.Errorf("%v %v", rows, err)
	}
	if got := write(t, "ndjson", s, e); !strings.HasPrefix(got, `{"type":`) || strings.Contains(got, `"summary"`) || strings.Contains(got, `"id"`) {
		t.Error(got)
	}
	if got := write(t, "geojson", s, e); strings.Contains(got, `"summary"`) || !strings.Contains(got, `"geometry":{"type":"Point"`) {
		t.Error(got)
	}
	file := write(t, "parquet", s, e)
	f, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil || len(f.Root().Columns()) != 6 {
		t.Errorf("%v %v", f.Root(), err)
	}
}

// The documentation has the columns as they are.
func TestColumnsAreDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range columns() {
		names = append(names, c.name)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(doc)), " "), "`"+strings.Join(names, ", ")+"`") {
		t.Errorf("docs/api.md does not list the columns %s", strings.Join(names, ", "))
	}
}

func TestBadDocument(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		if f.Name == "json" || f.Name == "ndjson" { // documents are copied
			continue
		}
		var b bytes.Buffer
		if err := f.Open(&b, &Shape{}).Event([]byte(`{"id":17}`)); err == nil {
			t.Errorf("%s takes what is no event", f.Name)
		}
	}
}

// goldenEvents are events with everything, with nothing, and with what is hard.
func goldenEvents() []*event.Event {
	at := time.Date(2017, 1, 27, 8, 30, 0, 123456000, time.UTC)
	id := func(n byte) uuid.UUID { return uuid.UUID{0x01, 0x94, 0x2f, 0x6e, 6: 0x70, 8: 0x80, 15: n} }
	lat, lon, south, west := 59.91273, 10.74609, -18.1416, -178.4415
	day := event.DayOf(2017, 1, 27)
	events := []*event.Event{
		{ID: id(1), Type: event.Meeting, Status: event.Occurred, Date: &event.Date{Start: day - 1, End: day - 1, Precision: event.DayPrecision, Text: "on Thursday"},
			Location: &event.Location{Place: "Oslo", Country: "NOR", Lat: &lat, Lon: &lon, Precision: "city", GeoNamesID: 3143244},
			Participants: []event.Participant{
				{Name: "Børge Brende", Code: "NOR", Sector: event.Government, Role: event.Party, Title: "foreign minister", ActorID: id(7)},
				{Name: "Heraldo Muñoz; Jr", Code: "CHL", Sector: event.Government, Role: event.Party}},
			Summary: "Børge Brende (Norway) met Heraldo Muñoz (Chile) in Oslo", Confidence: 0.91, ArticleCount: 3, SourceCount: 2, FirstReported: &day,
			Evidence: []event.Evidence{{ArticleID: id(9), Start: 0, End: 61, Text: "The two ministers, who last met in 2015, “talked” in Oslo.", Trigger: &event.Trigger{Start: 30, End: 33, Text: "met"}, Rule: "consult.meet"}}},
		{ID: id(2), Type: event.Meeting, Status: event.Planned, Date: &event.Date{Start: event.DayOf(2017, 2, 1), End: event.DayOf(2017, 2, 28), Precision: event.MonthPrecision, Text: "in February"},
			Location:     &event.Location{Place: "Suva", Country: "FJI", Lat: &south, Lon: &west, Precision: "city"},
			Participants: []event.Participant{}, Summary: "=HYPERLINK(\"http://evil.example\",\"talks\"), planned\nfor later", Confidence: 0.5, ArticleCount: 1, SourceCount: 1, Evidence: []event.Evidence{}},
		{ID: id(3), Type: event.Meeting, Status: event.Cancelled, Participants: []event.Participant{{Name: "-", Code: "UNK", Role: event.Actor}}, Summary: "No date, no place <&> 北京", Confidence: 0.25,
			ArticleCount: 1, SourceCount: 1, Evidence: []event.Evidence{{Text: "a"}, {Text: "b;c"}}},
	}
	for _, e := range events {
		e.CreatedAt, e.UpdatedAt, e.Revision = at, at.Add(time.Hour), 2
		e.Recode()
	}
	return events
}

func TestGolden(t *testing.T) {
	t.Parallel()
	n := int64(17)
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			s := &Shape{Base: "https://events.example", Self: "/v1/events." + f.Name + "?limit=3", Next: "/v1/events." + f.Name + "?limit=3&cursor=abc", Cursor: "abc", Count: &n}
			compare(t, "list."+f.Name, readable(t, f, write(t, f.Name, s, goldenEvents()...)))
			one := &Shape{Base: "https://events.example", Self: "/v1/events/x." + f.Name, Single: true}
			compare(t, "one."+f.Name, readable(t, f, write(t, f.Name, one, goldenEvents()[0])))
		})
	}
}

// readable is the file itself, or what it says if it is binary.
func readable(t *testing.T, f *Format, file string) string {
	if f.Name != "parquet" {
		return file
	}
	p, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(p.Schema().String() + "\n")
	for _, g := range p.RowGroups() {
		rows := g.Rows()
		defer rows.Close()
		buffer := make([]parquet.Row, 10)
		n, _ := rows.ReadRows(buffer)
		for _, r := range buffer[:n] {
			fmt.Fprintf(&b, "%+v\n", r)
		}
	}
	return b.String()
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkEncode writes events of the usual size.
func BenchmarkEncode(b *testing.B) {
	e := goldenEvents()[0]
	e.Evidence[0].Text = strings.Repeat("The ministers met on Thursday and spoke of fish. ", 4)
	d := document(b, e)
	for _, f := range Formats() {
		b.Run(f.Name, func(b *testing.B) {
			var out bytes.Buffer
			w := f.Open(&out, &Shape{Base: "http://e"})
			b.ReportAllocs()
			b.SetBytes(int64(len(d)))
			for b.Loop() {
				if err := w.Event(d); err != nil {
					b.Fatal(err)
				}
				if out.Len() > 64<<10 {
					out.Reset()
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
