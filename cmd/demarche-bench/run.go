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
	cluster, err := startCluster(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx))) }()
	b.url = cluster.URL()
	if b.pg, err = postmaster(dir); err != nil {
		return err
	}
	if err := load(ctx, b.url, b.world, o); err != nil || o.LoadOnly {
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

// pairOf is how the two ways compare over the rounds.
type pairOf struct{ ratio, p99 []float64 }

func (b *bench) measure(ctx context.Context) error {
	plain, err := startServer(ctx, b.Server, b.url, "--cache-mb", "0")
	if err != nil {
		return err
	}
	defer plain.stop()
	pageRatio, pageP99, smallRatio := math.Inf(1), 0.0, math.Inf(1)
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
		s, err := b.writeScripts(ctx, h)
		if err != nil {
			return err
		}
		for _, clients := range b.Clients {
			rounds := b.Rounds
			if clients != 8 {
				rounds = 1
			}
			var pairs pairOf
			var api, pg result
			for round := range rounds {
				ways := []func() error{
					func() (err error) { pg, err = b.runPgbench(ctx, s, clients, b.Window, b.cpu(0)); return err },
					func() (err error) {
						api, err = askHTTP(plain.addr, asked, clients, b.Window, b.cpu(plain.cmd.Process.Pid))
						return err
					},
				}
				if round%2 == 1 {
					slices.Reverse(ways)
				}
				for _, way := range ways {
					if err := way(); err != nil {
						return fmt.Errorf("%s: %w", h.name, err)
					}
				}
				pairs.ratio = append(pairs.ratio, api.perSecond/pg.perSecond)
				pairs.p99 = append(pairs.p99, float64(api.p99)/float64(pg.p99))
				fmt.Printf("%-19s c=%-2d pgbench rps=%-6.0f p50=%.2fms p99=%.2fms %s | api rps=%-6.0f p50=%.2fms p99=%.2fms kB=%.1f %s | ratio=%.2f p99_ratio=%.2f\n",
					h.name, clients, pg.perSecond, ms(pg.p50), ms(pg.p99), pg.split, api.perSecond, ms(api.p50), ms(api.p99), api.bytes/1000, api.split,
					api.perSecond/pg.perSecond, float64(api.p99)/float64(pg.p99))
			}
			if clients != 8 {
				continue
			}
			ratio, p99 := median(pairs.ratio), median(pairs.p99)
			fmt.Printf("%-19s median of %d: ratio=%.2f p99_ratio=%.2f\n", h.name, rounds, ratio, p99)
			if h.page {
				pageRatio, pageP99 = min(pageRatio, ratio), max(pageP99, p99)
			} else {
				smallRatio = min(smallRatio, ratio)
			}
			if h.name == "actor" {
				hottest = asked[:20]
			}
		}
	}
	cachedX := 0.0
	if hottest != nil {
		if cachedX, err = b.measureCached(ctx, plain, hottest); err != nil {
			return err
		}
	}
	if b.Export {
		if err := b.export(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("page_ratio_min=%.2f page_p99_ratio_max=%.2f small_ratio_min=%.2f cached_x=%.1f\n", pageRatio, pageP99, smallRatio, cachedX)
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

// export streams everything once, through the store's own stream, and tells
// the memory of this program, which does nothing else then.
func (b *bench) export(ctx context.Context) error {
	began, n, size := time.Now(), 0, 0
	err := b.store.EachEvent(ctx, event.Filter{}, func(d []byte) error { n++; size += len(d); return nil })
	took := time.Since(began)
	fmt.Printf("export\tevents=%d\tMB=%d\tseconds=%.1f\tevents_per_s=%.0f\n", n, size>>20, took.Seconds(), float64(n)/took.Seconds())
	return err
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
