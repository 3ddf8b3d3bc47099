package main

import (
	"context"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"demarche/db"
	"demarche/internal/access"

	"github.com/google/uuid"
)

// keysCmd makes and revokes keys. There is no way to do so over HTTP: who may
// make keys is who may reach the database.
type keysCmd struct {
	Create keysCreateCmd `cmd:"" help:"Make a key and print its secret, once. From the first key on, writing needs one."`
	List   keysListCmd   `cmd:"" help:"List the keys, without their secrets."`
	Revoke keysRevokeCmd `cmd:"" help:"Make a key good for nothing, at once."`
}

type keysCreateCmd struct {
	databaseFlags
	Name    string        `arg:"" help:"What the key is for; it stands in the audit."`
	Scope   string        `enum:"read,write,admin" default:"write" help:"What it allows: read, write (and read) or admin (and both)."`
	Expires time.Duration `placeholder:"TIME" help:"How long it is good, such as 720h. Default: until it is revoked."`
}

// Run makes a key. Its secret goes to the standard output alone, so that it can
// be piped into where secrets are kept.
func (c *keysCreateCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	if c.Expires < 0 {
		return fmt.Errorf("--expires: expected no negative time")
	}
	return c.withStore(ctx, log, func(store *db.Store) error {
		secret, hash := access.NewSecret()
		k := access.Key{Name: c.Name, Scope: access.Scope(c.Scope)}
		if c.Expires > 0 {
			at := time.Now().Add(c.Expires).UTC().Truncate(time.Second)
			k.ExpiresAt = &at
		}
		k, err := store.CreateKey(ctx, k, hash)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.err, "key %s, %s, scope %s, good %s; its secret is shown this once:\n", k.ID, k.Name, k.Scope, until(&k))
		_, err = fmt.Fprintln(s.out, secret)
		return err
	})
}

type keysListCmd struct{ databaseFlags }

// Run prints a table of the keys.
func (c *keysListCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	return c.withStore(ctx, log, func(store *db.Store) error {
		keys, err := store.Keys(ctx)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "ID\tNAME\tSCOPE\tCREATED\tGOOD")
		for _, k := range keys {
			good := until(&k)
			if k.Problem(time.Now()) != "" {
				good = k.Problem(time.Now())
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Scope, k.CreatedAt.UTC().Format(time.DateOnly), good)
		}
		return t.Flush()
	})
}

func until(k *access.Key) string {
	if k.ExpiresAt == nil {
		return "until it is revoked"
	}
	return "until " + k.ExpiresAt.UTC().Format(time.RFC3339)
}

type keysRevokeCmd struct {
	databaseFlags
	ID string `arg:"" help:"Id of the key, as demarche keys list shows it."`
}

// Run revokes a key.
func (c *keysRevokeCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	id, err := uuid.Parse(c.ID)
	if err != nil {
		return fmt.Errorf("%q is no id of a key: demarche keys list shows them", c.ID)
	}
	return c.withStore(ctx, log, func(store *db.Store) error {
		k, err := store.RevokeKey(ctx, id)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "key %s, %s: revoked\n", k.ID, k.Name)
		return err
	})
}

// withStore runs a step on the store that the flags name.
func (f *databaseFlags) withStore(ctx context.Context, log *slog.Logger, step func(*db.Store) error) error {
	return f.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, false, db.Config{URL: url, MaxConns: 2, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		return step(store)
	})
}
