package encode

import (
	"bytes"
	"encoding/xml"
	"time"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// atomEncoder writes a feed (RFC 4287) with an entry an event.
type atomEncoder struct {
	b       *bytes.Buffer
	s       *Shape
	updated time.Time // of the entry that changed last
}

func openAtom(b *bytes.Buffer, s *Shape) Encoder {
	e := &atomEncoder{b: b, s: s, updated: time.Unix(0, 0)}
	b.WriteString(xml.Header + `<feed xmlns="http://www.w3.org/2005/Atom">` + "\n")
	// The same address is the same feed for ever.
	e.element("id", uuid.NewSHA1(uuid.NameSpaceURL, []byte(s.Base+s.Self)).URN())
	e.element("title", "Diplomatic events")
	b.WriteString("<author><name>Demarche</name></author>\n<generator>Demarche</generator>\n")
	e.link("self", "application/atom+xml", s.Base+s.Self)
	if s.Next != "" {
		e.link("next", "application/atom+xml", s.Base+s.Next) // RFC 5005
	}
	return e
}

func (e *atomEncoder) Event(document []byte) error {
	ev, err := decode(document)
	if err != nil {
		return err
	}
	if ev.UpdatedAt.After(e.updated) {
		e.updated = ev.UpdatedAt
	}
	e.b.WriteString("<entry>\n")
	e.element("id", ev.ID.URN())
	e.element("title", ev.Summary)
	e.element("updated", feedTime(ev.UpdatedAt))
	e.element("published", feedTime(ev.CreatedAt))
	e.link("alternate", "application/json", e.s.address(ev))
	e.category(e.s.Base+"/v1/types", string(ev.Type))
	e.category(e.s.Base+"/v1/types#status", string(ev.Status))
	e.b.WriteString(`<content type="text">`)
	e.text(content(ev))
	e.b.WriteString("</content>\n</entry>\n")
	return nil
}

// content says when and where an event is, and what describe says.
func content(ev *event.Event) string {
	s := ""
	if d := ev.Date; d != nil {
		s = d.Start.String()
		if d.End != d.Start {
			s += " to " + d.End.String()
		}
		s += "\n"
	}
	if l := ev.Location; l != nil && placeName(l) != "" {
		s += placeName(l) + "\n"
	}
	return s + describe(ev)
}

// End writes the feed's own time, which is known only now; the order of a
// feed's elements is free.
func (e *atomEncoder) End() error {
	e.element("updated", feedTime(e.updated))
	e.b.WriteString("</feed>\n")
	return nil
}

func (e *atomEncoder) element(name, text string) {
	e.b.WriteString("<" + name + ">")
	e.text(text)
	e.b.WriteString("</" + name + ">\n")
}

func (e *atomEncoder) link(rel, media, href string) {
	e.b.WriteString(`<link rel="` + rel + `" type="` + media + `" href="`)
	e.text(href)
	e.b.WriteString("\"/>\n")
}

func (e *atomEncoder) category(scheme, term string) {
	e.b.WriteString(`<category scheme="`)
	e.text(scheme)
	e.b.WriteString(`" term="`)
	e.text(term)
	e.b.WriteString("\"/>\n")
}

// text writes text as XML; what XML cannot hold becomes U+FFFD.
func (e *atomEncoder) text(s string) { _ = xml.EscapeText(e.b, []byte(s)) } // a buffer takes everything

// feedTime is an instant as RFC 3339 has it.
func feedTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
