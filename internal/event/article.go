package event

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Article is a text from which events are coded, as it is stored.
type Article struct {
	ID         uuid.UUID `json:"id,omitzero" doc:"Id of the article (UUIDv7)"`
	Title      string    `json:"title" doc:"Headline, empty if none was given"`
	Text       string    `json:"text" doc:"The text exactly as given; all offsets are code points into it"`
	Published  *Moment   `json:"published_at,omitempty" doc:"When it was published: a date or a date-time, as given"`
	Source     string    `json:"source,omitempty" doc:"Name of the source, e.g. an agency"`
	URL        string    `json:"url,omitempty" doc:"Address of the article"`
	Language   string    `json:"language" doc:"BCP 47 language tag; only English is coded"`
	Licence    string    `json:"licence,omitempty" doc:"Licence of the text"`
	ExternalID string    `json:"external_id,omitempty" doc:"The caller's own id"`
	CreatedAt  time.Time `json:"created_at,omitzero" doc:"When it was stored"`
	UpdatedAt  time.Time `json:"updated_at,omitzero" doc:"When it last changed"`
	Revision   int       `json:"revision,omitempty" doc:"Counts the versions of the text, from 1"`
}

// Moment is a date-time or a date of RFC 3339, or only its month or year, as
// precise as it was given.
type Moment struct {
	Time      time.Time // midnight UTC of the first day if only days are known
	Precision Precision // "" for a date-time, else day, month or year
}

// ParseMoment reads "2017-01-26T08:30:00+03:30", "2017-01-26", "2017-01" or
// "2017"; the years are limited as in ParseDay.
func ParseMoment(s string) (Moment, error) {
	var m Moment
	switch len(s) {
	case len("2006"):
		m.Precision = YearPrecision
	case len("2006-01"):
		m.Precision = MonthPrecision
	case len(time.DateOnly):
		m.Precision = DayPrecision
	default:
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return m, fmt.Errorf("%q is not an RFC 3339 date or date-time: expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ", clip(s))
		}
		if !DayOfTime(t).Plausible() {
			return m, fmt.Errorf("%q is out of range: expected a year from %d to %d", s, minDay.Year(), maxDay.Year())
		}
		return Moment{Time: t}, nil
	}
	span, err := ParseSpan(s)
	m.Time = span.Start.Time()
	return m, err
}

// Span gives the days that it may be, on the calendar where it was written:
// one day, or all of a month or a year.
func (m Moment) Span() Span {
	first := DayOfTime(m.Time)
	switch m.Precision {
	case YearPrecision:
		return yearSpan(first.Year())
	case MonthPrecision:
		return MonthSpan(m.Time.Year(), m.Time.Month())
	}
	return Span{first, first}
}

// String gives the moment as precisely as it was given.
func (m Moment) String() string {
	switch m.Precision {
	case YearPrecision:
		return m.Time.Format("2006")
	case MonthPrecision:
		return m.Time.Format("2006-01")
	case DayPrecision:
		return m.Time.Format(time.DateOnly)
	}
	return m.Time.Format(time.RFC3339)
}

// MarshalText implements encoding.TextMarshaler.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler with the rules of ParseMoment.
func (m *Moment) UnmarshalText(b []byte) error {
	v, err := ParseMoment(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// Draft is an article as it comes from outside, not yet checked.
type Draft struct {
	ID         string `json:"id,omitempty" doc:"The caller's own id, if external_id is absent"`
	ExternalID string `json:"external_id,omitempty" doc:"The caller's own id; the same id again is the same article"`
	Title      string `json:"title,omitempty" doc:"Headline"`
	Text       string `json:"text,omitempty" doc:"The text, plain, UTF-8"`
	HTML       string `json:"html,omitempty" doc:"A page of HTML in place of the text: its article becomes text, title and date, unless these are given"`
	Published  string `json:"published_at,omitempty" doc:"RFC 3339 date or date-time; weekdays and relative dates in the text are resolved against it"`
	Source     string `json:"source,omitempty" doc:"Name of the source, e.g. an agency"`
	URL        string `json:"url,omitempty" doc:"http or https address; the same address again is the same article"`
	Language   string `json:"language,omitempty" doc:"BCP 47 language tag; found from the text if absent"`
	Licence    string `json:"licence,omitempty" doc:"Licence of the text"`
}

// Limits of an article's parts, in bytes.
const (
	maxTitle = 2_000
	maxField = 2_000
)

// Check turns a draft into an article, or says everything that is wrong with
// it at once: an *Error with a field for each fault (code TooLarge if the text
// is over maxText bytes, else Invalid).
func (d Draft) Check(maxText int) (Article, error) {
	var bad []FieldError
	fault := func(field, message string, value any) {
		bad = append(bad, FieldError{Location: "body." + field, Message: message, Value: value})
	}
	if len(d.Text) > maxText {
		return Article{}, NewError(TooLarge, "the article is too long",
			FieldError{Location: "body.text", Message: fmt.Sprintf("expected at most %d bytes, got %d", maxText, len(d.Text))})
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"text", d.Text, maxText}, {"title", d.Title, maxTitle}, {"external_id", d.ExternalID, maxField}, {"id", d.ID, maxField},
		{"source", d.Source, maxField}, {"url", d.URL, maxField}, {"language", d.Language, 35}, {"licence", d.Licence, maxField},
	} {
		switch {
		case len(f.value) > f.most:
			fault(f.name, fmt.Sprintf("expected at most %d bytes, got %d", f.most, len(f.value)), nil)
		case !utf8.ValidString(f.value):
			fault(f.name, "expected valid UTF-8", nil)
		case strings.ContainsRune(f.value, 0):
			fault(f.name, "expected text without NUL characters", nil)
		}
	}
	if strings.TrimSpace(d.Text) == "" {
		fault("text", "expected a text that is not empty", nil)
	}
	a := Article{
		Title: strings.TrimSpace(d.Title), Text: d.Text, Source: strings.TrimSpace(d.Source), URL: strings.TrimSpace(d.URL),
		Language: strings.TrimSpace(d.Language), Licence: d.Licence, ExternalID: strings.TrimSpace(d.ExternalID),
	}
	if a.ExternalID == "" {
		a.ExternalID = strings.TrimSpace(d.ID)
	}
	if a.Language == "" {
		a.Language = "en"
	}
	if !isLanguageTag(a.Language) {
		fault("language", "expected a BCP 47 tag such as en or pt-BR", clip(a.Language))
	}
	if d.Published != "" {
		m, err := ParseMoment(strings.TrimSpace(d.Published))
		if err != nil {
			fault("published_at", err.Error(), clip(d.Published))
		}
		a.Published = &m
	}
	if a.URL != "" {
		if u, err := url.Parse(a.URL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			fault("url", "expected an absolute http or https address", clip(a.URL))
		}
	}
	if len(bad) > 0 {
		return Article{}, NewError(Invalid, "the article is not valid", bad...)
	}
	return a, nil
}

// isLanguageTag tells letters, digits and hyphens, as BCP 47 has them.
func isLanguageTag(s string) bool {
	for _, r := range s {
		if r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}

// PublishedDay gives the day of publication, if it is known to the day.
func (a *Article) PublishedDay() (Day, bool) {
	if a.Published == nil {
		return 0, false
	}
	s := a.Published.Span()
	return s.Start, s.Start == s.End
}

// English tells whether the article is in a language that is coded.
func (a *Article) English() bool {
	return a.Language == "en" || strings.HasPrefix(strings.ToLower(a.Language), "en-")
}

// ContentHash is the SHA-256 of what the coder reads: title, days of
// publication and text. Articles with the same hash have the same events.
func (a *Article) ContentHash() [sha256.Size]byte {
	h := sha256.New()
	day := ""
	if p := a.Published; p != nil {
		s := p.Span()
		day = s.Start.String() + "/" + s.End.String()
	}
	fmt.Fprintf(h, "%d\n%s\n%s\n%s", len(a.Title), a.Title, day, a.Text)
	return [sha256.Size]byte(h.Sum(nil))
}
