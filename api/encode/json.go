package encode

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"demarche/internal/event"
)

// jsonEncoder copies documents, which are JSON already.
type jsonEncoder struct {
	b      *bytes.Buffer
	s      *Shape
	filter event.Filter // for its fields
	any    bool
}

func openJSON(b *bytes.Buffer, s *Shape) Encoder {
	if !s.Single {
		b.WriteString(`{"events":[`)
	}
	return &jsonEncoder{b: b, s: s, filter: event.Filter{Fields: s.Fields}}
}

func (e *jsonEncoder) Event(document []byte) error {
	document, err := e.filter.Project(document)
	if err != nil {
		return err
	}
	if e.any {
		e.b.WriteByte(',')
	}
	e.any = true
	e.b.Write(document)
	return nil
}

func (e *jsonEncoder) End() error {
	if e.s.Single {
		return nil
	}
	e.b.WriteString(`],"next_cursor":"` + e.s.Cursor + `"`) // a cursor is base64url: nothing to escape
	if e.s.Count != nil {
		e.b.WriteString(`,"count":` + strconv.FormatInt(*e.s.Count, 10))
	}
	e.b.WriteByte('}')
	return nil
}

// ndjsonEncoder writes a document a line: JSON has no bare line breaks.
type ndjsonEncoder struct {
	b      *bytes.Buffer
	filter event.Filter
}

func openNDJSON(b *bytes.Buffer, s *Shape) Encoder {
	return &ndjsonEncoder{b, event.Filter{Fields: s.Fields}}
}

func (e *ndjsonEncoder) Event(document []byte) error {
	document, err := e.filter.Project(document)
	if err != nil {
		return err
	}
	e.b.Write(document)
	e.b.WriteByte('\n')
	return nil
}

func (*ndjsonEncoder) End() error { return nil }

// appendString writes a JSON string (RFC 8259).
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				out = append(append(out, s[from:i]...), `\ufffd`...)
				from = i + 1
			}
			i += n
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			out = append(out, s[from:i]...)
			if c < ' ' {
				out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			} else {
				out = append(out, '\\', c)
			}
			from = i + 1
		}
		i++
	}
	return append(append(out, s[from:]...), '"')
}
