package page

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const sound = `<!DOCTYPE html><html lang="en"><head><title>Ministers meet in Oslo - The Example</title>
<meta property="article:published_time" content="2017-01-26T10:00:00Z"><meta property="og:site_name" content="The Example">
<link rel="canonical" href="https://example.org/news/oslo"><script>var a = "tracking";</script></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a> <a href="/sport">Sport</a></nav>
<article><h1>Ministers meet in Oslo</h1>
<p>Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in <b>Oslo</b> on
   Thursday.</p><p>They spoke about trade&nbsp;and the sea, and said that a treaty would be signed in March.</p>
<ul><li>Norway sends an ambassador.</li><li>Chile opens its market.</li></ul></article>
<aside><p>Subscribe to our newsletter!</p></aside><footer>Copyright 2019 The Example. All rights reserved.</footer></body></html>`

func TestRead(t *testing.T) {
	t.Parallel()
	got, err := Read([]byte(sound), "text/html", nil, now)
	want := Page{
		Title: "Ministers meet in Oslo", Published: "2017-01-26", URL: "https://example.org/news/oslo", Site: "The Example",
		Text: "Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday.\n\n" +
			"They spoke about trade and the sea, and said that a treaty would be signed in March.\n\n" +
			"Norway sends an ambassador.\nChile opens its market.",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func paragraphs(s string) string {
	return "<html><head><title>T</title></head><body><article>" + strings.Repeat("<p>"+s+"</p>", 3) + "</article></body></html>"
}

func TestReadFindsTheEncoding(t *testing.T) {
	t.Parallel()
	const sentence = "The Søren Åkesson – Muñoz talks were held in Tromsø and ended on Friday without any result."
	latin, err := charmap.Windows1252.NewEncoder().String(paragraphs(sentence))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ body, contentType string }{
		"UTF-8":                  {paragraphs(sentence), "text/html; charset=utf-8"},
		"UTF-8, nothing said":    {paragraphs(sentence), ""},
		"byte order mark":        {"\xef\xbb\xbf" + paragraphs(sentence), ""},
		"said by the answer":     {latin, "text/html; charset=windows-1252"},
		"said by the page":       {strings.Replace(latin, "<head>", `<head><meta charset="windows-1252">`, 1), ""},
		"nothing said, no UTF-8": {latin, ""},
	} {
		p, err := Read([]byte(tt.body), tt.contentType, nil, now)
		if err != nil || !strings.Contains(p.Text, sentence) {
			t.Errorf("%s: %v %q", name, err, p.Text)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing": "", "no text": "<html><body><img src=x></body></html>", "deep": strings.Repeat("<b>a", 5000),
		"many": strings.Repeat("<p>a", maxElements+1), "binary": strings.Repeat("\x00\x01", 100),
	} {
		if p, err := Read([]byte(body), "", nil, now); err == nil {
			t.Errorf("%s: %.100q", name, p.Text)
		}
	}
}

func TestReadDropsWhatIsNoDate(t *testing.T) {
	t.Parallel()
	for _, date := range []string{"9999-12-31", "2026-01-09", "1066-10-14", "0000-00-00", "yesterday"} {
		p, err := Read([]byte(strings.Replace(sound, "2017-01-26T10:00:00Z", date, 1)), "", nil, now)
		if err != nil || p.Published == date || p.Published > "2026-01-02" {
			t.Errorf("%s: %q %v", date, p.Published, err)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                           "plain",
		"a &amp; b":                       "a & b",
		"<p>One</p>\n<p>Two<br>three</p>": "One\n\nTwo\nthree",
		"<b>bo</b>ld <i> it </i>":         "bold it",
		"<script>x</script>":              "",
		"<table><tr><td>a<td>b</table>":   "a b",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sound, "text/html")
	f.Add("<p>a<table><p>b<td>c", "text/html; charset=utf-16")
	f.Add(`<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"9999-99-99"}</script><p>x`, "")
	u, _ := url.Parse("https://example.org/a")
	f.Fuzz(func(t *testing.T, body, contentType string) {
		p, err := Read([]byte(body), contentType, u, now)
		if err == nil && (p.Text == "" || !utf8.ValidString(p.Text) || strings.Contains(p.Text, "\x00") || !utf8.ValidString(p.Title)) {
			t.Errorf("%q", p)
		}
	})
}
