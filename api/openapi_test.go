package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"demarche/internal/access"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/uuid"
)

// requestsEnv says how many requests TestAnswersAsDocumented sends.
const requestsEnv = "DEMARCHE_OPENAPI_REQUESTS"

// described is an operation of the document.
type described struct {
	path, method string
	item         *openapi3.PathItem
	op           *openapi3.Operation
}

// TestAnswersAsDocumented sends requests that the OpenAPI document allows, and such that it
// does not, to every operation: no answer is a 5xx, and every answer is what
// the document says of it.
func TestAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	n := 3000
	if v := os.Getenv(requestsEnv); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil {
			t.Fatalf("%s: %v", requestsEnv, err)
		}
	}
	h, store := newServer(t)
	var ids []string
	for i := range 3 {
		body := strings.Replace(article, "news.example/1", fmt.Sprintf("news.example/%d", i), 1)
		a := ask(t, h, "POST", "/v1/articles", "application/json", body)
		if a.StatusCode >= 300 {
			t.Fatal(a.body)
		}
		ids = append(ids, strings.TrimPrefix(a.Header.Get("Location"), "/v1/articles/"))
	}
	for part := range strings.SplitSeq(ask(t, h, "GET", "/v1/events?fields=id", "", "").body, `"`) {
		if _, err := uuid.Parse(part); err == nil {
			ids = append(ids, part)
		}
	}
	secret, _ := newKey(t, store, access.Admin, nil)
	spec, err := openapi3.NewLoader().LoadFromData([]byte(ask(t, h, "GET", "/openapi-3.0.json", "", "").body))
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	var all []described
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			if path != "/v1/stream" { // it does not end
				all = append(all, described{path, method, item, op})
			}
		}
	}
	slices.SortFunc(all, func(a, b described) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), ids: ids}
	statuses := map[int]int{}
	for i := range n {
		o := all[i%len(all)]
		r, params := g.request(spec, o)
		if g.IntN(20) > 0 {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		shown := r.Method + " " + r.URL.String()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(t.Context()))
		statuses[w.Code]++
		if w.Code >= 500 {
			t.Fatalf("%s: %d %s", shown, w.Code, w.Body)
		}
		if r.Method == http.MethodHead { // the server leaves the body out, the recorder does not
			continue
		}
		if err := validAnswer(spec, o, r, params, w); err != nil {
			t.Fatalf("%s: %d: %v\n%.2000s", shown, w.Code, err, w.Body)
		}
	}
	t.Logf("%d requests to %d operations: %v", n, len(all), statuses)
	for _, status := range []int{200, 400, 401, 404} {
		if statuses[status] == 0 {
			t.Errorf("no answer had the status %d: %v", status, statuses)
		}
	}
}

// validAnswer holds an answer against the document. Of a body that is no JSON
// only the content type is.
func validAnswer(spec *openapi3.T, o described, r *http.Request, params map[string]string, w *httptest.ResponseRecorder) error {
	media, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil && w.Body.Len() > 0 {
		return fmt.Errorf("content type %q", w.Header().Get("Content-Type"))
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	if !strings.HasSuffix(media, "json") || strings.Contains(media, "ndjson") || w.Code == http.StatusNotModified {
		options.ExcludeResponseBody = true
		if answers := o.op.Responses.Status(w.Code); w.Code == http.StatusOK && (answers == nil || answers.Value.Content[media] == nil) {
			return fmt.Errorf("the document does not have the content type %q", media)
		}
	}
	return openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Options: options,
			Route: &routers.Route{Spec: spec, Path: o.path, PathItem: o.item, Method: o.method, Operation: o.op}},
		Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: options,
	})
}

// generator makes requests, good ones and bad ones.
type generator struct {
	*rand.Rand
	ids []string // of articles and events that there are
}

// junk is what people and programs send that should not.
var junk = []string{"", " ", "0", "-1", "1e9", "NaN", "99999999999999999999", "null", "true", "'", "' OR 1=1 --", "\";DROP TABLE event;--", "%", "%00", "\x00", "\xff\xfe", "../../etc/passwd",
	"{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\r\nX-Evil: 1", strings.Repeat("a", 600), strings.Repeat("(", 300), "2017-13-45", "9999-12-31", "0000-00-00",
	"-99999999d", "1,2,3", "1,2,3,4,5", "200,100,0,0", "NOR,,CHL", "!", "!!NOR", "٣", "𝔘𝔫𝔦", "\u202e", "OR AND -", "\"", "*:*", "a & | !"}

// good are values that the grammar takes, by parameter.
var good = map[string][]string{
	"actor": {"NOR", "no", "Norway", "!SWE", "NOR,CHL", "Borge Brende"}, "source": {"NOR"}, "target": {"Chile"}, "mediator": {"UN"}, "host": {"NOR"},
	"country": {"NOR", "no,cl"}, "place": {"Oslo"}, "bbox": {"10,59,11,60", "170,-10,-170,10"}, "near": {"59.9,10.7"}, "radius_km": {"50", "0.1"},
	"from": {"2017", "2017-01-20", "-30d"}, "to": {"2018-02", "2017-12-31"}, "datetime": {"2017-01-01/..", "../2018", "2017-01-25"},
	"reported_from": {"2016"}, "reported_to": {"2018"}, "cameo": {"0", "04"}, "q": {"oslo", "\"met his\" -war", "minister or president"}, "min_confidence": {"0.1", "1"},
	"source_name": {"Example"}, "language": {"en"}, "as_of": {"2017-01-30", "2017-01-31T11:00:00Z"}, "limit": {"1", "2", "50"}, "cursor": {"", "AQ"}, "since": {"0", "1"},
	"published_at": {"2017-01-27"}, "url": {"https://news.example/7"}, "suffix": {"json", "csv", "geojson", "ndjson", "parquet", "ics", "atom", "graphml"},
}

func (g *generator) pick(from []string) string { return from[g.IntN(len(from))] }

// value gives a value of a parameter, a good one four times of five.
func (g *generator) value(p *openapi3.Parameter) string {
	schema := p.Schema.Value
	if schema.Items != nil {
		schema = schema.Items.Value
	}
	switch {
	case g.IntN(5) == 0:
		return g.pick(junk)
	case p.Name == "id":
		if g.IntN(3) == 0 {
			return uuid.NewString()
		}
		return g.pick(g.ids)
	case len(schema.Enum) > 0:
		return fmt.Sprint(schema.Enum[g.IntN(len(schema.Enum))])
	case good[p.Name] != nil:
		return g.pick(good[p.Name])
	case schema.Type.Is("boolean"):
		return g.pick([]string{"true", "false"})
	case schema.Type.Is("integer"):
		return strconv.Itoa(1 + g.IntN(4))
	}
	return g.pick([]string{"x", "Oslo", "2017"})
}

func (g *generator) request(spec *openapi3.T, o described) (*http.Request, map[string]string) {
	path, query, params := o.path, url.Values{}, map[string]string{}
	some := 1 + g.IntN(6) // most questions have few parameters
	for _, ref := range o.op.Parameters {
		p := ref.Value
		switch {
		case p.In == "path":
			v := g.value(p)
			if v == "" || strings.ContainsAny(v, "/") || v == ".." || v == "." { // it would be another path
				v = "x"
			}
			params[p.Name] = v
			path = strings.Replace(path, "{"+p.Name+"}", url.PathEscape(v), 1)
		case p.In == "query" && (p.Required || g.IntN(len(o.op.Parameters)) < some):
			for range 1 + g.IntN(5)/4 {
				query.Add(p.Name, g.value(p))
			}
		}
	}
	if g.IntN(15) == 0 {
		query.Add(g.pick(append(junk, "actr", "Limit", "limit ")), g.pick(junk))
	}
	target := path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	if g.IntN(40) == 0 {
		target += "&%zz=%" // no query string at all
	}
	method := o.method
	if method == http.MethodGet && g.IntN(10) == 0 {
		method = http.MethodHead
	}
	var body io.Reader
	media := ""
	if o.op.RequestBody != nil {
		media, body = g.body(o.op.RequestBody.Value)
	}
	r := httptest.NewRequest(method, "/nothing", body)
	if u, err := url.ParseRequestURI(target); err == nil {
		r.URL, r.RequestURI = u, target
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if g.IntN(10) == 0 {
		r.Header.Set("Accept", g.pick([]string{"*/*", "text/csv", "application/geo+json;q=0.5, application/json;q=0.1", "image/png", ";;;", "application/json;q=2"}))
	}
	if g.IntN(20) == 0 {
		r.Header.Set("If-None-Match", g.pick([]string{"*", `W/"0"`, `"`, "x"}))
	}
	return r, params
}

func (g *generator) body(b *openapi3.RequestBody) (string, io.Reader) {
	var medias []string
	for m := range b.Content {
		medias = append(medias, m)
	}
	slices.Sort(medias)
	media := g.pick(medias)
	if g.IntN(15) == 0 {
		media = g.pick([]string{"", "image/png", "application/json; charset=latin1", "text/plain; charset=utf-8", ";"})
	}
	texts := []string{"Norwegian Foreign Minister Borge Brende met his Chilean counterpart in Oslo on Thursday.", "Rebels broke the ceasefire.", strings.Repeat("x ", 100)}
	text := g.pick(append(texts, junk...))
	if !strings.Contains(media, "json") {
		return media, strings.NewReader(text)
	}
	object := map[string]any{"text": text, "title": g.pick(junk), "published_at": g.pick([]string{"2017-01-27", "2017", "yesterday"}), "url": g.pick([]string{"https://news.example/9", "ftp://x", ""}), "ids": g.ids}
	for _, name := range []string{"text", "title", "published_at", "url", "source", "language", "external_id", "reason"} {
		switch g.IntN(8) {
		case 0:
			object[name] = []any{nil, 7, true, []any{}, map[string]any{}, 1e300}[g.IntN(6)]
		case 1:
			delete(object, name)
		case 2:
			object[name] = g.pick(junk)
		}
	}
	out, err := jsonText(object)
	if err != nil {
		panic(err)
	}
	if g.IntN(10) == 0 {
		out = out[:g.IntN(len(out))]
	}
	return media, strings.NewReader(out)
}

func jsonText(v any) (string, error) {
	var b bytes.Buffer
	err := json.NewEncoder(&b).Encode(v)
	return b.String(), err
}
