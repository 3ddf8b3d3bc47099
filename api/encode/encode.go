// Package encode writes events in the formats that the interface speaks, one
// event after the other: what is behind is forgotten, so that any number of
// events needs the same memory.
package encode

import (
	"bytes"
	"encoding/json"
	"fmt"

	"demarche/internal/event"
)

// Format is one way to write events.
type Format struct {
	Name  string   // the suffix of a path: "csv"
	Media string   // content type that it is sent with
	Also  []string // further media types that it may be asked for by

	Whole     bool // without a limit everything is written, not a page
	Limit     int  // events a page if no limit is asked for; 0 is the grammar's default
	Fields    bool // members of the events can be left out
	Count     bool // it has a place for the number of all events
	Addresses bool // it has addresses of the server in it: see Shape.Base
	Dense     bool // it is compressed already, and read in parts

	open func(*bytes.Buffer, *Shape) Encoder
}

// Formats lists them, the default first.
func Formats() []*Format {
	return []*Format{
		{Name: "json", Media: "application/json", Fields: true, Count: true, open: openJSON},
		{Name: "ndjson", Media: "application/x-ndjson", Also: []string{"application/ndjson", "application/jsonl", "application/x-jsonlines"}, Whole: true, Fields: true, open: openNDJSON},
		{Name: "csv", Media: "text/csv; charset=utf-8; header=present", Whole: true, Fields: true, Addresses: true, open: openCSV},
		{Name: "geojson", Media: "application/geo+json", Also: []string{"application/vnd.geo+json"}, Fields: true, Count: true, Addresses: true, open: openGeoJSON},
		{Name: "parquet", Media: "application/vnd.apache.parquet", Also: []string{"application/x-parquet", "application/parquet"}, Whole: true, Fields: true, Addresses: true, Dense: true, open: openParquet},
		{Name: "ics", Media: "text/calendar; charset=utf-8", Limit: event.MaxLimit, Addresses: true, open: openCalendar},
		{Name: "atom", Media: "application/atom+xml", Addresses: true, open: openAtom},
	}
}

// Shape is what an encoder must know beside the events.
type Shape struct {
	Fields []string // members of an event that are wanted; all if empty
	Single bool     // it is one event that was asked for by its id, not a list
	Base   string   // scheme and host of the server, as the client sees it: "https://events.example"
	Self   string   // path and query of this answer
	Next   string   // path and query of the next page; empty on the last
	Cursor string   // of the next page; empty on the last
	Count  *int64   // of all events found, if it was asked for
	// Collection is the path of the collection that a single feature is of; ""
	// if it is of none.
	Collection string
	// Drain is called while much is written at once; it may empty the buffer.
	// Nil: the buffer takes everything.
	Drain func() error
}

// wants tells whether a member of the event is wanted.
func (s *Shape) wants(member string) bool {
	if len(s.Fields) == 0 {
		return true
	}
	for _, f := range s.Fields {
		if f == member {
			return true
		}
	}
	return false
}

// address gives where an event is read.
func (s *Shape) address(e *event.Event) string { return s.Base + "/v1/events/" + e.ID.String() }

// Encoder writes events to a buffer, which may be emptied between two calls.
type Encoder interface {
	// Event writes an event, which is given as its JSON document.
	Event(document []byte) error
	// End writes what comes behind the last event.
	End() error
}

// Open begins to write; b has what comes before the first event then.
func (f *Format) Open(b *bytes.Buffer, s *Shape) Encoder { return f.open(b, s) }

// decode reads an event's document.
func decode(document []byte) (*event.Event, error) {
	e := new(event.Event)
	if err := json.Unmarshal(document, e); err != nil {
		return nil, fmt.Errorf("decode an event: %w", err)
	}
	return e, nil
}
