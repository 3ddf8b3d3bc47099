// Package migrations holds the schema as numbered golang-migrate files, built
// into the binary. A file that has been released never changes; a later one
// mends it. On a table that exists, one file has one DDL statement.
package migrations

import "embed"

// FS holds the files NNNN_name.up.sql and NNNN_name.down.sql.
//
//go:embed *.sql
var FS embed.FS
