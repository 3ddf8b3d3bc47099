package api

import (
	"io/fs"
	"net/http"
	"path"
	"strings"

	"demarche/web"

	"github.com/cespare/xxhash/v2"
	"github.com/go-chi/chi/v5"
)

// pagePolicy is the Content-Security-Policy of every page: all comes from the
// server itself, nothing stands in the page, nobody frames it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// site adds the pages for people: the explorer, and what it is made of.
func (s *server) site(r chi.Router) {
	for _, route := range []string{"/", "/events/{id}", "/code"} {
		r.Get(route, s.explorer)
	}
	r.Get("/static/*", static(web.Static()))
	s.documents(r)
}

func (s *server) explorer(w http.ResponseWriter, r *http.Request) {
	page, _, err := web.Page()
	if err != nil {
		s.Logger.ErrorContext(r.Context(), "the explorer's page is not there", "error", err)
		writeProblem(w, r, http.StatusInternalServerError, hiddenError(r.Context()))
		return
	}
	writePage(w, r, page)
}

// writePage sends a page.
func writePage(w http.ResponseWriter, r *http.Request, page []byte) {
	w.Header().Set("Referrer-Policy", "same-origin")
	writeFile(w, r, "text/html; charset=utf-8", "no-cache", page)
}

// writeFile sends something of the program's own, or says that it is what the
// browser has already.
func writeFile(w http.ResponseWriter, r *http.Request, media, keep string, body []byte) {
	tag := weak(xxhash.Sum64(body))
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", keep)
	h.Set("ETag", tag)
	if holds(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body) // who goes away needs no answer
}

// static serves files. The bundle's names have hashes of what is in them, so
// that a browser keeps them for ever.
func static(files fs.FS) http.HandlerFunc {
	types := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8",
	}
	return func(w http.ResponseWriter, r *http.Request) {
		name := chi.URLParam(r, "*")
		body, err := fs.ReadFile(files, name)
		media, known := types[path.Ext(name)]
		if err != nil || !known {
			writeProblem(w, r, http.StatusNotFound, "there is nothing at "+r.URL.Path)
			return
		}
		keep := "no-cache"
		if strings.HasPrefix(name, "app/") && path.Ext(name) != ".html" {
			keep = "public, max-age=31536000, immutable"
		}
		writeFile(w, r, media, keep, body)
	}
}
