package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// result is what one run came to.
type result struct {
	perSecond float64
	p50, p99  time.Duration
	bytes     float64 // of an answer's body, on average
	split     string  // processors used, by whom
}

// warm is how long a run goes before it counts.
const warm = 300 * time.Millisecond

// askHTTP has clients ask random requests over kept connections, each as fast
// as it is answered.
func askHTTP(addr string, requests [][]byte, clients int, window time.Duration, cpu func() string) (result, error) {
	type tally struct {
		took  []time.Duration
		bytes int64
		err   error
	}
	tallies := make([]tally, clients)
	began := time.Now()
	counts, ends := began.Add(warm), began.Add(warm+window)
	var all sync.WaitGroup
	for i := range tallies {
		t := &tallies[i]
		all.Go(func() {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.err = err
				return
			}
			defer conn.Close()
			in := bufio.NewReaderSize(conn, 128<<10)
			r := rand.New(rand.NewPCG(uint64(i), uint64(began.UnixNano())))
			for {
				start := time.Now()
				if start.After(ends) {
					return
				}
				request := requests[r.IntN(len(requests))]
				if _, t.err = conn.Write(request); t.err != nil {
					return
				}
				n, err := readAnswer(in)
				if err != nil {
					t.err = fmt.Errorf("%s: %w", bytes.SplitN(request, []byte("\r\n"), 2)[0], err)
					return
				}
				if end := time.Now(); start.After(counts) && end.Before(ends) {
					t.took, t.bytes = append(t.took, end.Sub(start)), t.bytes+n
				}
			}
		})
	}
	time.Sleep(time.Until(counts))
	cpu()
	time.Sleep(time.Until(ends))
	split := cpu()
	all.Wait()
	var took []time.Duration
	var size int64
	for _, t := range tallies {
		if t.err != nil {
			return result{}, t.err
		}
		took, size = append(took, t.took...), size+t.bytes
	}
	r := summarize(took, window)
	r.bytes, r.split = float64(size)/float64(max(len(took), 1)), split
	return r, nil
}

func summarize(took []time.Duration, window time.Duration) result {
	if len(took) == 0 {
		return result{}
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)-1))] }
	return result{perSecond: float64(len(took)) / window.Seconds(), p50: at(.5), p99: at(.99)}
}

// readAnswer reads one answer with a length and gives the size of its body.
func readAnswer(in *bufio.Reader) (int64, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	ok := bytes.HasPrefix(line, []byte("HTTP/1.1 200"))
	status := string(bytes.TrimSpace(line))
	length := int64(-1)
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			length, _ = strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		}
	}
	if length < 0 {
		return 0, fmt.Errorf("%s, without a length", status)
	}
	if !ok {
		body := make([]byte, length)
		_, err := io.ReadFull(in, body)
		return 0, fmt.Errorf("%s: %s %v", status, body, err)
	}
	_, err = in.Discard(int(length))
	return length, err
}
