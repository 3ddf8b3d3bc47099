package event

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Codes knows the codes of actors and countries; ParseFilter reads names with it.
type Codes interface {
	// ActorCode gives the code of a state or organisation from its code in any
	// case, its ISO alpha-2 code or its name ("SY", "syr", "Syria", "the UN").
	ActorCode(s string) (code string, ok bool)
	// CountryCode is the same for countries only.
	CountryCode(s string) (code string, ok bool)
}

// grammar is the table of parameters: how each is read. What is not in it is
// refused, because a filter that is silently ignored widens the answer.
var grammar = map[string]func(p *filterParser, values []string){
	"actor":    func(p *filterParser, vs []string) { p.actors("actor", "", vs) },
	"source":   func(p *filterParser, vs []string) { p.actors("source", Actor, vs) },
	"target":   func(p *filterParser, vs []string) { p.actors("target", Target, vs) },
	"mediator": func(p *filterParser, vs []string) { p.actors("mediator", Mediator, vs) },
	"host":     func(p *filterParser, vs []string) { p.actors("host", Host, vs) },
	"sector": func(p *filterParser, vs []string) {
		p.f.Sectors = each(p, "sector", vs, known[Sector](Words().Sectors))
	},
	"country":       func(p *filterParser, vs []string) { p.f.Countries = each(p, "country", vs, p.country) },
	"place":         func(p *filterParser, vs []string) { p.f.Places = each(p, "place", vs, p.text) },
	"bbox":          func(p *filterParser, vs []string) { p.f.Box = single(p, "bbox", vs, parseBox) },
	"near":          func(p *filterParser, vs []string) { p.near = single(p, "near", vs, parsePoint) },
	"radius_km":     func(p *filterParser, vs []string) { p.radius = single(p, "radius_km", vs, parseRadius) },
	"from":          func(p *filterParser, vs []string) { p.f.From = single(p, "from", vs, p.first) },
	"to":            func(p *filterParser, vs []string) { p.f.To = single(p, "to", vs, p.last) },
	"datetime":      func(p *filterParser, vs []string) { p.interval = single(p, "datetime", vs, p.datetime) },
	"reported_from": func(p *filterParser, vs []string) { p.f.ReportedFrom = single(p, "reported_from", vs, p.first) },
	"reported_to":   func(p *filterParser, vs []string) { p.f.ReportedTo = single(p, "reported_to", vs, p.last) },
	"type":          func(p *filterParser, vs []string) { p.f.Types = each(p, "type", vs, known[Type](Words().Types)) },
	"family": func(p *filterParser, vs []string) {
		p.f.Families = each(p, "family", vs, known[string](Words().Families))
	},
	"plover":     func(p *filterParser, vs []string) { p.f.PLOVER = each(p, "plover", vs, known[string](ploverTypes())) },
	"cameo":      func(p *filterParser, vs []string) { p.f.CAMEO = each(p, "cameo", vs, cameoPrefix) },
	"quad_class": func(p *filterParser, vs []string) { p.f.Quads = each(p, "quad_class", vs, number(1, 4)) },
	"status": func(p *filterParser, vs []string) {
		p.f.Statuses = each(p, "status", vs, known[Status](Words().Statuses))
	},
	"q": func(p *filterParser, vs []string) { p.f.Text = single(p, "q", vs, p.text) },
	"min_confidence": func(p *filterParser, vs []string) {
		p.f.MinConfidence = single(p, "min_confidence", vs, probability)
	},
	"min_sources": func(p *filterParser, vs []string) {
		p.f.MinSources = single(p, "min_sources", vs, number(1, 1_000_000))
	},
	"source_name": func(p *filterParser, vs []string) { p.f.SourceNames = each(p, "source_name", vs, p.text) },
	"language":    func(p *filterParser, vs []string) { p.f.Languages = each(p, "language", vs, p.language) },
	"as_of":       func(p *filterParser, vs []string) { p.f.AsOf = single(p, "as_of", vs, p.instant) },
	"order":       func(p *filterParser, vs []string) { p.f.Order = single(p, "order", vs, known[Order](Orders())) },
	"limit":       func(p *filterParser, vs []string) { p.f.Limit = single(p, "limit", vs, number(1, MaxLimit)) },
	"cursor":      func(p *filterParser, vs []string) { p.f.After = single(p, "cursor", vs, parseCursor) },
	"fields":      func(p *filterParser, vs []string) { p.f.Fields = each(p, "fields", vs, known[string](FieldNames())) },
	"count":       func(p *filterParser, vs []string) { p.f.Count = single(p, "count", vs, known[CountMode](CountModes())) },
}

// FilterParameters names the parameters that ParseFilter reads.
func FilterParameters() []string { return slices.Clone(filterParameters) }

// The names of the grammar, in order, which every question is held against.
var (
	filterParameters   = slices.Sorted(maps.Keys(grammar))
	questionParameters = slices.DeleteFunc(slices.Clone(filterParameters), func(name string) bool {
		return slices.Contains([]string{"order", "limit", "cursor", "fields", "count"}, name)
	})
)

// QuestionParameters names those that say which events are meant, which every
// use of the grammar takes: all but order, page and shape of the answer.
func QuestionParameters() []string { return slices.Clone(questionParameters) }

// FieldNames lists the members of an event as JSON, which the parameter fields
// chooses from.
func FieldNames() []string {
	var names []string
	for t, i := reflect.TypeFor[Event](), 0; i < t.NumField(); i++ {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// ParseFilter reads a question from query parameters. Relative dates ("-30d")
// count from today. It reports everything that is wrong at once, as an *Error
// with code Invalid and a field for each fault.
func ParseFilter(q url.Values, codes Codes, today Day) (Filter, error) {
	return ParseFilterOf(q, filterParameters, nil, codes, today)
}

// ParseFilterOf is ParseFilter for a use that takes only these parameters of
// the grammar, and beside them some of its own, which it reads itself.
func ParseFilterOf(q url.Values, names, own []string, codes Codes, today Day) (Filter, error) {
	p := &filterParser{codes: codes, today: today}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		switch {
		case slices.Contains(own, name):
		case !slices.Contains(names, name):
			p.fault(name, "there is no such parameter here"+suggestion(name, slices.Concat(names, own)), nil)
		default:
			grammar[name](p, q[name])
		}
	}
	p.together(q)
	f := &p.f
	if f.Order == "" {
		f.Order = NewestFirst
	}
	if f.Limit == 0 {
		f.Limit = DefaultLimit
	}
	if f.Count == "" {
		f.Count = CountNone
	}
	if f.After != nil && f.After.Question != f.fingerprint() {
		p.fault("cursor", "this cursor belongs to another question: repeat the parameters of the page that gave it", nil)
	}
	if len(p.bad) > 0 {
		return Filter{}, NewError(Invalid, "the question is not valid", p.bad...)
	}
	return p.f, nil
}

type filterParser struct {
	codes    Codes
	today    Day
	f        Filter
	near     *Circle // without its radius
	radius   float64
	interval [2]*Day
	bad      []FieldError
}

// together looks at parameters that belong together.
func (p *filterParser) together(q url.Values) {
	f := &p.f
	if q.Has("datetime") {
		if q.Has("from") || q.Has("to") {
			p.fault("datetime", "expected either datetime or from and to", nil)
		}
		f.From, f.To = p.interval[0], p.interval[1]
	}
	if q.Has("near") != q.Has("radius_km") {
		p.fault(map[bool]string{true: "radius_km", false: "near"}[q.Has("near")], "expected near=lat,lon and radius_km together", nil)
	} else if p.near != nil {
		f.Near = &Circle{p.near.Lat, p.near.Lon, p.radius}
	}
	order := func(from, to *Day, name string) {
		if from != nil && to != nil && *to < *from {
			p.fault(name, fmt.Sprintf("expected a day not before %s", *from), to.String())
		}
	}
	order(f.From, f.To, "to")
	order(f.ReportedFrom, f.ReportedTo, "reported_to")
	if len(f.Families)+len(f.PLOVER)+len(f.CAMEO)+len(f.Quads) == 0 || len(p.bad) > 0 {
		return // every type has every status
	}
	if kinds, _ := f.Kinds(); len(kinds) == 0 {
		p.fault(p.lastKind(q), "no type and status satisfies this together with the other parameters of type, family, plover, cameo, quad_class and status", nil)
	}
}

// lastKind names one of the parameters that ask for a kind.
func (p *filterParser) lastKind(q url.Values) string {
	for _, name := range []string{"cameo", "plover", "quad_class", "family", "status"} {
		if q.Has(name) {
			return name
		}
	}
	return "type"
}

func (p *filterParser) fault(name, message string, value any) {
	if s, ok := value.(string); ok {
		value = clip(s)
	}
	p.bad = append(p.bad, FieldError{Location: "query." + name, Message: message, Value: value})
}

// each reads every comma-separated value of a parameter.
func each[T any](p *filterParser, name string, values []string, read func(string) (T, error)) []T {
	var out []T
	for _, v := range values {
		for _, part := range strings.Split(v, ",") {
			x, err := read(strings.TrimSpace(part))
			if err != nil {
				p.fault(name, err.Error(), part)
				continue
			}
			out = append(out, x)
		}
	}
	return out
}

// single reads a parameter that may stand only once.
func single[T any](p *filterParser, name string, values []string, read func(string) (T, error)) (out T) {
	if len(values) != 1 {
		p.fault(name, fmt.Sprintf("expected once, got it %d times", len(values)), nil)
		return out
	}
	x, err := read(strings.TrimSpace(values[0]))
	if err != nil {
		p.fault(name, err.Error(), values[0])
		return out
	}
	return x
}

func (p *filterParser) actors(name string, role Role, values []string) {
	for _, v := range values {
		term := ActorTerm{Role: role}
		for _, part := range strings.Split(v, ",") {
			part, not := strings.CutPrefix(strings.TrimSpace(part), "!")
			ref, err := p.actor(strings.TrimSpace(part))
			if err != nil {
				p.fault(name, err.Error(), part)
			} else if not {
				term.None = append(term.None, ref)
			} else {
				term.Any = append(term.Any, ref)
			}
		}
		p.f.Actors = append(p.f.Actors, term)
	}
}

func (p *filterParser) actor(s string) (ActorRef, error) {
	if _, err := p.text(s); err != nil {
		return ActorRef{}, err
	}
	if id, err := uuid.Parse(s); err == nil && len(s) == len(id.String()) {
		return ActorRef{ID: id}, nil
	}
	if code, ok := p.codes.ActorCode(s); ok {
		return ActorRef{Code: code}, nil
	}
	return ActorRef{Name: s}, nil
}

func (p *filterParser) country(s string) (string, error) {
	if code, ok := p.codes.CountryCode(s); ok {
		return code, nil
	}
	return "", fmt.Errorf("%q is not a country: expected an ISO 3166-1 code or a name", clip(s))
}

func (p *filterParser) language(s string) (string, error) {
	if s == "" || len(s) > 35 || !isLanguageTag(s) {
		return "", fmt.Errorf("%q is not a language: expected a BCP 47 tag such as en or pt-br", clip(s))
	}
	return strings.ToLower(s), nil
}

func (p *filterParser) text(s string) (string, error) {
	const most = 500
	switch {
	case s == "":
		return "", fmt.Errorf("expected a value that is not empty")
	case len(s) > most:
		return "", fmt.Errorf("expected at most %d bytes", most)
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return "", fmt.Errorf("expected valid UTF-8 without NUL")
	}
	return s, nil
}

// first and last read a day that begins or ends a run of days.
func (p *filterParser) first(s string) (*Day, error) {
	span, err := p.span(s)
	return &span.Start, err
}

func (p *filterParser) last(s string) (*Day, error) {
	span, err := p.span(s)
	return &span.End, err
}

// span reads a day, a month, a year or a day relative to today.
func (p *filterParser) span(s string) (Span, error) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		if n, ok := strings.CutSuffix(rest, "d"); ok {
			if days, err := strconv.ParseUint(n, 10, 16); err == nil {
				d := p.today - Day(days)
				return Span{d, d}, nil
			}
		}
		return Span{}, fmt.Errorf("%q is not a relative date: expected for example -30d", clip(s))
	}
	return ParseSpan(s)
}

// datetime reads an interval as OGC API - Features has it: an instant, or two
// with a slash between, either of which may be open ("..", or nothing).
func (p *filterParser) datetime(s string) ([2]*Day, error) {
	var out [2]*Day
	start, end, interval := strings.Cut(s, "/")
	open := func(s string) bool { return interval && (s == "" || s == "..") }
	read := func(s string) (Span, error) {
		s = strings.TrimSuffix(s, "T") // GDAL 3.6 writes a day as the beginning of an instant
		if len(s) > len(time.DateOnly) {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return Span{}, fmt.Errorf("%q is not an interval: expected for example 2017-01-01/2017-01-31, 2017-01-01/.. or 2017-01-26T00:00:00Z", clip(s))
			}
			d := DayOfTime(t.UTC())
			return plausible(s, Span{d, d})
		}
		return p.span(s)
	}
	if !interval {
		end = start
	}
	if !open(start) {
		span, err := read(start)
		if err != nil {
			return out, err
		}
		out[0] = &span.Start
	}
	if !open(end) {
		span, err := read(end)
		if err != nil {
			return out, err
		}
		out[1] = &span.End
	}
	if out[0] == nil && out[1] == nil {
		return out, fmt.Errorf("expected an interval with at least one end, such as 2017-01-01/2017-01-31")
	}
	return out, nil
}

// instant reads a date-time, or a date as its midnight, UTC.
func (p *filterParser) instant(s string) (*time.Time, error) {
	m, err := ParseMoment(s)
	if err != nil {
		return nil, err
	}
	if m.Time.After((p.today + 2).Time()) {
		return nil, fmt.Errorf("%q is in the future: nobody knows how the database will stand then", clip(s))
	}
	t := m.Time.UTC().Truncate(time.Microsecond)
	return &t, nil
}

// known reads one of the words, in any case where they differ in more than case.
func known[T ~string](words []string) func(string) (T, error) {
	return func(s string) (T, error) {
		for _, w := range words {
			if strings.EqualFold(s, w) {
				return T(w), nil
			}
		}
		return "", fmt.Errorf("%q is not known%s: expected one of %s", clip(s), suggestion(s, words), strings.Join(words, ", "))
	}
}

// ploverTypes lists the PLOVER root types that events can have.
func ploverTypes() []string {
	var all []string
	for _, k := range kinds {
		if k.plover != "" {
			all = append(all, k.plover)
		}
	}
	return sorted(all)
}

func cameoPrefix(s string) (string, error) {
	for _, r := range s {
		if r < '0' || r > '9' {
			s = ""
		}
	}
	if len(s) < 1 || len(s) > 4 {
		return "", fmt.Errorf("expected the first digits of a CAMEO code, such as 04 or 057")
	}
	return s, nil
}

func number(least, most int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("expected a number from %d to %d", least, most)
		}
		return n, nil
	}
}

func probability(s string) (float64, error) {
	v, err := numbers(s, 1)
	if err != nil || v[0] < 0 || v[0] > 1 {
		return 0, fmt.Errorf("expected a number from 0 to 1")
	}
	return v[0], nil
}

// suggestion names the nearest known word, if one is near enough to be meant.
func suggestion(s string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(s, k, at); d < at {
			best, at = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// distance is the Levenshtein distance of a and b, or most if it is not less.
func distance(a, b string, most int) int {
	if len(a) > 40 || len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return min(row[len(b)], most)
}
