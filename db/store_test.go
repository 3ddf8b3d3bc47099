package db_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"demarche/db"
	"demarche/db/dbtest"
	"demarche/internal/event"
)

// clock is the instant at which everything in these tests happens.
func clock() time.Time { return time.Date(2017, 1, 27, 9, 30, 0, 123456789, time.UTC) }

func open(t testing.TB) *db.Store {
	t.Helper()
	return openURL(t, dbtest.New(t))
}

func openURL(t testing.TB, url string) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), db.Config{URL: url, Now: clock, DocumentCache: 50_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// replaceAll is the simplest Revise: what was coded before goes.
func replaceAll(stored, fresh []event.Event) (next []event.Event, retracted []uuid.UUID) {
	for _, e := range stored {
		retracted = append(retracted, e.ID)
	}
	return fresh, retracted
}

func day(s string) event.Day {
	d, err := event.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func ptr[T any](v T) *T { return &v }

const text = "Hossein Amir-Abdollahian met with Syrian President Bashar Assad in Damascus on Thursday."

func article() event.Article {
	return event.Article{
		Title: "Iran and Syria talk", Text: text, Language: "en", Source: "Example Agency", URL: "https://example.org/1",
		ExternalID: "one", Licence: "CC BY 4.0",
		Published: &event.Moment{Time: time.Date(2017, 1, 27, 1, 30, 0, 0, time.FixedZone("", 3*3600+1800))},
	}
}

func meeting() event.Event {
	e := event.Event{
		Type: event.Meeting, Status: event.Occurred,
		Date:     &event.Date{Start: day("2017-01-26"), End: day("2017-01-26"), Precision: event.DayPrecision, Text: "on Thursday"},
		Location: &event.Location{Place: "Damascus", Country: "SYR", Lat: ptr(33.51), Lon: ptr(36.29), Precision: "city", GeoNamesID: 170654},
		Participants: []event.Participant{
			{Name: "Hossein Amir-Abdollahian", Code: "IRN", Sector: event.Government, Role: event.Party, ActorID: event.ActorID("person:amir-abdollahian")},
			{Name: "Bashar Assad", Code: "SYR", Sector: event.Government, Role: event.Party, Title: "President", ActorID: event.ActorID("person:assad")},
		},
		Summary:    "Hossein Amir-Abdollahian (Iran) met Bashar Assad (Syria) in Damascus",
		Confidence: 0.9,
		Evidence: []event.Evidence{{Start: 0, End: len(text), Text: text,
			Trigger: &event.Trigger{Start: 25, End: 33, Text: "met with"}, Rule: "consult.meet"}},
	}
	e.Recode()
	return e
}

func TestPutAndRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	put, err := s.PutArticle(ctx, article(), []event.Event{meeting()}, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	if put.Outcome != db.Created || len(put.Events) != 1 || put.Article.Revision != 1 {
		t.Fatalf("got %+v", put)
	}
	a, documents, err := s.Article(ctx, put.Article.ID)
	if err != nil {
		t.Fatal(err)
	}
	if a.Published.String() != "2017-01-27T01:30:00+03:30" {
		t.Errorf("published %s", a.Published)
	}
	if len(documents) != 1 {
		t.Fatalf("got %d documents", len(documents))
	}
	want, err := json.Marshal(put.Events[0])
	if err != nil {
		t.Fatal(err)
	}
	if string(documents[0]) != string(want) {
		t.Errorf("stored %s\nput   %s", documents[0], want)
	}
	page, err := s.Events(ctx, event.Filter{
		Actors:    []event.ActorTerm{{Any: []event.ActorRef{{Code: "IRN"}}}, {Any: []event.ActorRef{{Name: "bashar ASSAD"}}}, {None: []event.ActorRef{{Code: "USA"}}}},
		Countries: []string{"SYR"}, Places: []string{"damascus"}, From: ptr(day("2017-01-01")), To: ptr(day("2017-01-31")),
		Types: []event.Type{event.Meeting}, Statuses: []event.Status{event.Occurred}, Text: `"met with" damascus -moscow`,
		Order: event.NewestFirst, Limit: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Documents) != 1 || page.Next != nil {
		t.Errorf("got %d documents, next %v", len(page.Documents), page.Next)
	}
	again, err := s.PutArticle(ctx, article(), []event.Event{meeting()}, replaceAll)
	if err != nil {
		t.Fatal(err)
	}
	if again.Outcome != db.Unchanged || again.Article.ID != put.Article.ID {
		t.Errorf("again: %+v", again)
	}
}
