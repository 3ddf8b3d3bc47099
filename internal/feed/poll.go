package feed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/ingest"
	"demarche/internal/page"

	"github.com/mmcdole/gofeed"
)

const (
	// maxEntries bounds the entries of a feed that are looked at.
	maxEntries = 500
	// maxNew bounds the articles that one poll takes in; others come with the next.
	maxNew = 100
	// maxMessage bounds what is kept of an error, in bytes.
	maxMessage = 1_000
	// enough is how much text an entry must have to stand for its page, in bytes.
	enough = 400
)

// poll fetches a feed and takes in what is new. What it learns it writes into f.
// An error is of the feed as a whole; what is wrong with single entries is a
// warning.
func (w *Watcher) poll(ctx context.Context, f *db.Feed) (err error) {
	defer func() { // what comes from outside must not end the program
		if r := recover(); r != nil {
			err = fmt.Errorf("the feed cannot be read: %v", r)
		}
	}()
	none := 0
	f.Status, f.Warning = &none, ""
	answer, err := w.fetch.get(ctx, f.URL, f.ETag, f.LastModified)
	if err != nil {
		return err
	}
	f.Status = &answer.status
	if answer.status == http.StatusNotModified {
		return nil
	}
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(answer.body))
	if err != nil {
		return fmt.Errorf("this is no RSS or Atom feed: %w", err)
	}
	f.Title, f.Entries = line(parsed.Title, 300), len(parsed.Items)
	var faults []string
	stored, whole, err := w.entries(ctx, f, parsed, answer.address, &faults)
	f.Articles += int64(stored)
	if stored > 0 {
		now := w.fetch.Now().UTC()
		f.ChangedAt = &now
	}
	if n := len(faults); n > 0 {
		f.Warning = clip(fmt.Sprintf("%d entries could not be read: %s", n, strings.Join(faults[:min(n, 3)], "; ")), maxMessage)
	}
	if err != nil {
		return err
	}
	f.ETag, f.LastModified = "", ""
	if whole && len(faults) == 0 { // else the same answer is wanted again, for what is left
		f.ETag, f.LastModified = answer.etag, answer.modified
	}
	return nil
}

// entries takes in the new entries of a feed; whole tells that none is left for
// the next poll.
func (w *Watcher) entries(ctx context.Context, f *db.Feed, parsed *gofeed.Feed, base *url.URL, faults *[]string) (stored int, whole bool, err error) {
	items := parsed.Items[:min(len(parsed.Items), maxEntries)]
	drafts, urls := make([]event.Draft, 0, len(items)), []string(nil)
	for _, item := range items {
		if item == nil {
			continue
		}
		d := w.draft(f, item, base)
		if d.URL != "" {
			urls = append(urls, d.URL)
		}
		drafts = append(drafts, d)
	}
	known, err := w.store.KnownURLs(ctx, urls)
	if err != nil {
		return 0, false, err
	}
	for _, d := range drafts {
		if known[d.URL] {
			continue
		}
		if stored == maxNew {
			return stored, false, nil
		}
		created, err := w.take(ctx, f, d)
		switch e, _ := event.AsError(err); {
		case ctx.Err() != nil:
			return stored, false, errors.New("the feed took too long to read")
		case e != nil && e.Code == event.Unavailable:
			return stored, false, err
		case err != nil:
			*faults = append(*faults, cmp.Or(d.URL, d.Title)+": "+plain(err))
		case created:
			stored++
		}
	}
	return stored, true, nil
}

// draft makes of an entry what can be made of it without its page.
func (w *Watcher) draft(f *db.Feed, item *gofeed.Item, base *url.URL) event.Draft {
	d := event.Draft{Title: line(page.Text(item.Title), 1_000), Source: cmp.Or(f.Source, f.Title), Licence: f.Licence}
	if u, err := base.Parse(strings.TrimSpace(item.Link)); err == nil && item.Link != "" && (u.Scheme == "http" || u.Scheme == "https") && len(u.String()) <= 2_000 {
		u.Fragment = ""
		d.URL = u.String()
	} else if id := line(item.GUID, 1_000); id != "" {
		d.ExternalID = f.URL + " " + id
	}
	if len(d.ExternalID) > 2_000 {
		d.ExternalID = ""
	}
	for _, t := range []*time.Time{item.PublishedParsed, item.UpdatedParsed} {
		// A date to come, or of before there was a web, is a mistake of the feed.
		if t != nil && t.Year() >= 1990 && t.Before(w.fetch.Now().AddDate(0, 0, 2)) {
			d.Published = t.Format(time.RFC3339)
			break
		}
	}
	d.Text = page.Text(strings.ToValidUTF8(cmp.Or(item.Content, item.Description), "\uFFFD"))
	return d
}

// take stores an entry, with the text of its page if it is to be read.
func (w *Watcher) take(ctx context.Context, f *db.Feed, d event.Draft) (created bool, err error) {
	if f.FetchPages && d.URL != "" {
		own := d.Text
		if d.HTML, err = w.page(ctx, d.URL); err == nil {
			d.Text = ""
		} else if len(own) < enough {
			return false, err
		}
	}
	a, err := ingest.Article(d, w.maxText, w.fetch.Now())
	if err != nil {
		return false, err
	}
	put, err := w.pipeline.Put(ctx, a)
	return put.Outcome == db.Created, err
}

// page fetches a page and gives it as UTF-8.
func (w *Watcher) page(ctx context.Context, address string) (string, error) {
	answer, err := w.fetch.get(ctx, address, "", "")
	if err != nil {
		return "", err
	}
	switch media, _, _ := mime.ParseMediaType(answer.contentType); media {
	case "text/html", "application/xhtml+xml", "":
	default:
		return "", fmt.Errorf("expected a page of HTML, got %.100q", answer.contentType)
	}
	return page.Decode(answer.body, answer.contentType)
}

// line gives a text on one line, of at most n bytes.
func line(s string, n int) string {
	return clip(strings.Join(strings.Fields(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")), " "), n)
}

// clip cuts a text to at most n bytes, between code points, and makes it fit for
// the database.
func clip(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
