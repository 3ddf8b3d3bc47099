package event

import (
	"time"

	"github.com/google/uuid"
)

// Mention is what one article says of one event: the event as it was coded
// from that article alone, and what there is to know of the article.
type Mention struct {
	ID       uuid.UUID `json:"id" doc:"Id of the mention, which stays when it comes under another event"`
	Report   Report    `json:"article"`
	Event    Event     `json:"reading" doc:"The event as this article alone has it"`
	Decision uuid.UUID `json:"decision,omitzero" doc:"Mentions with the same value were put together by an operator, those with different ones apart"`
}

// Report is an article as far as it bears witness to an event.
type Report struct {
	ID        uuid.UUID `json:"id"`
	Title     string    `json:"title,omitempty"`
	URL       string    `json:"url,omitempty"`
	Source    string    `json:"source,omitempty"`
	Language  string    `json:"language"`
	Published time.Time `json:"published_at,omitzero" doc:"Midnight UTC if only the day is known"`
	Day       *Day      `json:"day,omitempty" doc:"Day of publication, if it is known to the day"`
	// Hash is the article's content hash: what orders reports of one instant,
	// whichever came in first.
	Hash [32]byte `json:"-"`
	// Print is the fingerprint of the text: those of copies differ in few bits.
	Print uint64 `json:"-"`
}

// ReportOf gives what an article is as a witness, without its fingerprint.
func ReportOf(a *Article) Report {
	r := Report{ID: a.ID, Title: a.Title, URL: a.URL, Source: a.Source, Language: a.Language, Hash: a.ContentHash()}
	r.At(a)
	return r
}

// At sets when the report was published to when the article was.
func (r *Report) At(a *Article) {
	r.Published, r.Day = time.Time{}, nil
	if a.Published != nil {
		r.Published = a.Published.Time.UTC()
	}
	if day, ok := a.PublishedDay(); ok {
		r.Day = &day
	}
}

// Alternative is what some reports have in place of what an event shows.
type Alternative struct {
	Field       string       `json:"field" enum:"type,status,date,location,participant" doc:"Which part of the event it is about"`
	Type        Type         `json:"type,omitempty"`
	Status      Status       `json:"status,omitempty"`
	Date        *Date        `json:"date,omitempty"`
	Location    *Location    `json:"location,omitempty"`
	Participant *Participant `json:"participant,omitempty"`
	SourceCount int          `json:"source_count" doc:"Independent sources that have it so"`
	Evidence    []Passage    `json:"evidence" doc:"Where they say so"`
}

// Passage is a part of an article's text, without the text itself.
type Passage struct {
	ArticleID uuid.UUID `json:"article_id"`
	Start     int       `json:"start" doc:"Code point offset into the article's text"`
	End       int       `json:"end" doc:"Code point offset, exclusive"`
}

// Block is a key under which mentions that may be one event are found, with
// the day that they are found at. Mentions that share no block, or lie further
// apart than BlockReach days in it, are not compared.
type Block struct {
	Key int64
	Day int32 // days since 1970-01-01; Undated if nothing is known
}

// BlockReach is how many days around its own a mention is compared with others.
const BlockReach = 14

// Filed is a mention as resolution sees it among others.
type Filed struct {
	ID       uuid.UUID
	Anchor   uuid.UUID // the mention that it hangs on: its own id if it is an anchor, Nil if it has no place yet
	Decision uuid.UUID // of an operator: see Mention
	Rank     []byte    // the lower, the earlier it chooses; decides by itself whatever came in first
	Sketch   []byte    // what the rules look at, in a form of their own
	Blocks   []Block
}

// Book is where the mentions are that are filed already.
type Book struct {
	// Near gives mentions that share a block with one of these, within
	// BlockReach days; all of them, or only anchors.
	Near func(blocks []Block, all bool) ([]Filed, error)
	// Under gives the mentions that hang on these anchors, and the anchors.
	Under func(anchors []uuid.UUID) ([]Filed, error)
	// Decided gives the mentions that an operator put together with these
	// decisions.
	Decided func(decisions []uuid.UUID) ([]Filed, error)
}
