package net

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// A model file is
//
//	magic, version, length of the body, SHA-256 of the body, body
//
// with all numbers little-endian. The body holds, in this order: the sizes of the network, the fingerprint of the
// tags and relations, the words, the tables, the step, the layers, and text that the caller adds (the lemmas).
const (
	magic   = "DEMARCHE-NLP"
	version = 2
	header  = len(magic) + 4 + 8 + sha256.Size
)

// maxSize bounds every size in a model file.
const maxSize = 1 << 26

// Errors of reading a model file.
var (
	ErrForeign   = errors.New("not a model file of this program")
	ErrVersion   = errors.New("the model file is of another version")
	ErrTruncated = errors.New("the model file is truncated")
	ErrChecksum  = errors.New("the model file is damaged: its checksum is wrong")
	ErrInventory = errors.New("the model file was trained with other tags or relations")
	ErrMalformed = errors.New("the model file is malformed")
)

// Encode writes a model as a file. inventory names the tags and relations in their order, and extra is kept as it is.
func (m *Model) Encode(inventory, extra string) []byte {
	var w writer
	s := m.Shape
	for _, n := range append(s.Embed[:], s.Hidden, s.Layers, s.Arc, s.Label, s.UPOS, s.XPOS, s.Rels) {
		w.number(n)
	}
	sum := sha256.Sum256([]byte(inventory))
	w.buf = append(w.buf, sum[:]...)
	w.text(strings.Join(m.Lexicon.words, "\n"))
	for _, t := range m.Tables {
		w.buf = append(w.buf, t.Unit...)
		w.bytes(t.Value)
	}
	w.floats([]float32{m.Step})
	w.linear(m.Window)
	for _, l := range m.Layers {
		w.linear(l.Linear)
		w.floats(l.State)
	}
	w.linear(m.Heads)
	w.linear(m.Arc)
	w.floats(m.Root)
	w.floats(m.Dist)
	w.linear(m.Rel)
	w.text(extra)
	file := append([]byte(nil), magic...)
	file = binary.LittleEndian.AppendUint32(file, version)
	file = binary.LittleEndian.AppendUint64(file, uint64(len(w.buf)))
	sum = sha256.Sum256(w.buf)
	return append(append(file, sum[:]...), w.buf...)
}

// Decode reads a model file and the text that was added to it. The file must not be changed as long as the model is in
// use. Errors wrap one of those above.
func Decode(file []byte, inventory string) (*Model, string, error) {
	if len(file) < header {
		if len(file) < len(magic) || string(file[:len(magic)]) != magic {
			return nil, "", ErrForeign
		}
		return nil, "", ErrTruncated
	}
	if string(file[:len(magic)]) != magic {
		return nil, "", ErrForeign
	}
	at := len(magic)
	if v := binary.LittleEndian.Uint32(file[at:]); v != version {
		return nil, "", fmt.Errorf("%w: %d instead of %d", ErrVersion, v, version)
	}
	length := binary.LittleEndian.Uint64(file[at+4:])
	body := file[header:]
	if uint64(len(body)) < length {
		return nil, "", fmt.Errorf("%w: %d bytes of %d", ErrTruncated, len(body), length)
	}
	if uint64(len(body)) > length {
		return nil, "", fmt.Errorf("%w: %d bytes too many", ErrMalformed, uint64(len(body))-length)
	}
	if sum := sha256.Sum256(body); string(sum[:]) != string(file[at+12:header]) {
		return nil, "", ErrChecksum
	}
	return decodeBody(body, inventory)
}

func decodeBody(body []byte, inventory string) (*Model, string, error) {
	r := reader{buf: body}
	m := &Model{}
	s := &m.Shape
	for i := range s.Embed {
		s.Embed[i] = r.number()
	}
	for _, n := range []*int{&s.Hidden, &s.Layers, &s.Arc, &s.Label, &s.UPOS, &s.XPOS, &s.Rels} {
		*n = r.number()
	}
	sum := sha256.Sum256([]byte(inventory))
	if string(r.take(len(sum))) != string(sum[:]) && !r.failed {
		return nil, "", ErrInventory
	}
	if r.failed || !s.valid() {
		return nil, "", fmt.Errorf("%w: sizes %+v", ErrMalformed, *s)
	}
	m.Lexicon = NewLexicon(strings.Split(r.text(), "\n"))
	for f := range m.Tables {
		rows := m.Lexicon.Rows(f)
		m.Tables[f] = &Table{Width: s.Embed[f], Unit: r.take(rows), Value: r.bytes(rows * s.Embed[f])}
	}
	if step := r.floats(1); step != nil {
		m.Step = step[0]
	}
	d := s.Width()
	m.Window = r.linear(Window*s.Input(), d)
	for range s.Layers {
		m.Layers = append(m.Layers, Layer{r.linear(d, 2*Gates*s.Hidden), r.floats(4 * s.Hidden)})
	}
	m.Heads = r.linear(d, s.Heads())
	m.Arc = r.linear(s.Arc, s.Arc)
	m.Root = r.floats(s.Arc)
	m.Dist = r.floats(Distances)
	m.Rel = r.linear(s.Label, s.Rels)
	extra := r.text()
	if r.failed || len(r.buf) > 0 {
		return nil, "", fmt.Errorf("%w: its parts do not fill it", ErrMalformed)
	}
	return m, extra, nil
}

// valid tells whether the kernels can compute a network of these sizes.
func (s Shape) valid() bool {
	for _, w := range s.Embed {
		if w <= 0 || w > 1024 {
			return false
		}
	}
	return Window*s.Input()%quad == 0 && Window*s.Input() <= 1024 && s.Hidden > 0 && s.Hidden%8 == 0 && s.Hidden <= 512 &&
		s.Layers > 0 && s.Layers <= 16 && s.Arc > 0 && s.Arc%16 == 0 && s.Arc <= 128 && s.Label > 0 && s.Label%16 == 0 &&
		s.Label <= 1024 && s.UPOS > 0 && s.UPOS <= 256 && s.XPOS > 0 && s.XPOS <= 256 && s.Rels > 0 && s.Rels <= 256
}

type writer struct{ buf []byte }

func (w *writer) number(n int) { w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(n)) }

func (w *writer) text(s string) {
	w.number(len(s))
	w.buf = append(w.buf, s...)
}

func (w *writer) bytes(values []int8) {
	for _, v := range values {
		w.buf = append(w.buf, byte(v))
	}
}

func (w *writer) floats(values []float32) {
	for _, v := range values {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(v))
	}
}

func (w *writer) linear(l *Linear) {
	w.bytes(l.Weights)
	w.floats(l.Scale)
	w.floats(l.Bias)
}

// reader takes a body apart; after a first failure it gives zeros.
type reader struct {
	buf    []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > maxSize || n > len(r.buf) {
		r.failed = true
	}
	if r.failed {
		return nil
	}
	piece := r.buf[:n:n]
	r.buf = r.buf[n:]
	return piece
}

func (r *reader) number() int {
	b := r.take(4)
	if b == nil {
		return 0
	}
	return int(binary.LittleEndian.Uint32(b))
}

func (r *reader) text() string { return string(r.take(r.number())) }

func (r *reader) bytes(n int) []int8 {
	b := r.take(n)
	values := make([]int8, len(b))
	for i, v := range b {
		values[i] = int8(v)
	}
	return values
}

func (r *reader) floats(n int) []float32 {
	b := r.take(4 * n)
	values := make([]float32, len(b)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return values
}

func (r *reader) linear(in, out int) *Linear {
	l := &Linear{In: in, Out: out, Weights: r.bytes(in * out), Scale: r.floats(out), Bias: r.floats(out)}
	if !r.failed {
		l.pack()
	}
	return l
}
