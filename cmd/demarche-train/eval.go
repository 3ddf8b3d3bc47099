package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"demarche/internal/nlp"
	"demarche/internal/nlp/conllu"
	"demarche/internal/nlp/eval"
)

// started is close to the start of the process.
var started = time.Now()

// evalCommand scores a model.
type evalCommand struct {
	Dir    string `arg:"" type:"existingdir" help:"Folder of treebanks."`
	Model  string `type:"existingfile" help:"A model file, instead of the embedded one."`
	Dev    bool   `help:"Score the files for development instead of those for testing."`
	Errors bool   `help:"List which relations are missed and confused."`
}

// Run prints the scores; the last line sums them up.
func (c *evalCommand) Run() error {
	load, size := nlp.New, nlp.ModelSize()
	if c.Model != "" {
		file, err := os.ReadFile(c.Model)
		if err != nil {
			return err
		}
		size = len(file)
		load = func() (*nlp.Analyzer, error) { return nlp.Load(file) }
	}
	cost, a, err := measureLoad(load)
	if err != nil {
		return err
	}
	files := testFiles
	if c.Dev {
		files = devFiles
	}
	fmt.Printf("%-26s %5s %6s %6s %6s %6s %6s %6s %6s\n", "", "", "sent", "tokens", "UPOS", "XPOS", "lemma", "UAS", "LAS")
	var last *eval.Report
	var pud []conllu.Sentence
	for _, name := range files {
		sentences, err := read(c.Dir, name)
		if err != nil {
			return err
		}
		raw, gold := eval.Raw(a, sentences), eval.GoldTokens(a, sentences)
		printScores(name, "raw", raw)
		printScores(name, "gold", gold)
		printRelations(gold)
		if c.Errors {
			printErrors(gold)
		}
		last, pud = gold, sentences
	}
	speed := measureSpeed(a, pud)
	fmt.Printf("speed on %s, one core, CPU time: %.0f sentences/s, %.0f tokens/s to tag and parse; %.0f sentences/s from raw text\n",
		files[len(files)-1], speed.sentences, speed.tokens, speed.raw)
	fmt.Printf("allocations a sentence: %.2f (%.0f bytes) from raw text; %.2f to tag and parse\n", speed.rawAllocs, speed.rawBytes, speed.allocs)
	fmt.Printf("load %.1f ms, resident memory %.1f MB after load (%.1f MB before), model file %.2f MB\n",
		cost.load.Seconds()*1000, cost.after, cost.before, float64(size)/1e6)
	fmt.Printf("%s LAS=%.2f UAS=%.2f UPOS=%.2f sentences/s=%.0f model_MB=%.2f load_ms=%.0f\n", map[bool]string{false: "PUD", true: "DEV"}[c.Dev],
		last.LAS.F1(), last.UAS.F1(), last.UPOS.F1(), speed.sentences, float64(size)/1e6, cost.load.Seconds()*1000)
	return nil
}

func printScores(name, from string, r *eval.Report) {
	fmt.Printf("%-26s %5s %6.2f %6.2f %6.2f %6.2f %6.2f %6.2f %6.2f\n", name, from, r.Sentences.F1(), r.Words.F1(), r.UPOS.F1(),
		r.XPOS.F1(), r.Lemma.F1(), r.UAS.F1(), r.LAS.F1())
}

func printRelations(r *eval.Report) {
	var b strings.Builder
	for _, name := range eval.Relations {
		if c := r.Relation[name]; c != nil && c.Gold > 0 {
			fmt.Fprintf(&b, " %s %.1f (%d)", name, c.F1(), c.Gold)
		}
	}
	fmt.Printf("   F1%s\n", b.String())
}

// printErrors lists the most frequent errors.
func printErrors(r *eval.Report) {
	top := func(title string, counts map[string]int) {
		var keys []string
		for k := range counts {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
		var b bytes.Buffer
		for _, k := range keys[:min(24, len(keys))] {
			fmt.Fprintf(&b, " %s %d", k, counts[k])
		}
		fmt.Printf("   %s%s\n", title, b.String())
	}
	top("wrong head:", r.WrongHead)
	confused := map[string]int{}
	for pair, n := range r.Confusion {
		confused[pair[0]+">"+pair[1]] = n
	}
	top("wrong relation:", confused)
}

// cost tells what loading a model takes.
type cost struct {
	load          time.Duration
	before, after float64 // resident memory in MB
}

func measureLoad(load func() (*nlp.Analyzer, error)) (cost, *nlp.Analyzer, error) {
	c := cost{before: residentMB()}
	start := cpuTime()
	a, err := load()
	if err != nil {
		return c, nil, err
	}
	c.load = cpuTime() - start
	a.Analyze("The ministers met in Geneva.")
	runtime.GC()
	debug.FreeOSMemory()
	c.after = residentMB()
	return c, a, nil
}

// residentMB gives the resident memory of the process, 0 where the system does not tell it.
func residentMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1024
}

// speed is what the analysis of a treebank takes on one core.
type speed struct {
	sentences, tokens, raw      float64 // a second
	allocs, rawAllocs, rawBytes float64 // a sentence
}

func measureSpeed(a *nlp.Analyzer, sentences []conllu.Sentence) speed {
	given := eval.Sentences(sentences)
	text, _ := eval.RawText(sentences)
	words := 0
	for _, s := range given {
		words += len(s.Tokens)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var s speed
	const rounds = 5
	n := float64(len(sentences))
	seconds, allocs, _ := measure(rounds, func() { a.AnalyzeSentences(given) })
	s.sentences, s.tokens, s.allocs = n/seconds, float64(words)/seconds, allocs/n
	seconds, allocs, bytes := measure(rounds, func() { a.Analyze(text) })
	s.raw, s.rawAllocs, s.rawBytes = n/seconds, allocs/n, bytes/n
	return s
}

// measure runs a function several times and gives the CPU time of the fastest run, with what a run allocates.
func measure(rounds int, run func()) (seconds, allocs, bytes float64) {
	run()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		start := cpuTime()
		run()
		if took := (cpuTime() - start).Seconds(); seconds == 0 || took < seconds {
			seconds = took
		}
	}
	runtime.ReadMemStats(&after)
	return seconds, float64(after.Mallocs-before.Mallocs) / float64(rounds), float64(after.TotalAlloc-before.TotalAlloc) / float64(rounds)
}
