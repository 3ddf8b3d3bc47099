package db

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// InputKey tells one input of a load from another: a hash of what is loaded and
// of how it is cut into chunks.
type InputKey [sha256.Size]byte

// Load is one loading of an input, by one process or by several at once. Its
// input is cut into chunks, which are numbered from 0; each is stored by one
// process, exactly once.
type Load struct {
	ID      uuid.UUID
	Resumed bool // begun before, by this process or another
	Ended   bool // finished before

	store *Store
	mu    sync.Mutex
	rows  int // chunks that have a row
}

// chunkRows is how many chunks get their rows at a time.
const chunkRows = 256

// keepChunks is how long after its end it is remembered which chunks a load had:
// a process that still reads the input must find them done.
const keepChunks = 24 * time.Hour

// BeginLoad begins to load an input; with resume it goes on with the last load
// of that input, if there was one.
func (s *Store) BeginLoad(ctx context.Context, input InputKey, resume bool) (*Load, error) {
	l := &Load{store: s}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		now := s.now()
		if _, err := tx.Exec(ctx, `LOCK TABLE load IN SHARE ROW EXCLUSIVE MODE`); err != nil { // of several who resume, one begins
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM load_chunk WHERE load_id IN (SELECT id FROM load WHERE finished_at < $1)`, now.Add(-keepChunks)); err != nil {
			return err
		}
		if resume {
			err := tx.QueryRow(ctx, `SELECT id, finished_at IS NOT NULL FROM load WHERE input = $1 ORDER BY started_at DESC, id DESC LIMIT 1`, input[:]).Scan(&l.ID, &l.Ended)
			if l.Resumed = err == nil; l.Resumed || !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		if l.ID, err = uuid.NewV7(); err != nil {
			return fmt.Errorf("make an id: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO load (id, input, started_at) VALUES ($1, $2, $3)`, l.ID, input[:], now)
		return err
	})
	return l, translate(ctx, "begin a load", err)
}

// Done tells which chunks are stored.
func (l *Load) Done(ctx context.Context) (map[int]bool, error) {
	done := map[int]bool{}
	rows, err := l.store.pool.Query(ctx, `SELECT number FROM load_chunk WHERE load_id = $1 AND done_at IS NOT NULL`, l.ID)
	if err != nil {
		return nil, translate(ctx, "read how far a load is", err)
	}
	var number int
	_, err = pgx.ForEachRow(rows, []any{&number}, func() error { done[number] = true; return nil })
	return done, translate(ctx, "read how far a load is", err)
}

// Finish says that the load is at its end.
func (l *Load) Finish(ctx context.Context) error {
	_, err := l.store.pool.Exec(ctx, `UPDATE load SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL`, l.ID, l.store.now())
	return translate(ctx, "finish a load", err)
}

// ensure makes the rows of chunks, to be locked later.
func (l *Load) ensure(ctx context.Context, number int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number < l.rows {
		return nil
	}
	upTo := number + chunkRows
	_, err := l.store.pool.Exec(ctx, `
		INSERT INTO load_chunk (load_id, number) SELECT $1, n FROM generate_series($2::integer, $3::integer) AS n
		ON CONFLICT (load_id, number) DO NOTHING`, l.ID, l.rows, upTo-1)
	if err == nil {
		l.rows = upTo
	}
	return err
}

// Claim takes a chunk to work on. Its turn is nil if the chunk is done or, unless
// wait is set, if another process has it: elsewhere tells which. When a
// process ends, however it does, what it had claimed is free.
func (l *Load) Claim(ctx context.Context, number int, wait bool) (turn *Turn, elsewhere bool, err error) {
	if err := l.ensure(ctx, number); err != nil {
		return nil, false, translate(ctx, "claim a chunk", err)
	}
	tx, err := l.store.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return nil, false, translate(ctx, "claim a chunk", err)
	}
	t := &Turn{store: l.store, tx: tx}
	defer func() {
		if turn == nil {
			t.Cancel(ctx)
		}
	}()
	lock := `FOR UPDATE SKIP LOCKED`
	if wait {
		lock = `FOR UPDATE`
		if _, err := t.tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return nil, false, translate(ctx, "claim a chunk", err)
		}
	}
	var done bool
	err = t.tx.QueryRow(ctx, `SELECT done_at IS NOT NULL FROM load_chunk WHERE load_id = $1 AND number = $2 `+lock, l.ID, number).Scan(&done)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, true, nil
	case err != nil:
		return nil, false, translate(ctx, "claim a chunk", err)
	case done:
		return nil, false, nil
	}
	if wait {
		if _, err := t.tx.Exec(ctx, fmt.Sprintf(`SET LOCAL statement_timeout = %d`, l.store.timeout.Milliseconds())); err != nil {
			return nil, false, translate(ctx, "claim a chunk", err)
		}
	}
	t.done = func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE load_chunk SET done_at = $3 WHERE load_id = $1 AND number = $2`, l.ID, number, l.store.now())
		return err
	}
	return t, false, nil
}

// Turn is the storing of a chunk: one transaction from the claim on, if it is of a
// load. It ends with Put or with Cancel.
type Turn struct {
	store *Store
	tx    pgx.Tx             // nil if it is of no load
	done  func(pgx.Tx) error // says that the chunk is done
}

// Turn begins to store what is no part of a load.
func (s *Store) Turn() *Turn { return &Turn{store: s} }

// Cancel ends a turn with nothing stored. After Put it does nothing.
func (t *Turn) Cancel(ctx context.Context) {
	if t.tx != nil {
		_ = t.tx.Rollback(context.WithoutCancel(ctx))
	}
}

// Known tells which articles are stored already just as they are, before the
// costly coding, and gives their ids; the others have none.
func (t *Turn) Known(ctx context.Context, articles []*event.Article) ([]uuid.UUID, error) {
	ids := make([][]identity, len(articles))
	var keys [][]byte
	for i, a := range articles {
		ids[i] = identities(a)
		for j := range ids[i] {
			keys = append(keys, ids[i][j].key[:])
		}
	}
	var from querier = t.store.pool
	if t.tx != nil {
		from = t.tx
	}
	rows, err := from.Query(ctx, `
		SELECT i.key, i.article_id, a.content_hash FROM article_identity i JOIN article a ON a.id = i.article_id WHERE i.key = ANY($1)`, keys)
	if err != nil {
		return nil, translate(ctx, "find articles", err)
	}
	known, hashes := owners{}, map[uuid.UUID][sha256.Size]byte{}
	var key, hash []byte
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&key, &id, &hash}, func() error {
		if len(key) != sha256.Size || len(hash) != sha256.Size {
			return fmt.Errorf("identity key of %d bytes, content hash of %d", len(key), len(hash))
		}
		known[identityKey(key)], hashes[id] = id, [sha256.Size]byte(hash)
		return nil
	}); err != nil {
		return nil, translate(ctx, "find articles", err)
	}
	found := make([]uuid.UUID, len(articles))
	for i, a := range articles {
		if id, by, ok := known.resolve(ids[i]); ok && (by == byContent || hashes[id] == a.ContentHash()) {
			found[i] = id
		}
	}
	return found, nil
}

// Put stores articles with their events as PutArticles does, with a note that the
// chunk is done, and ends the turn.
func (t *Turn) Put(ctx context.Context, batch []Coded, revise Revise) ([]Put, error) {
	if t.tx == nil {
		return t.store.PutArticles(ctx, batch, revise)
	}
	defer t.Cancel(ctx)
	var puts []Put
	var w *writer
	batch, err := identified(batch)
	if err == nil && len(batch) > 0 {
		w, err = writeWithin(ctx, t.tx, func(tx pgx.Tx, locks map[int32]bool) (w *writer, err error) {
			puts, w, err = t.store.put(ctx, tx, locks, batch, revise)
			return w, err
		})
	}
	if err == nil {
		err = t.done(t.tx)
	}
	if err == nil {
		err = t.tx.Commit(ctx)
	}
	if err != nil {
		return nil, translate(ctx, "write articles", err)
	}
	if w != nil {
		t.store.wrote(w)
	}
	return puts, nil
}
