// Package event is the domain: articles, diplomatic events, the ontology they
// are typed with and the filter they are asked for with. It holds plain values
// and pure functions; it does no I/O and imports nothing else of this module.
//
// Offsets are Unicode code points into the article's text, end exclusive.
// Days are civil dates of the proleptic Gregorian calendar without a zone.
// Codes are ISO 3166-1 alpha-3 for states (XKX is Kosovo) and the acronyms of
// intergovernmental organisations (UN, EU, NATO, ...).
package event
