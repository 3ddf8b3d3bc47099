package api

import (
	"mime"
	"net/http"
	"slices"

	"github.com/klauspost/compress/gzhttp"
)

// allowOrigins lets pages of every origin read (CORS, the Fetch standard): what
// is read here is open. Other methods keep the browser's own rule.
func allowOrigins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Accept-Ranges, Content-Length, Content-Range")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, HEAD")
			h.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, If-None-Match, If-Range, Last-Event-ID, Range, X-Request-Id")
			h.Set("Access-Control-Max-Age", "86400")
			h.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// secure sets what keeps an answer from being taken for something else by a
// browser: it is no page, runs nothing, and is shown in no frame. Pages set a
// policy of their own.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// compress compresses text with zstd or gzip, as the client prefers. Streams of
// server-sent events are not: they would wait for the compressor.
func compress(next http.Handler) http.Handler {
	texts := []string{"application/openapi+json", "application/problem+json", "application/vnd.oai.openapi+json", "application/xml", "image/svg+xml",
		"text/css", "text/html", "text/javascript", "text/plain"}
	for _, f := range append(eventForms(), graphmlForm) {
		if media, _, err := mime.ParseMediaType(f.media); err == nil && f.name != "parquet" {
			texts = append(texts, media)
		}
	}
	wrap, err := gzhttp.NewWrapper(gzhttp.ContentTypeFilter(func(contentType string) bool {
		media, _, err := mime.ParseMediaType(contentType)
		return err == nil && slices.Contains(texts, media)
	}))
	if err != nil {
		panic(err) // the options are fixed, and good
	}
	return wrap(next)
}
