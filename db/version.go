package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"demarche/internal/event"
)

// Advisory locks of a database. Writers share writerLock from before they look
// at the clock until they are done, so that whoever gets it alone knows that
// nothing more will be written with an earlier time.
const (
	writerLock    int64 = 0x64656d6172_01
	sequencerLock int64 = 0x64656d6172_02
	rollupLock    int64 = 0x64656d6172_03
)

// Version counts the changes of events that are committed, and so says whether
// anything was changed since: two equal versions have the same events, and so
// the same answers. A write that was acknowledged before the call is in it.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var version int64
	err := s.reader(ctx).QueryRow(ctx, `
		SELECT coalesce((SELECT position FROM change ORDER BY position DESC LIMIT 1), 0) +
			coalesce((SELECT sum(cardinality(events)) FROM change_inbox), 0)`).Scan(&version)
	return version, translate(ctx, "read the version", err)
}

// settle makes sure that nothing will come to be written with a time up to an
// instant that is asked about, so that the answer stays the same for ever. The
// question goes to the primary then: a replica may not have all of it.
func (s *Store) settle(ctx context.Context, at *time.Time) (context.Context, error) {
	if at == nil {
		return ctx, nil
	}
	ctx = Pin(ctx, false)
	if at.UnixMicro() < s.settled.Load() {
		return ctx, nil
	}
	now := s.now()
	if at.After(now) {
		return ctx, event.NewError(event.Invalid, "the question is not valid", event.FieldError{
			Location: "query.as_of", Message: fmt.Sprintf("expected an instant up to now, which is %s", now.Format(time.RFC3339Nano)), Value: at.Format(time.RFC3339Nano)})
	}
	// Wait for the writers that may have looked at the clock already.
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, writerLock)
		return err
	})
	if err != nil {
		return ctx, translate(ctx, "wait for writers", err)
	}
	for was := s.settled.Load(); was < now.UnixMicro() && !s.settled.CompareAndSwap(was, now.UnixMicro()); was = s.settled.Load() {
	}
	return ctx, nil
}
