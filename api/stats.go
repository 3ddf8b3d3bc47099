package api

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"demarche/db"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

// statsInput is a question of a statistic: the filter grammar without order
// and page, and parameters of its own.
type statsInput struct{ request }

// choice is a parameter with a closed vocabulary.
type choice struct {
	name, doc, otherwise string
	words                []string
}

var (
	intervalChoice = choice{"interval", "Width of the steps", string(db.Monthly), db.Intervals()}
	groupChoice    = choice{"group_by", "What the series are; one series of everything if absent", "", db.Groups()}
	fieldChoice    = choice{"field", "What is ranked", "", db.TopFields()}
	formatChoice   = choice{"format", "json, or graphml for graph tools", "json", []string{"json", "graphml"}}
)

const defaultRanks, maxRanks = 20, 1000

func rankLimit() *huma.Param {
	return &huma.Param{Name: "limit", In: "query", Description: "How many at most",
		Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: number(1), Maximum: number(maxRanks), Default: defaultRanks}}
}

func (c choice) param() *huma.Param {
	p := &huma.Param{Name: c.name, In: "query", Description: c.doc, Schema: &huma.Schema{Type: huma.TypeString, Enum: anys(c.words)}}
	if c.otherwise != "" {
		p.Schema.Default = c.otherwise
	}
	return p
}

// ask reads a question with the values of choices and, if it is wanted, a limit.
func (in *statsInput) ask(s *server, limited bool, choices ...choice) (f event.Filter, values map[string]string, limit int, err error) {
	q, err := in.query()
	if err != nil {
		return f, nil, 0, err
	}
	values = map[string]string{}
	var own []string
	var bad []event.FieldError
	for _, c := range choices {
		own = append(own, c.name)
		if values[c.name] = c.otherwise; !q.Has(c.name) {
			continue
		}
		values[c.name] = q.Get(c.name)
		if len(q[c.name]) != 1 || !slices.Contains(c.words, values[c.name]) {
			bad = append(bad, event.FieldError{Location: "query." + c.name, Message: "expected one of " + strings.Join(c.words, ", ") + ", once", Value: values[c.name]})
		}
	}
	limit = defaultRanks
	if limited {
		own = append(own, "limit")
		if limit, err = limitOf(q["limit"], defaultRanks, maxRanks); err != nil {
			if e, ok := event.AsError(err); ok {
				bad = append(bad, e.Fields...)
			}
		}
	}
	f, err = event.ParseFilterOf(q, event.QuestionParameters(), own, s.Codes, s.today())
	if e, ok := event.AsError(err); ok {
		bad = append(e.Fields, bad...)
	} else if err != nil {
		return f, nil, 0, err
	}
	if len(bad) > 0 {
		return f, nil, 0, event.NewError(event.Invalid, "the question is not valid", bad...)
	}
	return f, values, limit, nil
}

// today is the day that relative dates count from.
func (s *server) today() event.Day { return event.DayOfTime(s.Now().UTC()) }

// statistic is an answer that can be written as JSON or as a table.
type statistic interface {
	json() ([]byte, error)
	// table gives the names of the columns and the rows.
	table() (names []string, rows [][]string)
}

func statsForms() []form { return []form{jsonForm, csvForm} }
func dyadForms() []form  { return append(statsForms(), graphmlForm) }

// answer gives a statistic in the form that is asked for, from the cache if
// nothing has changed.
func (s *server) answer(ctx context.Context, r *request, forms []form, anew func() (statistic, error)) (*answer, error) {
	i, err := r.choose(forms)
	if err != nil {
		return nil, err
	}
	return s.cache.get(ctx, s.cacheKey(r, i, false), func() (*answer, error) {
		v, err := anew()
		if err != nil {
			return nil, err
		}
		out := &answer{media: forms[i].media}
		switch forms[i].name {
		case csvForm.name:
			out.body = csvTable(v.table())
		case graphmlForm.name:
			out.body, err = graphML(v.(dyadsAnswer).Dyads)
		default:
			out.body, err = v.json()
		}
		return out, err
	})
}

// sending makes of a question the operation that sends its answer.
func sending[I any](ask func(context.Context, *I) (*answer, error)) func(context.Context, *I) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *I) (*huma.StreamResponse, error) { return sent(ask(ctx, in)) }
}

type timelineAnswer struct {
	Series []db.Series `json:"series" doc:"The greatest first"`
}

func (a timelineAnswer) table() (names []string, rows [][]string) {
	for _, series := range a.Series {
		for _, p := range series.Points {
			rows = append(rows, []string{series.Key, p.Date.String(), strconv.FormatInt(p.Count, 10)})
		}
	}
	return []string{"key", "date", "count"}, rows
}

func (s *server) timeline(ctx context.Context, in *statsInput) (*answer, error) {
	return s.answer(ctx, &in.request, statsForms(), func() (statistic, error) {
		f, v, _, err := in.ask(s, false, intervalChoice, groupChoice)
		if err != nil {
			return nil, err
		}
		series, err := s.Store.Timeline(ctx, f, db.Interval(v["interval"]), db.Group(v["group_by"]))
		return timelineAnswer{series}, err
	})
}

func (a timelineAnswer) json() ([]byte, error) { return timelineJSON(a.Series) }

// timelineJSON writes what encoding/json would write of a timelineAnswer. A
// timeline is thousands of small points over the same days.
func timelineJSON(series []db.Series) ([]byte, error) {
	var days [][]byte // the beginning of each point
	b := []byte(`{"series":[`)
	for i, line := range series {
		if days == nil {
			for _, p := range line.Points {
				days = append(days, fmt.Appendf(nil, `{"date":"%s","count":`, p.Date))
			}
			b = slices.Grow(b, len(series)*(len(days)*36+40))
		}
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(line.Key)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, `{"key":`...), key...), `,"points":[`...)
		for j, p := range line.Points {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendInt(append(b, days[j]...), p.Count, 10), '}')
		}
		b = append(b, "]}"...)
	}
	return append(b, "]}"...), nil
}

type topAnswer struct {
	Top []db.Rank `json:"top" doc:"The greatest first"`
}

func (a topAnswer) json() ([]byte, error) { return json.Marshal(a) }

func (a topAnswer) table() (names []string, rows [][]string) {
	for _, r := range a.Top {
		rows = append(rows, []string{r.Key, r.Country, strconv.FormatInt(r.Count, 10), degrees(r.Lat), degrees(r.Lon)})
	}
	return []string{"key", "country", "count", "lat", "lon"}, rows
}

// degrees writes a coordinate, or nothing if there is none.
func degrees(d *float64) string {
	if d == nil {
		return ""
	}
	return strconv.FormatFloat(*d, 'f', -1, 64)
}

func (s *server) top(ctx context.Context, in *statsInput) (*answer, error) {
	return s.answer(ctx, &in.request, statsForms(), func() (statistic, error) {
		f, v, limit, err := in.ask(s, true, fieldChoice)
		if err == nil && v["field"] == "" {
			err = event.NewError(event.Invalid, "the question is not valid",
				event.FieldError{Location: "query.field", Message: "expected one of " + strings.Join(fieldChoice.words, ", ")})
		}
		if err != nil {
			return nil, err
		}
		top, err := s.Store.Top(ctx, f, db.TopField(v["field"]), limit)
		return topAnswer{top}, err
	})
}

type dyadsAnswer struct {
	Dyads []db.Dyad `json:"dyads" doc:"The greatest first"`
}

func (a dyadsAnswer) json() ([]byte, error) { return json.Marshal(a) }

func (a dyadsAnswer) table() (names []string, rows [][]string) {
	for _, d := range a.Dyads {
		rows = append(rows, []string{d.Source, d.Target, strconv.FormatInt(d.Count, 10), strconv.FormatFloat(d.MeanScore, 'f', -1, 64)})
	}
	return []string{"source", "target", "count", "mean_score"}, rows
}

func (s *server) dyads(ctx context.Context, in *statsInput) (*answer, error) {
	r, choices := in.request, []choice{}
	if r.suffix == "" { // else the parameter has nothing to say
		choices = append(choices, formatChoice)
		if q, err := in.query(); err == nil && slices.Contains(formatChoice.words, q.Get("format")) {
			r.suffix = q.Get("format")
		}
	}
	return s.answer(ctx, &r, dyadForms(), func() (statistic, error) {
		f, _, limit, err := in.ask(s, true, choices...)
		if err != nil {
			return nil, err
		}
		dyads, err := s.Store.Dyads(ctx, f, limit)
		return dyadsAnswer{dyads}, err
	})
}

// graphML writes dyads as a directed graph (graphml.graphdrawing.org): a node
// for each code, an edge for each dyad.
func graphML(dyads []db.Dyad) ([]byte, error) {
	type data struct {
		Key   string `xml:"key,attr"`
		Value string `xml:",chardata"`
	}
	type node struct {
		ID string `xml:"id,attr"`
	}
	type edge struct {
		Source string `xml:"source,attr"`
		Target string `xml:"target,attr"`
		Data   []data `xml:"data"`
	}
	type key struct {
		ID   string `xml:"id,attr"`
		For  string `xml:"for,attr"`
		Name string `xml:"attr.name,attr"`
		Type string `xml:"attr.type,attr"`
	}
	var doc struct {
		XMLName xml.Name `xml:"http://graphml.graphdrawing.org/xmlns graphml"`
		Keys    []key    `xml:"key"`
		Graph   struct {
			ID          string `xml:"id,attr"`
			EdgeDefault string `xml:"edgedefault,attr"`
			Nodes       []node `xml:"node"`
			Edges       []edge `xml:"edge"`
		} `xml:"graph"`
	}
	doc.Keys = []key{{"weight", "edge", "weight", "long"}, {"score", "edge", "mean_score", "double"}}
	doc.Graph.ID, doc.Graph.EdgeDefault = "dyads", "directed"
	seen := map[string]bool{}
	for _, d := range dyads {
		for _, code := range []string{d.Source, d.Target} {
			if !seen[code] {
				seen[code] = true
				doc.Graph.Nodes = append(doc.Graph.Nodes, node{code})
			}
		}
		doc.Graph.Edges = append(doc.Graph.Edges, edge{d.Source, d.Target, []data{
			{"weight", strconv.FormatInt(d.Count, 10)}, {"score", strconv.FormatFloat(d.MeanScore, 'g', -1, 64)}}})
	}
	b := bytes.NewBufferString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", " ")
	if err := e.Encode(doc); err != nil {
		return nil, fmt.Errorf("write GraphML: %w", err)
	}
	return b.Bytes(), nil
}

// questionParameters documents the part of the grammar that says which events
// are meant, with parameters of an operation's own.
func questionParameters(own ...*huma.Param) []*huma.Param {
	names := event.QuestionParameters()
	return append(slices.DeleteFunc(filterParameters(), func(p *huma.Param) bool { return !slices.Contains(names, p.Name) }), own...)
}
