package ingest

import (
	"cmp"
	"fmt"
	"net/url"
	"time"

	"demarche/internal/event"
	"demarche/internal/language"
	"demarche/internal/page"
)

// Article makes an article of a draft, or says everything that is wrong with it
// (see event.Draft.Check). A page of HTML becomes text, and tells what the draft
// does not; a language that is not given is found from the text. maxText bounds
// the text in bytes, a page may have four times as much. Nothing is fetched.
func Article(d event.Draft, maxText int, now time.Time) (event.Article, error) {
	if err := readPage(&d, maxText, now); err != nil {
		return event.Article{}, err
	}
	if d.Language == "" {
		d.Language = language.Of(d.Text)
	}
	return d.Check(maxText)
}

// MaxHTML bounds a page, in bytes, where texts have at most maxText.
func MaxHTML(maxText int) int { return 4 * maxText }

// readPage replaces the HTML of a draft by what it says.
func readPage(d *event.Draft, maxText int, now time.Time) error {
	fault := func(code event.ErrorCode, detail, message string) error {
		return event.NewError(code, detail, event.FieldError{Location: "body.html", Message: message})
	}
	switch {
	case d.HTML == "":
		return nil
	case d.Text != "":
		return fault(event.Invalid, "the article is not valid", "expected either text or html")
	case len(d.HTML) > MaxHTML(maxText):
		return fault(event.TooLarge, "the page is too long", fmt.Sprintf("expected at most %d bytes, got %d", MaxHTML(maxText), len(d.HTML)))
	}
	address, err := url.Parse(d.URL)
	if err != nil || d.URL == "" {
		address = nil // what is wrong with it, Check says
	}
	p, err := page.Read([]byte(d.HTML), "", address, now)
	if err != nil {
		return fault(event.Invalid, "the article is not valid", err.Error())
	}
	d.HTML, d.Text = "", p.Text
	d.Title, d.Published = cmp.Or(d.Title, p.Title), cmp.Or(d.Published, p.Published)
	d.URL, d.Source = cmp.Or(d.URL, p.URL), cmp.Or(d.Source, p.Site)
	return nil
}

// Note says what whoever sent an article should know of how it was read, such as
// that its language is not coded; "" if there is nothing to say.
func Note(a *event.Article) string {
	if a.English() {
		return ""
	}
	return fmt.Sprintf("the article is stored, but not coded: its language is %s, and only English is coded", a.Language)
}
