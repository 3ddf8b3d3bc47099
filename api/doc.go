// Package api is the HTTP interface: it parses and checks what comes in, asks
// the ingest pipeline or the store, and writes the answer. routes.go holds the
// whole route table; errors become problem documents (RFC 9457) in problem.go.
package api
