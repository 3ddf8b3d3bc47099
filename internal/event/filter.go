package event

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Filter is a question about events: all its parts must hold. The zero Filter
// asks for everything.
type Filter struct {
	Actors    []ActorTerm // each must be satisfied
	Countries []string    // any of these country codes, alpha-3
	Places    []string    // any of these place names
	From, To  *Day        // the event's span of days overlaps [From, To]
	Types     []Type      // any of these
	Statuses  []Status    // any of these
	Text      string      // web-search syntax over summary and evidence
	Order     Order
	Limit     int
	After     *Cursor // start behind this position
}

// ActorTerm is one actor parameter: at least one of Any takes part (if Any is
// not empty), and none of None does.
type ActorTerm struct{ Any, None []ActorRef }

// ActorRef names an actor in one of three ways; exactly one part is set.
type ActorRef struct {
	Code string    // ISO 3166-1 alpha-3 or organisation
	Name string    // a person's or a group's name
	ID   uuid.UUID // actor id
}

// Order is the order of a list; ties are broken by id.
type Order string

// The orders. Events without a date come last in NewestFirst and first in
// OldestFirst.
const (
	NewestFirst         Order = "-date"
	OldestFirst         Order = "date"
	NewestReportedFirst Order = "-first_reported"
	SurestFirst         Order = "-confidence"
	MostReportedFirst   Order = "-article_count"
)

// Orders lists the values of the parameter order; the first is the default.
func Orders() []string {
	return []string{string(NewestFirst), string(OldestFirst), string(NewestReportedFirst), string(SurestFirst), string(MostReportedFirst)}
}

// Page sizes.
const (
	DefaultLimit = 50
	MaxLimit     = 10_000
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
	"actor":   func(p *filterParser, vs []string) { p.actors("actor", vs) },
	"country": func(p *filterParser, vs []string) { p.f.Countries = each(p, "country", vs, p.country) },
	"place":   func(p *filterParser, vs []string) { p.f.Places = each(p, "place", vs, p.text) },
	"from":    func(p *filterParser, vs []string) { p.f.From = p.day("from", vs, func(s Span) Day { return s.Start }) },
	"to":      func(p *filterParser, vs []string) { p.f.To = p.day("to", vs, func(s Span) Day { return s.End }) },
	"type": func(p *filterParser, vs []string) {
		p.f.Types = each(p, "type", vs, func(s string) (Type, error) { return oneOf[Type](s, Words().Types) })
	},
	"status": func(p *filterParser, vs []string) {
		p.f.Statuses = each(p, "status", vs, func(s string) (Status, error) { return oneOf[Status](s, Words().Statuses) })
	},
	"q":      func(p *filterParser, vs []string) { p.f.Text = single(p, "q", vs, p.text) },
	"limit":  func(p *filterParser, vs []string) { p.f.Limit = single(p, "limit", vs, limit) },
	"order":  func(p *filterParser, vs []string) { p.f.Order = single(p, "order", vs, order) },
	"cursor": func(p *filterParser, vs []string) { p.f.After = single(p, "cursor", vs, parseCursor) },
}

// FilterParameters names the parameters that ParseFilter reads.
func FilterParameters() []string { return slices.Sorted(maps.Keys(grammar)) }

// ParseFilter reads a question from query parameters. Relative dates ("-30d")
// count from today. It reports everything that is wrong at once, as an *Error
// with code Invalid and a field for each fault.
func ParseFilter(q url.Values, codes Codes, today Day) (Filter, error) {
	p := &filterParser{codes: codes, today: today}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		read, ok := grammar[name]
		if !ok {
			p.fault(name, "there is no such parameter"+suggestion(name, FilterParameters()), nil)
			continue
		}
		read(p, q[name])
	}
	f := &p.f
	if f.Order == "" {
		f.Order = NewestFirst
	}
	if f.Limit == 0 {
		f.Limit = DefaultLimit
	}
	if f.From != nil && f.To != nil && *f.To < *f.From {
		p.fault("to", fmt.Sprintf("expected a day not before from=%s", *f.From), f.To.String())
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
	codes Codes
	today Day
	f     Filter
	bad   []FieldError
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

func (p *filterParser) actors(name string, values []string) {
	for _, v := range values {
		var term ActorTerm
		for _, part := range strings.Split(v, ",") {
			part, not := strings.CutPrefix(strings.TrimSpace(part), "!")
			ref, err := p.actor(part)
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
	if id, err := uuid.Parse(s); err == nil {
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

func (p *filterParser) day(name string, values []string, pick func(Span) Day) *Day {
	return single(p, name, values, func(s string) (*Day, error) {
		if rest, ok := strings.CutPrefix(s, "-"); ok {
			if n, ok := strings.CutSuffix(rest, "d"); ok {
				if days, err := strconv.ParseUint(n, 10, 16); err == nil {
					d := p.today - Day(days)
					return &d, nil
				}
			}
			return nil, fmt.Errorf("%q is not a relative date: expected for example -30d", clip(s))
		}
		span, err := ParseSpan(s)
		d := pick(span)
		return &d, err
	})
}

func oneOf[T ~string](s string, known []string) (T, error) {
	if slices.Contains(known, s) {
		return T(s), nil
	}
	return "", fmt.Errorf("%q is not known%s: expected one of %s", clip(s), suggestion(s, known), strings.Join(known, ", "))
}

func limit(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > MaxLimit {
		return 0, fmt.Errorf("expected a number from 1 to %d", MaxLimit)
	}
	return n, nil
}

func order(s string) (Order, error) { return oneOf[Order](s, Orders()) }

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
