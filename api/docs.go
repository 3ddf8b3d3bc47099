package api

import (
	"bytes"
	_ "embed" // for the layout
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"demarche/docs"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	mdtext "github.com/yuin/goldmark/text"
)

//go:embed docs.html
var docsLayout string

// docsPage is what the layout shows.
type docsPage struct {
	Title, Path string
	Sections    []docsSection
	Body        template.HTML // of a document
	Reference   *reference    // or the reference
}

// docsSection is a part of the table of contents.
type docsSection struct {
	Title string
	Links []docsLink
}

type docsLink struct{ Path, Title string }

// contents is the table of contents, by the names of the documents.
func contents() []struct {
	title string
	names []string
} {
	types := []string{}
	for _, t := range event.Ontology() {
		types = append(types, "types/"+string(t.Type))
	}
	return []struct {
		title string
		names []string
	}{
		{"Begin", []string{"tour"}},
		{"Guides", []string{"archive", "dashboards", "qgis", "notebooks", "agents", "dictionaries"}},
		{"Reference", []string{"api", "reference", "ontology", "accuracy", "model-card"}},
		{"Running it", []string{"operating", "loading", "resolution", "threat-model", "performance", "scale", "architecture", "contributing"}},
		{"Types of events", types},
	}
}

// documents adds the documentation: each document is a page, and the reference
// is made from the OpenAPI document.
func (s *server) documents(r chi.Router) {
	pages, err := s.docsPages()
	if err != nil {
		panic(fmt.Errorf("documentation: %w", err)) // it is part of the program
	}
	for at, page := range pages {
		r.Get(at, func(w http.ResponseWriter, r *http.Request) { writePage(w, r, page) })
	}
	r.Get("/docs/{picture}.svg", func(w http.ResponseWriter, r *http.Request) {
		body, err := fs.ReadFile(docs.Files, chi.URLParam(r, "picture")+".svg")
		if err != nil {
			writeProblem(w, r, http.StatusNotFound, "there is no such picture")
			return
		}
		writeFile(w, r, "image/svg+xml", "no-cache", body)
	})
}

// docsPages makes every page of the documentation, by its path.
func (s *server) docsPages() (map[string][]byte, error) {
	layout, err := template.New("docs").Parse(docsLayout)
	if err != nil {
		return nil, err
	}
	all := map[string]docsPage{}
	var sections []docsSection
	for _, c := range contents() {
		section := docsSection{Title: c.title}
		for _, name := range c.names {
			page := docsPage{Title: "API reference", Path: "/docs/" + name}
			if name == "reference" {
				page.Reference = s.reference()
			} else if page.Title, page.Body, err = renderDocument(name + ".md"); err != nil {
				return nil, err
			}
			if name == "tour" {
				page.Path = "/docs"
			}
			all[page.Path] = page
			section.Links = append(section.Links, docsLink{page.Path, page.Title})
		}
		sections = append(sections, section)
	}
	out := map[string][]byte{}
	for at, page := range all {
		page.Sections = sections
		var b bytes.Buffer
		if err := layout.Execute(&b, page); err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		out[at] = b.Bytes()
	}
	return out, nil
}

// renderDocument makes HTML of a document. Links to other documents lead to
// their pages; what may be too wide can be scrolled with the keyboard.
func renderDocument(name string) (title string, body template.HTML, err error) {
	source, err := fs.ReadFile(docs.Files, name)
	if err != nil {
		return "", "", err
	}
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Linkify), goldmark.WithParserOptions(parser.WithAutoHeadingID()), goldmark.WithRendererOptions(html.WithXHTML()))
	document := md.Parser().Parse(mdtext.NewReader(source))
	err = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 1 && title == "" {
				title = strings.ReplaceAll(string(n.Lines().Value(source)), "`", "")
			}
		case *ast.Link:
			n.Destination = []byte(docsAddress(name, string(n.Destination)))
		case *ast.Image:
			n.Destination = []byte(docsAddress(name, string(n.Destination)))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", "", err
	}
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, source, document); err != nil {
		return "", "", fmt.Errorf("%s: %w", name, err)
	}
	scrolls := strings.NewReplacer("<table>", `<div class="table" tabindex="0"><table>`, "</table>", "</table></div>", "<pre>", `<pre tabindex="0">`)
	return title, template.HTML(scrolls.Replace(b.String())), nil //nolint:gosec // our own documents
}

// docsAddress gives the address of what a document links to.
func docsAddress(from, to string) string {
	if strings.Contains(to, "://") || strings.HasPrefix(to, "/") || strings.HasPrefix(to, "#") {
		return to
	}
	to, anchor, anchored := strings.Cut(to, "#")
	to = path.Join("/docs", path.Dir(from), strings.TrimSuffix(to, ".md"))
	if to == "/docs/tour" {
		to = "/docs"
	}
	if anchored {
		to += "#" + anchor
	}
	return to
}

// reference is the OpenAPI document, for people.
type reference struct {
	Info       *huma.Info
	Operations []operationDoc
	Schemas    []schemaDoc
}

// operationDoc is one operation as the page shows it.
type operationDoc struct {
	*huma.Operation
	Parameters []parameterDoc
	Example    string // of the request body, indented JSON
	Answers    []answerDoc
}

type parameterDoc struct {
	*huma.Param
	Type, Example string
	Values        []string // if there are only these
}

type answerDoc struct {
	Code, What string
	Media      []string
	Schema     string // name of the schema of the JSON
}

type schemaDoc struct {
	Name   string
	Fields []fieldDoc
}

type fieldDoc struct {
	Name, Type, Schema, What string
	Required                 bool
}

// reference makes what the reference page shows.
func (s *server) reference() *reference {
	spec := s.huma.OpenAPI()
	ref := &reference{Info: spec.Info}
	for _, item := range spec.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil && !strings.Contains(op.Path, "{suffix}") { // said with the operation itself
				ref.Operations = append(ref.Operations, describe(op))
			}
		}
	}
	slices.SortFunc(ref.Operations, func(a, b operationDoc) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	for name, schema := range spec.Components.Schemas.Map() {
		d := schemaDoc{Name: name}
		for field, f := range schema.Properties {
			typ, of := typeOf(f)
			what := f.Description
			if len(f.Enum) > 0 && len(f.Enum) < 40 {
				what = strings.TrimSpace(fmt.Sprint(what, " One of ", strings.Trim(fmt.Sprint(f.Enum), "[]")))
			}
			d.Fields = append(d.Fields, fieldDoc{field, typ, of, what, slices.Contains(schema.Required, field)})
		}
		slices.SortFunc(d.Fields, func(a, b fieldDoc) int { return strings.Compare(a.Name, b.Name) })
		ref.Schemas = append(ref.Schemas, d)
	}
	slices.SortFunc(ref.Schemas, func(a, b schemaDoc) int { return strings.Compare(a.Name, b.Name) })
	return ref
}

func describe(op *huma.Operation) operationDoc {
	d := operationDoc{Operation: op}
	for _, p := range op.Parameters {
		pd := parameterDoc{Param: p, Type: p.Schema.Type}
		schema := p.Schema
		if schema.Items != nil {
			schema = schema.Items
			pd.Type = "list"
		}
		if len(schema.Examples) > 0 {
			pd.Example = fmt.Sprint(schema.Examples[0])
		}
		for _, v := range schema.Enum {
			pd.Values = append(pd.Values, fmt.Sprint(v))
		}
		d.Parameters = append(d.Parameters, pd)
	}
	if op.RequestBody != nil {
		if m := op.RequestBody.Content["application/json"]; m != nil && m.Example != nil {
			if b, err := json.MarshalIndent(m.Example, "", "  "); err == nil {
				d.Example = string(b)
			}
		}
	}
	for code, r := range op.Responses {
		a := answerDoc{Code: code, What: r.Description}
		for media, m := range r.Content {
			a.Media = append(a.Media, media)
			if strings.HasSuffix(media, "json") && m.Schema != nil && m.Schema.Ref != "" {
				_, a.Schema = typeOf(m.Schema)
			}
		}
		slices.Sort(a.Media)
		d.Answers = append(d.Answers, a)
	}
	slices.SortFunc(d.Answers, func(a, b answerDoc) int { return strings.Compare(a.Code, b.Code) })
	return d
}

// typeOf gives the type of a schema in words, and the name of the schema that
// it refers to.
func typeOf(s *huma.Schema) (typ, of string) {
	switch {
	case s.Ref != "":
		return "", path.Base(s.Ref)
	case s.Items != nil:
		typ, of = typeOf(s.Items)
		return strings.TrimSpace("list of " + typ), of
	}
	return s.Type, ""
}
