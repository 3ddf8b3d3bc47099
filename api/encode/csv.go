package encode

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// csvEncoder writes comma-separated values (RFC 4180): a header, then a row an
// event.
type csvEncoder struct {
	b       *bytes.Buffer
	s       *Shape
	columns []column
	cell    []byte
}

func openCSV(b *bytes.Buffer, s *Shape) Encoder {
	e := &csvEncoder{b: b, s: s, columns: s.columns()}
	names := make([]string, len(e.columns))
	for i, c := range e.columns {
		names[i] = c.name
	}
	b.WriteString(strings.Join(names, ",") + "\r\n")
	return e
}

func (e *csvEncoder) Event(document []byte) error {
	ev, err := decode(document)
	if err != nil {
		return err
	}
	out := e.b.AvailableBuffer()
	for i := range e.columns {
		c := &e.columns[i]
		if i > 0 {
			out = append(out, ',')
		}
		e.cell = e.cell[:0]
		if c.list == nil {
			if v := c.value(ev, 0, e.s); !v.none {
				e.cell = v.append(e.cell, c.kind)
			}
		} else {
			for j := range c.list.len(ev) {
				if j > 0 {
					e.cell = append(e.cell, ';')
				}
				if v := c.value(ev, j, e.s); v.none {
				} else if c.kind == text {
					e.cell = appendElement(e.cell, v.text)
				} else {
					e.cell = v.append(e.cell, c.kind)
				}
			}
		}
		out = appendCell(out, e.cell, c.kind == text)
	}
	out = append(out, '\r', '\n')
	e.b.Write(out)
	return nil
}

func (*csvEncoder) End() error { return nil }

// appendElement writes an element of a list that is joined by semicolons: one
// in the element is written "\;", a backslash "\\".
func appendElement(out []byte, s string) []byte {
	for i := range len(s) {
		if s[i] == ';' || s[i] == '\\' {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return out
}

// AppendText writes a cell of text, quoted if it needs to be, and such that no
// spreadsheet runs it as a formula.
func AppendText(out []byte, s string) []byte { return appendCell(out, []byte(s), true) }

// appendCell writes a cell. In text, whatever could begin a formula gets an
// apostrophe before it, which spreadsheets take for "this is text": at the
// start, and behind whatever a program that takes other separators could take
// for the start of a cell. Apostrophes there get one more, so that the text can
// be had back.
func appendCell(out, cell []byte, defuse bool) []byte {
	quote := bytes.ContainsAny(cell, "\",;\t\r\n") || len(cell) > 0 && (cell[0] == ' ' || cell[len(cell)-1] == ' ')
	if quote {
		out = append(out, '"')
	}
	start := true
	for i, c := range cell {
		if defuse && start && runs(cell[i:]) {
			out = append(out, '\'')
		}
		start = c == ';' || c == '\t' || c == '\r' || c == '\n'
		if c == '"' {
			out = append(out, '"')
		}
		out = append(out, c)
	}
	if quote {
		out = append(out, '"')
	}
	return out
}

// runs tells whether a cell with this text, or with apostrophes before it, could
// be run as a formula.
func runs(cell []byte) bool {
	cell = bytes.TrimLeft(cell, "'")
	if len(cell) == 0 {
		return false
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return true
	}
	r, _ := utf8.DecodeRune(cell)
	return r == '＝' || r == '＋' || r == '－' || r == '＠'
}
