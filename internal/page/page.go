// Package page reads the article of a web page: its text without menus,
// advertisements and footers, its headline, date and address.
package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// Page is the article of a web page. What the page does not tell is empty.
type Page struct {
	Title     string
	Text      string // paragraphs with an empty line between
	Published string // YYYY-MM-DD
	URL       string // its canonical address: absolute, http or https
	Site      string // name of the site
}

// maxElements bounds the elements of a page: what is longer than any article
// is not worth the time.
const maxElements = 100_000

// shortest is how much text of an article is believed, in code points, before
// everything on the page is taken: news in brief has two sentences.
const shortest = 100

// maxTitle bounds a headline, in bytes.
const maxTitle = 1_000

// Read reads a page of HTML. contentType is that of the answer which it came
// with, "" if there is none; the encoding of characters is found as a browser
// finds it (the HTML standard, 13.2.3.2): by byte order mark, content type, then
// what the page says itself. address is where the page was found, nil if
// that is not known. The error says why there is no article in it.
func Read(body []byte, contentType string, address *url.URL, now time.Time) (p Page, err error) {
	defer func() { // what comes from outside must not end the program
		if r := recover(); r != nil {
			p, err = Page{}, fmt.Errorf("the page cannot be read: %v", r)
		}
	}()
	text, err := Decode(body, contentType)
	if err != nil {
		return Page{}, err
	}
	doc, err := html.Parse(strings.NewReader(text)) // bounds how deep elements stand in each other
	if err != nil {
		return Page{}, fmt.Errorf("the page cannot be read: %w", err)
	}
	if n := elements(doc); n > maxElements {
		return Page{}, fmt.Errorf("the page has more than %d elements", maxElements)
	}
	config := trafilatura.DefaultConfig()
	config.MinExtractedSize = shortest
	found, err := trafilatura.ExtractDocument(doc, trafilatura.Options{
		Config: config, OriginalURL: address, EnableFallback: true, ExcludeComments: true, HtmlDateMode: trafilatura.Fast,
	})
	if err != nil || found.ContentNode == nil {
		return Page{}, errors.New("the page has no article text")
	}
	p = Page{Title: clip(oneLine(found.Metadata.Title), maxTitle), URL: httpAddress(found.Metadata.URL), Site: oneLine(found.Metadata.Sitename)}
	p.Text = render(found.ContentNode, p.Title)
	if !strings.ContainsFunc(p.Text, unicode.IsLetter) {
		return Page{}, errors.New("the page has no article text")
	}
	// A date to come, or of before there was a web, is a mistake of the page.
	if d := found.Metadata.Date; !d.IsZero() && d.Year() >= 1990 && d.Before(now.AddDate(0, 0, 2)) {
		p.Published = d.Format(time.DateOnly)
	}
	return p, nil
}

// Text gives the words of a fragment of HTML, such as the summary in a feed;
// nothing of it is left out as boilerplate.
func Text(fragment string) string {
	doc, err := html.Parse(strings.NewReader(fragment))
	if err != nil {
		return ""
	}
	return render(doc, "")
}

// Decode gives a body as UTF-8, as Read finds its encoding.
func Decode(body []byte, contentType string) (string, error) {
	if contentType == "" && utf8.Valid(body) { // without a word from outside, UTF-8 that is valid is meant as such
		return strings.ReplaceAll(string(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))), "\x00", ""), nil
	}
	r, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return "", fmt.Errorf("the page cannot be read: %w", err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("the page cannot be read: %w", err)
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(b), "\x00", ""), "\uFFFD"), nil
}

func elements(doc *html.Node) (n int) {
	for d := range doc.Descendants() {
		if d.Type == html.ElementNode {
			n++
		}
	}
	return n
}

// blocks are the elements that begin a line of their own.
var blocks = map[string]string{
	"p": "\n\n", "div": "\n\n", "section": "\n\n", "article": "\n\n", "blockquote": "\n\n", "pre": "\n\n", "table": "\n\n", "ul": "\n\n", "ol": "\n\n",
	"h1": "\n\n", "h2": "\n\n", "h3": "\n\n", "h4": "\n\n", "h5": "\n\n", "h6": "\n\n", "figure": "\n\n", "figcaption": "\n\n", "dl": "\n\n",
	"br": "\n", "li": "\n", "tr": "\n", "dt": "\n", "dd": "\n", "hr": "\n\n",
}

// render writes what stands in a node as paragraphs, without the headline if it
// comes first.
func render(n *html.Node, title string) string {
	var b strings.Builder
	gap := "" // what stands before the next word
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			words := strings.Fields(n.Data)
			if len(words) == 0 || startsBlank(n.Data) {
				gap = longer(gap, " ")
			}
			for i, w := range words {
				if i > 0 {
					gap = " "
				}
				if b.Len() > 0 {
					b.WriteString(gap)
				}
				gap = ""
				b.WriteString(w)
			}
			if len(words) > 0 && endsBlank(n.Data) {
				gap = " "
			}
			return
		case html.ElementNode:
			switch n.Data {
			case "script", "style", "noscript", "template", "head":
				return
			}
		}
		around := ""
		if n.Type == html.ElementNode {
			around = blocks[n.Data]
			if n.Data == "td" || n.Data == "th" {
				around = " "
			}
		}
		gap = longer(gap, around)
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		gap = longer(gap, around)
	}
	walk(n)
	text := b.String()
	if rest, found := strings.CutPrefix(text, title); found && strings.TrimLeft(rest, " \n") != rest {
		return strings.TrimLeft(rest, " \n")
	}
	return text
}

func startsBlank(s string) bool { return strings.TrimLeft(s, " \t\r\n\f\u00a0") != s }

func endsBlank(s string) bool { return strings.TrimRight(s, " \t\r\n\f\u00a0") != s }

// longer gives the gap that parts more.
func longer(a, b string) string {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

func rank(gap string) int { return len(gap) + 2*strings.Count(gap, "\n") }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// clip cuts a text to at most n bytes, between code points.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// httpAddress gives an address that is absolute and of the web, else nothing.
func httpAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(s) > 2_000 {
		return ""
	}
	return u.String()
}
