package db

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"demarche/internal/event"
)

// querier is a connection, a transaction or the pool.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Article gives an article and the documents of the events that stand for it,
// in the order in which the text has them.
func (s *Store) Article(ctx context.Context, id uuid.UUID) (event.Article, []json.RawMessage, error) {
	e, err := s.entry(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return event.Article{}, nil, event.NewError(event.NotFound, "there is no such article")
	}
	if err != nil {
		return event.Article{}, nil, translate(ctx, "read an article", err)
	}
	events, err := eventsOf(ctx, s.reader(ctx), []uuid.UUID{id})
	if err != nil {
		return event.Article{}, nil, translate(ctx, "read an article's events", err)
	}
	documents, err := s.documents(ctx, events[id])
	if err != nil {
		return event.Article{}, nil, translate(ctx, "read an article's events", err)
	}
	return e.article, documents, nil
}

// Event gives the document of an event. The error is NotFound if there never
// was such an event, and Gone if it was retracted, with the reason, or merged
// into another, which is named.
func (s *Store) Event(ctx context.Context, id uuid.UUID) (json.RawMessage, error) {
	var document json.RawMessage
	err := s.reader(ctx).QueryRow(ctx, `SELECT document FROM event_document WHERE event_id = $1`, id).Scan((*[]byte)(&document))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, s.whyGone(ctx, id)
	}
	return document, translate(ctx, "read an event", err)
}

// whyGone says why an event does not stand.
func (s *Store) whyGone(ctx context.Context, id uuid.UUID) error {
	var at time.Time
	var fate Action
	var reason *string
	var successor *uuid.UUID
	err := s.reader(ctx).QueryRow(ctx, `SELECT ended_at, fate, reason, successor FROM event_past WHERE event_id = $1 ORDER BY revision DESC LIMIT 1`, id).
		Scan(&at, &fate, &reason, &successor)
	on := at.UTC().Format(time.DateOnly)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return event.NewError(event.NotFound, "there is no such event")
	case err != nil:
		return translate(ctx, "read an event", err)
	case successor != nil:
		return event.NewError(event.Gone, fmt.Sprintf("the event was merged on %s into event %s", on, *successor))
	case reason != nil:
		return event.NewError(event.Gone, fmt.Sprintf("the event was retracted on %s: %s", on, *reason))
	}
	return event.NewError(event.Unavailable, "the event is just being changed") // between two statements of ours
}

// Page is one page of a list.
type Page struct {
	Documents []json.RawMessage // events as JSON, in order
	Next      *event.Cursor     // where the next page starts; nil on the last
	Count     *int64            // of all events found, if it was asked for

	store *Store
	held  *documents
}

// Release gives the memory of the documents back to be used again. It may be
// left to the garbage collector.
func (p *Page) Release() {
	if p.held != nil {
		p.store.spare.Put(p.held)
	}
	p.held, p.Documents = nil, nil
}

// documents are the documents of a page or a batch, and the memory they are in.
type documents struct {
	list   []json.RawMessage
	whole  []json.RawMessage // the list with gaps for documents that were not there
	buffer []byte
	at     map[uuid.UUID]int // places in the list
	keys   []documentKey     // of the list, for what is remembered
}

// maxSpare bounds the memory that is kept for the next page.
const maxSpare = 1 << 20

// borrow gives memory for documents.
func (s *Store) borrow() *documents {
	d, ok := s.spare.Get().(*documents)
	if !ok || cap(d.buffer) > maxSpare {
		d = &documents{list: make([]json.RawMessage, 0, event.DefaultLimit+1), at: map[uuid.UUID]int{}}
	}
	d.list, d.buffer = d.list[:0], d.buffer[:0]
	clear(d.at)
	return d
}

// Events gives one page of the events that a filter asks for. Paging on from
// Next neither loses nor repeats what was there when the first page was read.
//
// It takes two statements: what stands where, then the documents by id. An
// event that goes in between is left out.
func (s *Store) Events(ctx context.Context, f event.Filter) (Page, error) {
	if f.Limit <= 0 {
		f.Limit = event.DefaultLimit
	}
	ctx, err := s.settle(ctx, f.AsOf)
	if err != nil {
		return Page{}, err
	}
	w, err := s.resolve(ctx, &f)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if page.Count, err = s.count(ctx, w); err != nil {
		return Page{}, err
	}
	err = s.onConn(ctx, func(c *pgx.Conn) error {
		list, err := s.readList(ctx, c, w, f.Limit)
		if err != nil {
			return err
		}
		if list.len() > f.Limit {
			list = list.first(f.Limit)
			next := f.CursorAt(list.key(f.Limit-1), list.id(f.Limit-1))
			page.Next = &next
		}
		page.store, page.held = s, s.borrow()
		page.Documents, err = s.readPage(ctx, c, page.held, list, f.AsOf != nil)
		return err
	})
	return page, translate(ctx, "list events", err)
}

// onConn lends a connection.
func (s *Store) onConn(ctx context.Context, use func(*pgx.Conn) error) error {
	c, err := s.reader(ctx).Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return use(c.Conn())
}

// list is what a list statement gave: keys, ids and revisions, as the elements
// of binary arrays.
type list struct {
	keys, ids, revisions array
}

// array is a binary Postgres array of one dimension without NULLs, whose
// elements all have the same size.
type array struct {
	raw  []byte
	n    int
	size int
}

const arrayHeader, elementHeader = 20, 4

// parseArray reads an array; nil is an empty one.
func parseArray(raw []byte, size int) (array, error) {
	if len(raw) < arrayHeader { // NULL, or no dimensions
		return array{size: size}, nil
	}
	n := int(binary.BigEndian.Uint32(raw[12:]))
	if len(raw) != arrayHeader+n*(elementHeader+size) || binary.BigEndian.Uint32(raw) != 1 {
		return array{}, fmt.Errorf("an array of %d bytes has not %d elements of %d bytes", len(raw), n, size)
	}
	return array{bytes.Clone(raw), n, size}, nil
}

func (a array) at(i int) []byte {
	from := arrayHeader + i*(elementHeader+a.size) + elementHeader
	return a.raw[from : from+a.size]
}

// first gives an array of the first n elements.
func (a array) first(n int) array {
	if n >= a.n {
		return a
	}
	a.n, a.raw = n, bytes.Clone(a.raw[:arrayHeader+n*(elementHeader+a.size)])
	binary.BigEndian.PutUint32(a.raw[12:], uint32(n))
	return a
}

func (l list) len() int { return l.ids.n }

func (l list) first(n int) list { return list{l.keys.first(n), l.ids.first(n), l.revisions.first(n)} }

func (l list) id(i int) uuid.UUID { return uuid.UUID(l.ids.at(i)) }

func (l list) revision(i int) int32 { return int32(binary.BigEndian.Uint32(l.revisions.at(i))) }

func (l list) key(i int) int64 { return int64(int32(binary.BigEndian.Uint32(l.keys.at(i)))) }

// readList finds the page of a question, and one event more. It has the server
// bring the rows into one: the arrays of ids go back to it as they came.
func (s *Store) readList(ctx context.Context, c *pgx.Conn, w *question, limit int) (list, error) {
	for {
		w.reach = max(s.reach.Load(), aYear)
		q, order, err := w.listQuery(limit + 1)
		if err != nil {
			return list{}, err
		}
		q.stable = q.stable && limit == event.DefaultLimit
		began := time.Now()
		l, longest, err := readRow(ctx, c, listSQL(q, w, order), q)
		if err != nil {
			return list{}, err
		}
		s.log.DebugContext(ctx, "listed events", "sql", q.sql, "rows", l.len(), "took", time.Since(began))
		if longest <= w.reach {
			return l, nil
		}
		s.reach.Store(longest) // a longer event has come than we knew: look again, further back
	}
}

// readRow runs a list statement; longest is that of its snapshot, if it matters.
func readRow(ctx context.Context, c *pgx.Conn, sql string, q query) (l list, longest int32, err error) {
	rows, err := run(ctx, c, sql, q)
	if err != nil {
		return l, 0, err
	}
	for rows.NextRow() {
		v := rows.Values()
		if l.keys, err = parseArray(v[0], 4); err != nil {
			break
		}
		if l.ids, err = parseArray(v[1], 16); err != nil {
			break
		}
		if l.revisions, err = parseArray(v[2], 4); err != nil {
			break
		}
		if len(v) > 3 {
			longest = int32(binary.BigEndian.Uint32(v[3]))
		}
	}
	_, closing := rows.Close()
	return l, longest, cmp.Or(closing, err)
}

// listSQL brings the rows of a list statement into one.
func listSQL(q query, w *question, order sorting) string {
	by := " ORDER BY " + order.by("key", "id") + ")"
	sql := "SELECT array_agg(key" + by + " AS keys, array_agg(id" + by + " AS ids, array_agg(revision" + by + " AS revisions"
	if w.From != nil {
		sql += ", " + longest + " AS longest"
	}
	return sql + " FROM (\n" + q.sql + "\n) AS l"
}

// run sends a statement with the arguments of q. A stable one is prepared
// once, and Postgres may keep its plan; any other is planned for its values.
func run(ctx context.Context, c *pgx.Conn, sql string, q query) (*pgconn.ResultReader, error) {
	values, types, formats, err := encode(c.TypeMap(), q.args)
	if err != nil {
		return nil, err
	}
	if !q.stable {
		return c.PgConn().ExecParams(ctx, sql, values, types, formats, binaryResults), nil
	}
	prepared, err := c.Prepare(ctx, sql, sql)
	if err != nil {
		return nil, err
	}
	return c.PgConn().ExecPrepared(ctx, prepared.Name, values, formats, binaryResults), nil
}

// binaryResults asks for every column in binary.
var binaryResults = []int16{pgx.BinaryFormatCode}

const (
	documentsSQL     = `SELECT event_id, revision, document FROM event_document WHERE event_id = ANY($1)`
	pastDocumentsSQL = `
		SELECT l.id, coalesce(o.revision, d.revision), coalesce(o.document, d.document)
		FROM unnest($1::uuid[], $2::integer[]) AS l (id, revision)
		LEFT JOIN event_past o ON o.event_id = l.id AND o.revision = l.revision
		LEFT JOIN event_document d ON d.event_id = l.id`
)

// readPage reads the documents of a list as readInto does, those that it
// remembers from memory.
func (s *Store) readPage(ctx context.Context, c *pgx.Conn, d *documents, l list, past bool) ([]json.RawMessage, error) {
	if s.remembered.size() == 0 {
		return readInto(ctx, c, d, l, past, nil)
	}
	n := l.len()
	d.list = slices.Grow(d.list, n)[:n]
	clear(d.list)
	d.keys = d.keys[:0]
	for i := range n {
		d.keys = append(d.keys, documentKey{l.id(i), l.revision(i)})
	}
	d.buffer = slices.Grow(d.buffer, n*documentSize)
	found := s.remembered.get(d)
	if found == n {
		return d.list, nil
	}
	missing := list{ids: newArray(pgtype.UUIDOID, 16), revisions: newArray(pgtype.Int4OID, 4)}
	var at []int // their places
	for i := range n {
		if d.list[i] == nil {
			missing.ids.add(l.ids.at(i))
			missing.revisions.add(l.revisions.at(i))
			at = append(at, i)
		}
	}
	rest := s.borrow()
	defer s.spare.Put(rest)
	if _, err := readInto(ctx, c, rest, missing, past, s.remembered.put); err != nil {
		return nil, err
	}
	for i, place := range at {
		if document := rest.whole[i]; document != nil {
			from := len(d.buffer)
			d.buffer = append(d.buffer, document...)
			d.list[place] = d.buffer[from:len(d.buffer):len(d.buffer)]
		}
	}
	return slices.DeleteFunc(d.list, func(d json.RawMessage) bool { return d == nil }), nil
}

// readInto reads the documents of a list, in its order, into d, and shows each
// to seen, if that is not nil. One that is not there is left out.
func readInto(ctx context.Context, c *pgx.Conn, d *documents, l list, past bool, seen func(documentKey, []byte)) ([]json.RawMessage, error) {
	n := l.len()
	d.list = slices.Grow(d.list, n)[:n]
	clear(d.list)
	d.whole = d.list
	if n == 0 {
		return d.list, nil
	}
	for i := range n {
		d.at[l.id(i)] = i
	}
	sql, values := documentsSQL, [][]byte{l.ids.raw}
	if past {
		sql, values = pastDocumentsSQL, append(values, l.revisions.raw)
	}
	prepared, err := c.Prepare(ctx, sql, sql)
	if err != nil {
		return nil, err
	}
	formats := []int16{pgx.BinaryFormatCode, pgx.BinaryFormatCode}[:len(values)]
	rows := c.PgConn().ExecPrepared(ctx, prepared.Name, values, formats, binaryResults)
	d.buffer = slices.Grow(d.buffer, n*documentSize)
	for rows.NextRow() {
		v := rows.Values()
		id := uuid.UUID(v[0])
		from := len(d.buffer)
		d.buffer = append(d.buffer, v[2]...) // what moves to a larger buffer stays where it was, too
		document := d.buffer[from:len(d.buffer):len(d.buffer)]
		d.list[d.at[id]] = document
		if seen != nil {
			seen(documentKey{id, int32(binary.BigEndian.Uint32(v[1]))}, document)
		}
	}
	if _, err := rows.Close(); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(d.list, func(d json.RawMessage) bool { return d == nil }) {
		return d.list, nil
	}
	return slices.DeleteFunc(slices.Clone(d.list), func(d json.RawMessage) bool { return d == nil }), nil
}

// documentSize is about how long a document is, in bytes.
const documentSize = 1600

// exportBatch is how many events an export reads at a time.
const exportBatch = 500

// EachEvent gives every event that a filter asks for to do, in the filter's
// order, as they stood together at one instant. It holds no more than a batch
// of them in memory. The document is valid until do returns; an error of do
// ends the reading and is given back. Limit, if it is not 0, and After count;
// fields and count do not.
//
// The snapshot is held until the end, so that whoever writes the documents out
// should give up on a reader that does not read.
func (s *Store) EachEvent(ctx context.Context, f event.Filter, do func(document []byte) error) error {
	ctx, err := s.settle(ctx, f.AsOf)
	if err != nil {
		return err
	}
	w, err := s.resolve(ctx, &f)
	if err != nil {
		return err
	}
	var stopped error
	held := s.borrow()
	defer s.spare.Put(held)
	err = pgx.BeginTxFunc(ctx, s.reader(ctx), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		c := tx.Conn()
		// The whole result is wanted, not its first rows: plan for that, and for
		// the days that are looked at.
		if _, err := tx.Exec(ctx, `SET LOCAL cursor_tuple_fraction = 1`); err != nil {
			return err
		}
		if f.From != nil {
			if err := tx.QueryRow(ctx, "SELECT "+longest).Scan(&w.reach); err != nil {
				return err
			}
		}
		q, _, err := w.listQuery(f.Limit)
		if err != nil {
			return err
		}
		q.stable = false
		rows, err := run(ctx, c, "DECLARE export NO SCROLL CURSOR FOR "+q.sql, q)
		if err != nil {
			return err
		}
		if _, err := rows.Close(); err != nil {
			return err
		}
		for {
			l, err := fetch(ctx, c)
			if err != nil || l.len() == 0 {
				return err
			}
			held.list, held.buffer = held.list[:0], held.buffer[:0]
			clear(held.at)
			documents, err := readInto(ctx, c, held, l, f.AsOf != nil, nil)
			if err != nil {
				return err
			}
			for _, d := range documents {
				if stopped = do(d); stopped != nil {
					return stopped
				}
			}
			if l.len() < exportBatch {
				return nil
			}
		}
	})
	if stopped != nil {
		return stopped
	}
	return translate(ctx, "export events", err)
}

// fetch reads the next batch of the cursor of an export.
func fetch(ctx context.Context, c *pgx.Conn) (list, error) {
	l := list{ids: newArray(pgtype.UUIDOID, 16), revisions: newArray(pgtype.Int4OID, 4)}
	rows := c.PgConn().ExecParams(ctx, fmt.Sprintf("FETCH %d FROM export", exportBatch), nil, nil, nil, binaryResults)
	for rows.NextRow() {
		v := rows.Values()
		l.ids.add(v[1])
		l.revisions.add(v[2])
	}
	_, err := rows.Close()
	return l, err
}

// newArray makes an empty array of a type.
func newArray(oid uint32, size int) array {
	raw := make([]byte, arrayHeader)
	binary.BigEndian.PutUint32(raw, 1) // dimensions
	binary.BigEndian.PutUint32(raw[8:], oid)
	binary.BigEndian.PutUint32(raw[16:], 1) // lower bound
	return array{raw, 0, size}
}

func (a *array) add(element []byte) {
	a.raw = append(binary.BigEndian.AppendUint32(a.raw, uint32(a.size)), element...)
	a.n++
	binary.BigEndian.PutUint32(a.raw[12:], uint32(a.n))
}

// count gives the number of all events that a question asks for, as it wants it.
func (s *Store) count(ctx context.Context, w *question) (*int64, error) {
	var q query
	sql := w.all(&q)
	var n int64
	switch w.Count {
	case event.CountExact:
		q.sql = "SELECT count(*) FROM (" + sql + ") AS m"
		if err := s.queryRow(ctx, q, &n); err != nil {
			return nil, translate(ctx, "count events", err)
		}
	case event.CountEstimated:
		var plan string
		q.sql = "EXPLAIN (FORMAT JSON) " + sql
		if err := s.queryRow(ctx, q, &plan); err != nil {
			return nil, translate(ctx, "estimate a count", err)
		}
		var nodes []struct {
			Plan struct {
				Rows float64 `json:"Plan Rows"`
			}
		}
		if err := json.Unmarshal([]byte(plan), &nodes); err != nil || len(nodes) != 1 {
			return nil, fmt.Errorf("read a plan: %w", cmp.Or(err, errors.New("it has no root")))
		}
		n = int64(nodes[0].Plan.Rows)
	default:
		return nil, nil
	}
	return &n, nil
}

// queryRow runs a statement that is planned for its values and gives one row.
func (s *Store) queryRow(ctx context.Context, q query, to ...any) error {
	rows, err := s.query(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return cmp.Or(rows.Err(), pgx.ErrNoRows)
	}
	return cmp.Or(rows.Scan(to...), rows.Err())
}

// query runs a statement that is planned for its values.
func (s *Store) query(ctx context.Context, q query) (pgx.Rows, error) {
	return s.reader(ctx).Query(ctx, q.sql, append([]any{pgx.QueryExecModeDescribeExec}, q.args...)...)
}

// documents reads the documents of events in the order of the ids. One that is
// not there is left out.
func (s *Store) documents(ctx context.Context, ids []uuid.UUID) ([]json.RawMessage, error) {
	byID, err := readDocuments(ctx, s.reader(ctx), ids)
	if err != nil {
		return nil, err
	}
	documents := make([]json.RawMessage, 0, len(ids))
	for _, id := range ids {
		if d, ok := byID[id]; ok {
			documents = append(documents, d)
		}
	}
	return documents, nil
}

func readDocuments(ctx context.Context, q querier, ids []uuid.UUID) (map[uuid.UUID][]byte, error) {
	byID := make(map[uuid.UUID][]byte, len(ids))
	if len(ids) == 0 {
		return byID, nil
	}
	rows, err := q.Query(ctx, documentsSQL, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var revision int32
		var document []byte
		if err := rows.Scan(&id, &revision, &document); err != nil {
			return nil, err
		}
		byID[id] = document
	}
	return byID, rows.Err()
}

// eventsOf gives the ids of the events that stand for articles, in the order
// in which each text has them.
func eventsOf(ctx context.Context, q querier, articles []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	rows, err := q.Query(ctx, `
		SELECT article_id, event_id FROM event_article
		WHERE article_id = ANY($1) ORDER BY article_id, start, event_id`, articles)
	if err != nil {
		return nil, err
	}
	events := map[uuid.UUID][]uuid.UUID{}
	var article, id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&article, &id}, func() error {
		events[article] = append(events[article], id)
		return nil
	})
	return events, err
}

// loadEvents fills in the events that stand for articles, which are the keys.
func loadEvents(ctx context.Context, q querier, of map[uuid.UUID][]event.Event) error {
	events, err := eventsOf(ctx, q, slices.Collect(maps.Keys(of)))
	if err != nil {
		return fmt.Errorf("read the articles' events: %w", err)
	}
	var all []uuid.UUID
	for _, ids := range events {
		all = append(all, ids...)
	}
	documents, err := readDocuments(ctx, q, all)
	if err != nil {
		return fmt.Errorf("read the articles' events: %w", err)
	}
	for article, ids := range events {
		for _, id := range ids {
			document, ok := documents[id]
			if !ok {
				continue // gone in this moment
			}
			var ev event.Event
			if err := json.Unmarshal(document, &ev); err != nil {
				return fmt.Errorf("decode event %s: %w", id, err)
			}
			of[article] = append(of[article], ev)
		}
	}
	return nil
}
