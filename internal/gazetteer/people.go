package gazetteer

import (
	"fmt"
	"strings"
)

// loadPeople reads the succession lists of data/people. A list starts with the state or body and the title,
//
//	= SYR president
//	= PSE/OPP leader of Hamas
//
// where the sector after the stroke is GOV unless given, and goes on with one term a line, the earliest first: the first
// day, the name, and further names after semicolons.
//
//	2000-07-17/2024-12-08 Bashar al-Assad; Bachar Assad
//	2024-12-08 -
//	2025-01-29 Ahmed al-Sharaa (acting); Abu Mohammed al-Jolani
//
// A term without a last day goes on until the next one starts; "-" is nobody, or nobody known. The same name always
// means the same person, so namesakes bear a number, "Name #2", which is not part of the name.
func (b *builder) loadPeople() error {
	return readDir("data/people", func(path string) error {
		var list succession
		err := readLines(path, func(line string) error {
			if head, ok := strings.CutPrefix(line, "= "); ok {
				b.finish(list)
				var err error
				list, err = newSuccession(head)
				return err
			}
			return b.term(&list, line)
		})
		b.finish(list)
		return err
	})
}

// A succession is the list being read.
type succession struct {
	code, sector, title string
	from                string // when the line before started
	holder              *Entry // the person of the line before, nil if nobody
	office              Office // and the office
}

func newSuccession(head string) (succession, error) {
	body, title, ok := strings.Cut(head, " ")
	if !ok || title == "" {
		return succession{}, fmt.Errorf("%q, expected a code and a title", head)
	}
	code, sector, ok := strings.Cut(body, "/")
	if !ok {
		sector = "GOV"
	}
	return succession{code: code, sector: sector, title: title}, nil
}

// term reads one line of a list.
func (b *builder) term(list *succession, line string) error {
	dates, names, ok := strings.Cut(line, " ")
	from, to, _ := strings.Cut(dates, "/")
	switch {
	case list.title == "":
		return fmt.Errorf("%q before any head, expected \"= CODE title\"", line)
	case !ok || names == "":
		return fmt.Errorf("%q, expected a date and a name", line)
	case !isDate(from) || to != "" && !isDate(to):
		return fmt.Errorf("date %q, expected 2006-01-02, 2006-01 or 2006, and the same after a stroke", dates)
	case to != "" && datedBefore(to, from):
		return fmt.Errorf("term %q ends before it starts", dates)
	case datedBefore(from, list.from):
		return fmt.Errorf("term of %s starts before the one above it", from)
	}
	if list.holder != nil && list.office.To == "" {
		list.office.To = from
	}
	b.finish(*list)
	list.from, list.holder = from, nil
	if names == "-" {
		return nil
	}
	title := list.title
	all := strings.Split(names, "; ")
	name, acting := strings.CutSuffix(all[0], " (acting)")
	if acting {
		title = "acting " + title
	}
	if list.code == "JPN" {
		all = append(all, familyFirst(name))
	}
	list.holder = b.person(name, all[1:])
	list.office = Office{Title: title, Code: list.code, Sector: list.sector, From: from, To: to}
	return nil
}

// familyFirst turns a name of two words round: newer English texts write Japanese names so.
func familyFirst(name string) string {
	given, family, _ := strings.Cut(name, " ")
	return strings.TrimSpace(family + " " + given)
}

// finish gives the last person of a list the office, now that its end is known.
func (b *builder) finish(list succession) {
	if list.holder != nil {
		b.appoint(list.holder, list.office)
	}
}

// appoint adds an office to a person.
func (b *builder) appoint(p *Entry, o Office) {
	p.Offices = append(p.Offices, o)
	if year := yearOf(o.To); p.prominence < prominentPerson+year {
		p.prominence = prominentPerson + year
	}
}

// yearOf returns the year of a date, a late one for "", which is no end.
func yearOf(date string) int64 {
	if len(date) < 4 {
		return 9999
	}
	var year int64
	for _, c := range []byte(date[:4]) {
		year = 10*year + int64(c-'0')
	}
	return year
}

// person returns the person of a name, and enters further names.
func (b *builder) person(name string, further []string) *Entry {
	id := "person:" + slug(name)
	name, _, _ = strings.Cut(name, " #")
	e, known := b.byID[id]
	if !known {
		e = b.entry(Entry{ID: id, Kind: KindPerson, Name: name, prominence: prominentPerson})
		b.persons = append(b.persons, e)
		b.nameForms(e, name)
		if _, last, several := lastCut(Normalize(name), " "); several {
			b.surnames[last] = true
		}
	}
	for _, n := range further {
		b.nameForms(e, n)
	}
	return e
}

// lastCut is strings.Cut at the last separator.
func lastCut(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

var noApostrophes = strings.NewReplacer("'", "", "’", "")

// nameForms enters a name of a person as news writes it: with and without articles, apostrophes and initials.
func (b *builder) nameForms(e *Entry, name string) {
	b.name(e, name)
	var full, bare []string
	for _, w := range strings.Fields(noApostrophes.Replace(name)) {
		if len(w) == 2 && w[1] == '.' && len(full) > 0 {
			continue
		}
		full = append(full, w)
		if _, noun, ok := strings.Cut(w, "-"); ok && articles[strings.ToLower(w[:len(w)-len(noun)-1])] {
			w = noun
		}
		if !articles[w] {
			bare = append(bare, w)
		}
	}
	for _, form := range [...][]string{full, bare} {
		if len(form) > 1 {
			b.name(e, strings.Join(form, " "))
		}
	}
}

// isDate tells 2006-01-02, 2006-01 and 2006 from anything else.
func isDate(s string) bool {
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if i == 4 || i == 7 {
			if s[i] != '-' {
				return false
			}
		} else if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return (len(s) < 7 || "01" <= s[5:7] && s[5:7] <= "12") && (len(s) < 10 || "01" <= s[8:] && s[8:] <= "31")
}
