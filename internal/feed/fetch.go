package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
)

// Config says how feeds and pages are fetched.
type Config struct {
	// Agent names the program to servers; its first word is what robots.txt may
	// speak of.
	Agent string
	// Allowed are addresses that are fetched from though they are not on the open
	// internet.
	Allowed []netip.Prefix
	// HostDelay is the least time between two requests to a host; robots.txt may
	// ask for more.
	HostDelay time.Duration
	// Now is the clock.
	Now func() time.Time
}

const (
	// maxBody bounds what is read of an answer, unpacked, in bytes.
	maxBody = 4 << 20
	// fetchWithin bounds a request with all its redirects and the answer.
	fetchWithin  = 30 * time.Second
	maxRedirects = 5
	// maxRobots bounds a robots.txt, in bytes (RFC 9309, 2.5: at least 500 KiB).
	maxRobots = 512 << 10
	// robotsFor is how long a robots.txt is remembered (RFC 9309, 2.4: at most a day).
	robotsFor = 12 * time.Hour
	// maxCrawlDelay bounds what a robots.txt may ask for.
	maxCrawlDelay = 30 * time.Second
	// maxHosts bounds what is remembered of hosts.
	maxHosts = 10_000
)

// fetcher fetches politely and carefully. It is safe for concurrent use.
type fetcher struct {
	Config
	client *http.Client

	mu    sync.Mutex
	hosts map[string]*host // by scheme and authority
}

// host is what is known of a server.
type host struct {
	mu     sync.Mutex // held while its robots.txt is read, and while waiting for its turn
	next   time.Time  // earliest time of the next request
	robots *robotstxt.Group
	until  time.Time // robots is known so long
}

func newFetcher(c Config) *fetcher {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: control(c.Allowed)}
	transport := &http.Transport{
		Proxy:       nil, // a proxy would dial for us, and not ask
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConns: 64, MaxIdleConnsPerHost: 1, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
	}
	return &fetcher{Config: c, hosts: map[string]*host{}, client: &http.Client{
		Transport: transport, Timeout: fetchWithin,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return nil
		},
	}}
}

// fetched is an answer.
type fetched struct {
	status         int
	body           []byte // of a 200
	contentType    string
	etag, modified string
	address        *url.URL // where it was in the end
	retryAfter     time.Duration
}

// statusError is an answer that is not what was asked for.
type statusError struct {
	status int
	after  time.Duration // from Retry-After; 0 if there was none
}

// Error implements error.
func (e *statusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", e.status, http.StatusText(e.status))
}

// get fetches an address when it is the host's turn, if robots.txt lets us. An
// answer is 200 or, with a validator, 304; others are a *statusError.
func (f *fetcher) get(ctx context.Context, address, etag, modified string) (*fetched, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%.200q is not an http or https address", address)
	}
	h := f.host(u.Scheme + "://" + u.Host)
	if err := f.turn(ctx, h, u); err != nil {
		return nil, err
	}
	r, err := f.do(ctx, u, etag, modified, maxBody)
	if err != nil {
		return nil, err
	}
	if r.status == http.StatusOK || r.status == http.StatusNotModified && (etag != "" || modified != "") {
		return r, nil
	}
	return nil, &statusError{r.status, r.retryAfter}
}

func (f *fetcher) host(name string) *host {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.hosts[name]
	if h == nil {
		if len(f.hosts) >= maxHosts {
			clear(f.hosts)
		}
		h = &host{}
		f.hosts[name] = h
	}
	return h
}

// turn waits until a host may be asked again, and asks its robots.txt.
func (f *fetcher) turn(ctx context.Context, h *host, u *url.URL) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.Now().After(h.until) {
		if err := f.readRobots(ctx, h, u); err != nil {
			return err
		}
	}
	delay := f.HostDelay
	if h.robots != nil {
		if !h.robots.Test(u.EscapedPath()) {
			return fmt.Errorf("robots.txt of %s does not allow it", u.Host)
		}
		delay = max(delay, min(h.robots.CrawlDelay, maxCrawlDelay))
	}
	now := f.Now()
	if wait := h.next.Sub(now); wait > 0 {
		late := time.NewTimer(wait)
		defer late.Stop()
		select {
		case <-late.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	h.next = f.Now().Add(delay)
	return nil
}

// readRobots asks a host for its robots.txt. None lets us do everything, one that
// cannot be had nothing (RFC 9309, 2.3.1).
func (f *fetcher) readRobots(ctx context.Context, h *host, u *url.URL) error {
	r, err := f.do(ctx, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}, "", "", maxRobots)
	if err != nil {
		return fmt.Errorf("robots.txt: %w", err)
	}
	if r.status >= 500 || r.status == http.StatusTooManyRequests {
		return fmt.Errorf("robots.txt: %w", &statusError{r.status, r.retryAfter})
	}
	robots, err := robotstxt.FromStatusAndBytes(r.status, r.body)
	if err != nil {
		return fmt.Errorf("robots.txt: %w", err)
	}
	h.robots, h.until = robots.FindGroup(f.Agent), f.Now().Add(robotsFor)
	return nil
}

func (f *fetcher) do(ctx context.Context, u *url.URL, etag, modified string, most int64) (*fetched, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", f.Agent)
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	if modified != "" {
		req.Header.Set("If-Modified-Since", modified)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	out := &fetched{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), address: resp.Request.URL,
		etag: short(resp.Header.Get("ETag")), modified: short(resp.Header.Get("Last-Modified")), retryAfter: retryAfter(resp.Header.Get("Retry-After"), f.Now())}
	if resp.StatusCode != http.StatusOK {
		return out, nil
	}
	out.body, err = io.ReadAll(io.LimitReader(resp.Body, most+1)) // unpacked: a bomb goes no further
	if err != nil {
		return nil, err
	}
	if int64(len(out.body)) > most {
		if most == maxRobots {
			out.body = out.body[:most]
			return out, nil
		}
		return nil, fmt.Errorf("the answer has more than %d bytes", most)
	}
	return out, nil
}

// short leaves out a validator that is too long to be kept.
func short(s string) string {
	if len(s) > 1_000 {
		return ""
	}
	return s
}

// retryAfter reads the header of that name: seconds or a date (RFC 9110, 10.2.3).
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(s); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 1<<30))*time.Second, maxBackoff)
	}
	if t, err := http.ParseTime(s); err == nil && t.After(now) {
		return min(t.Sub(now), maxBackoff)
	}
	return 0
}

// plain says what went wrong, without the address that http.Client puts before it.
func plain(err error) string {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "the server did not answer in time"
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}
