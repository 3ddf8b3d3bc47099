package ingest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"demarche/internal/event"
)

// Record is one article of an input, or what was wrong with it.
type Record struct {
	Line    int // 1-based line where it starts
	ID      json.RawMessage
	Article event.Article
	Err     error // of this record only; the next one may be good
}

// Read gives the articles of r in their order: NDJSON if the first thing in it
// is a brace, one JSON object over many lines if that brace stands alone on its
// line, else the whole of r is one plain text. maxText bounds an
// article's text in bytes. The last error, if any, is of r itself, with Line 0.
func Read(r io.Reader, maxText int) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		br := bufio.NewReaderSize(r, 1<<16)
		lead, err := lead(br)
		switch {
		case errors.Is(err, io.EOF):
		case err != nil:
			yield(Record{Err: fmt.Errorf("read: %w", err)})
		case lead == '{' && braceAlone(br):
			readObject(br, maxText, yield)
		case lead == '{':
			readLines(br, maxText, yield)
		default:
			readText(br, maxText, yield)
		}
	}
}

// lead drops a byte order mark and gives the first byte that is not white space.
func lead(br *bufio.Reader) (byte, error) {
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		if _, err := br.Discard(3); err != nil {
			return 0, err
		}
	}
	for n := 1; ; n++ {
		b, err := br.Peek(n)
		if len(b) < n {
			return 0, err
		}
		if c := b[n-1]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, nil
		}
	}
}

// braceAlone tells whether the first line that is not empty is a lone brace, as
// programs print JSON for people.
func braceAlone(br *bufio.Reader) bool {
	start, _ := br.Peek(64)
	_, rest, _ := bytes.Cut(start, []byte("{"))
	line, _, found := bytes.Cut(rest, []byte("\n"))
	return found && len(bytes.TrimSpace(line)) == 0
}

func readObject(br *bufio.Reader, maxText int, yield func(Record) bool) {
	most := lineLimit(maxText)
	b, err := io.ReadAll(io.LimitReader(br, int64(most)+1))
	rec := Record{Line: 1}
	switch {
	case err != nil:
		rec = Record{Err: fmt.Errorf("read: %w", err)}
	case len(b) > most:
		rec.Err = fmt.Errorf("expected at most %d bytes in a JSON object", most)
	default:
		rec.ID, rec.Article, rec.Err = parseLine(b, maxText)
	}
	yield(rec)
}

// lineLimit bounds the JSON of an article: it may escape each byte as six.
func lineLimit(maxText int) int { return 6*maxText + 64<<10 }

func readText(br *bufio.Reader, maxText int, yield func(Record) bool) {
	b, err := io.ReadAll(io.LimitReader(br, int64(maxText)+1))
	if err != nil {
		yield(Record{Err: fmt.Errorf("read: %w", err)})
		return
	}
	a, err := event.Draft{Text: string(b)}.Check(maxText)
	yield(Record{Line: 1, Article: a, Err: err})
}

func readLines(br *bufio.Reader, maxText int, yield func(Record) bool) {
	most := lineLimit(maxText)
	for n := 1; ; n++ {
		line, tooLong, err := readLine(br, most)
		if err != nil && !errors.Is(err, io.EOF) {
			yield(Record{Err: fmt.Errorf("read: %w", err)})
			return
		}
		last := err != nil
		if text := bytes.TrimSpace(line); len(text) > 0 || tooLong {
			rec := Record{Line: n}
			if tooLong {
				rec.Err = fmt.Errorf("expected at most %d bytes a line", most)
			} else {
				rec.ID, rec.Article, rec.Err = parseLine(text, maxText)
			}
			if !yield(rec) {
				return
			}
		}
		if last {
			return
		}
	}
}

// readLine reads to the next line feed; of a line over most bytes it keeps
// nothing, so that memory stays bounded whatever comes.
func readLine(br *bufio.Reader, most int) (line []byte, tooLong bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > most; tooLong {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

func parseLine(line []byte, maxText int) (id json.RawMessage, a event.Article, err error) {
	if !utf8.Valid(line) {
		return nil, a, errors.New("expected valid UTF-8")
	}
	var d struct {
		event.Draft
		ID json.RawMessage `json:"id"` // kept as it came, to name the article in the output
	}
	if err := json.Unmarshal(line, &d); err != nil {
		return d.ID, a, fmt.Errorf("expected an article as a JSON object: %w", err)
	}
	if json.Unmarshal(d.ID, &d.Draft.ID) != nil {
		d.Draft.ID = string(d.ID) // a number
	}
	a, err = d.Check(maxText)
	return d.ID, a, err
}
