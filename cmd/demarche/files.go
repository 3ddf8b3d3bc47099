package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/ingest"
)

// inputFlags name the articles of extract and load.
type inputFlags struct {
	Files   []string          `arg:"" optional:"" help:"Files of articles, plain or packed with gzip or zstd: NDJSON (one article a line: text or html, title, published_at, ...), CSV with a first row of names, plain text, HTML; or folders of them; - or none is standard input."`
	Format  string            `enum:",ndjson,csv,tsv,text,html" default:"" help:"ndjson, csv, tsv, text or html. Default: by the name, else by how the file begins."`
	Column  map[string]string `placeholder:"FIELD=COLUMN" help:"For CSV: the column that holds a field (text, title, published_at, source, url, external_id, ...), such as text=body. Those not named have the field's own name."`
	MaxText int               `default:"1048576" placeholder:"BYTES" help:"Longest text of an article."`
	Workers int               `placeholder:"N" help:"Articles coded at once. Default: one a processor."`
}

// Validate names the option that is wrong.
func (f *inputFlags) Validate() error {
	switch {
	case f.MaxText < 1:
		return errors.New("--max-text: expected 1 or more")
	case f.Workers < 0:
		return errors.New("--workers: expected 1 or more")
	}
	if err := ingest.CheckColumns(f.Column); err != nil {
		return fmt.Errorf("--column: %w", err)
	}
	return nil
}

func (f *inputFlags) workers() int {
	if f.Workers > 0 {
		return f.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// input is a file of articles, or standard input.
type input struct {
	name string
	size int64 // in bytes; -1 if it is not known
	in   *bufio.Reader
}

// headSize is how much of a file tells it from others, in bytes.
const headSize = 64 << 10

// inputs lists the files that the flags name, those of folders in the order of
// their names, and gives what tells this input from another.
func (f *inputFlags) inputs(s streams) ([]input, db.InputKey, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %d\n", f.Format, f.MaxText)
	for _, field := range slices.Sorted(maps.Keys(f.Column)) {
		fmt.Fprintf(sum, "%q=%q\n", field, f.Column[field])
	}
	var all []input
	names := f.Files
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		if name == "-" {
			in := bufio.NewReaderSize(s.in, headSize)
			head, _ := in.Peek(headSize) // an error comes again when it is read
			fmt.Fprintf(sum, "standard input %x\n", sha256.Sum256(head))
			all = append(all, input{"standard input", -1, in})
			continue
		}
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return nil, db.InputKey{}, err
		case info.IsDir():
			if err := folder(name, &all, sum); err != nil {
				return nil, db.InputKey{}, err
			}
		default:
			size := int64(-1)
			if info.Mode().IsRegular() {
				size = info.Size()
				if err := addHead(sum, name); err != nil {
					return nil, db.InputKey{}, err
				}
			}
			fmt.Fprintf(sum, "%d\n", size)
			all = append(all, input{name, size, nil})
		}
	}
	return all, db.InputKey(sum.Sum(nil)), nil
}

// folder adds the files below a folder whose names say that they hold articles.
func folder(root string, all *[]input, sum io.Writer) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() || strings.HasPrefix(d.Name(), ".") || ingest.FormatOf(path) == ingest.Auto {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		fmt.Fprintf(sum, "%q %d\n", relative, info.Size())
		*all = append(*all, input{path, info.Size(), nil})
		return err
	})
}

func addHead(sum hash.Hash, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.CopyN(sum, file, headSize)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

// counter counts the bytes that pass.
type counter int64

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// records gives the records of inputs, with how many bytes of all of them were
// read. A file that cannot be read is a record that is refused.
func (f *inputFlags) records(inputs []input) iter.Seq[ingest.Raw] {
	return func(yield func(ingest.Raw) bool) {
		read := new(counter)
		for _, in := range inputs {
			if !f.recordsOf(in, read, yield) {
				return
			}
		}
	}
}

func (f *inputFlags) recordsOf(in input, read *counter, yield func(ingest.Raw) bool) bool {
	var r io.Reader = in.in
	if in.in == nil {
		file, err := os.Open(in.name)
		if err != nil {
			return yield(ingest.Raw{File: in.name, Err: err})
		}
		defer file.Close()
		r = file
	}
	o := ingest.Options{File: in.name, Format: ingest.Format(f.Format), Columns: f.Column, MaxText: f.MaxText, Now: time.Now()}
	for raw := range ingest.Read(io.TeeReader(r, read), o) {
		raw.Offset = int64(*read)
		if !yield(raw) {
			return false
		}
	}
	return true
}

// reason says which record was refused and why.
func reason(r *ingest.Record) string {
	if r.Line == 0 {
		return fmt.Sprintf("%s: %v", r.File, r.Err)
	}
	return fmt.Sprintf("%s: line %d: %v", r.File, r.Line, r.Err)
}

type extractCmd struct {
	inputFlags
	coderFlags
	Explain bool `help:"Also print how each sentence was read: parse, entities, rules."`
}

// Run prints one line an article, {"id":…,"events":[…]}, in the order of the
// input. It fails if a record was refused, after all others are done.
func (c *extractCmd) Run(ctx context.Context, s streams) error {
	inputs, _, err := c.inputs(s)
	if err != nil {
		return err
	}
	_, x, err := c.coder(s)
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	refused := 0
	code := func(raw ingest.Raw) coded {
		r := raw.Parse()
		out := coded{record: r, ID: r.ID}
		switch {
		case r.Err != nil:
		case c.Explain:
			e := x.Explain(&r.Article)
			out.Events, out.Sentences, out.Note = e.Events, e.Sentences, ingest.Note(&r.Article)
		default:
			out.Events, out.Note = x.Events(&r.Article), ingest.Note(&r.Article)
		}
		return out
	}
	for r := range ingest.Ordered(ctx, c.records(inputs), c.workers(), code) {
		if r.record.Err != nil {
			refused++
			fmt.Fprintln(s.err, reason(&r.record))
			continue
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if refused > 0 {
		return fmt.Errorf("%d records were refused: %w", refused, errReported)
	}
	return nil
}

// coded is a line of extract's output.
type coded struct {
	record    ingest.Record
	ID        json.RawMessage           `json:"id,omitempty"`
	Events    []event.Event             `json:"events"`
	Note      string                    `json:"note,omitempty"`
	Sentences []extract.SentenceReading `json:"sentences,omitempty"`
}
