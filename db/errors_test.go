package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"demarche/internal/event"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	sqlState := func(code string) error { return fmt.Errorf("query: %w", &pgconn.PgError{Code: code}) }
	for name, test := range map[string]struct {
		err  error
		want event.ErrorCode // empty: passes as it is
	}{
		"shutdown":               {sqlState("57P01"), event.Unavailable},
		"starting up":            {sqlState("57P03"), event.Unavailable},
		"too many connections":   {sqlState("53300"), event.Unavailable},
		"disk full":              {sqlState("53100"), event.Unavailable},
		"connection failure":     {sqlState("08006"), event.Unavailable},
		"I/O error":              {sqlState("58030"), event.Unavailable},
		"a standby":              {sqlState("25006"), event.Unavailable},
		"no such database":       {sqlState("3D000"), event.Unavailable},
		"statement timeout":      {sqlState("57014"), event.Unavailable},
		"end of file":            {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), event.Unavailable},
		"connection reset":       {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, event.Unavailable},
		"bad text":               {sqlState("22021"), event.Invalid},
		"text too long to index": {sqlState("54000"), event.Invalid},
		"a check":                {sqlState("23514"), ""},
		"a fault in our SQL":     {sqlState("42601"), ""},
		"anything else":          {errors.New("else"), ""},
		"an error of ours":       {event.NewError(event.Gone, "gone"), event.Gone},
	} {
		got := translate(context.Background(), "test", test.err)
		e, ok := event.AsError(got)
		if ok != (test.want != "") || ok && e.Code != test.want {
			t.Errorf("%s: %v", name, got)
		}
		if !errors.Is(got, test.err) {
			t.Errorf("%s: the cause is lost: %v", name, got)
		}
	}
	if err := translate(context.Background(), "test", nil); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := translate(ended, "test", io.EOF); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller has left: %v", err)
	}
}
