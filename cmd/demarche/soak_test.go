package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"demarche/db/localpg"
)

// soakEnv says how long TestSoak runs, such as 20m, and how many articles a
// second it brings in; it asks ten times as many questions.
const soakEnv, soakRateEnv = "DEMARCHE_SOAK", "DEMARCHE_SOAK_RATE"

// TestSoak reads and writes at a steady rate, then stops Postgres and starts it
// again: there is no error while it runs, 503 while it does not, and nothing
// that was acknowledged is lost. How long answers took and what memory was
// needed is logged, by quarters of the time.
func TestSoak(t *testing.T) {
	t.Parallel()
	lasting, rate := 4*time.Second, 5
	if v := os.Getenv(soakEnv); v != "" {
		var err error
		if lasting, err = time.ParseDuration(v); err != nil {
			t.Fatal(err)
		}
	}
	if v := os.Getenv(soakRateEnv); v != "" {
		var err error
		if rate, err = strconv.Atoi(v); err != nil {
			t.Fatal(err)
		}
	}
	dir := dataDir(t)
	postgres, err := localpg.Start(t.Context(), localpg.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = postgres.Stop(context.Background()) })
	p := serve(t, "--database-url", postgres.URL(), "--rate-per-address", "0", "--log-level", "warn")

	const quarters = 4
	var mu sync.Mutex
	var took [quarters][]time.Duration
	var acknowledged []string
	begin := time.Now()
	quarter := func() int { return min(quarters-1, int(quarters*time.Since(begin)/lasting)) }
	measure := func(what string, do func() error) {
		start := time.Now()
		if err := do(); err != nil {
			t.Errorf("%s after %s: %v", what, time.Since(begin).Round(time.Millisecond), err)
		}
		mu.Lock()
		defer mu.Unlock()
		took[quarter()] = append(took[quarter()], time.Since(start))
	}
	questions := []string{"/v1/events?actor=NOR", "/v1/events?actor=NOR&actor=CHL&from=2017-06", "/v1/events?q=oslo", "/v1/stats/timeline?interval=month", "/v1/stats/top?field=country",
		"/v1/events?bbox=5,55,15,65&limit=20", "/v1/events.csv?limit=100", "/v1/events?type=meeting&order=-confidence", "/v1/stats/dyads", "/v1/changes?limit=50"}
	var workers sync.WaitGroup
	every := func(pause time.Duration, do func(i int)) {
		workers.Go(func() {
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for i := 0; time.Since(begin) < lasting; i++ {
				<-tick.C
				workers.Go(func() { do(i) })
			}
		})
	}
	every(time.Second/time.Duration(rate), func(i int) {
		measure("a write", func() error {
			c, err := p.PostArticle(t.Context(), draft(i))
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			acknowledged = append(acknowledged, c.Article.ID.String())
			return nil
		})
	})
	every(time.Second/time.Duration(10*rate), func(i int) {
		measure("a question", func() error {
			status, _, err := fetch(t.Context(), p.url+questions[i%len(questions)])
			if err == nil && status != 200 {
				err = fmt.Errorf("%d", status)
			}
			return err
		})
	})
	var memory [quarters]int
	for time.Since(begin) < lasting {
		time.Sleep(lasting / 40)
		memory[quarter()] = max(memory[quarter()], resident(t, p.Process.Pid))
	}
	workers.Wait()
	for q := range took {
		slices.Sort(took[q])
		n := len(took[q])
		if n == 0 {
			t.Fatalf("nothing was asked in quarter %d", q)
		}
		t.Logf("quarter %d: %d requests, p50 %s, p99 %s, %d MB", q+1, n, took[q][n/2].Round(10*time.Microsecond), took[q][n*99/100].Round(10*time.Microsecond), memory[q]>>10)
	}
	if first, last := memory[1], memory[quarters-1]; lasting >= time.Minute && last > first+first/4+50<<10 {
		t.Errorf("memory grew from %d to %d MB", first>>10, last>>10)
	}

	if err := postgres.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, header, err := fetch(t.Context(), p.url+"/v1/events?actor=SWE"); err != nil || status != 503 || header.Get("Retry-After") == "" {
		t.Errorf("without Postgres: %d %v %v", status, header, err)
	}
	if postgres, err = localpg.Start(t.Context(), localpg.Config{DataDir: dir}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); p.Ready(t.Context()) != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server does not recover")
		}
	}
	for _, id := range acknowledged {
		if back, err := p.Article(t.Context(), id); err != nil || len(back.Events) != 1 {
			t.Errorf("the acknowledged article %s: %d events, %v", id, len(back.Events), err)
		}
	}
}

func fetch(ctx context.Context, url string) (status int, header http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	return a.StatusCode, a.Header, err
}

// resident gives the resident memory of a process in kB; 0 where there is no
// /proc.
func resident(t *testing.T, pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if os.IsNotExist(err) {
		return 0
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindStringSubmatch(string(b))
	if err != nil || m == nil {
		t.Errorf("the memory of process %d: %v", pid, err)
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(m[1]))
	return n
}
