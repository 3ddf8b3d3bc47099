// Package access says who may do what: keys, what they allow, and their
// secrets. It does no I/O.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Scope is how much a key allows. Each allows all that those before it allow.
type Scope string

// The scopes.
const (
	Read  Scope = "read"  // ask questions
	Write Scope = "write" // bring in, withdraw and correct articles, events and feeds
	Admin Scope = "admin" // see who did that
)

// Scopes lists them, the least first.
func Scopes() []Scope { return []Scope{Read, Write, Admin} }

// Allows tells whether a key of this scope may do what needs another one.
func (s Scope) Allows(need Scope) bool {
	have, want := slices.Index(Scopes(), s), slices.Index(Scopes(), need)
	return have >= 0 && want >= 0 && have >= want
}

// Key is a key without its secret, which is nowhere kept.
type Key struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`
	Scope     Scope      `json:"scope"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"` // nil: never
	RevokedAt *time.Time `json:"revoked_at,omitempty"` // nil: it is not
}

// Problem says why a key is not good at an instant; "" if it is.
func (k *Key) Problem(now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "the key was revoked on " + k.RevokedAt.UTC().Format(time.DateOnly)
	case k.ExpiresAt != nil && !now.Before(*k.ExpiresAt):
		return "the key expired on " + k.ExpiresAt.UTC().Format(time.DateOnly)
	}
	return ""
}

// Hash is the SHA-256 of a secret. A secret has 256 random bits, so that it
// needs no slow hash.
type Hash [sha256.Size]byte

// prefix marks our secrets, so that people and scanners recognise a leaked one.
const prefix = "demarche_"

// NewSecret makes a secret, which is shown once, and the hash, which is kept.
func NewSecret() (secret string, hash Hash) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand
	secret = prefix + base64.RawURLEncoding.EncodeToString(random[:])
	return secret, sha256.Sum256([]byte(secret))
}

// HashOf gives the hash of a secret that somebody presents. What cannot be a
// secret of ours is an error, which does not repeat it.
func HashOf(secret string) (Hash, error) {
	random, ok := strings.CutPrefix(secret, prefix)
	b, err := base64.RawURLEncoding.DecodeString(random)
	if !ok || err != nil || len(b) != 32 || strings.ContainsAny(random, "\r\n") { // which decoding skips
		return Hash{}, fmt.Errorf("expected a key as demarche keys create prints it: %s and 43 characters", prefix)
	}
	return sha256.Sum256([]byte(secret)), nil
}

// CheckName says what is wrong with the name of a key.
func CheckName(name string) error {
	const most = 100
	if name == "" || len(name) > most || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.TrimSpace(name) != name {
		return fmt.Errorf("expected a name of 1 to %d bytes without control characters and without spaces around it", most)
	}
	return nil
}
