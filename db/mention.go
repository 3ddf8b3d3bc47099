package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Resolver decides which mentions are one event, and what their event is. It
// is pure: the answers depend on the arguments only.
type Resolver interface {
	// File gives a mention the form in which it is compared with others.
	File(m *event.Mention) (event.Filed, error)
	// Settle finds the place of mentions that come, and of those that what comes
	// and goes concerns. A mention that changes is in both. The answer has every
	// mention of come, and those of the book that have another anchor now.
	Settle(come, gone []event.Filed, book event.Book) ([]event.Filed, error)
	// Merge makes one event of mentions, the anchor first, and of all articles
	// that report it.
	Merge(mentions []event.Mention, reports []event.Report) event.Event
	// Print gives the fingerprint of a text.
	Print(text string) uint64
}

// apart is the Resolver of a store that was given none: every mention is an
// event of its own.
type apart struct{}

func (apart) File(m *event.Mention) (event.Filed, error) {
	return event.Filed{ID: m.ID, Decision: m.Decision, Rank: m.ID[:]}, nil
}

func (apart) Settle(come, _ []event.Filed, _ event.Book) ([]event.Filed, error) {
	come = slices.Clone(come)
	for i := range come {
		come[i].Anchor = come[i].ID
	}
	return come, nil
}

func (apart) Merge(mentions []event.Mention, _ []event.Report) event.Event {
	e := mentions[0].Event
	e.ArticleCount, e.SourceCount, e.FirstReported = 1, 1, mentions[0].Report.Day
	return e
}

func (apart) Print(string) uint64 { return 0 }

// mention is a mention as the database has it, or is to have it.
type mention struct {
	filed    event.Filed
	event    uuid.UUID // that it stands under
	article  uuid.UUID
	start    int
	document []byte // the reading; nil if it was not read
	alone    bool   // the database has the reading as that of the event
}

// reading is what remains of an event when all is left out that the store
// fills in: what an article says by itself.
func reading(e event.Event) event.Event {
	e.ID, e.CreatedAt, e.UpdatedAt, e.Revision = uuid.Nil, time.Time{}, time.Time{}, 0
	e.ArticleCount, e.SourceCount, e.FirstReported, e.Alternatives = 0, 0, nil, nil
	return e
}

func decode(document []byte) (event.Event, error) {
	var e event.Event
	if err := json.Unmarshal(document, &e); err != nil {
		return e, fmt.Errorf("decode a reading: %w", err)
	}
	return reading(e), nil
}

const mentionColumns = `m.event_id, m.id, m.article_id, m.anchor_id, m.decision, m.day, m.start, m.blocks, m.rank, m.sketch`

// scanMention reads a row of mentionColumns, and of more.
func scanMention(row pgx.CollectableRow, more ...any) (*mention, error) {
	m := &mention{}
	var decision *uuid.UUID
	var day int32
	var blocks []int64
	var sketch *string
	err := row.Scan(append([]any{&m.event, &m.filed.ID, &m.article, &m.filed.Anchor, &decision, &day, &m.start, &blocks, &m.filed.Rank, &sketch}, more...)...)
	if err != nil {
		return nil, err
	}
	if decision != nil {
		m.filed.Decision = *decision
	}
	if sketch != nil {
		m.filed.Sketch = []byte(*sketch)
	}
	for _, b := range blocks {
		m.filed.Blocks = append(m.filed.Blocks, event.Block{Key: b, Day: day})
	}
	return m, nil
}

// mentionsWhere reads mentions with their readings. The reading of an event's
// only mention is that of the event.
func mentionsWhere(ctx context.Context, q querier, condition string, args ...any) ([]*mention, error) {
	rows, err := q.Query(ctx, `
		SELECT `+mentionColumns+`, m.document IS NULL, coalesce(m.document, d.document)
		FROM mention m LEFT JOIN event_document d ON m.document IS NULL AND d.event_id = m.event_id WHERE `+condition, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*mention, error) {
		var document []byte
		var alone bool
		m, err := scanMention(row, &alone, &document)
		if err == nil {
			m.document, m.alone = document, alone
		}
		return m, err
	})
}

// reports reads articles as witnesses.
func reports(ctx context.Context, q querier, ids []uuid.UUID) (map[uuid.UUID]event.Report, error) {
	out := make(map[uuid.UUID]event.Report, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := q.Query(ctx, `
		SELECT id, title, coalesce(url, ''), coalesce(source, ''), language, published_on, published_precision, published_at, published_offset, content_hash, coalesce(print, 0)
		FROM article WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var r event.Report
		var a event.Article
		var on, at *time.Time
		var precision *event.Precision
		var offset *int
		var hash []byte
		var print int64
		if err := row.Scan(&r.ID, &r.Title, &r.URL, &r.Source, &r.Language, &on, &precision, &at, &offset, &hash, &print); err != nil {
			return struct{}{}, err
		}
		if len(hash) != sha256.Size {
			return struct{}{}, fmt.Errorf("content hash of %d bytes", len(hash))
		}
		a.Published = moment(on, precision, at, offset)
		r.At(&a)
		r.Hash, r.Print = [sha256.Size]byte(hash), uint64(print)
		out[r.ID] = r
		return struct{}{}, nil
	})
	return out, err
}

// mentionRows are rows of mention and mention_block that come and go.
type mentionRows struct {
	come, leave []*mention
	told        []*mention // whose reading was that of the event, which now has others
}

func (r *mentionRows) queueGone(w *writer) {
	if len(r.leave) == 0 {
		return
	}
	var ids, events, blocked []uuid.UUID
	var blocks []int64
	var days []int32
	for _, m := range r.leave {
		ids, events = append(ids, m.filed.ID), append(events, m.event)
		for _, b := range m.filed.Blocks {
			blocks, days, blocked = append(blocks, b.Key), append(days, b.Day), append(blocked, m.filed.ID)
		}
	}
	w.Queue(`DELETE FROM mention m USING unnest($1::uuid[], $2::uuid[]) AS g (event_id, id) WHERE m.event_id = g.event_id AND m.id = g.id`, events, ids)
	if len(blocks) > 0 {
		w.Queue(`DELETE FROM mention_block b USING unnest($1::bigint[], $2::integer[], $3::uuid[]) AS g (block, day, mention_id)
			WHERE b.block = g.block AND b.day = g.day AND b.mention_id = g.mention_id`, blocks, days, blocked)
	}
}

func (r *mentionRows) queue(w *writer) {
	if len(r.told) > 0 {
		var ids, events []uuid.UUID
		var documents []string
		for _, m := range r.told {
			ids, events, documents = append(ids, m.filed.ID), append(events, m.event), append(documents, string(m.document))
		}
		w.Queue(`UPDATE mention m SET document = t.document FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (event_id, id, document)
			WHERE m.event_id = t.event_id AND m.id = t.id`, events, ids, documents)
	}
	if len(r.come) == 0 {
		return
	}
	n := len(r.come)
	events, ids, articles, anchors := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n)
	decisions, documents, sketches, ranks := make([]*uuid.UUID, n), make([]*string, n), make([]string, n), make([][]byte, n)
	days, starts, keys := make([]int32, n), make([]int32, n), make([]string, n)
	var blocked []uuid.UUID
	var blocks []int64
	var blockDays []int32
	var blockAnchors []bool
	for i, m := range r.come {
		f := &m.filed
		events[i], ids[i], articles[i], anchors[i], starts[i] = m.event, f.ID, m.article, f.Anchor, int32(m.start)
		ranks[i], sketches[i], days[i] = f.Rank, string(f.Sketch), int32(event.Undated)
		if f.Decision != uuid.Nil {
			decisions[i] = &f.Decision
		}
		if !m.alone {
			document := string(m.document)
			documents[i] = &document
		}
		var list bytes.Buffer
		for k, b := range f.Blocks {
			if k > 0 {
				list.WriteByte(',')
			}
			fmt.Fprint(&list, b.Key)
			days[i] = b.Day
			blocks, blockDays, blocked, blockAnchors = append(blocks, b.Key), append(blockDays, b.Day), append(blocked, f.ID), append(blockAnchors, f.Anchor == f.ID)
		}
		keys[i] = "{" + list.String() + "}"
	}
	w.Queue(`
		INSERT INTO mention (event_id, id, article_id, anchor_id, decision, day, start, blocks, rank, sketch, document)
		SELECT event_id, id, article_id, anchor_id, decision, day, start, blocks::bigint[], rank, sketch, document
		FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::integer[], $7::integer[], $8::text[], $9::bytea[], $10::text[], $11::text[])
			AS m (event_id, id, article_id, anchor_id, decision, day, start, blocks, rank, sketch, document)`,
		events, ids, articles, anchors, decisions, days, starts, keys, ranks, sketches, documents)
	if len(blocks) > 0 {
		w.Queue(`
			INSERT INTO mention_block (block, day, mention_id, anchor)
			SELECT * FROM unnest($1::bigint[], $2::integer[], $3::uuid[], $4::boolean[])`, blocks, blockDays, blocked, blockAnchors)
	}
}
