package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"demarche/db"

	"github.com/jackc/pgx/v5"
)

type loadOptions struct {
	N       int    `default:"15000" help:"Articles."`
	Corpus  string `placeholder:"FILE" help:"Articles to load, NDJSON, also packed with gzip: repeated with other ids, days and countries until there are enough. Without it articles of our own making."`
	Short   bool   `help:"Make articles of two sentences instead of fifteen, so that the database is what is measured."`
	Seed    uint64 `default:"42" help:"Of everything random."`
	Program string `default:"bin/demarche" help:"The program."`
	Dir     string `placeholder:"DIR" help:"Keep the cluster here, and load into what it has, instead of throwing it away."`
	Workers int    `help:"Articles coded at once. Default: one a processor."`
}

// loadSettings are those of a server for this machine; commits are durable.
var loadSettings = []string{
	"shared_buffers = '2GB'", "max_wal_size = '8GB'", "checkpoint_timeout = '15min'", "wal_compression = on", "jit = off", "random_page_cost = 1.1",
	"max_parallel_workers_per_gather = 0", "autovacuum_vacuum_insert_scale_factor = 0.05",
}

// window is how often the rate is told.
const window = 10 * time.Second

// Run measures loading.
func (o *loadOptions) Run(ctx context.Context) (err error) {
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
	cluster, err := startCluster(ctx, dir, loadSettings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx))) }()
	if err := db.Migrate(ctx, cluster.URL(), nil); err != nil {
		return err
	}
	pg, err := postmaster(dir)
	if err != nil {
		return err
	}
	rejects := filepath.Join(dir, "rejects.ndjson")
	arguments := []string{"--log-level", "warn", "load", "--database-url", cluster.URL(), "--rejects", rejects}
	if o.Workers > 0 {
		arguments = append(arguments, "--workers", fmt.Sprint(o.Workers))
	}
	program := exec.CommandContext(ctx, o.Program, append(arguments, "-")...)
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	in, err := program.StdinPipe()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	program.Stdout, program.Stderr = &out, os.Stderr
	began, beforePG := time.Now(), cpuOf(pg)
	if err := program.Start(); err != nil {
		return err
	}
	fed := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(in, 1<<20)
		err := o.articles(w)
		fed <- errors.Join(err, w.Flush(), in.Close())
	}()
	watch, stop := context.WithCancel(ctx)
	peak := make(chan float64, 1)
	go func() { peak <- o.watch(watch, cluster.URL(), program.Process.Pid, pg, began) }()
	failed := program.Wait()
	used := program.ProcessState.UserTime() + program.ProcessState.SystemTime()
	usedPG := cpuOf(pg) - beforePG
	took := time.Since(began)
	stop()
	rss := <-peak
	fmt.Print(out.String())
	var refused *exec.ExitError // records that are refused are a failure of the program, but not of the measurement
	if err := errors.Join(<-fed, failed); err != nil && !(errors.As(failed, &refused) && strings.Contains(out.String(), "records refused")) {
		return err
	}
	n, events, err := stored(ctx, cluster.URL())
	if err != nil {
		return err
	}
	fmt.Printf("%d articles and %d events stand; %.1f s with start and end\n", n, events, took.Seconds())
	per := func(seconds float64) float64 { return 1000 * seconds / float64(o.N) }
	fmt.Printf("processor time an article: %.2f ms in the loader, %.2f ms in Postgres; two processors that nobody else uses give %.0f articles/s\n",
		per(used.Seconds()), per(usedPG), 2000/(per(used.Seconds())+per(usedPG)))
	if o.Dir == "" && n < o.N*99/100 {
		return fmt.Errorf("%d articles were sent, %d are stored: too many were refused or collapsed", o.N, n)
	}
	fmt.Printf("articles/s=%.0f rss_MB=%.0f\n", float64(o.N)/took.Seconds(), rss)
	return nil
}

func stored(ctx context.Context, url string) (articles, events int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM event)`).Scan(&articles, &events)
	return articles, events, err
}

// watch tells now and then how fast it goes and who uses the processors, and
// gives the most memory that the loader had resident, in MB.
func (o *loadOptions) watch(ctx context.Context, url string, pid, pg int, began time.Time) (peak float64) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0
	}
	defer conn.Close(context.WithoutCancel(ctx))
	every := time.NewTicker(window)
	defer every.Stop()
	often := time.NewTicker(window / 20)
	defer often.Stop()
	last, lastCPU, lastPG := 0, cpuOf(pid), cpuOf(pg)
	for {
		select {
		case <-ctx.Done():
			return peak
		case <-often.C:
			if _, most := residentMB(pid); most > peak {
				peak = most
			}
		case <-every.C:
			var chunks int // of 64
			if err := conn.QueryRow(ctx, `SELECT count(*) FROM load_chunk WHERE done_at IS NOT NULL`).Scan(&chunks); err != nil {
				continue
			}
			cpu, pgCPU := cpuOf(pid), cpuOf(pg)
			n := 64 * chunks
			line := fmt.Sprintf("at %4.0f s\tarticles=%d\tarticles/s=%.0f\tcores_loader=%.2f\tcores_postgres=%.2f\trss_MB=%.0f\n",
				time.Since(began).Seconds(), n, float64(n-last)/window.Seconds(), (cpu-lastCPU)/window.Seconds(), (pgCPU-lastPG)/window.Seconds(), peak)
			fmt.Fprint(os.Stderr, line)
			last, lastCPU, lastPG = n, cpu, pgCPU
		}
	}
}

// articles writes the articles as NDJSON.
func (o *loadOptions) articles(w io.Writer) error {
	if o.Corpus == "" {
		r := rand.New(rand.NewPCG(o.Seed, o.Seed))
		for i := range o.N {
			if err := writeLine(w, invent(r, i, o.Short)); err != nil {
				return err
			}
		}
		return nil
	}
	for n, copies := 0, 0; n < o.N; copies++ {
		before := n
		if err := o.eachOfCorpus(func(line []byte) error {
			if n == o.N {
				return nil
			}
			n++
			return writeLine(w, alter(line, copies))
		}); err != nil {
			return err
		}
		if n == before {
			return fmt.Errorf("%s has no articles", o.Corpus)
		}
	}
	return nil
}

func (o *loadOptions) eachOfCorpus(do func([]byte) error) error {
	file, err := os.Open(o.Corpus)
	if err != nil {
		return err
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(o.Corpus, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := do(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}

func writeLine(w io.Writer, article map[string]any) error {
	b, err := json.Marshal(article)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// nations are countries with the word for what is theirs and their capital: who
// acts in an article is another in each copy.
var nations = [][3]string{
	{"Norway", "Norwegian", "Oslo"}, {"Chile", "Chilean", "Santiago"}, {"Iran", "Iranian", "Tehran"}, {"Turkey", "Turkish", "Ankara"},
	{"France", "French", "Paris"}, {"Germany", "German", "Berlin"}, {"Russia", "Russian", "Moscow"}, {"Ukraine", "Ukrainian", "Kyiv"},
	{"China", "Chinese", "Beijing"}, {"Japan", "Japanese", "Tokyo"}, {"India", "Indian", "New Delhi"}, {"Egypt", "Egyptian", "Cairo"},
	{"Syria", "Syrian", "Damascus"}, {"Israel", "Israeli", "Jerusalem"}, {"Lebanon", "Lebanese", "Beirut"}, {"Iraq", "Iraqi", "Baghdad"},
	{"Kenya", "Kenyan", "Nairobi"}, {"Nigeria", "Nigerian", "Abuja"}, {"Brazil", "Brazilian", "Brasilia"}, {"Mexico", "Mexican", "Mexico City"},
	{"Canada", "Canadian", "Ottawa"}, {"Poland", "Polish", "Warsaw"}, {"Spain", "Spanish", "Madrid"}, {"Italy", "Italian", "Rome"},
	{"Greece", "Greek", "Athens"}, {"Serbia", "Serbian", "Belgrade"}, {"Pakistan", "Pakistani", "Islamabad"}, {"Vietnam", "Vietnamese", "Hanoi"},
	{"Thailand", "Thai", "Bangkok"}, {"Peru", "Peruvian", "Lima"}, {"Cuba", "Cuban", "Havana"}, {"Sudan", "Sudanese", "Khartoum"},
}

// alter makes another article of one: other ids, a week later for each copy, and
// every nation another one.
func alter(line []byte, copies int) map[string]any {
	var a map[string]any
	if err := json.Unmarshal(line, &a); err != nil || copies == 0 {
		if err != nil {
			a = map[string]any{"text": string(line)}
		}
		return a
	}
	var pairs []string
	for i, n := range nations {
		m := nations[(i+copies)%len(nations)]
		for j := range n {
			pairs = append(pairs, n[j], m[j])
		}
	}
	others := strings.NewReplacer(pairs...)
	for _, field := range []string{"text", "title"} {
		if s, ok := a[field].(string); ok {
			a[field] = others.Replace(s)
		}
	}
	if s, ok := a["text"].(string); ok {
		a["text"] = fmt.Sprintf("%s\n\nEdition %d.", s, copies)
	}
	for _, field := range []string{"id", "external_id"} {
		if v, ok := a[field]; ok {
			a[field] = fmt.Sprintf("%v-%d", v, copies)
		}
	}
	if s, ok := a["url"].(string); ok && s != "" {
		a["url"] = s + "?edition=" + fmt.Sprint(copies)
	}
	if s, ok := a["published_at"].(string); ok && len(s) >= len(time.DateOnly) {
		if day, err := time.Parse(time.DateOnly, s[:10]); err == nil {
			a["published_at"] = day.AddDate(0, 0, 7*copies).Format(time.DateOnly)
		}
	}
	return a
}

var invented = []string{
	"%[2]s Foreign Minister %[7]s met %[5]s President %[8]s in %[3]s on Thursday.",
	"%[1]s condemned %[4]s on Monday over the attack near %[6]s.",
	"Officials from %[1]s and %[4]s held talks in %[3]s about trade and the border.",
	"%[1]s and %[4]s signed an agreement on fishing in %[6]s last week.",
	"The %[2]s government imposed sanctions on %[4]s after the vote.",
	"%[2]s Prime Minister %[7]s arrived in %[6]s on Tuesday for a two-day visit.",
	"The weather was mild, and the markets in %[6]s closed a little higher than the day before.",
	"%[2]s troops withdrew from the border with %[4]s, a spokesman for the ministry said.",
	"“We will do everything for peace,” the minister told reporters after the meeting.",
	"%[1]s will send humanitarian aid to %[4]s, the foreign ministry announced on Friday.",
	"Thousands of people demonstrated in %[3]s against the plans of the government.",
	"The two sides have not spoken with each other since the spring, and few expect that to change soon.",
	"%[2]s Foreign Minister %[7]s spoke with his %[5]s counterpart by telephone.",
	"Analysts say that the price of wheat, which has risen by a fifth since January, will go on rising.",
	"%[4]s rejected the offer of %[1]s to mediate in the conflict.",
}

var given = strings.Fields("Anders Borge Carla Daria Erik Fatima Goran Hana Ivan Jorge Karim Lena Milan Nadia Omar Paula Rafael Sofia Tomas Yusuf")
var family = strings.Fields("Aslund Brekke Castel Dimov Ekholm Farouk Grau Haddad Ivarsson Jansen Kovac Lindgren Moreno Nasser Ostrov Pereira Rashid Solberg Tanaka Vidal")

// invent makes an article.
func invent(r *rand.Rand, i int, short bool) map[string]any {
	sentences := 15
	if short {
		sentences = 2
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Report %d. ", i)
	for range sentences {
		x, y := nations[r.IntN(len(nations))], nations[r.IntN(len(nations))]
		name := func() string { return given[r.IntN(len(given))] + " " + family[r.IntN(len(family))] }
		fmt.Fprintf(&b, "%[9]s"+invented[r.IntN(len(invented))]+" ", x[0], x[1], x[2], y[0], y[1], y[2], name(), name(), "")
	}
	day := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(3600))
	return map[string]any{"id": fmt.Sprintf("b%d", i), "url": fmt.Sprintf("https://bench.example/%d", i), "source": sources[r.IntN(len(sources))],
		"published_at": day.Format(time.DateOnly), "text": strings.TrimSpace(b.String())}
}
