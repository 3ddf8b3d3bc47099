package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// outline gives a record in short: line, id and text or error.
func outline(raw Raw) string {
	r := raw.Parse()
	if r.Err != nil {
		return fmt.Sprintf("%d! %v", r.Line, r.Err)
	}
	return fmt.Sprintf("%d %s %q", r.Line, r.ID, r.Article.Text)
}

func TestRead(t *testing.T) {
	const most = 100
	tests := []struct {
		name, in string
		want     []string
	}{
		{"empty", "", nil},
		{"white space", " \n\t\n", nil},
		{"lines", "{\"id\":\"a\",\"text\":\"A.\"}\n{\"id\":7,\"text\":\"B.\"}", []string{`1 "a" "A."`, `2 7 "B."`}},
		{"blank lines and CRLF", "\n\n{\"text\":\"A.\"}\r\n\r\n{\"text\":\"B.\"}\r\n", []string{`3  "A."`, `5  "B."`}},
		{"byte order mark", "\xef\xbb\xbf{\"text\":\"A.\"}", []string{`1  "A."`}},
		{"bad lines between", "{\"text\":\"A.\"}\n{\"text\":\nnot JSON\n[1]\n{\"text\":\"B.\"}", []string{
			`1  "A."`, "2! expected an article as a JSON object: unexpected end of JSON input",
			"3! expected an article as a JSON object: invalid character 'o' in literal null (expecting 'u')",
			"4! expected an article as a JSON object: json: cannot unmarshal array", `5  "B."`,
		}},
		{"unknown fields", `{"text":"A.","events":[{"x":1}],"licence":"CC0"}`, []string{`1  "A."`}},
		{"wrong kind", `{"id":"x","text":17}`, []string{`1! expected an article as a JSON object: json: cannot unmarshal number`}},
		{"empty text", `{"id":"x","text":" "}`, []string{`1! the article is not valid: body.text: expected a text that is not empty`}},
		{"invalid UTF-8", "{\"text\":\"\xff\"}", []string{"1! expected valid UTF-8"}},
		{"text over the limit", `{"text":"` + strings.Repeat("a", most+1) + `"}`, []string{"1! the article is too long: body.text: expected at most 100 bytes, got 101"}},
		{"line over the limit", `{"text":"` + strings.Repeat("a", 100_000) + "\"}\n{\"text\":\"B.\"}", []string{"1! expected at most 66136 bytes a line", `2  "B."`}},
		{"printed for people", "{\n  \"id\": \"p\",\n  \"text\": \"A.\"\n}\n", []string{`1 "p" "A."`}},
		{"plain text", "Ministers met.\nThey talked.", []string{`1  "Ministers met.\nThey talked."`}},
		{"plain text over the limit", strings.Repeat("a", most+1), []string{"1! the article is too long: body.text: expected at most 100 bytes, got 101"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for r := range Read(iotest.OneByteReader(strings.NewReader(tt.in)), Options{MaxText: most}) {
				o := outline(r)
				if i := len(got); i < len(tt.want) && strings.Contains(tt.want[i], "cannot unmarshal") && strings.HasPrefix(o, tt.want[i]) {
					o = tt.want[i] // the rest of the message is the library's
				}
				got = append(got, o)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadTable(t *testing.T) {
	const most = 100
	for _, tt := range []struct {
		name, in string
		columns  map[string]string
		want     []string
	}{
		{"own names", "ID,Text\nx,A.\ny,\"B,\nC.\"\n", nil, []string{`2 "x" "A."`, `3 "y" "B,\nC."`}},
		{"mapped", "n,body,text\nx,A.,no", map[string]string{"id": "n", "text": "body"}, []string{`2 "x" "A."`}},
		{"byte order mark", "\xef\xbb\xbftext\r\nA.\r\n", nil, []string{`2  "A."`}},
		{"bad rows between", "id,text\nx\ny,A\"B\nz,C.", nil, []string{
			"2! column 1: wrong number of fields", `3! column 4: bare " in non-quoted-field`, `4 "z" "C."`}},
		{"no text", "id,body\nx,A.", nil, []string{"0! read: there is no column text or html, and none is mapped to them: the first row has id, body"}},
		{"no such column", "id,text\nx,A.", map[string]string{"title": "headline"}, []string{`0! read: there is no column "headline" for title: the first row has id, text`}},
		{"invalid UTF-8", "text\n\xff\nB.", nil, []string{"2! expected valid UTF-8", `3  "B."`}},
		{"a quote that is never closed", "text\n\"" + strings.Repeat("a", 200_000), nil, []string{"0! read: a row of more than 66136 bytes: a quote may not be closed"}},
	} {
		var got []string
		for r := range Read(strings.NewReader(tt.in), Options{Format: CSV, MaxText: most, Columns: tt.columns}) {
			got = append(got, outline(r))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestReadReportsBrokenInput(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, start := range []string{"", "{\"text\":\"A.\"}\n{\"te", "{\n", "plain"} {
		var last Raw
		for r := range Read(iotest.TimeoutReader(iotest.OneByteReader(iotest.DataErrReader(newFailing(start, broken)))), Options{MaxText: 100}) {
			last = r
		}
		if last.Line != 0 || last.Err == nil {
			t.Errorf("after %q: %s", start, outline(last))
		}
	}
}

type failing struct {
	*strings.Reader
	err error
}

func newFailing(s string, err error) *failing { return &failing{strings.NewReader(s), err} }

func (f *failing) Read(p []byte) (int, error) {
	if f.Len() == 0 {
		return 0, f.err
	}
	return f.Reader.Read(p)
}

// Whatever the workers' speed, results come in order and each once.
func TestOrdered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, workers := rapid.IntRange(0, 60).Draw(t, "n"), rapid.IntRange(1, 8).Draw(t, "workers")
		stop := rapid.IntRange(0, 80).Draw(t, "stop")
		items := make([]int, n)
		for i := range items {
			items[i] = i
		}
		next := 0
		for v := range Ordered(context.Background(), slices.Values(items), workers, func(i int) int {
			time.Sleep(time.Duration(i%3) * time.Microsecond)
			return i * i
		}) {
			if v != next*next {
				t.Fatalf("%d at place %d", v, next)
			}
			if next++; next == stop {
				break
			}
		}
		if stop == 0 || stop > n {
			stop = n
		}
		if next != stop {
			t.Fatalf("%d results, want %d", next, stop)
		}
	})
}

func TestOrderedEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	endless := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	n := 0
	for range Ordered(ctx, endless, 3, func(i int) int { return i }) {
		if n++; n == 100 {
			cancel()
		}
	}
	if n < 100 {
		t.Errorf("ended after %d", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("{\"text\":\"A.\"}\n{\n\"text\":\"B.\"}"))
	f.Add([]byte("{\n\"id\":1,\"text\":\"B.\"}"))
	f.Add([]byte("\xef\xbb\xbf  plain\x00"))
	f.Add([]byte("<html><p>They met in Oslo.</p>"))
	f.Add([]byte("\x1f\x8b\x08\x00\x00"))
	f.Add([]byte("\x28\xb5\x2f\xfd\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		line := 0
		for raw := range Read(strings.NewReader(string(in)), Options{MaxText: 1000}) {
			r := raw.Parse()
			if r.Line <= line && (r.Line != 0 || r.Err == nil) { // 0: of the input itself
				t.Fatalf("line %d behind line %d", r.Line, line)
			}
			line = r.Line
			if r.Err == nil && (strings.TrimSpace(r.Article.Text) == "" || len(r.Article.Text) > 1000) {
				t.Fatalf("accepted %q", r.Article.Text)
			}
		}
	})
}
