package event

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
)

// Cursor is a position in an ordered list of events: behind the event with
// this sort key and id. As text it is opaque and carries a fingerprint of the
// question, so that it cannot be used with another one by mistake.
type Cursor struct {
	Key      int64 // value that the order sorts by
	ID       uuid.UUID
	Question uint64 // fingerprint of the filter without its page
}

const cursorVersion, cursorLen = 2, 1 + 8 + 8 + 16

// String gives the opaque form.
func (c Cursor) String() string {
	b := make([]byte, 0, cursorLen)
	b = append(b, cursorVersion)
	b = binary.BigEndian.AppendUint64(b, c.Question)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Key))
	b = append(b, c.ID[:]...)
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (*Cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != cursorLen || b[0] != cursorVersion {
		return nil, fmt.Errorf("this is not a cursor: expected the next_cursor of an earlier answer")
	}
	return &Cursor{
		Question: binary.BigEndian.Uint64(b[1:]),
		Key:      int64(binary.BigEndian.Uint64(b[9:])),
		ID:       uuid.UUID(b[17:]),
	}, nil
}

// CursorAt gives the cursor behind an event with this sort key and id.
func (f *Filter) CursorAt(key int64, id uuid.UUID) Cursor {
	return Cursor{Key: key, ID: id, Question: f.fingerprint()}
}
