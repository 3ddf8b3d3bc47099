package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"demarche/internal/event"

	"github.com/klauspost/compress/zstd"
)

// Record is one article of an input, or what was wrong with it.
type Record struct {
	File    string
	Line    int             // 1-based line where it starts; 0 if the error is of the input itself
	Offset  int64           // as Raw has it
	ID      json.RawMessage // its "id", as it came
	Article event.Article
	Err     error // of this record only; the next one may be good
}

// Raw is a record as it stands in an input. It is cheap to make: what costs time
// is done by Parse.
type Raw struct {
	File string
	Line int
	Data []byte // a line of JSON, a text or a page
	Err  error
	// Offset is for whoever reads to say how much was read when the record was found.
	Offset int64

	parse func([]byte) (json.RawMessage, event.Article, error)
}

// Parse reads the record.
func (r *Raw) Parse() Record {
	out := Record{File: r.File, Line: r.Line, Offset: r.Offset, Err: r.Err}
	if r.Err == nil {
		out.ID, out.Article, out.Err = r.parse(r.Data)
	}
	return out
}

// Format is how an input holds articles.
type Format string

// The formats.
const (
	Auto   Format = ""       // found from the name and the first bytes
	NDJSON Format = "ndjson" // one JSON object a line, or a single object over many
	CSV    Format = "csv"    // RFC 4180, the first row names the columns
	TSV    Format = "tsv"    // the same with tabs
	Text   Format = "text"   // one article
	HTML   Format = "html"   // one page
)

// extensions are the formats by the ending of a file's name.
var extensions = map[string]Format{
	".ndjson": NDJSON, ".jsonl": NDJSON, ".json": NDJSON, ".csv": CSV, ".tsv": TSV, ".txt": Text, ".html": HTML, ".htm": HTML, ".xhtml": HTML,
}

// FormatOf gives the format that a file's name tells, behind endings of
// compression; Auto if it tells none.
func FormatOf(name string) Format {
	for {
		switch ext := strings.ToLower(filepath.Ext(name)); ext {
		case ".gz", ".zst", ".zstd":
			name = strings.TrimSuffix(name, filepath.Ext(name))
		default:
			return extensions[ext]
		}
	}
}

// Options say how an input is read.
type Options struct {
	File    string            // its name, for messages and for its format
	Format  Format            // Auto: found
	Columns map[string]string // for CSV: the column of a field of an article; those not named have the field's own name
	MaxText int               // longest text of an article, in bytes
	Now     time.Time         // later dates of pages are mistakes
}

// fields are those that a column of CSV may fill.
var fields = []string{"id", "external_id", "title", "text", "html", "published_at", "source", "url", "language", "licence"}

// CheckColumns says which field of a column map there is not.
func CheckColumns(columns map[string]string) error {
	for _, f := range slices.Sorted(maps.Keys(columns)) {
		if !slices.Contains(fields, f) {
			return fmt.Errorf("an article has no field %q: expected one of %s", f, strings.Join(fields, ", "))
		}
	}
	return nil
}

// Read gives the records of an input in their order. Gzip and zstd are unpacked. A
// format that is not given is told by the name, else by how the input begins: NDJSON if
// with a brace (one object over many lines if that brace stands alone on its line),
// HTML if with a tag of it, else the whole is one plain text. The last error, if any,
// is of the input itself, with Line 0.
func Read(r io.Reader, o Options) iter.Seq[Raw] {
	return func(yield func(Raw) bool) {
		give := func(raw Raw) bool {
			raw.File = o.File
			return yield(raw)
		}
		if err := o.read(r, give); err != nil {
			give(Raw{Err: fmt.Errorf("read: %w", err)})
		}
	}
}

func (o *Options) read(r io.Reader, yield func(Raw) bool) error {
	br, done, err := unpack(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return err
	}
	defer done()
	first, err := lead(br)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	format := o.Format
	if format == Auto {
		format = FormatOf(o.File)
	}
	if format == Auto {
		format = guess(br, first)
	}
	switch format {
	case CSV, TSV:
		return o.readTable(br, format, yield)
	case Text:
		return o.readWhole(br, o.MaxText, func(b []byte) event.Draft { return event.Draft{Text: string(b)} }, yield)
	case HTML:
		return o.readWhole(br, MaxHTML(o.MaxText), func(b []byte) event.Draft { return event.Draft{HTML: string(b)} }, yield)
	}
	if first == '{' && braceAlone(br) {
		return o.readObject(br, yield)
	}
	return o.readLines(br, yield)
}

// unpack takes off compression, told by its first bytes.
func unpack(br *bufio.Reader) (*bufio.Reader, func(), error) {
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(z, 1<<16), func() { _ = z.Close() }, nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(z, 1<<16), z.Close, nil
	}
	return br, func() {}, nil
}

// guess tells the format from how an input begins.
func guess(br *bufio.Reader, first byte) Format {
	if first == '{' {
		return NDJSON
	}
	start, _ := br.Peek(512)
	start = bytes.ToLower(bytes.TrimSpace(start))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return HTML
		}
	}
	return Text
}

// lead drops a byte order mark and gives the first byte that is not white space.
func lead(br *bufio.Reader) (byte, error) {
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		if _, err := br.Discard(3); err != nil {
			return 0, err
		}
	}
	for n := 1; n <= br.Size(); n++ {
		b, err := br.Peek(n)
		if len(b) < n {
			return 0, err
		}
		if c := b[n-1]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, nil
		}
	}
	return ' ', nil
}

// braceAlone tells whether the first line that is not empty is a lone brace, as
// programs print JSON for people.
func braceAlone(br *bufio.Reader) bool {
	start, _ := br.Peek(64)
	_, rest, _ := bytes.Cut(start, []byte("{"))
	line, _, found := bytes.Cut(rest, []byte("\n"))
	return found && len(bytes.TrimSpace(line)) == 0
}

func (o *Options) readObject(br *bufio.Reader, yield func(Raw) bool) error {
	most := lineLimit(o.MaxText)
	b, err := io.ReadAll(io.LimitReader(br, int64(most)+1))
	if err != nil {
		return err
	}
	raw := Raw{Line: 1, Data: b, parse: o.parseLine}
	if len(b) > most {
		raw.Data, raw.Err = nil, fmt.Errorf("expected at most %d bytes in a JSON object", most)
	}
	yield(raw)
	return nil
}

// lineLimit bounds the JSON of an article: it may escape each byte as six.
func lineLimit(maxText int) int { return 6*maxText + 64<<10 }

// readWhole reads an input that is one article.
func (o *Options) readWhole(br *bufio.Reader, most int, draft func([]byte) event.Draft, yield func(Raw) bool) error {
	b, err := io.ReadAll(io.LimitReader(br, int64(most)+1))
	if err != nil {
		return err
	}
	yield(Raw{Line: 1, Data: b, parse: func(b []byte) (json.RawMessage, event.Article, error) {
		a, err := Article(draft(b), o.MaxText, o.Now)
		return nil, a, err
	}})
	return nil
}

func (o *Options) readLines(br *bufio.Reader, yield func(Raw) bool) error {
	most := lineLimit(o.MaxText)
	for n := 1; ; n++ {
		line, tooLong, err := readLine(br, most)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		last := err != nil
		if text := bytes.TrimSpace(line); len(text) > 0 || tooLong {
			raw := Raw{Line: n, Data: text, parse: o.parseLine}
			if tooLong {
				raw.Err = fmt.Errorf("expected at most %d bytes a line", most)
			}
			if !yield(raw) {
				return nil
			}
		}
		if last {
			return nil
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

func (o *Options) parseLine(line []byte) (id json.RawMessage, a event.Article, err error) {
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
	a, err = Article(d.Draft, o.MaxText, o.Now)
	return d.ID, a, err
}

// readTable reads CSV. Its records become lines of NDJSON, so that what is refused
// can be mended and sent again.
func (o *Options) readTable(br *bufio.Reader, format Format, yield func(Raw) bool) error {
	budget := &allowance{r: br}
	budget.renew(o.MaxText)
	table := csv.NewReader(budget)
	table.ReuseRecord = true
	if format == TSV {
		table.Comma, table.LazyQuotes = '\t', true
	}
	head, err := table.Read()
	if err != nil {
		return fmt.Errorf("the first row, which names the columns: %w", err)
	}
	columns, err := o.columns(head)
	if err != nil {
		return err
	}
	for {
		budget.renew(o.MaxText)
		row, err := table.Read()
		var malformed *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &malformed):
			if !yield(Raw{Line: malformed.StartLine, Err: fmt.Errorf("column %d: %w", malformed.Column, malformed.Err)}) {
				return nil
			}
			continue
		case err != nil:
			return err
		}
		line, _ := table.FieldPos(0)
		raw := Raw{Line: line, parse: o.parseLine}
		if raw.Data, raw.Err = object(columns, row); raw.Err != nil {
			raw.Data = nil
		}
		if !yield(raw) {
			return nil
		}
	}
}

// columns gives the field that each column of a table fills, "" for none.
func (o *Options) columns(head []string) ([]string, error) {
	out, found := make([]string, len(head)), map[string]bool{}
	for i, name := range head {
		name = strings.TrimSpace(name)
		for _, f := range fields {
			own, mapped := o.Columns[f]
			if mapped && own == name || !mapped && strings.EqualFold(f, name) {
				out[i], found[f] = f, true
			}
		}
	}
	for _, f := range slices.Sorted(maps.Keys(o.Columns)) {
		if !found[f] {
			return nil, fmt.Errorf("there is no column %q for %s: the first row has %s", o.Columns[f], f, strings.Join(head, ", "))
		}
	}
	if !found["text"] && !found["html"] {
		return nil, fmt.Errorf("there is no column text or html, and none is mapped to them: the first row has %s", strings.Join(head, ", "))
	}
	return out, nil
}

// object writes a row as JSON.
func object(columns, row []string) ([]byte, error) {
	o := map[string]string{}
	for i, f := range columns {
		if !utf8.ValidString(row[i]) {
			return nil, errors.New("expected valid UTF-8")
		}
		if f != "" && row[i] != "" {
			o[f] = row[i]
		}
	}
	return json.Marshal(o)
}

// allowance reads so much and no more until it is renewed: a quote that is never
// closed must not take all memory.
type allowance struct {
	r    io.Reader
	left int
	most int
}

func (a *allowance) renew(maxText int) {
	a.most = lineLimit(maxText)
	a.left = a.most
}

// Read implements io.Reader.
func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, fmt.Errorf("a row of more than %d bytes: a quote may not be closed", a.most)
	}
	n, err := a.r.Read(p)
	a.left -= n
	return n, err
}
