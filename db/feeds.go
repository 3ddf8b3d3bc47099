package db

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Feed is an RSS or Atom feed that is polled, and how that went.
type Feed struct {
	ID         uuid.UUID  `json:"id"`
	URL        string     `json:"url" doc:"Address of the feed"`
	Source     string     `json:"source,omitempty" doc:"Source of its articles; the feed's title if absent"`
	Licence    string     `json:"licence,omitempty" doc:"Licence of its articles"`
	Every      int        `json:"every_seconds" minimum:"60" maximum:"2592000" doc:"Seconds between two polls"`
	FetchPages bool       `json:"fetch_pages" doc:"Whether the pages that it links to are read; else the text in the feed is taken"`
	Paused     bool       `json:"paused" doc:"Whether it is not polled for now"`
	CreatedAt  time.Time  `json:"created_at"`
	NextAt     time.Time  `json:"next_at" doc:"When it is polled next"`
	Title      string     `json:"title,omitempty" doc:"As the feed has it"`
	PolledAt   *time.Time `json:"polled_at,omitempty" doc:"When it was last tried"`
	SucceedAt  *time.Time `json:"succeeded_at,omitempty" doc:"When that last went well"`
	ChangedAt  *time.Time `json:"changed_at,omitempty" doc:"When there was last something new in it"`
	Status     *int       `json:"status,omitempty" doc:"HTTP status of the last answer; 0 if there was none"`
	Failures   int        `json:"failures" doc:"Polls in a row that failed"`
	Error      string     `json:"error,omitempty" doc:"Why the last poll failed"`
	ErrorAt    *time.Time `json:"error_at,omitempty" doc:"When a poll last failed"`
	Warning    string     `json:"warning,omitempty" doc:"What was wrong with entries, though the poll went well"`
	Entries    int        `json:"entries" doc:"Entries in the last answer"`
	Articles   int64      `json:"articles" doc:"Articles stored from it, in all"`

	ETag         string `json:"-"` // of the last answer, to ask whether it has changed
	LastModified string `json:"-"`
}

// feedSpace is the name space of ids of feeds.
var feedSpace = uuid.MustParse("5f1b3a52-07c5-5b86-9a0b-8d8c0f0c3d11")

const feedColumns = `id, url, coalesce(source, ''), coalesce(licence, ''), every_seconds, fetch_pages, paused, created_at, next_at, coalesce(title, ''),
	polled_at, succeeded_at, changed_at, status, failures, coalesce(error, ''), error_at, coalesce(warning, ''), entries, articles,
	coalesce(etag, ''), coalesce(last_modified, '')`

func scanFeed(row pgx.CollectableRow) (f Feed, err error) {
	err = row.Scan(&f.ID, &f.URL, &f.Source, &f.Licence, &f.Every, &f.FetchPages, &f.Paused, &f.CreatedAt, &f.NextAt, &f.Title,
		&f.PolledAt, &f.SucceedAt, &f.ChangedAt, &f.Status, &f.Failures, &f.Error, &f.ErrorAt, &f.Warning, &f.Entries, &f.Articles, &f.ETag, &f.LastModified)
	for _, t := range []*time.Time{&f.CreatedAt, &f.NextAt, f.PolledAt, f.SucceedAt, f.ChangedAt, f.ErrorAt} {
		if t != nil {
			*t = t.UTC()
		}
	}
	return f, err
}

// oneFeed runs a statement that gives a feed; none is NotFound.
func (s *Store) oneFeed(ctx context.Context, op, sql string, args ...any) (Feed, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return Feed{}, translate(ctx, op, err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanFeed)
	if errors.Is(err, pgx.ErrNoRows) {
		return Feed{}, event.NewError(event.NotFound, "there is no such feed")
	}
	return f, translate(ctx, op, err)
}

// AddFeed stores a feed, to be polled at once; it says whether it is new. Of a
// feed that is there already only what is asked for it changes.
func (s *Store) AddFeed(ctx context.Context, f Feed) (stored Feed, added bool, err error) {
	id, now := uuid.NewSHA1(feedSpace, []byte(f.URL)), s.now()
	tag, err := s.pool.Exec(ctx, `
		INSERT INTO feed (id, url, source, licence, every_seconds, fetch_pages, paused, created_at, next_at, failures, entries, articles)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, 0, 0) ON CONFLICT (id) DO NOTHING`,
		id, f.URL, nullable(f.Source), nullable(f.Licence), f.Every, f.FetchPages, f.Paused, now)
	if err != nil {
		return Feed{}, false, translate(ctx, "add a feed", err)
	}
	if tag.RowsAffected() == 1 {
		stored, err = s.Feed(ctx, id)
		return stored, true, err
	}
	f.ID = id
	stored, err = s.ChangeFeed(ctx, f)
	return stored, false, err
}

// ChangeFeed stores what is asked for a feed; how it went stays. It is polled
// again at once.
func (s *Store) ChangeFeed(ctx context.Context, f Feed) (Feed, error) {
	return s.oneFeed(ctx, "change a feed", `
		UPDATE feed SET source = $2, licence = $3, every_seconds = $4, fetch_pages = $5, paused = $6, next_at = $7 WHERE id = $1
		RETURNING `+feedColumns, f.ID, nullable(f.Source), nullable(f.Licence), f.Every, f.FetchPages, f.Paused, s.now())
}

// Feed gives a feed; the error is NotFound if there is none.
func (s *Store) Feed(ctx context.Context, id uuid.UUID) (Feed, error) {
	return s.oneFeed(ctx, "read a feed", `SELECT `+feedColumns+` FROM feed WHERE id = $1`, id)
}

// Feeds gives all feeds in the order of their addresses.
func (s *Store) Feeds(ctx context.Context) ([]Feed, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+feedColumns+` FROM feed ORDER BY url, id`)
	if err != nil {
		return nil, translate(ctx, "read feeds", err)
	}
	feeds, err := pgx.CollectRows(rows, scanFeed)
	return feeds, translate(ctx, "read feeds", err)
}

// RemoveFeed forgets a feed; its articles stay. The error is NotFound if there
// is none.
func (s *Store) RemoveFeed(ctx context.Context, id uuid.UUID) error {
	tag, err := s.pool.Exec(ctx, `DELETE FROM feed WHERE id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return event.NewError(event.NotFound, "there is no such feed")
	}
	return translate(ctx, "remove a feed", err)
}

// DueFeed takes a feed that is to be polled now. Nobody else gets it for the
// time of the lease: who dies meanwhile leaves it to others. The error is
// NotFound if none is due.
func (s *Store) DueFeed(ctx context.Context, lease time.Duration) (Feed, error) {
	now := s.now()
	return s.oneFeed(ctx, "take a feed", `
		UPDATE feed SET next_at = $2 WHERE id = (
			SELECT id FROM feed WHERE NOT paused AND next_at <= $1 ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING `+feedColumns, now, now.Add(lease))
}

// PolledFeed stores how a poll of a feed went: all but what is asked for it.
// A feed that was removed meanwhile is let go.
func (s *Store) PolledFeed(ctx context.Context, f Feed) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE feed SET paused = paused OR $2, next_at = $3, title = $4, etag = $5, last_modified = $6, polled_at = $7, succeeded_at = $8, changed_at = $9,
			status = $10, failures = $11, error = $12, error_at = $13, warning = $14, entries = $15, articles = $16
		WHERE id = $1`,
		f.ID, f.Paused, f.NextAt, nullable(f.Title), nullable(f.ETag), nullable(f.LastModified), f.PolledAt, f.SucceedAt, f.ChangedAt,
		f.Status, f.Failures, nullable(f.Error), f.ErrorAt, nullable(f.Warning), f.Entries, f.Articles)
	return translate(ctx, "store how a poll went", err)
}

// KnownURLs tells which of these addresses articles are stored under.
func (s *Store) KnownURLs(ctx context.Context, urls []string) (map[string]bool, error) {
	keys, names := make([][]byte, len(urls)), make(map[identityKey]string, len(urls))
	for i, u := range urls {
		id := identities(&event.Article{URL: u})[0]
		keys[i], names[id.key] = id.key[:], u
	}
	rows, err := s.pool.Query(ctx, `SELECT key FROM article_identity WHERE key = ANY($1)`, keys)
	if err != nil {
		return nil, translate(ctx, "find addresses", err)
	}
	known := map[string]bool{}
	var key []byte
	_, err = pgx.ForEachRow(rows, []any{&key}, func() error { known[names[identityKey(key)]] = true; return nil })
	return known, translate(ctx, "find addresses", err)
}
