package api

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"demarche/db"
	"demarche/internal/access"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
)

// Access is who may do what, and how often. The zero Access lets everybody
// read as often as they like; who may write is said by the keys in the store.
type Access struct {
	ReadWithKey bool           // reading needs a key as well, once there is one
	PerAddress  int            // requests a minute from one address without a key; 0: any number
	PerKey      int            // requests a minute with one key; 0: any number
	Proxies     []netip.Prefix // whose X-Forwarded-For is believed
	Slots       int            // requests that are worked on at once; 0: any number
}

// scopeOf says what a request needs. What is not known to be reading is
// writing, so that a new route is not open by mistake.
func scopeOf(method, path string) access.Scope {
	within := func(root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
	switch {
	case path == "/healthz" || path == "/readyz":
		return "" // whoever watches the process has no key
	case within("/v1/audit"):
		return access.Admin
	case within("/v1/feeds"):
		return access.Write // addresses of feeds may hold secrets of their own
	case path == "/v1/extract" || path == "/mcp":
		return access.Read // whatever the method: nothing is stored
	case method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions:
		return access.Write
	case within("/v1") || within("/ogc") || path == "/metrics":
		return access.Read
	}
	return "" // pages, documents and their parts: nothing of the data is in them
}

// caller is who sent a request.
type caller struct {
	address netip.Addr
	key     *access.Key // nil without one
}

// who names the caller among all others.
func (c *caller) who() string {
	if c.key != nil {
		return c.key.ID.String()
	}
	return network(c.address)
}

// guard lets a request through if its caller may do what it asks for and has
// not asked too often, and keeps in mind who changed something.
func (s *server) guard(next http.Handler) http.Handler {
	perAddress, perKey := newLimiter("address", s.Access.PerAddress, s.Now), newLimiter("key", s.Access.PerKey, s.Now)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{address: s.addressOf(r)}
		secret, given, err := bearer(r)
		if given && err == nil {
			if perAddress.empty(network(c.address)) { // it has tried too many keys
				s.tooMany(w, r, "this address")
				return
			}
			c.key, err = s.keyOf(r.Context(), secret)
		}
		var bad *credentialError
		if errors.As(err, &bad) {
			perAddress.take(w, network(c.address))
			w.Header().Set("WWW-Authenticate", `Bearer realm="demarche", error="invalid_token"`)
			writeProblem(w, r, http.StatusUnauthorized, bad.why)
			return
		}
		if err == nil && c.key == nil && !perAddress.take(w, network(c.address)) {
			s.tooMany(w, r, "this address")
			return
		}
		if c.key != nil && !perKey.take(w, c.key.ID.String()) {
			s.tooMany(w, r, "this key")
			return
		}
		need := scopeOf(r.Method, r.URL.Path)
		if err == nil {
			err = s.allow(r.Context(), w, c.key, need)
		}
		if err != nil {
			sendProblem(w, r, s.problem(r.Context(), err))
			return
		}
		if need.Allows(access.Write) && r.Method != http.MethodGet && r.Method != http.MethodHead {
			s.audited(w, r, c, next)
			return
		}
		next.ServeHTTP(w, r.WithContext(s.Store.Choose(r.Context(), c.who())))
	})
}

// allow tells whether a key, or none, will do for what is needed. If not, the
// error is the answer.
func (s *server) allow(ctx context.Context, w http.ResponseWriter, key *access.Key, need access.Scope) error {
	switch {
	case need == "" || key != nil && key.Scope.Allows(need) || key == nil && need == access.Read && !s.Access.ReadWithKey:
		return nil
	case key != nil:
		w.Header().Set("WWW-Authenticate", `Bearer realm="demarche", error="insufficient_scope", scope="`+string(need)+`"`)
		return problemOf(http.StatusForbidden, "this needs a key with the scope "+string(need)+", this one has "+string(key.Scope), nil)
	}
	guarded, err := s.Store.Guarded(ctx)
	if err != nil || !guarded {
		return err
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="demarche"`)
	return problemOf(http.StatusUnauthorized, "this needs a key with the scope "+string(need)+": send it as Authorization: Bearer <key>", nil)
}

func (s *server) tooMany(w http.ResponseWriter, r *http.Request, who string) {
	s.refused.WithLabelValues("rate").Inc()
	writeProblem(w, r, http.StatusTooManyRequests, who+" has sent too many requests: see Retry-After")
}

// audited answers a request and writes down what became of it.
func (s *server) audited(w http.ResponseWriter, r *http.Request, c caller, next http.Handler) {
	ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
	defer s.Store.Writing(r.Context(), c.who())()
	defer func() {
		a := db.Audit{Address: c.address.String(), Method: r.Method, Path: r.URL.Path, Request: requestIDOf(r.Context()), Status: ww.Status()}
		if a.Status == 0 {
			a.Status = http.StatusInternalServerError // it panicked
		}
		if c.key != nil {
			a.Key, a.KeyID = c.key.Name, &c.key.ID
		}
		s.Logger.InfoContext(r.Context(), "audit", "key", a.Key, "key_id", a.KeyID, "address", a.Address, "method", a.Method, "path", a.Path,
			"status", a.Status, "request_id", a.Request)
		if err := s.Store.WriteAudit(context.WithoutCancel(r.Context()), a); err != nil {
			s.Logger.ErrorContext(r.Context(), "the audit has no row for this request", "error", err, "request_id", a.Request)
		}
	}()
	next.ServeHTTP(ww, r)
}

// credentialError says, in words for the caller, why a key is not taken.
type credentialError struct{ why string }

func (e *credentialError) Error() string { return e.why }

// bearer gives the secret of a request (RFC 6750).
func bearer(r *http.Request) (secret string, given bool, err error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", false, nil
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", true, &credentialError{"expected one header Authorization: Bearer <key>"}
	}
	return strings.TrimSpace(secret), true, nil
}

// keyOf gives the key of a secret. Each time the store is asked, so that a
// revoked key is good for nothing at once.
func (s *server) keyOf(ctx context.Context, secret string) (*access.Key, error) {
	hash, err := access.HashOf(secret)
	if err != nil {
		return nil, &credentialError{"the key is not valid: " + err.Error()}
	}
	k, err := s.Store.KeyOf(ctx, hash)
	switch {
	case err != nil:
		return nil, err
	case k == nil:
		return nil, &credentialError{"there is no such key"}
	}
	if problem := k.Problem(s.Now()); problem != "" {
		return nil, &credentialError{problem}
	}
	return k, nil
}

// addressOf gives the address of the client: the peer's, or, if that is a proxy
// of ours, the last one that it was told of and that is none.
func (s *server) addressOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !slices.ContainsFunc(s.Access.Proxies, func(p netip.Prefix) bool { return p.Contains(at) }) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = next.Unmap()
	}
	return at
}

// network is what a client has for itself: an address, or 64 bits of an IPv6
// address.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

const keyScheme = "key"

// security documents what an operation needs.
func security(method, path string) []map[string][]string {
	switch need := scopeOf(method, path); need {
	case "":
		return []map[string][]string{}
	case access.Read:
		return []map[string][]string{{}, {keyScheme: {string(need)}}}
	default:
		return []map[string][]string{{keyScheme: {string(need)}}}
	}
}

func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{keyScheme: {Type: "http", Scheme: "bearer",
		Description: "A key made by demarche keys create. Each scope allows those before it: read, write, admin. Reading is open unless the operator closed it; writing is open until the first key is made."}}
}

type auditInput struct{ request }

type auditOutput struct {
	Body struct {
		Entries []db.Audit `json:"entries" doc:"The newest first"`
		Next    string     `json:"next_cursor" doc:"Cursor of the next page; empty on the last one"`
	}
}

func (s *server) audit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	q, err := in.parameters("limit", "cursor")
	if err != nil {
		return nil, err
	}
	all, err := in.query()
	if err != nil {
		return nil, err
	}
	limit, err := limitOf(all["limit"], 100, 1000)
	if err != nil {
		return nil, err
	}
	var before uuid.UUID
	if c := q["cursor"]; c != "" {
		if before, err = uuid.Parse(c); err != nil {
			return nil, badParameter("cursor", "expected next_cursor of the page before", c)
		}
	}
	entries, err := s.Store.Audits(ctx, before, limit+1)
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	if out.Body.Entries = entries; len(entries) > limit {
		out.Body.Entries = entries[:limit]
		out.Body.Next = entries[limit-1].ID.String()
	}
	return out, nil
}
