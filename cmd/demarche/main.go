// Command demarche codes diplomatic events from news articles and answers
// questions about them over HTTP. It only wires the rooms together; see
// docs/architecture.md for what lives where.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"demarche/api/client"

	"github.com/alecthomas/kong"
)

// cli is the command line; every option is also an environment variable with
// the prefix DEMARCHE_.
type cli struct {
	LogFormat string   `enum:"text,json" default:"text" help:"How log lines are written: text or json."`
	LogLevel  logLevel `default:"info" help:"Least level that is logged: debug, info, warn or error."`

	Serve     serveCmd     `cmd:"" help:"Answer questions over HTTP and take in articles."`
	Load      loadCmd      `cmd:"" help:"Code articles from files and store them."`
	Watch     watchCmd     `cmd:"" help:"Poll the RSS and Atom feeds of the database for articles."`
	Recode    recodeCmd    `cmd:"" help:"Read all stored articles again with this version of the coder, and tell what changed."`
	Extract   extractCmd   `cmd:"" help:"Code articles and print their events; needs no database."`
	Eval      evalCmd      `cmd:"" help:"Measure the coder on your own annotated articles."`
	CorefEval corefEvalCmd `cmd:"" help:"Measure resolution on mentions that people put under events."`
	Resolve   resolveCmd   `cmd:"" help:"Bring together what was stored before there was resolution, or explain why two mentions are or are not one event."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database's schema up or down, or show where it stands."`
	Keys      keysCmd      `cmd:"" help:"Make, list and revoke the keys that writing needs."`
	Doctor    doctorCmd    `cmd:"" help:"Look at everything that serving needs, and say what to do about what is wrong."`
	Health    healthCmd    `cmd:"" help:"Ask a running server whether it can answer questions; for container health checks."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// logLevel reads slog's levels.
type logLevel struct{ slog.Level }

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *logLevel) UnmarshalText(b []byte) error {
	if err := l.Level.UnmarshalText(b); err != nil {
		return fmt.Errorf("%q is not a log level: expected debug, info, warn or error", b)
	}
	return nil
}

// streams are the process's own, so that tests and commands agree on them.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	var c cli
	k := kong.Must(&c,
		kong.Name("demarche"),
		kong.Description("Diplomatic events from news: who met whom, where and when, with the sentence that proves it."),
		kong.DefaultEnvars("DEMARCHE"),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	command, err := k.Parse(os.Args[1:])
	k.FatalIfErrorf(err)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(c.logger(os.Stderr), streams{os.Stdin, os.Stdout, os.Stderr})
	if err := command.Run(); err != nil {
		if !errors.Is(err, errReported) {
			fmt.Fprintf(os.Stderr, "demarche: %v\n", err)
		}
		os.Exit(1)
	}
}

// errReported says that the command failed and has already said why.
var errReported = errors.New("failed")

func (c *cli) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel.Level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

type healthCmd struct {
	URL string `arg:"" default:"http://127.0.0.1:8080" help:"Address of the server."`
}

// Run fails if the server is not ready.
func (c *healthCmd) Run(ctx context.Context, s streams) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := client.New(c.URL, nil).Ready(ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, "ready")
	return err
}

type versionCmd struct{}

// Run prints the version and the commit that the program was built from.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "demarche", version())
	return err
}

// version is the module's version, or the commit for a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && (v == "" || v == "(devel)") {
			v = s.Value[:12]
		}
	}
	return v
}
