package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/resolve"

	"github.com/google/uuid"
)

type resolveCmd struct {
	databaseFlags
	Explain bool     `help:"Say why two mentions, or two events, are or are not one event."`
	IDs     []string `arg:"" optional:"" name:"id" help:"With --explain: two ids of mentions or events, as GET /v1/events/{id} shows them."`
}

// Run compares with all others the mentions that were stored before there was
// resolution, or explains a judgement.
func (c *resolveCmd) Run(ctx context.Context, log *slog.Logger, s streams) error {
	if c.Explain != (len(c.IDs) == 2) || !c.Explain && len(c.IDs) > 0 {
		return errors.New("expected no ids, or --explain and two ids")
	}
	return c.with(ctx, log, func(url string) error {
		store, err := openStore(ctx, false, db.Config{URL: url, Logger: log})
		if err != nil {
			return err
		}
		defer store.Close()
		if c.Explain {
			return c.explain(ctx, store, s)
		}
		done, err := store.FileMentions(ctx, func(done int) { log.Info("resolving", "mentions", done) })
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%d mentions were compared\n", done)
		return err
	})
}

func (c *resolveCmd) explain(ctx context.Context, store *db.Store, s streams) error {
	var mentions [2]event.Mention
	for i, text := range c.IDs {
		id, err := uuid.Parse(text)
		if err != nil {
			return fmt.Errorf("%q is not an id: expected a UUID", text)
		}
		if mentions[i], err = store.Mention(ctx, id); err != nil {
			return err
		}
		m := &mentions[i]
		fmt.Fprintf(s.out, "%c: %s %s, %s\n   %s\n", 'A'+rune(i), m.Event.Type, m.Event.Status, m.Report.Source, m.Event.Summary)
	}
	j := resolve.Explain(&mentions[0], &mentions[1])
	for _, r := range j.Reasons {
		fmt.Fprintf(s.out, "%+8.2f  %s\n", r.Weight, r.What)
	}
	verdict := "they are not one event"
	if j.Same {
		verdict = "they are one event"
	}
	_, err := fmt.Fprintf(s.out, "%+8.2f  of %.2f needed: %s\n", j.Score, j.Needed, verdict)
	return err
}
