package gazetteer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Option adds to the embedded data.
type Option func(*builder) error

// Format is how a dictionary is written.
type Format uint8

// The formats of dictionaries. See the package's README for the columns and fields.
const (
	FormatCSV    Format = iota // a header of column names, one entry or office a row
	FormatJSON                 // an array of entries
	FormatActors               // .actors of the Open Event Data Alliance
	FormatAgents               // .agents of the Open Event Data Alliance
)

// WithDictionary adds a dictionary. The first bad line makes [New] fail, with the line's number and what was
// expected there.
func WithDictionary(r io.Reader, f Format) Option {
	return func(b *builder) error {
		var first error
		err := b.readDictionary(r, f, func(err error) bool {
			first = err
			return false
		})
		return errors.Join(first, err)
	}
}

// WithLenientDictionary adds what is good of a dictionary and hands an error for every bad line to report. Of a JSON
// dictionary nothing that follows a syntax error is read.
func WithLenientDictionary(r io.Reader, f Format, report func(error)) Option {
	return func(b *builder) error {
		return b.readDictionary(r, f, func(err error) bool {
			report(err)
			return true
		})
	}
}

// readDictionary reads a dictionary. It hands errors in the text to bad, and stops if that returns false.
func (b *builder) readDictionary(r io.Reader, f Format, bad func(error) bool) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	b.added.Write(text) // a hash takes everything
	report := func(line int, err error) bool { return bad(fmt.Errorf("dictionary line %d: %w", line, err)) }
	switch f {
	case FormatCSV:
		b.readCSV(text, report)
	case FormatJSON:
		b.readJSON(text, report)
	case FormatActors:
		b.readActors(text, report)
	case FormatAgents:
		b.readAgents(text, report)
	default:
		return fmt.Errorf("dictionary format %d is unknown", f)
	}
	return nil
}

// eachLine hands the lines of a text and their numbers to a function until it returns false.
func eachLine(text []byte, take func(n int, line string) bool) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for n := 1; lines.Scan(); n++ {
		if !take(n, lines.Text()) {
			return
		}
	}
}
