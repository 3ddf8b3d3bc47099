package encode

import (
	"bytes"
	"slices"

	"demarche/internal/event"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	parquetzstd "github.com/parquet-go/parquet-go/compress/zstd"
)

// The bounds of a row group. Its pages are held in memory, compressed, until it
// is written; what the footer says of it (64 KB), until the end.
const (
	groupRows  = 50_000
	groupBytes = 64 << 20 // of values, before they are compressed
)

// parquetEncoder writes Apache Parquet: a column for each of the table, and the
// lists as lists of structures.
type parquetEncoder struct {
	b       *bytes.Buffer
	s       *Shape
	columns []column
	w       *parquet.GenericWriter[any]
	row     parquet.Row
	rows    int
	bytes   int
}

func openParquet(b *bytes.Buffer, s *Shape) Encoder {
	e := &parquetEncoder{b: b, s: s, columns: s.columns()}
	e.w = parquet.NewGenericWriter[any](draining{b, s}, parquet.NewSchema("event", schema(e.columns)), &parquet.WriterConfig{
		CreatedBy:         "demarche",
		Compression:       &parquetzstd.Codec{Level: zstd.SpeedDefault, Concurrency: 1},
		PageBufferSize:    64 << 10,
		WriteBufferSize:   0, // the buffer is one
		DataPageVersion:   1, // which every reader knows
		ColumnPageBuffers: parquet.NewBufferPool(),
		// Nobody seeks by them, and they would be the larger part of the footer.
		SkipPageBounds: [][]string{{"summary"}, {"url"}, {"evidence", "list", "element", "text"}},
	})
	return e
}

// draining writes to the buffer and has it emptied when it is full, because a
// row group is written at once.
type draining struct {
	b *bytes.Buffer
	s *Shape
}

func (d draining) Write(p []byte) (int, error) {
	n, err := d.b.Write(p)
	if err == nil && d.s.Drain != nil {
		err = d.s.Drain()
	}
	return n, err
}

// fields is a group of columns in their own order; the library's is by name.
type fields struct {
	parquet.Group
	inOrder []parquet.Field
}

func (f fields) Fields() []parquet.Field { return f.inOrder }

// group makes a group of named columns in this order.
func group(names []string, nodes parquet.Group) parquet.Node {
	f := fields{nodes, nodes.Fields()}
	slices.SortFunc(f.inOrder, func(a, b parquet.Field) int { return slices.Index(names, a.Name()) - slices.Index(names, b.Name()) })
	return f
}

// schema gives the schema of columns: those of a list stand together.
func schema(columns []column) parquet.Node {
	var names []string
	nodes := parquet.Group{}
	for i := 0; i < len(columns); {
		c := columns[i]
		if c.list == nil {
			names, nodes[c.name] = append(names, c.name), leaf(c.kind)
			i++
			continue
		}
		var leaves []string
		element := parquet.Group{}
		for ; i < len(columns) && columns[i].list == c.list; i++ {
			leaves, element[columns[i].leaf] = append(leaves, columns[i].leaf), leaf(columns[i].kind)
		}
		names, nodes[c.list.member] = append(names, c.list.member), parquet.List(group(leaves, element))
	}
	return group(names, nodes)
}

// leaf gives the type of a column: any value may be absent.
func leaf(k kind) parquet.Node {
	switch k {
	case number:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case integer:
		return parquet.Optional(parquet.Int(64))
	case day:
		return parquet.Optional(parquet.Date())
	case instant:
		return parquet.Optional(parquet.Timestamp(parquet.Microsecond))
	}
	return parquet.Optional(parquet.String())
}

func (e *parquetEncoder) Event(document []byte) error {
	ev, err := decode(document)
	if err != nil {
		return err
	}
	return e.write(ev)
}

func (e *parquetEncoder) write(ev *event.Event) error {
	e.row = e.row[:0]
	for i := range e.columns {
		c := &e.columns[i]
		if c.list == nil {
			e.add(c, c.value(ev, 0, e.s), 0, 1, i)
			continue
		}
		n := c.list.len(ev)
		if n == 0 {
			e.row = append(e.row, parquet.NullValue().Level(0, 0, i))
		}
		for j := range n {
			e.add(c, c.value(ev, j, e.s), min(j, 1), 2, i)
		}
	}
	if _, err := e.w.WriteRows([]parquet.Row{e.row}); err != nil {
		return err
	}
	if e.rows++; e.rows == groupRows || e.bytes >= groupBytes {
		e.rows, e.bytes = 0, 0
		return e.w.Flush()
	}
	return nil
}

// add puts a value into the row with its repetition and definition levels; an
// absent one is defined one level less.
func (e *parquetEncoder) add(c *column, v value, repetition, definition, i int) {
	var p parquet.Value
	switch {
	case v.none:
		p, definition = parquet.NullValue(), definition-1
	case c.kind == number:
		p = parquet.DoubleValue(v.number)
	case c.kind == day:
		p = parquet.Int32Value(int32(v.int))
	case c.kind == text:
		p = parquet.ByteArrayValue([]byte(v.text))
	default:
		p = parquet.Int64Value(v.int)
	}
	e.bytes += 16 + len(v.text)
	e.row = append(e.row, p.Level(repetition, definition, i))
}

func (e *parquetEncoder) End() error { return e.w.Close() }
