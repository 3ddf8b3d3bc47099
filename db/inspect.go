package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Facts are what an operator wants to know of a database before they rely on
// it.
type Facts struct {
	Schema         Status
	Server         string        // its version, "15.18"
	ServerNumber   int           // the same as a number, 150018
	Skew           time.Duration // how far its clock is ahead of ours, to within the time that asking took
	Replica        bool          // it is a standby and takes no writes
	Durable        bool          // fsync and full_page_writes are on
	Acknowledges   string        // synchronous_commit
	MaxConnections int
	Connections    int   // of all clients
	Bytes          int64 // of this database
	Keys           int   // API keys that are not revoked; -1 if the schema has none
}

// Inspect looks at a database and changes nothing.
func Inspect(ctx context.Context, url string) (Facts, error) {
	var f Facts
	names, err := migrationNames()
	if err != nil {
		return f, err
	}
	config, err := connConfig(url)
	if err != nil {
		return f, err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return f, translate(ctx, "connect", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if f.Schema, err = readStatus(ctx, conn, uint(len(names))); err != nil {
		return f, translate(ctx, "read the schema's version", err)
	}
	before := time.Now()
	var now time.Time
	err = conn.QueryRow(ctx, `
		SELECT clock_timestamp(), current_setting('server_version'), current_setting('server_version_num')::integer, pg_is_in_recovery(),
			current_setting('fsync')::boolean AND current_setting('full_page_writes')::boolean, current_setting('synchronous_commit'),
			current_setting('max_connections')::integer, (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
			pg_database_size(current_database())`).
		Scan(&now, &f.Server, &f.ServerNumber, &f.Replica, &f.Durable, &f.Acknowledges, &f.MaxConnections, &f.Connections, &f.Bytes)
	if err != nil {
		return f, translate(ctx, "read the settings", err)
	}
	f.Skew = now.Sub(before.Add(time.Since(before) / 2))
	f.Keys = -1
	var keyed bool
	if err = conn.QueryRow(ctx, `SELECT to_regclass('api_key') IS NOT NULL`).Scan(&keyed); err == nil && keyed {
		err = conn.QueryRow(ctx, `SELECT count(*) FROM api_key WHERE revoked_at IS NULL`).Scan(&f.Keys)
	}
	return f, translate(ctx, "count the keys", err)
}
