package db

import (
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"demarche/internal/event"
)

// An article is known again by its external id (within its source), by its url
// or by its content, in this order: where they name different articles, the
// first decides.
//
//   - Found by external id or url with another content, it is a new revision of
//     that article.
//   - Found by its content alone, it is that article and nothing changes, even
//     if the article has been revised since: an old text that comes in again
//     without its address must not become a second article.
//
// So an identity belongs to the article that first had it, for ever.

// identityKind is what an identity key was made from.
type identityKind string

const (
	byExternalID identityKind = "external_id"
	byURL        identityKind = "url"
	byContent    identityKind = "content"
)

// identityKey is the fixed-length form of an identity.
type identityKey [sha256.Size]byte

// identity is one way to know an article again.
type identity struct {
	kind identityKind
	key  identityKey
}

// identities gives an article's identities, the one that decides first.
func identities(a *event.Article) []identity {
	var ids []identity
	add := func(kind identityKind, parts ...string) {
		h := sha256.New()
		h.Write([]byte(kind))
		for _, p := range parts {
			fmt.Fprintf(h, "\n%d %s", len(p), p)
		}
		ids = append(ids, identity{kind, identityKey(h.Sum(nil))})
	}
	if a.ExternalID != "" {
		add(byExternalID, a.Source, a.ExternalID)
	}
	if a.URL != "" {
		add(byURL, a.URL)
	}
	content := a.ContentHash()
	add(byContent, string(content[:]))
	return ids
}

// owners tells which article each identity belongs to.
type owners map[identityKey]uuid.UUID

// resolve gives the article that is known by one of the identities, and which.
func (o owners) resolve(ids []identity) (article uuid.UUID, by identityKind, ok bool) {
	for _, id := range ids {
		if article, ok := o[id.key]; ok {
			return article, id.kind, true
		}
	}
	return uuid.Nil, "", false
}

// claim gives the identities that nobody owns to an article.
func (o owners) claim(ids []identity, article uuid.UUID) {
	for _, id := range ids {
		if _, taken := o[id.key]; !taken {
			o[id.key] = article
		}
	}
}
