package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"demarche/internal/event"
)

// translate names the operation that failed and turns what the database says
// into what the caller can act on: Unavailable if the database is away or
// overloaded, Invalid if it refuses a value. The end of the caller's own
// context passes through, and so does everything unknown.
func translate(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
	if e, ok := event.AsError(err); ok {
		return e
	}
	cause := fmt.Errorf("%s: %w", op, err)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == "57014": // query_canceled, and not by us
		return event.NewError(event.Unavailable, "the database took too long to answer").Because(cause)
	case errors.As(err, &pg) && pg.Code == "53100": // disk_full
		return event.NewError(event.Unavailable, "the database has no disk space left").Because(cause)
	case errors.As(err, &pg) && away(pg.Code), lost(err):
		return event.NewError(event.Unavailable, "the database is away").Because(cause)
	case errors.As(err, &pg) && (pg.Code[:2] == "22" || pg.Code == "54000"): // data exception, program limit
		return event.NewError(event.Invalid, "the database cannot take one of the values").Because(cause)
	}
	return cause
}

// away tells whether an SQLSTATE means that the server cannot serve now.
func away(code string) bool {
	switch code[:2] {
	case "08", "53", "58": // connection exception, insufficient resources, system error
		return true
	}
	switch code {
	case "57P01", "57P02", "57P03", "57P04", // shutdown, crash, cannot connect now, database dropped
		"40001",                   // a standby gave up a question that was in the way of what it replays
		"25006",                   // read-only transaction: the server has become a standby
		"3D000", "28000", "28P01": // no such database, not let in: for the operator, not for the caller
		return true
	}
	return false
}

// lost tells whether an error is of the connection and not of the statement.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, puddle.ErrClosedPool)
}
