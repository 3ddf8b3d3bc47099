package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"time"

	"demarche/db"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/gazetteer"

	"github.com/google/uuid"
)

// bench is a measurement under way.
type bench struct {
	options
	world   *world
	codes   event.Codes
	store   *db.Store // to ask for statements
	url     string
	scratch string // directory of scripts and logs
	written int
	events  int // in the database
	pg      int // process of Postgres
}

// requests is how many different requests a question has.
const requests = 3000

func run(ctx context.Context, o options) (err error) {
	g, err := gazetteer.New()
	if err != nil {
		return err
	}
	b := &bench{options: o, codes: extract.Codes(g)}
	b.world = newWorld(countryCodes(b.codes), o.Seed)
	dir := o.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "demarche-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, 0o755)); err != nil { // the server's user passes through
		return err
	}
	if b.scratch, err = os.MkdirTemp("", "demarche-scripts-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	cluster, err := startCluster(ctx, dir, settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx))) }()
	b.url = cluster.URL()
	if b.pg, err = postmaster(dir); err != nil {
		return err
	}
	if b.events, err = load(ctx, b.url, b.world, o); err != nil || o.LoadOnly {
		return err
	}
	if b.store, err = db.Open(ctx, db.Config{URL: b.url, MaxConns: 2}); err != nil {
		return err
	}
	defer b.store.Close()
	if err := b.checkPlans(ctx); err != nil {
		return err
	}
	return b.measure(ctx)
}

// countryCodes lists the codes of three letters that are countries.
func countryCodes(codes event.Codes) []string {
	var all []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			for c := 'A'; c <= 'Z'; c++ {
				s := string([]rune{a, b, c})
				country, ok := codes.CountryCode(s)
				actor, _ := codes.ActorCode(s)
				if ok && country == s && actor == s && len(all) < 200 {
					all = append(all, s)
				}
			}
		}
	}
	return all
}

// request writes a question as HTTP.
func (b *bench) request(h hot, r *rand.Rand) ([]byte, error) {
	q := h.ask(b.world, r)
	if place := q.Get("cursor"); place != "" { // a deep page: its cursor belongs to the question
		q.Del("cursor")
		f, err := event.ParseFilter(q, b.codes, lastDay)
		if err != nil {
			return nil, err
		}
		day, err := event.ParseDay(place)
		if err != nil {
			return nil, err
		}
		q.Set("cursor", f.CursorAt(int64(day), uuid.Max).String())
	}
	return []byte("GET " + h.path + "?" + q.Encode() + " HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n"), nil
}

// target is a way to have a question answered, held against pgbench.
type target struct {
	name      string
	server    *program
	ratio     []float64 // of the rounds at 8 clients
	p99       []float64
	pageRatio float64 // the least median of the page questions
	pageP99   float64 // the greatest
	small     float64 // the least median of the small answers
}

func (b *bench) measure(ctx context.Context) error {
	plain, err := startServer(ctx, b.Server, b.url, "--cache-mb", "0", "--document-cache-mb", "0")
	if err != nil {
		return err
	}
	defer plain.stop()
	remembering, err := startServer(ctx, b.Server, b.url, "--cache-mb", "0")
	if err != nil {
		return err
	}
	defer remembering.stop()
	inf := math.Inf(1)
	targets := []*target{
		{name: "bare", server: plain, pageRatio: inf, small: inf},
		{name: "api", server: remembering, pageRatio: inf, small: inf},
	}
	var hottest [][]byte
	for _, h := range hotQuestions() {
		if len(b.Only) > 0 && !slices.Contains(b.Only, h.name) {
			continue
		}
		r := rand.New(rand.NewPCG(b.Seed, 7))
		asked := make([][]byte, requests)
		for i := range asked {
			if asked[i], err = b.request(h, r); err != nil {
				return err
			}
		}
		if h.name == "actor" {
			hottest = asked[:20]
		}
		s, err := b.writeScripts(ctx, h)
		if err != nil {
			return err
		}
		for _, clients := range b.Clients {
			if err := b.rounds(ctx, h, s, asked, clients, targets); err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
		}
	}
	cachedX := 0.0
	if hottest != nil {
		if cachedX, err = b.measureCached(ctx, plain, hottest); err != nil {
			return err
		}
	}
	for _, format := range b.Export {
		if err := b.export(ctx, format); err != nil {
			return fmt.Errorf("export %s: %w", format, err)
		}
	}
	bare, api := targets[0], targets[1]
	fmt.Printf("without remembered documents: page_ratio_min=%.2f page_p99_ratio_max=%.2f small_ratio_min=%.2f\n", bare.pageRatio, bare.pageP99, bare.small)
	fmt.Printf("page_ratio_min=%.2f page_p99_ratio_max=%.2f small_ratio_min=%.2f cached_x=%.1f\n", api.pageRatio, api.pageP99, api.small, cachedX)
	return nil
}

// rounds runs a question in turns: pgbench, the server that remembers nothing,
// the server as it comes but for its cache of answers; and the other way round.
func (b *bench) rounds(ctx context.Context, h hot, s script, asked [][]byte, clients int, targets []*target) error {
	rounds := b.Rounds
	if clients != 8 {
		rounds = 1
	}
	for _, t := range targets {
		t.ratio, t.p99 = nil, nil
	}
	for round := range rounds {
		var pg result
		got := make([]result, len(targets))
		ways := []func() error{func() (err error) { pg, err = b.runPgbench(ctx, s, clients, b.Window, b.cpu(0)); return err }}
		for i, t := range targets {
			ways = append(ways, func() (err error) {
				got[i], err = askHTTP(t.server.addr, asked, clients, b.Window, b.cpu(t.server.cmd.Process.Pid))
				return err
			})
		}
		if round%2 == 1 {
			slices.Reverse(ways)
		}
		for _, way := range ways {
			if err := way(); err != nil {
				return err
			}
		}
		fmt.Printf("%-19s c=%-2d pgbench rps=%.0f p50=%.2f p99=%.2fms %s", h.name, clients, pg.perSecond, ms(pg.p50), ms(pg.p99), pg.split)
		for i, t := range targets {
			ratio, p99 := got[i].perSecond/pg.perSecond, float64(got[i].p99)/float64(pg.p99)
			t.ratio, t.p99 = append(t.ratio, ratio), append(t.p99, p99)
			fmt.Printf(" | %s rps=%.0f p50=%.2f p99=%.2fms kB=%.1f %s ratio=%.2f p99_ratio=%.2f", t.name, got[i].perSecond, ms(got[i].p50), ms(got[i].p99),
				got[i].bytes/1000, got[i].split, ratio, p99)
		}
		fmt.Println()
	}
	if clients != 8 {
		return nil
	}
	fmt.Printf("%-19s median of %d:", h.name, rounds)
	for _, t := range targets {
		ratio, p99 := median(t.ratio), median(t.p99)
		fmt.Printf(" %s ratio=%.2f p99_ratio=%.2f", t.name, ratio, p99)
		if h.page {
			t.pageRatio, t.pageP99 = min(t.pageRatio, ratio), max(t.pageP99, p99)
		} else {
			t.small = min(t.small, ratio)
		}
	}
	fmt.Println()
	return nil
}

// measureCached compares twenty questions asked again and again with the
// cache and without.
func (b *bench) measureCached(ctx context.Context, plain *program, asked [][]byte) (float64, error) {
	cached, err := startServer(ctx, b.Server, b.url)
	if err != nil {
		return 0, err
	}
	defer cached.stop()
	var times []float64
	for range b.Rounds {
		without, err := askHTTP(plain.addr, asked, 8, b.Window, b.cpu(plain.cmd.Process.Pid))
		if err != nil {
			return 0, err
		}
		with, err := askHTTP(cached.addr, asked, 8, b.Window, b.cpu(cached.cmd.Process.Pid))
		if err != nil {
			return 0, err
		}
		times = append(times, with.perSecond/without.perSecond)
		fmt.Printf("%-19s c=8  without rps=%-6.0f %s | with rps=%-6.0f p50=%.2fms p99=%.2fms %s | x=%.1f\n", "20 questions again",
			without.perSecond, without.split, with.perSecond, ms(with.p50), ms(with.p99), with.split, with.perSecond/without.perSecond)
	}
	return median(times), nil
}

// cpu gives a meter: each call tells the processors used since the call before,
// by Postgres, the server and this program with its children.
func (b *bench) cpu(server int) func() string {
	var was [3]float64
	var at time.Time
	return func() string {
		now := [3]float64{cpuOf(b.pg), 0, selfCPU()}
		if server != 0 {
			now[1] = cpuOf(server)
		}
		passed := time.Since(at).Seconds()
		line := fmt.Sprintf("cpu pg=%.2f srv=%.2f gen=%.2f", (now[0]-was[0])/passed, (now[1]-was[1])/passed, (now[2]-was[2])/passed)
		was, at = now, time.Now()
		return line
	}
}

// selfCPU is the processor time of this program and of its ended children.
func selfCPU() float64 {
	total := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
		}
	}
	return total
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(values []float64) float64 {
	values = slices.SortedFunc(slices.Values(values), cmp.Compare[float64])
	if len(values) == 0 {
		return 0
	}
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
