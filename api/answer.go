package api

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"demarche/api/encode"

	"github.com/cespare/xxhash/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// answer is an answer that is ready as bytes.
type answer struct {
	media   string // content type
	link    string // header Link: the next page
	body    []byte
	etag    string // see tag; "" if it was not made yet
	ranges  bool   // clients read it in parts
	release func() // gives the memory of the body back; nil if it is not borrowed
}

// tag gives the entity tag (RFC 9110, 8.8.3): a hash of what is sent, so that
// it changes exactly when that does. It is weak, because what is sent may be
// compressed on the way.
func (a *answer) tag() string {
	if a.etag != "" {
		return a.etag
	}
	d := xxhash.New()
	_, _ = d.WriteString(a.link) // a hash takes everything
	_, _ = d.Write(a.body)
	return weak(d.Sum64())
}

// weak gives a weak entity tag of a hash.
func weak(hash uint64) string { return fmt.Sprintf(`W/"%016x"`, hash) }

// send writes an answer in one piece.
func (a *answer) send(hc huma.Context) {
	if a.release != nil {
		defer a.release()
	}
	r, w := humachi.Unwrap(hc)
	tag := a.tag()
	announce(hc, a.media, tag, a.link)
	switch {
	case holds(r.Header.Values("If-None-Match"), tag):
		w.WriteHeader(http.StatusNotModified)
	case a.ranges:
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
	default:
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(a.body) // who goes away needs no answer
		}
	}
}

// announce sets the headers of an answer to a question about events.
func announce(hc huma.Context, media, tag, link string) {
	_, w := humachi.Unwrap(hc)
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache") // it may be kept, and must be asked for again
	if hc.Param("suffix") == "" {
		h.Add("Vary", "Accept")
	}
	if link != "" {
		h.Set("Link", link)
	}
}

// holds tells whether the condition If-None-Match has an entity tag; tags are
// compared weakly.
func holds(conditions []string, tag string) bool {
	for _, c := range conditions {
		for _, t := range splitQuoted(c, ',') {
			t = strings.TrimSpace(t)
			if t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}

// sent makes of an answer what an operation gives.
func sent(a *answer, err error) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: a.send}, nil
}

// csvTable writes a table; numbers stay numbers, also those with a sign.
func csvTable(names []string, rows [][]string) []byte {
	var body []byte
	for _, row := range append([][]string{names}, rows...) {
		for i, cell := range row {
			if i > 0 {
				body = append(body, ',')
			}
			if _, err := strconv.ParseFloat(cell, 64); err == nil {
				body = append(body, cell...)
			} else {
				body = encode.AppendText(body, cell)
			}
		}
		body = append(body, '\r', '\n')
	}
	return body
}

// borrow gives an empty buffer for an answer, and what gives it back.
func (s *server) borrow() (b *bytes.Buffer, release func()) {
	b, _ = s.spare.Get().(*bytes.Buffer)
	if b == nil || b.Cap() > maxSpare {
		b = new(bytes.Buffer)
	}
	b.Reset()
	return b, func() { s.spare.Put(b) }
}

// maxSpare bounds the memory that is kept for the next answer.
const maxSpare = 1 << 20
