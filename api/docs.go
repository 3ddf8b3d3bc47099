package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsPage string

// operationDoc is one operation as the page shows it.
type operationDoc struct {
	*huma.Operation
	Parameters []parameterDoc
	Example    string // of the request body, indented JSON
}

type parameterDoc struct {
	*huma.Param
	Type, Example string
}

// docs gives the reference page, made once from the OpenAPI document. It loads
// nothing from elsewhere and runs no script.
func (s *server) docs() http.HandlerFunc {
	spec := s.huma.OpenAPI()
	var page struct {
		Info       *huma.Info
		Operations []operationDoc
	}
	page.Info = spec.Info
	for _, item := range spec.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				page.Operations = append(page.Operations, describe(op))
			}
		}
	}
	slices.SortFunc(page.Operations, func(a, b operationDoc) int {
		return strings.Compare(a.Path+a.Method, b.Path+b.Method)
	})
	var out bytes.Buffer
	err := template.Must(template.New("docs").Parse(docsPage)).Execute(&out, page)
	return func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			s.Logger.ErrorContext(r.Context(), "the reference page could not be made", "error", err)
			writeProblem(w, r, http.StatusInternalServerError, hiddenError(r.Context()))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash(docsPage)+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		_, _ = w.Write(out.Bytes())
	}
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
			pd.Example, _ = schema.Examples[0].(string)
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
	return d
}

// styleHash gives the hash by which the page's policy admits its one style
// sheet, and nothing else.
func styleHash(page string) string {
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}
