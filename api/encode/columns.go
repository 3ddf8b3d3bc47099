package encode

import (
	"strconv"
	"time"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// kind is the type of a column.
type kind int

const (
	text    kind = iota // Unicode
	number              // double
	integer             // 64 bits
	day                 // calendar date
	instant             // UTC, to the microsecond
)

// value is what a column has for an event, or nothing.
type value struct {
	none   bool
	text   string
	number float64
	int    int64 // also days and microseconds since 1970
}

func textOf[T ~string](s T) value { return value{text: string(s), none: s == ""} }
func intOf(n int64) value         { return value{int: n} }
func numberOf(x float64) value    { return value{number: x} }
func dayOf(d event.Day) value     { return value{int: int64(d)} }
func instantOf(t time.Time) value { return value{int: t.UnixMicro(), none: t.IsZero()} }
func positive(n int64) value      { return value{int: n, none: n == 0} }
func pointed[T ~string](s *T) value {
	if s == nil {
		return value{none: true}
	}
	return textOf(*s)
}

func idOf(id uuid.UUID) value {
	if id == uuid.Nil {
		return value{none: true}
	}
	return value{text: id.String()}
}

func pointedNumber(x *float64) value {
	if x == nil {
		return value{none: true}
	}
	return numberOf(*x)
}

// append writes a value of a kind as plain text; days and instants as RFC 3339.
func (v value) append(out []byte, k kind) []byte {
	switch k {
	case number:
		return strconv.AppendFloat(out, v.number, 'f', -1, 64)
	case integer:
		return strconv.AppendInt(out, v.int, 10)
	case day:
		return event.Day(v.int).Time().AppendFormat(out, time.DateOnly)
	case instant:
		return time.UnixMicro(v.int).UTC().AppendFormat(out, time.RFC3339Nano)
	}
	return append(out, v.text...)
}

// list is a member of an event that is a list.
type list struct {
	member string
	len    func(*event.Event) int
}

var (
	participants = &list{"participants", func(e *event.Event) int { return len(e.Participants) }}
	evidence     = &list{"evidence", func(e *event.Event) int { return len(e.Evidence) }}
)

// column is one column of the flat formats: CSV, GeoJSON's properties, Parquet.
type column struct {
	name   string
	member string // of the event that it shows
	kind   kind
	list   *list  // the column has a value for each element of it; nil: one for the event
	leaf   string // name in the elements, where a format has lists of structures
	value  func(e *event.Event, i int, s *Shape) value
}

// of makes a column of an event.
func of(name, member string, k kind, get func(*event.Event) value) column {
	return column{name: name, member: member, kind: k, value: func(e *event.Event, _ int, _ *Shape) value { return get(e) }}
}

// dated, located: columns of members that may be absent.
func dated(name string, k kind, get func(*event.Date) value) column {
	return of(name, "date", k, func(e *event.Event) value {
		if e.Date == nil {
			return value{none: true}
		}
		return get(e.Date)
	})
}

func located(name string, k kind, get func(*event.Location) value) column {
	return of(name, "location", k, func(e *event.Event) value {
		if e.Location == nil {
			return value{none: true}
		}
		return get(e.Location)
	})
}

func participant(name, leaf string, get func(*event.Participant) value) column {
	return column{name, participants.member, text, participants, leaf, func(e *event.Event, i int, _ *Shape) value { return get(&e.Participants[i]) }}
}

func passage(name, leaf string, k kind, get func(*event.Evidence) value) column {
	return column{name, evidence.member, k, evidence, leaf, func(e *event.Event, i int, _ *Shape) value { return get(&e.Evidence[i]) }}
}

func trigger(name, leaf string, k kind, get func(*event.Trigger) value) column {
	return passage(name, leaf, k, func(v *event.Evidence) value {
		if v.Trigger == nil {
			return value{none: true}
		}
		return get(v.Trigger)
	})
}

// columns is the one table of them, in their order. Names and order are part of
// the interface: new ones go to the end.
func columns() []column {
	return []column{
		of("id", "id", text, func(e *event.Event) value { return idOf(e.ID) }),
		of("type", "type", text, func(e *event.Event) value { return textOf(e.Type) }),
		of("status", "status", text, func(e *event.Event) value { return textOf(e.Status) }),
		dated("date_start", day, func(d *event.Date) value { return dayOf(d.Start) }),
		dated("date_end", day, func(d *event.Date) value { return dayOf(d.End) }),
		dated("date_precision", text, func(d *event.Date) value { return textOf(d.Precision) }),
		dated("date_text", text, func(d *event.Date) value { return textOf(d.Text) }),
		located("place", text, func(l *event.Location) value { return textOf(l.Place) }),
		located("country", text, func(l *event.Location) value { return textOf(l.Country) }),
		located("lat", number, func(l *event.Location) value { return pointedNumber(l.Lat) }),
		located("lon", number, func(l *event.Location) value { return pointedNumber(l.Lon) }),
		located("location_precision", text, func(l *event.Location) value { return textOf(l.Precision) }),
		located("geonames_id", integer, func(l *event.Location) value { return positive(l.GeoNamesID) }),
		participant("participant_codes", "code", func(p *event.Participant) value { return textOf(p.Code) }),
		participant("participant_roles", "role", func(p *event.Participant) value { return textOf(p.Role) }),
		participant("participant_sectors", "sector", func(p *event.Participant) value { return textOf(p.Sector) }),
		participant("participant_names", "name", func(p *event.Participant) value { return textOf(p.Name) }),
		participant("participant_titles", "title", func(p *event.Participant) value { return textOf(p.Title) }),
		participant("participant_actor_ids", "actor_id", func(p *event.Participant) value { return idOf(p.ActorID) }),
		of("summary", "summary", text, func(e *event.Event) value { return textOf(e.Summary) }),
		of("plover_type", "plover", text, func(e *event.Event) value { return pointed(e.PLOVER.Type) }),
		of("plover_mode", "plover", text, func(e *event.Event) value { return pointed(e.PLOVER.Mode) }),
		of("cameo", "cameo", text, func(e *event.Event) value { return textOf(e.CAMEO) }),
		of("quad_class", "quad_class", integer, func(e *event.Event) value { return intOf(int64(e.Quad)) }),
		of("score", "score", number, func(e *event.Event) value { return numberOf(e.Score) }),
		of("confidence", "confidence", number, func(e *event.Event) value { return numberOf(e.Confidence) }),
		of("article_count", "article_count", integer, func(e *event.Event) value { return intOf(int64(e.ArticleCount)) }),
		of("source_count", "source_count", integer, func(e *event.Event) value { return intOf(int64(e.SourceCount)) }),
		of("first_reported", "first_reported", day, func(e *event.Event) value {
			if e.FirstReported == nil {
				return value{none: true}
			}
			return dayOf(*e.FirstReported)
		}),
		passage("evidence_texts", "text", text, func(v *event.Evidence) value { return textOf(v.Text) }),
		passage("evidence_article_ids", "article_id", text, func(v *event.Evidence) value { return idOf(v.ArticleID) }),
		passage("evidence_starts", "start", integer, func(v *event.Evidence) value { return intOf(int64(v.Start)) }),
		passage("evidence_ends", "end", integer, func(v *event.Evidence) value { return intOf(int64(v.End)) }),
		passage("evidence_rules", "rule", text, func(v *event.Evidence) value { return textOf(v.Rule) }),
		trigger("evidence_trigger_texts", "trigger_text", text, func(t *event.Trigger) value { return textOf(t.Text) }),
		trigger("evidence_trigger_starts", "trigger_start", integer, func(t *event.Trigger) value { return intOf(int64(t.Start)) }),
		trigger("evidence_trigger_ends", "trigger_end", integer, func(t *event.Trigger) value { return intOf(int64(t.End)) }),
		of("created_at", "created_at", instant, func(e *event.Event) value { return instantOf(e.CreatedAt) }),
		of("updated_at", "updated_at", instant, func(e *event.Event) value { return instantOf(e.UpdatedAt) }),
		of("revision", "revision", integer, func(e *event.Event) value { return intOf(int64(e.Revision)) }),
		{name: "url", member: "id", kind: text, value: func(e *event.Event, _ int, s *Shape) value { return value{text: s.address(e)} }},
	}
}

// columns gives those of the table that are wanted.
func (s *Shape) columns() []column {
	var wanted []column
	for _, c := range columns() {
		if s.wants(c.member) {
			wanted = append(wanted, c)
		}
	}
	return wanted
}
