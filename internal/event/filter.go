package event

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Filter is a question about events: all its parts must hold. The zero Filter
// asks for everything. One grammar (parse.go) and one meaning (Match) serve
// lists, statistics, changes, streams and exports; package db says the same in
// SQL.
type Filter struct {
	Actors    []ActorTerm // each must be satisfied
	Sectors   []Sector    // somebody of any of these sectors takes part
	Countries []string    // it is in any of these countries, alpha-3
	Places    []string    // at any of these places, by name
	Box       *Box        // at a point in the box
	Near      *Circle     // at a point in the circle

	From, To                 *Day // the event's days overlap [From, To]
	ReportedFrom, ReportedTo *Day // first reported on a day in [ReportedFrom, ReportedTo]

	Types    []Type   // any of these
	Families []string // any of these
	PLOVER   []string // any of these root types, with the status taken into account
	CAMEO    []string // the code begins with any of these
	Quads    []int    // any of these quad classes
	Statuses []Status // any of these
	Text     string   // web-search syntax over summary and evidence

	MinConfidence float64  // 0 to 1, compared in millionths
	MinSources    int      // different sources that report it
	SourceNames   []string // reported by any of these sources
	Languages     []string // in any of these languages, lower-case BCP 47; en includes en-gb

	AsOf *time.Time // asked of the database as it stood at this instant

	Order  Order
	Limit  int
	After  *Cursor   // start behind this position
	Fields []string  // members of an event that are answered; all if empty
	Count  CountMode // whether the number of all events found is answered
}

// ActorTerm is one actor parameter: at least one of Any takes part (if Any is
// not empty), and none of None does. With a Role, only participants in this
// role count.
type ActorTerm struct {
	Role      Role
	Any, None []ActorRef
}

// ActorRef names an actor in one of three ways; exactly one part is set.
type ActorRef struct {
	Code string    // ISO 3166-1 alpha-3 or organisation
	Name string    // a person's or a group's name
	ID   uuid.UUID // actor id
}

func (r ActorRef) String() string {
	switch {
	case r.Code != "":
		return r.Code
	case r.Name != "":
		return r.Name
	}
	return r.ID.String()
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

// CountMode says how the number of all events found is answered.
type CountMode string

// The modes: not at all, as the database's planner guesses, or counted.
const (
	CountNone      CountMode = "none"
	CountEstimated CountMode = "estimated"
	CountExact     CountMode = "exact"
)

// CountModes lists the values of the parameter count; the first is the default.
func CountModes() []string {
	return []string{string(CountNone), string(CountEstimated), string(CountExact)}
}

// Page sizes.
const (
	DefaultLimit = 50
	MaxLimit     = 10_000
)

// Undated is the sort key of an event without a date.
const Undated int64 = -1 << 31

// ConfidenceKey is a confidence in millionths, which is what it is ordered and
// compared by.
func ConfidenceKey(confidence float64) int64 {
	return int64(confidence*1e6 + 0.5)
}

// SortKey gives the value that the order sorts the event by.
func (o Order) SortKey(e *Event) int64 {
	switch o {
	case NewestReportedFirst:
		if e.FirstReported == nil {
			return Undated
		}
		return int64(*e.FirstReported)
	case SurestFirst:
		return ConfidenceKey(e.Confidence)
	case MostReportedFirst:
		return int64(e.ArticleCount)
	}
	if e.Date == nil {
		return Undated
	}
	return int64(e.Date.Start)
}

// Descending tells whether the greatest key comes first.
func (o Order) Descending() bool { return o != OldestFirst }

// Kind is a type with a status: what PLOVER, CAMEO and quad class depend on.
type Kind struct {
	Type   Type
	Status Status
}

// kinds is every type with every status, and what the two come to.
var kinds = func() (all []kindInfo) {
	for i := range ontology {
		for _, s := range Words().Statuses {
			k := kindInfo{kind: Kind{ontology[i].Type, Status(s)}, family: ontology[i].Family}
			code := Code(k.kind.Type, k.kind.Status)
			if code.PLOVER.Type != nil {
				k.plover = *code.PLOVER.Type
			}
			k.cameo, k.quad = code.CAMEO, code.Quad
			all = append(all, k)
		}
	}
	return all
}()

type kindInfo struct {
	kind                  Kind
	family, plover, cameo string
	quad                  int
}

// Kinds gives every type with every status.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i := range kinds {
		all[i] = kinds[i].kind
	}
	return all
}

// asksKind tells whether the filter says anything about type and status.
func (f *Filter) asksKind() bool {
	return len(f.Types)+len(f.Families)+len(f.PLOVER)+len(f.CAMEO)+len(f.Quads)+len(f.Statuses) > 0
}

// Kinds gives the kinds that the filter allows; all is true if it allows every
// one.
func (f *Filter) Kinds() (allowed []Kind, all bool) {
	if !f.asksKind() {
		return nil, true
	}
	for i := range kinds {
		if f.allows(&kinds[i]) {
			allowed = append(allowed, kinds[i].kind)
		}
	}
	return allowed, len(allowed) == len(kinds)
}

func (f *Filter) allows(k *kindInfo) bool {
	return has(f.Types, k.kind.Type) && has(f.Statuses, k.kind.Status) && has(f.Families, k.family) &&
		has(f.PLOVER, k.plover) && has(f.Quads, k.quad) &&
		(len(f.CAMEO) == 0 || slices.ContainsFunc(f.CAMEO, func(prefix string) bool { return strings.HasPrefix(k.cameo, prefix) }))
}

// has tells whether v is one of wanted, or nothing is wanted.
func has[T comparable](wanted []T, v T) bool { return len(wanted) == 0 || slices.Contains(wanted, v) }

// actorParameters are the parameters of actor terms, by role.
func actorParameters() map[Role]string {
	return map[Role]string{"": "actor", Actor: "source", Target: "target", Mediator: "mediator", Host: "host"}
}

// Query is the canonical form: parameters that ParseFilter reads as this
// filter. Filters that ask the same give the same parameters.
func (f *Filter) Query() url.Values {
	q := f.Question()
	if f.Order != "" && f.Order != NewestFirst {
		q.Set("order", string(f.Order))
	}
	if f.Limit > 0 && f.Limit != DefaultLimit {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	if f.After != nil {
		q.Set("cursor", f.After.String())
	}
	if len(f.Fields) > 0 {
		q.Set("fields", strings.Join(f.Fields, ","))
	}
	if f.Count != "" && f.Count != CountNone {
		q.Set("count", string(f.Count))
	}
	return q
}

// Question is the part of Query that says which events are meant; order, page
// and shape of the answer are left out.
func (f *Filter) Question() url.Values {
	q := url.Values{}
	list := func(name string, values []string) {
		if len(values) > 0 {
			q.Set(name, strings.Join(sorted(values), ","))
		}
	}
	names := actorParameters()
	for _, t := range f.Actors {
		any := sorted(texts(t.Any))
		for _, none := range sorted(texts(t.None)) {
			any = append(any, "!"+none)
		}
		q.Add(names[t.Role], strings.Join(any, ","))
	}
	for _, name := range names {
		if terms := q[name]; len(terms) > 0 {
			q[name] = sorted(terms)
		}
	}
	list("sector", texts(f.Sectors))
	list("country", f.Countries)
	list("place", f.Places)
	if f.Box != nil {
		q.Set("bbox", f.Box.String())
	}
	if f.Near != nil {
		q.Set("near", decimal(f.Near.Lat)+","+decimal(f.Near.Lon))
		q.Set("radius_km", decimal(f.Near.RadiusKM))
	}
	for name, d := range map[string]*Day{"from": f.From, "to": f.To, "reported_from": f.ReportedFrom, "reported_to": f.ReportedTo} {
		if d != nil {
			q.Set(name, d.String())
		}
	}
	list("type", texts(f.Types))
	list("family", f.Families)
	list("plover", f.PLOVER)
	list("cameo", f.CAMEO)
	list("quad_class", texts(f.Quads))
	list("status", texts(f.Statuses))
	if f.Text != "" {
		q.Set("q", f.Text)
	}
	if f.MinConfidence > 0 {
		q.Set("min_confidence", decimal(f.MinConfidence))
	}
	if f.MinSources > 1 {
		q.Set("min_sources", strconv.Itoa(f.MinSources))
	}
	list("source_name", f.SourceNames)
	list("language", f.Languages)
	if f.AsOf != nil {
		q.Set("as_of", f.AsOf.UTC().Format(time.RFC3339Nano))
	}
	return q
}

// fingerprint is a hash of all that decides which events are listed in what
// order, the page aside.
func (f *Filter) fingerprint() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s", cmp.Or(f.Order, NewestFirst), f.Question().Encode())
	return h.Sum64()
}

// sorted gives the values in order, each once.
func sorted(values []string) []string {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

func texts[T any](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// decimal writes a number in the fewest digits that give it back.
func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
