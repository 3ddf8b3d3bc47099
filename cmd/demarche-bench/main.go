// Command demarche-bench measures reading: it loads events of its own making
// into a throw-away private cluster, and then has the server answer hot
// questions over HTTP and pgbench run the very SQL that the server sends, in
// turns, so that what is told is how much of Postgres's own speed comes out.
//
// With load it measures loading: articles through the program itself, coded,
// indexed and committed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type options struct {
	N        int           `default:"1000000" help:"Events."`
	Seed     uint64        `default:"42" help:"Of everything random."`
	Server   string        `default:"bin/demarche" help:"The server's program."`
	Dir      string        `placeholder:"DIR" help:"Keep the cluster here, and use what it has if it has events, instead of throwing it away."`
	Rounds   int           `default:"5" help:"Rounds at 8 clients; each runs both ways once, in turns."`
	Window   time.Duration `default:"1s" help:"How long each run is."`
	Only     []string      `placeholder:"QUERY" help:"Only these questions."`
	Clients  []int         `default:"8,1,32" help:"Numbers of clients; all but 8 have one round."`
	Export   []string      `placeholder:"FORMAT" help:"Also stream everything once in these formats (ndjson, csv, parquet), and tell the server's memory."`
	LoadOnly bool          `help:"Load and stop; with --dir."`
}

// Run measures reading.
func (o *options) Run(ctx context.Context) error { return run(ctx, *o) }

func main() {
	var c struct {
		Read options     `cmd:"" default:"withargs" help:"Measure how much of Postgres's own speed the server gives (default)."`
		Load loadOptions `cmd:"" help:"Measure how fast articles are loaded."`
	}
	command := kong.Parse(&c, kong.Name("demarche-bench"), kong.Description("Measure reading and loading."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "demarche-bench: %v\n", err)
		os.Exit(1)
	}
}
