package web_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"demarche/db/dbtest"
	"demarche/web"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// needed tells whether a browser and the bundle must be there, as in the checks
// of every change. Elsewhere the tests that need them are skipped.
func needed() bool { return os.Getenv("DEMARCHE_BROWSER") == "required" }

func lacking(t *testing.T, what string) {
	t.Helper()
	if needed() {
		t.Fatal(what)
	}
	t.Skip(what + ": make test-browser has it")
}

// TestBundle holds the size of all that the explorer loads, as it is sent.
func TestBundle(t *testing.T) {
	t.Parallel()
	if _, built, err := web.Page(); err != nil || !built {
		lacking(t, "the explorer is not bundled")
	}
	total := 0
	err := fs.WalkDir(web.Static(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(web.Static(), path)
		if err != nil {
			return err
		}
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		if _, err := z.Write(b); err != nil {
			return err
		}
		err = z.Close()
		total += small.Len()
		return err
	})
	if err != nil || total > 150_000 {
		t.Errorf("%d bytes gzipped, at most 150000 are allowed; %v", total, err)
	}
	t.Logf("%d bytes gzipped", total)
}

// site is a running server with the example articles, and a browser.
type site struct {
	url     string
	browser context.Context
}

func newSite(t *testing.T) *site {
	t.Helper()
	if _, built, err := web.Page(); err != nil || !built {
		lacking(t, "the explorer is not bundled")
	}
	var chromium string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		lacking(t, "there is no Chromium")
	}
	binary := filepath.Join(t.TempDir(), "demarche")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/demarche").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	server := exec.Command(binary, "--log-level", "error", "serve", "--listen", "127.0.0.1:0", "--load", "../examples/articles.ndjson", "--database-url", dbtest.New(t)) //nolint:noctx // ended below
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	s := &site{}
	for lines := bufio.NewScanner(out); s.url == "" && lines.Scan(); {
		s.url, _ = strings.CutPrefix(lines.Text(), "listening on ")
		if !strings.HasPrefix(s.url, "http") {
			s.url = ""
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if s.url == "" {
		t.Fatal("the server ended before it listened")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Run(browser); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	s.browser = browser
	return s
}

// tab is a page in the browser. At its end it fails the test if anything was
// asked of another server, or an error came up.
type tab struct {
	*testing.T
	site *site
	ctx  context.Context
}

type look struct {
	width, height int64
	theme         string
}

var desk = look{1280, 800, "light"}

func (s *site) open(t *testing.T, l look, path string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(s.browser)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var wrong []string
	note := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		wrong = append(wrong, fmt.Sprintf(format, args...))
	}
	asked := map[network.RequestID]string{}
	chromedp.ListenTarget(ctx, func(e any) {
		switch e := e.(type) {
		case *network.EventRequestWillBeSent:
			mu.Lock()
			asked[e.RequestID] = e.Request.URL
			mu.Unlock()
			if !strings.HasPrefix(e.Request.URL, s.url+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
				note("asked elsewhere: %s", e.Request.URL)
			}
		case *network.EventResponseReceived:
			if u, _ := url.Parse(e.Response.URL); e.Response.Status >= 500 || e.Response.Status == 404 && u != nil && strings.HasPrefix(u.Path, "/static/") {
				note("%d for %s", e.Response.Status, e.Response.URL)
			}
		case *runtime.EventExceptionThrown:
			note("exception: %s", e.ExceptionDetails.Error())
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError && e.Entry.Source != cdplog.SourceNetwork {
				note("error: %s", e.Entry.Text)
			}
		}
	})
	p := &tab{t, s, ctx}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, w := range wrong {
			t.Error(w)
		}
	})
	p.run(page.BringToFront(), network.Enable(), cdplog.Enable(), runtime.Enable(),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}),
		chromedp.EmulateViewport(l.width, l.height), chromedp.Navigate(s.url+path))
	return p
}

func (p *tab) run(actions ...chromedp.Action) {
	p.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

// js evaluates an expression in the page.
func js[T any](p *tab, expression string, args ...any) (v T) {
	p.Helper()
	p.run(chromedp.Evaluate(fmt.Sprintf(expression, args...), &v, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return v
}

// until waits until an expression is true.
func (p *tab) until(expression string, args ...any) {
	p.Helper()
	expression = fmt.Sprintf(expression, args...)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-tick.C {
		if js[bool](p, "!!(%s)", expression) {
			return
		}
		if time.Now().After(deadline) {
			p.Fatalf("does not become true: %s\nat %s: %s", expression, js[string](p, "location.href"), js[string](p, "document.body.innerText.slice(0, 1500)"))
		}
	}
}

// get asks the server itself.
func get[T any](p *tab, path string) (v T) {
	p.Helper()
	r, err := http.NewRequestWithContext(p.ctx, http.MethodGet, p.site.url+path, nil)
	if err != nil {
		p.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		p.Fatalf("%s: %s", path, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
		p.Fatalf("%s: %v", path, err)
	}
	return v
}

type anEvent struct {
	ID, Type, Summary string
	Evidence          []struct {
		Text    string
		Trigger *struct{ Text string }
	}
}

// shows waits until the page shows exactly the events that the server gives
// for the question in the address, and gives their number.
func (p *tab) shows() int {
	p.Helper()
	search := js[string](p, "location.search.replace(/^\\?/, '')")
	listed := get[struct{ Events []anEvent }](p, "/v1/events?limit=50&"+search)
	var ids []string
	for _, e := range listed.Events {
		ids = append(ids, "/events/"+e.ID)
	}
	want, err := json.Marshal(ids)
	if err != nil {
		p.Fatal(err)
	}
	if ids == nil {
		want = []byte("[]")
	}
	p.until(`JSON.stringify([...document.querySelectorAll("a.event")].map((a) => a.getAttribute("href"))) === %q && !document.querySelector(".list[aria-busy=true]")`, want)
	return len(ids)
}

// total is the number of events that the page says there are.
func (p *tab) total() string {
	return js[string](p, `document.querySelector(".total strong")?.textContent ?? ""`)
}

func (p *tab) query(name string) string {
	return js[string](p, "new URLSearchParams(location.search).getAll(%q).join('|')", name)
}

// press presses a key: a character, or one of package kb.
func (p *tab) press(keys ...string) {
	p.Helper()
	for _, k := range keys {
		p.run(chromedp.KeyEvent(k))
	}
}

// click presses the mouse in the middle of an element, once it stands still and
// nothing lies over it.
func (p *tab) click(selector string) {
	p.Helper()
	const stands = `((e) => { if (!e) return false; e.scrollIntoView({ block: "nearest" }); const r = e.getBoundingClientRect(), at = [r.x + r.width / 2, r.y + r.height / 2];
		const before = window.stood; window.stood = %[1]q + at; const top = document.elementFromPoint(...at); return before === window.stood && r.width > 0 && top && (e.contains(top) || top.contains(e)); })(document.querySelector(%[1]q))`
	p.until(stands, selector)
	at := js[[]float64](p, `((r) => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector)
	p.run(chromedp.MouseClickXY(at[0], at[1]))
}

// fill gives a field a value, in place of what it has.
func (p *tab) fill(selector, value string) {
	p.Helper()
	p.until("document.querySelector(%q)", selector)
	js[bool](p, `((e) => { e.focus(); Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e), "value").set.call(e, %q);
		for (const name of ["input", "change"]) e.dispatchEvent(new Event(name, { bubbles: true })); return true; })(document.querySelector(%q))`, value, selector)
}

// axe fails the test for every breach of WCAG 2.2 A and AA, and of axe's own
// best practices, that the page has as it stands.
func (p *tab) axe() {
	p.Helper()
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		p.Fatal(err)
	}
	p.run(chromedp.Evaluate(string(source), nil))
	found := js[[]struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}](p, `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => r.violations.map((v) => ({ ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => ({ HTML: n.html, FailureSummary: n.failureSummary })) })))`)
	for _, v := range found {
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			p.Errorf("axe: %s: %s (%d places)\n%.300s\n%s", v.ID, v.Help, len(v.Nodes), n.HTML, n.FailureSummary)
		}
	}
}

// ready waits until everything that the explorer asks for has come.
func (p *tab) ready() {
	p.Helper()
	p.until(`document.querySelector(".total strong") && document.querySelector("path.country, path.land") && document.querySelector(".plot canvas, .plot .none") && document.querySelector(".node, .network .none") && !document.querySelector("[aria-busy=true]")`)
}

func TestPages(t *testing.T) {
	s := newSite(t)
	t.Run("every page", s.everyPage)
	t.Run("filters", s.filters)
	t.Run("map", s.worldMap)
	t.Run("timeline", s.timeline)
	t.Run("network", s.network)
	t.Run("shared address", s.sharedAddress)
	t.Run("event", s.event)
	t.Run("code", s.code)
	t.Run("copy as", s.copyAs)
	t.Run("keyboard", s.keyboard)
	t.Run("theme", s.theme)
	t.Run("reference", s.reference)
	t.Run("live", s.live) // last: it writes
}

// Every page is whole in both themes at every width: nothing is wider than the
// window, axe finds nothing, nothing comes from elsewhere.
func (s *site) everyPage(t *testing.T) {
	first := get[struct{ Events []anEvent }](&tab{t, s, t.Context()}, "/v1/events?type=agreement&limit=1").Events[0]
	const loaded = `document.querySelector("h1") && !document.querySelector("[aria-busy=true], .ghost")`
	pages := map[string]string{
		"/": loaded, "/?actor=Iran&from=2015": loaded, "/?q=nosuchword": `document.querySelector(".empty")`, "/?actr=Iran": `document.querySelector(".failure") && !document.querySelector("[aria-busy=true]")`,
		"/events/" + first.ID: `document.querySelector("mark.trigger")`, "/events/00000000-0000-7000-8000-000000000000": `document.querySelector("h1")?.textContent.startsWith("There is no")`,
		"/code": `document.querySelector(".sentence")`, "/docs": `document.querySelector("h1")`, "/docs/ontology": `document.querySelector("table")`,
		"/docs/types/meeting": `document.querySelector("blockquote")`, "/docs/reference": `document.querySelector(".try")`,
	}
	for path, whole := range pages {
		for _, l := range []look{{390, 844, "light"}, {390, 844, "dark"}, desk, {1280, 800, "dark"}, {2560, 1440, "light"}, {2560, 1440, "dark"}} {
			t.Run(fmt.Sprintf("%s %s %d", strings.ReplaceAll(path, "/", "_"), l.theme, l.width), func(t *testing.T) {
				p := s.open(t, l, path)
				p.until("%s", whole)
				if path == "/" {
					p.ready()
				}
				if wide := js[int](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
					t.Errorf("%d pixels wider than the window", wide)
				}
				if js[string](p, "document.title") == "" {
					t.Error("the page has no title")
				}
				p.axe()
			})
		}
	}
}

func (s *site) filters(t *testing.T) {
	p := s.open(t, desk, "/")
	p.ready()
	all := p.shows()
	p.click(`.filters input[role="combobox"]`)
	p.press("i", "r", "a")
	p.until(`document.querySelectorAll('[role="option"]').length > 1`)
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`location.search === "?actor=IRN"`)
	if n := p.shows(); n == 0 || n >= all {
		t.Errorf("%d of %d events with Iran", n, all)
	}
	p.until(`document.querySelector(".chips button").textContent.includes("Iran")`)

	// A person of the database, in words of the name.
	p.run(chromedp.SendKeys(`.filters input[role="combobox"]`, "javad zar", chromedp.ByQuery))
	p.until(`[...document.querySelectorAll('[role="option"]')].some((o) => o.textContent.includes("Zarif"))`)
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`new URLSearchParams(location.search).getAll("actor").length === 2`)
	p.shows()

	p.run(chromedp.NavigateBack())
	p.until(`location.search === "?actor=IRN"`)
	p.shows()
	p.run(chromedp.NavigateBack())
	p.until(`location.search === ""`)
	if n := p.shows(); n != all {
		t.Errorf("%d events after going back, %d before", n, all)
	}

	// Types, a place, days, words, and one of the further filters.
	p.click(".types summary")
	p.click(".types .panel label:has(input)")
	p.until(`location.search.startsWith("?type=")`)
	p.shows()
	p.press(kb.Escape)
	p.until(`!document.querySelector(".types").open`)
	p.click(".chips .clear")
	p.until(`location.search === ""`)
	places := `.field.combobox:nth-of-type(3) input`
	p.run(chromedp.SendKeys(places, "beij", chromedp.ByQuery))
	p.until(`[...document.querySelectorAll('[role="option"]')].some((o) => o.textContent.includes("China"))`)
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`location.search === "?place=Beijing"`)
	if p.shows() == 0 {
		t.Error("no event in Beijing")
	}
	p.click(".chips .clear")
	p.run(chromedp.SendKeys(`input[name="from"]`, "2018"+kb.Enter, chromedp.ByQuery), chromedp.SendKeys(`input[name="q"]`, "agreement"+kb.Enter, chromedp.ByQuery))
	p.until(`location.search.includes("from=2018") && location.search.includes("q=agreement")`)
	p.shows()
	p.click(".more > summary")
	p.fill(`select[name="status"]`, "planned")
	p.until(`location.search.includes("status=planned")`)
	p.shows()

	// What is wrong is said at the field.
	p.run(chromedp.SendKeys(`input[name="to"]`, "yesterday"+kb.Enter, chromedp.ByQuery))
	p.until(`document.querySelector('input[name="to"]').getAttribute("aria-invalid") === "true" && document.querySelector(".small .problem")`)
	p.axe()
}

func (s *site) worldMap(t *testing.T) {
	p := s.open(t, desk, "/")
	p.ready()
	country := js[string](p, `document.querySelector("path.country").dataset.key`)
	js[bool](p, `document.querySelector("path.country").dispatchEvent(new MouseEvent("click", { bubbles: true }))`)
	p.until(`location.search === "?country=%s"`, country)
	if p.shows() == 0 {
		t.Errorf("no event in %s", country)
	}
	p.click(".chips .clear")
	p.until(`location.search === ""`)
	for range 3 {
		p.click(`[aria-label="Closer"]`)
	}
	p.until(`document.querySelector(".mark")`)
	p.click(`[aria-label="The whole world"]`)
	p.until(`document.querySelector("path.country") && !document.querySelector("g.mark text")`)
	for range 2 {
		p.click(`[aria-label="Closer"]`)
	}
	p.until(`document.querySelector(".mark")`)
	before := p.total()
	p.click(".map .tools .button:not(.icon)") // only this area
	p.until(`location.search.startsWith("?bbox=")`)
	p.shows()
	p.until(`document.querySelector(".total strong").textContent !== %q`, before)
	// A place alone filters; a cluster comes closer until there is one.
	p.run(chromedp.NavigateBack())
	p.until(`location.search === "" && document.querySelector(".mark")`)
	for i := 0; js[string](p, "location.search") == ""; i++ {
		if i > 8 {
			t.Fatal("a cluster does not come apart")
		}
		js[bool](p, `document.querySelector(".mark").dispatchEvent(new MouseEvent("click", { bubbles: true }))`)
		p.until(`location.search !== "" || !document.querySelector("[aria-busy=true]")`)
	}
	if p.query("place") == "" || p.shows() == 0 {
		t.Errorf("a place was pressed, the address is %s", js[string](p, "location.search"))
	}
}

func (s *site) timeline(t *testing.T) {
	p := s.open(t, desk, "/")
	p.ready()
	all := p.total()
	js[bool](p, `(document.querySelector(".plot").scrollIntoView({ block: "center" }), true)`)
	at := js[struct{ X, Y, W, H float64 }](p, `(({ x, y, width, height }) => ({ X: x, Y: y, W: width, H: height }))(document.querySelector(".u-over").getBoundingClientRect())`)
	mouse := func(typ input.MouseType, part float64) chromedp.Action {
		return chromedp.MouseEvent(typ, at.X+at.W*part, at.Y+at.H/2, chromedp.ButtonLeft)
	}
	p.run(mouse(input.MouseMoved, .3), mouse(input.MousePressed, .3), mouse(input.MouseMoved, .4), mouse(input.MouseMoved, .5), mouse(input.MouseReleased, .5))
	p.until(`/from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d/.test(location.search)`)
	n := p.shows()
	p.until(`document.querySelector(".total strong").textContent !== %q`, all)
	if n == 0 {
		t.Errorf("no event in the days that were chosen: %s", js[string](p, "location.search"))
	}
	p.until(`document.querySelector(".plot").getAttribute("aria-label").includes("events of cooperation")`)
	p.click(".timeline .tools .button")
	p.until(`location.search === ""`)
	p.until(`document.querySelector(".total strong").textContent === %q`, all)
	// From days to years.
	for _, interval := range []string{"day", "week", "year"} {
		p.fill(".timeline select", interval)
		p.until(`document.querySelector(".plot").getAttribute("aria-label").includes("by %s")`, interval)
	}
}

func (s *site) network(t *testing.T) {
	p := s.open(t, desk, "/")
	p.ready()
	p.until(`document.querySelector(".node")`) // its layout comes after the numbers
	code := js[string](p, `document.querySelector(".node").dataset.code`)
	js[bool](p, `document.querySelector(".node").dispatchEvent(new MouseEvent("click", { bubbles: true }))`)
	p.until(`location.search === "?actor=%s"`, code)
	p.shows()
	p.click(".chips .clear")
	p.until(`location.search === ""`)
	p.ready()
	p.until(`document.querySelector(".edge")`)
	js[bool](p, `document.querySelector(".edge").dispatchEvent(new MouseEvent("click", { bubbles: true }))`)
	p.until(`new URLSearchParams(location.search).getAll("actor").length === 2`)
	if p.shows() == 0 {
		t.Error("a pair without an event")
	}
	p.click(".network .tools .button")
	p.until(`document.querySelector(".network tbody tr")`)
	p.axe()
}

// Whoever opens an address sees what who sent it saw.
func (s *site) sharedAddress(t *testing.T) {
	p := s.open(t, desk, "/?actor=Iran&actor=!Israel&type=agreement,support&from=2015&order=date")
	if n := p.shows(); n == 0 {
		t.Error("no event")
	}
	p.until(`document.querySelectorAll(".chips li").length >= 4`)
	p.until(`document.querySelector(".total strong").textContent === String(document.querySelectorAll("a.event").length)`)
	if got := js[string](p, `document.querySelector(".chips").innerText`); !strings.Contains(got, "not Israel") {
		t.Errorf("chips: %s", got)
	}
}

func (s *site) event(t *testing.T) {
	p := s.open(t, desk, "/?place=Beijing")
	p.shows()
	p.click("a.event")
	p.until(`location.pathname.startsWith("/events/") && document.querySelector("mark.trigger")`)
	e := get[anEvent](p, "/v1"+js[string](p, "location.pathname"))
	if got := js[string](p, `document.querySelector("h1").textContent`); got != e.Summary {
		t.Errorf("%q, want %q", got, e.Summary)
	}
	if got := js[string](p, `[...document.querySelectorAll("mark.evidence")].map((m) => m.textContent).join("")`); got != e.Evidence[0].Text {
		t.Errorf("evidence %q, want %q", got, e.Evidence[0].Text)
	}
	if got := js[string](p, `[...document.querySelectorAll("mark.trigger")].map((m) => m.textContent).join("")`); got != e.Evidence[0].Trigger.Text {
		t.Errorf("trigger %q, want %q", got, e.Evidence[0].Trigger.Text)
	}
	// A field shows the words that it came from.
	js[bool](p, `(document.querySelector(".traced.place").focus(), true)`)
	p.until(`document.querySelector("mark.place.lit")?.textContent === "Beijing"`)
	p.until(`document.querySelector(".history li")`)
	p.click(".back a")
	p.until(`location.pathname === "/" && location.search === "?place=Beijing"`)
	p.shows()
}

func (s *site) code(t *testing.T) {
	p := s.open(t, desk, "/code")
	p.until(`document.querySelectorAll(".found > li").length > 1 && document.querySelectorAll(".sentence").length > 2`)
	p.fill("#text", "Polish President Andrzej Duda met Hungarian President Janos Ader in Warsaw on Tuesday. It rained.")
	p.click(".code-page .button.main")
	p.until(`document.querySelector(".found .what")?.textContent.includes("Andrzej Duda") && document.querySelectorAll(".found > li").length === 1`)
	p.until(`document.querySelectorAll(".sentence")[1].innerText.includes("No event")`)
	p.click(".sentence details summary")
	p.until(`document.querySelectorAll(".tree .form").length > 8`)
	p.axe()
	p.fill("#published", "soon")
	p.click(".code-page .button.main")
	p.until(`document.querySelector("#published").getAttribute("aria-invalid") === "true"`)
}

// What is copied works: the command gives every event, the addresses answer.
func (s *site) copyAs(t *testing.T) {
	p := s.open(t, desk, "/?actor=Iran&q=%22agreement%22")
	n := p.shows()
	p.click(".summary-row .button")
	p.until(`document.querySelector("dialog.copy").open`)
	p.axe()
	recipes := map[string]string{}
	for i := range js[int](p, `document.querySelectorAll(".choice").length`) {
		js[bool](p, `(document.querySelectorAll(".choice")[%d].click(), true)`, i)
		p.until(`document.querySelectorAll(".choice")[%d].getAttribute("aria-pressed") === "true"`, i)
		recipes[js[string](p, `document.querySelector(".choice[aria-pressed=true]").textContent`)] = js[string](p, `document.querySelector("#recipe").textContent`)
	}
	for name, recipe := range recipes {
		at := recipe[strings.Index(recipe, "http"):]
		if end := strings.IndexAny(at, `'")`); end >= 0 {
			at = strings.ReplaceAll(at[:end], `\"`, `"`)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s for %s", name, answer.Status, at)
		}
	}
	for _, name := range []string{"API address", "curl", "pandas", "R", "DuckDB", "CSV", "GeoJSON"} {
		if recipes[name] == "" {
			t.Errorf("there is no %s", name)
		}
	}
	out, err := exec.CommandContext(t.Context(), "bash", "-c", recipes["curl"]).Output()
	if lines := bytes.Count(out, []byte("\n")); err != nil || lines != n {
		t.Errorf("%s: %d lines, want %d; %v", recipes["curl"], lines, n, err)
	}
	p.press(kb.Escape)
	p.until(`!document.querySelector("dialog.copy").open && document.activeElement.matches(".summary-row .button")`)
}

// Everything can be done without a mouse.
func (s *site) keyboard(t *testing.T) {
	p := s.open(t, desk, "/")
	p.ready()
	p.press(kb.Tab)
	p.until(`document.activeElement.matches(".skip")`)
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "main"`)
	reach := func(selector string) {
		t.Helper()
		for range 60 {
			p.press(kb.Tab)
			if js[bool](p, "document.activeElement.matches(%q)", selector) {
				return
			}
		}
		t.Fatalf("60 times Tab do not reach %s at %s", selector, js[string](p, "location.search + document.activeElement.outerHTML.slice(0, 200)"))
	}
	reach(`input[role="combobox"]`)
	p.press("s", "a", "u", "d", "i")
	p.until(`document.querySelector('[role="option"]')`)
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`location.search === "?actor=SAU"`)
	p.shows()
	p.ready()
	reach("path.country")
	first := js[string](p, "document.activeElement.dataset.key")
	p.press(kb.ArrowRight)
	p.until(`document.activeElement.matches("path.country, .mark") && document.activeElement.dataset.key !== %q`, first)
	key := js[string](p, "document.activeElement.dataset.key")
	p.press(kb.Enter)
	p.until(`new URLSearchParams(location.search).get("country") === %q`, key)
	p.ready()
	reach(".node")
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`new URLSearchParams(location.search).getAll("actor").length === 2 || new URLSearchParams(location.search).getAll("actor").length === 0`)
	p.ready()
	p.until(`document.querySelector("a.event")`)
	reach("a.event")
	p.press(kb.Enter)
	p.until(`location.pathname.startsWith("/events/") && document.querySelector("mark.trigger")`)
	reach(".traced")
	p.until(`document.querySelector("mark.lit")`)
}

func (s *site) theme(t *testing.T) {
	p := s.open(t, desk, "/")
	p.ready()
	paper := func() string { return js[string](p, "getComputedStyle(document.body).backgroundColor") }
	light := paper()
	p.fill(".theme select", "dark")
	p.until(`document.documentElement.dataset.theme === "dark"`)
	dark := paper()
	if dark == light {
		t.Error("dark is as light as light")
	}
	p.run(chromedp.Navigate(s.url + "/docs"))
	if paper() != dark {
		t.Error("the documentation forgets the theme")
	}
	js[bool](p, `(localStorage.clear(), true)`)
}

func (s *site) reference(t *testing.T) {
	p := s.open(t, desk, "/docs/reference")
	p.until(`document.querySelector('[data-path="/v1/events"] .try')`)
	js[bool](p, `(document.querySelector('[data-path="/v1/events"] .try button').click(), true)`)
	p.until(`document.querySelector('[data-path="/v1/events"] .try pre').textContent.includes('"next_cursor"')`)
	js[bool](p, `(document.querySelector('[data-path="/v1/extract"] .try button').click(), true)`)
	p.until(`document.querySelector('[data-path="/v1/extract"] .try pre').textContent.includes('"type": "meeting"')`)
	p.axe()
}

// What is written shows without anything being pressed, the list only when it
// is asked to, so that nothing jumps while somebody reads it.
func (s *site) live(t *testing.T) {
	p := s.open(t, desk, "/?actor=Norway&actor=Chile")
	p.until(`document.querySelector(".empty") && document.querySelector(".total strong")?.textContent === "0"`)
	// The stream is open when the server has answered.
	p.until(`performance.getEntriesByType("resource").some((r) => r.name.includes("/v1/stats/dyads")) && !document.querySelector("[aria-busy=true]")`)
	post := func(day int) {
		t.Helper()
		body := fmt.Sprintf(`{"published_at":"2017-01-%02d","text":"Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday."}`, day)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/articles", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusCreated {
			t.Fatal(answer.Status)
		}
	}
	post(6)
	p.until(`document.querySelector(".total strong").textContent === "1" && !document.querySelector(".fresh").hidden`)
	p.click(".fresh")
	p.until(`document.querySelectorAll("a.event").length === 1 && document.querySelector(".fresh").hidden`)
	post(20)
	p.until(`document.querySelector(".total strong").textContent === "2" && document.querySelectorAll("a.event").length === 1`)
	p.click(".fresh")
	p.shows()
}
