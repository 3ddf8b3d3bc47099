package extract

import (
	"strings"

	"demarche/internal/gazetteer"
)

// codes reads the names of actors in questions with the gazetteer.
type codes struct{ g *gazetteer.Gazetteer }

// Codes makes the reader of names that event.ParseFilter needs.
func Codes(g *gazetteer.Gazetteer) codes { return codes{g} }

// CountryCode implements event.Codes.
func (c codes) CountryCode(s string) (string, bool) {
	if country, ok := c.g.Country(s); ok {
		return country.Alpha3, true
	}
	for _, e := range c.g.Lookup(s) {
		if e.Kind == gazetteer.KindState {
			return e.Code, true
		}
	}
	return "", false
}

// ActorCode implements event.Codes. The code of an organisation goes before the
// code of two letters of a country: AU is the African Union.
func (c codes) ActorCode(s string) (string, bool) {
	if e, ok := c.g.Organization(s); ok && strings.ToUpper(s) == s {
		return e.Code, true
	}
	if code, ok := c.CountryCode(s); ok {
		return code, true
	}
	if e, ok := c.g.Organization(s); ok {
		return e.Code, true
	}
	for _, e := range c.g.Lookup(s) {
		if own, ok := c.g.Organization(e.Code); ok && own == e {
			return e.Code, true
		}
	}
	return "", false
}

// Name gives what a code is called in English; the code itself if it is not
// known.
func (c codes) Name(code string) string {
	if country, ok := c.g.Country(code); ok && country.Alpha3 == code {
		return country.Name
	}
	if e, ok := c.g.Organization(code); ok {
		return e.Name
	}
	return code
}
