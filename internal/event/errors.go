package event

import (
	"errors"
	"strings"
)

// ErrorCode classifies an error for whoever must act on it; the HTTP layer maps
// each code to one status.
type ErrorCode string

// The error codes.
const (
	Invalid     ErrorCode = "invalid"     // the caller's input is wrong: mend and send again
	NotFound    ErrorCode = "not_found"   // no such thing
	Gone        ErrorCode = "gone"        // there was such a thing; it was retracted
	Unsupported ErrorCode = "unsupported" // a form of input that is not read
	TooLarge    ErrorCode = "too_large"   // over a limit that the message states
	Unavailable ErrorCode = "unavailable" // the database is away: try again later
)

// Error is an error that may be shown to the caller: its texts never hold
// anything internal.
type Error struct {
	Code   ErrorCode
	Detail string       // one sentence for a person
	Fields []FieldError // what was wrong where; may be empty
	cause  error
}

// FieldError says what is wrong with one part of the input.
type FieldError struct {
	Location string // "body.published_at", "query.from", "line 12"
	Message  string // what was expected
	Value    any    // what came, shortened; nil if absent
}

// Error implements error: the detail and each field's message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	for i, f := range e.Fields {
		if i == 0 && e.Detail != "" {
			b.WriteString(": ")
		} else if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Location + ": " + f.Message)
	}
	return b.String()
}

// Unwrap gives the internal cause, which is for logs only.
func (e *Error) Unwrap() error { return e.cause }

// Because attaches an internal cause for the log and gives e back.
func (e *Error) Because(cause error) *Error { e.cause = cause; return e }

// NewError makes an error with a code, a detail and the fields concerned.
func NewError(code ErrorCode, detail string, fields ...FieldError) *Error {
	return &Error{Code: code, Detail: detail, Fields: fields}
}

// AsError finds an Error in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
