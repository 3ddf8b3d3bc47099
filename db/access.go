package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"demarche/internal/access"
	"demarche/internal/event"
)

const keyColumns = `id, name, scope, created_at, expires_at, revoked_at`

func scanKey(row pgx.CollectableRow) (k access.Key, err error) {
	err = row.Scan(&k.ID, &k.Name, &k.Scope, &k.CreatedAt, &k.ExpiresAt, &k.RevokedAt)
	return k, err
}

// CreateKey stores a key under the hash of its secret; id and time are filled
// in.
func (s *Store) CreateKey(ctx context.Context, k access.Key, hash access.Hash) (access.Key, error) {
	if err := access.CheckName(k.Name); err != nil {
		return k, event.NewError(event.Invalid, "the key is not valid", event.FieldError{Location: "name", Message: err.Error(), Value: k.Name})
	}
	if !k.Scope.Allows(access.Read) {
		return k, event.NewError(event.Invalid, "the key is not valid",
			event.FieldError{Location: "scope", Message: fmt.Sprintf("expected one of %v", access.Scopes()), Value: string(k.Scope)})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return k, fmt.Errorf("make an id: %w", err)
	}
	k.ID, k.CreatedAt, k.RevokedAt = id, s.now(), nil
	_, err = s.pool.Exec(ctx, `INSERT INTO api_key (id, name, scope, created_at, expires_at, hash) VALUES ($1, $2, $3, $4, $5, $6)`,
		k.ID, k.Name, string(k.Scope), k.CreatedAt, k.ExpiresAt, hash[:])
	return k, translate(ctx, "create a key", err)
}

// Keys gives all keys, the oldest first, those that are good no more as well.
func (s *Store) Keys(ctx context.Context) ([]access.Key, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+keyColumns+` FROM api_key ORDER BY created_at, id`)
	if err != nil {
		return nil, translate(ctx, "list keys", err)
	}
	keys, err := pgx.CollectRows(rows, scanKey)
	return keys, translate(ctx, "list keys", err)
}

// RevokeKey makes a key good for nothing from now on, in every process. Doing
// it again changes nothing.
func (s *Store) RevokeKey(ctx context.Context, id uuid.UUID) (access.Key, error) {
	rows, err := s.pool.Query(ctx, `UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING `+keyColumns, id, s.now())
	if err != nil {
		return access.Key{}, translate(ctx, "revoke a key", err)
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, event.NewError(event.NotFound, "there is no such key")
	}
	return k, translate(ctx, "revoke a key", err)
}

// KeyOf gives the key with this hash, revoked and expired ones as well; nil if
// there is none.
func (s *Store) KeyOf(ctx context.Context, hash access.Hash) (*access.Key, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+keyColumns+` FROM api_key WHERE hash = $1 LIMIT 1`, hash[:])
	if err != nil {
		return nil, translate(ctx, "look up a key", err)
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanKey)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &k, translate(ctx, "look up a key", err)
}

// Guarded tells whether there was ever a key: from then on writing needs one,
// also when all of them are revoked.
func (s *Store) Guarded(ctx context.Context) (guarded bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM api_key)`).Scan(&guarded)
	return guarded, translate(ctx, "look for keys", err)
}

// Audit is a request that was let in to change something.
type Audit struct {
	ID      uuid.UUID  `json:"id"`
	At      time.Time  `json:"at"`
	KeyID   *uuid.UUID `json:"key_id,omitempty" doc:"Absent while there were no keys"`
	Key     string     `json:"key" doc:"Name of the key"`
	Address string     `json:"address" doc:"Of the client"`
	Method  string     `json:"method"`
	Path    string     `json:"path"`
	Request string     `json:"request_id" doc:"As in the log"`
	Status  int        `json:"status" doc:"Of the answer"`
}

// WriteAudit keeps entries; id and time are filled in if they are not there. It
// does not wait for the disk: what it tells of did, and is in the log besides.
func (s *Store) WriteAudit(ctx context.Context, a Audit) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	var q pgx.Batch
	q.Queue(`SELECT set_config('synchronous_commit', 'off', true)`)
	q.Queue(`INSERT INTO audit (id, at, key_id, key, address, method, path, request, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, s.now(), a.KeyID, a.Key, a.Address, a.Method, a.Path, a.Request, a.Status)
	return translate(ctx, "write the audit", s.pool.SendBatch(ctx, &q).Close())
}

// Audits gives entries, the newest first, that are older than before (the zero
// id: all).
func (s *Store) Audits(ctx context.Context, before uuid.UUID, limit int) ([]Audit, error) {
	if before == uuid.Nil {
		before = uuid.Max
	}
	rows, err := s.pool.Query(ctx, `SELECT id, at, key_id, key, address, method, path, request, status FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, translate(ctx, "read the audit", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Audit])
	for i := range all {
		all[i].At = all[i].At.UTC()
	}
	return all, translate(ctx, "read the audit", err)
}
