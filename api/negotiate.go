package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"demarche/api/encode"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

// form is a form that an answer can have: it is chosen by the suffix of the
// path or by Accept (RFC 9110, 12.5.1).
type form struct {
	name  string   // the suffix
	media string   // content type
	also  []string // further media types that it may be asked for by
}

var (
	jsonForm    = form{name: "json", media: "application/json"}
	csvForm     = form{name: "csv", media: "text/csv; charset=utf-8; header=present"}
	ndjsonForm  = form{name: "ndjson", media: "application/x-ndjson", also: []string{"application/ndjson", "application/jsonl", "application/x-jsonlines"}}
	graphmlForm = form{name: "graphml", media: "application/graphml+xml"}
)

// eventForms are the forms of events, in the order of encode.Formats.
func eventForms() []form {
	var forms []form
	for _, f := range encode.Formats() {
		forms = append(forms, form{f.Name, f.Media, f.Also})
	}
	return forms
}

// is tells whether a media type without parameters, in lower case, is the
// form's.
func (f *form) is(media string) bool {
	own, _, _ := strings.Cut(f.media, ";")
	return media == own || slices.Contains(f.also, media)
}

// choose gives the form that a request asks for, as its place among those that
// there are.
func (r *request) choose(forms []form) (int, error) {
	if r.suffix != "" {
		if i := slices.IndexFunc(forms, func(f form) bool { return f.name == r.suffix }); i >= 0 {
			return i, nil
		}
		return 0, event.NewError(event.NotFound, "there is no form ."+r.suffix+" of this: expected one of "+strings.Join(names(forms), ", "))
	}
	if i, ok := negotiate(r.accept, forms); ok {
		return i, nil
	}
	var media []string
	for _, f := range forms {
		own, _, _ := strings.Cut(f.media, ";")
		media = append(media, own)
	}
	return 0, problemOf(http.StatusNotAcceptable, "there is none of the media types that the request accepts", []event.FieldError{
		{Location: "header.Accept", Message: "expected one of " + strings.Join(media, ", "), Value: r.accept}})
}

func names(forms []form) []string {
	var out []string
	for _, f := range forms {
		out = append(out, f.name)
	}
	return out
}

// negotiate gives the form that an Accept header likes best: the highest
// quality, then what it names most exactly, then what it names first. Without
// a header it is the first form. What is malformed in it accepts nothing.
func negotiate(accept string, forms []form) (int, bool) {
	if accept == "" || accept == "*/*" || accept == jsonForm.media && forms[0].name == jsonForm.name {
		return 0, true
	}
	ranges := parseAccept(accept)
	best, at := acceptance{}, -1
	for i := range forms {
		if a := accepted(ranges, &forms[i]); a.quality > 0 && (at < 0 || a.before(best)) {
			best, at = a, i
		}
	}
	return at, at >= 0
}

// acceptance is how much a form is liked.
type acceptance struct {
	quality float64
	exact   int // 2 named, 1 by its main type, 0 by */*
	place   int // of the range in the header
}

func (a acceptance) before(b acceptance) bool {
	if a.quality != b.quality {
		return a.quality > b.quality
	}
	if a.exact != b.exact {
		return a.exact > b.exact
	}
	return a.exact > 0 && a.place < b.place
}

// mediaRange is an element of an Accept header.
type mediaRange struct {
	media   string // "text/csv", "text/*" or "*/*", in lower case
	quality float64
}

// accepted gives how much a form is liked: the range that names it most exactly
// says so.
func accepted(ranges []mediaRange, f *form) (a acceptance) {
	main, _, _ := strings.Cut(f.media, "/")
	a.exact = -1
	for i, r := range ranges {
		exact := -1
		switch {
		case f.is(r.media):
			exact = 2
		case r.media == main+"/*":
			exact = 1
		case r.media == "*/*":
			exact = 0
		}
		if exact > a.exact {
			a = acceptance{r.quality, exact, i}
		}
	}
	return a
}

// parseAccept reads the elements of an Accept header; malformed ones are left
// out. Parameters but q are ignored: no form has several.
func parseAccept(accept string) []mediaRange {
	var ranges []mediaRange
	for _, element := range splitQuoted(accept, ',') {
		parts := splitQuoted(element, ';')
		r := mediaRange{strings.ToLower(strings.TrimSpace(parts[0])), 1}
		main, sub, ok := strings.Cut(r.media, "/")
		ok = ok && isToken(main) && isToken(sub) && (main != "*" || sub == "*")
		for _, p := range parts[1:] {
			if name, value, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(name, "q") {
				q, err := strconv.ParseFloat(value, 64)
				r.quality, ok = q, ok && err == nil && q >= 0 && q <= 1
			}
		}
		if ok {
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// splitQuoted splits at a separator that stands outside of quoted strings.
func splitQuoted(s string, separator byte) []string {
	var parts []string
	from, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == separator && !quoted:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}

// isToken tells a token of RFC 9110, 5.6.2.
func isToken(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r) {
			return false
		}
	}
	return s != ""
}

// registerForms adds an operation whose answer has several forms: under its
// path they are negotiated, and each has the path with its suffix. The operation
// documents its JSON; the other forms are added.
func registerForms[I, O any](s *server, op huma.Operation, forms []form, handle func(context.Context, *I) (*O, error)) {
	ok := op.Responses["200"]
	for _, f := range forms {
		media, _, _ := strings.Cut(f.media, ";")
		if ok.Content[media] == nil {
			shape := huma.TypeString
			if f.name == "geojson" {
				shape = huma.TypeObject
			}
			ok.Content[media] = &huma.MediaType{Schema: &huma.Schema{Type: shape}}
		}
	}
	ok.Headers = map[string]*huma.Param{
		"ETag": {Description: "Changes when the answer does: send it as If-None-Match", Schema: &huma.Schema{Type: huma.TypeString}},
		"Link": {Description: "The next page, rel=next; absent on the last", Schema: &huma.Schema{Type: huma.TypeString}},
	}
	op.Responses["304"] = &huma.Response{Description: "The answer is still the one with the ETag of If-None-Match"}
	other := suffixed(op, forms)
	register(s, op, handle)
	register(s, other, handle)
}

// suffixed makes of an operation the one whose path says the form.
func suffixed(op huma.Operation, forms []form) huma.Operation {
	op.OperationID += "-as"
	op.Path += ".{suffix}"
	op.Summary += ", in the form of the suffix"
	op.Parameters = slices.DeleteFunc(slices.Clone(op.Parameters), func(p *huma.Param) bool { return p.Name == formatChoice.name }) // the suffix says it
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: "suffix", In: "path", Required: true, Description: "Form of the answer", Schema: &huma.Schema{Type: huma.TypeString, Enum: anys(names(forms))}})
	op.Responses = maps.Clone(op.Responses)
	return op
}
