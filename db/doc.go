// Package db keeps articles and events in PostgreSQL (14 to 18).
//
// An article and its events are written in one transaction; an article is
// known again by its external id, its url or its content (identity.go). Events
// are kept twice: as rows with constraints, and as the ready JSON document
// that the API serves, so that reading copies bytes. Lists take two
// statements: the ids from the filter, then the documents by id.
//
// Errors that a caller may be shown are *event.Error; whatever else comes back
// is a fault of ours or a cancelled context.
package db
