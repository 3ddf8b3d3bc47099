package event

import (
	"time"

	"github.com/google/uuid"
)

// Event is one real-world interaction with everyone who took part in it.
type Event struct {
	ID            uuid.UUID     `json:"id,omitzero" doc:"Id of the event (UUIDv7)"`
	Type          Type          `json:"type" doc:"Fine type, one of /v1/types"`
	Status        Status        `json:"status" enum:"occurred,ongoing,planned,cancelled" doc:"How far it has come"`
	Date          *Date         `json:"date,omitempty" doc:"When it takes place; absent if the text gives no clue"`
	Location      *Location     `json:"location,omitempty" doc:"Where it takes place; absent if the text does not say"`
	Participants  []Participant `json:"participants" doc:"Who takes part, in order of mention"`
	Summary       string        `json:"summary" doc:"One line in words"`
	PLOVER        PLOVER        `json:"plover"`
	CAMEO         string        `json:"cameo" doc:"CAMEO code"`
	Quad          int           `json:"quad_class" minimum:"1" maximum:"4" doc:"1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict"`
	Score         float64       `json:"score" doc:"Conflict-cooperation score, -10 to 10"`
	Confidence    float64       `json:"confidence" minimum:"0" maximum:"1" doc:"How sure the coder is"`
	Coder         string        `json:"coder,omitempty" doc:"Version of the coder that read it so"`
	Evidence      []Evidence    `json:"evidence" doc:"The sentences that carry it"`
	Alternatives  []Alternative `json:"alternatives,omitempty" doc:"What some reports have otherwise; absent if they agree"`
	ArticleCount  int           `json:"article_count,omitempty" doc:"Articles that report it"`
	SourceCount   int           `json:"source_count,omitempty" doc:"Independent sources that report it: a copy of another report does not count"`
	FirstReported *Day          `json:"first_reported,omitempty" doc:"Day of publication of its earliest article"`
	CreatedAt     time.Time     `json:"created_at,omitzero"`
	UpdatedAt     time.Time     `json:"updated_at,omitzero"`
	Revision      int           `json:"revision,omitempty" doc:"Counts the versions of the event, from 1"`
}

// Date is the day or span of days of an event.
type Date struct {
	Start     Day       `json:"start" doc:"First day"`
	End       Day       `json:"end" doc:"Last day, the first or later"`
	Precision Precision `json:"precision" enum:"day,week,month,year" doc:"How exactly the text gives it"`
	Text      string    `json:"text,omitempty" doc:"The words that gave it"`
}

// Location is the place of an event.
type Location struct {
	Place      string   `json:"place,omitempty" doc:"Name of the place; absent if only the country is known"`
	Country    string   `json:"country,omitempty" doc:"ISO 3166-1 alpha-3; absent on the high seas"`
	Lat        *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"Degrees north"`
	Lon        *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Precision  string   `json:"precision,omitempty" doc:"What the coordinates stand for: city, venue, admin1, region, water or country"`
	GeoNamesID int64    `json:"geonames_id,omitempty" doc:"GeoNames id of the place"`
}

// Participant is one side of an event, under the state or organisation that it
// acts for.
type Participant struct {
	Name    string    `json:"name" doc:"As the text has it"`
	Code    string    `json:"code" doc:"ISO 3166-1 alpha-3 or the acronym of an organisation; UNK if unknown"`
	Sector  Sector    `json:"sector" doc:"Part of society: GOV, MIL, OPP, REB, ..."`
	Role    Role      `json:"role" enum:"party,actor,target,mediator,host"`
	Title   string    `json:"title,omitempty" doc:"Office or description given in the text"`
	ActorID uuid.UUID `json:"actor_id,omitzero" doc:"Id of the actor, stable across events"`
}

// Evidence is a passage that carries an event.
type Evidence struct {
	ArticleID uuid.UUID `json:"article_id,omitzero"`
	Start     int       `json:"start" minimum:"0" doc:"Code point offset into the article's text"`
	End       int       `json:"end" doc:"Code point offset, exclusive"`
	Text      string    `json:"text" doc:"The passage: always text[start:end] of the article"`
	Trigger   *Trigger  `json:"trigger,omitempty" doc:"The words that gave the type, if they stand in this passage"`
	Rule      string    `json:"rule,omitempty" doc:"Name of the rule that read it"`
}

// Trigger is the words in a passage that gave an event its type.
type Trigger struct {
	Start int    `json:"start" minimum:"0" doc:"Code point offset into the article's text"`
	End   int    `json:"end" doc:"Code point offset, exclusive"`
	Text  string `json:"text"`
}

// Recode sets PLOVER, CAMEO, quad class and score from type and status.
func (e *Event) Recode() {
	c := Code(e.Type, e.Status)
	e.PLOVER, e.CAMEO, e.Quad, e.Score = c.PLOVER, c.CAMEO, c.Quad, c.Score
}

// actorSpace is the name space of ids of actors: an actor's id follows from its
// stable key, so that all processes agree on it without asking the database.
var actorSpace = uuid.MustParse("6f1d3a52-9a0e-5c0b-8c39-1f8c5c0f7a11")

// ActorID gives the id of the actor with a stable key, such as "state:SYR".
func ActorID(key string) uuid.UUID { return uuid.NewSHA1(actorSpace, []byte(key)) }
