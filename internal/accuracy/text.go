package accuracy

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"demarche/internal/event"

	"golang.org/x/text/unicode/norm"
)

// letters is a name as it is compared: letters and digits in lower case,
// without accents.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(s))
}

// Print writes the report for people; errors shows up to that many errors.
func (r *Report) Print(w io.Writer, errors int) error {
	var b strings.Builder
	line := func(name string, s Score) {
		fmt.Fprintf(&b, "%-20s P %.3f  R %.3f  F1 %.3f   (%d right of %d coded, %d in the reference)\n",
			name, s.Precision(), s.Recall(), s.F1(), s.Matched, s.Coded, s.Reference)
	}
	fmt.Fprintf(&b, "%d articles\n", r.Articles)
	line("events", r.Events)
	line("dyads", r.Dyads)
	fmt.Fprint(&b, "of matched events, right:")
	for _, a := range []struct {
		name string
		Share
	}{{"roles", r.Roles}, {"status", r.Status}, {"date", r.Date}, {"country", r.Country}, {"place", r.Place}} {
		fmt.Fprintf(&b, "  %s %.3f (%d)", a.name, a.Value(), a.Of)
	}
	b.WriteString("\n\n")
	types := slices.SortedFunc(maps.Keys(r.ByType), func(x, y event.Type) int {
		if d := r.ByType[y].Reference - r.ByType[x].Reference; d != 0 {
			return d
		}
		return strings.Compare(string(x), string(y))
	})
	for _, t := range types {
		line(string(t), *r.ByType[t])
	}
	b.WriteString("\nconfidence   events  right\n")
	for _, k := range r.Confidence {
		if k.Of > 0 {
			fmt.Fprintf(&b, "%.2f         %6d  %.2f\n", k.Sure, k.Of, k.Value())
		}
	}
	for _, e := range r.Errors[:min(errors, len(r.Errors))] {
		switch {
		case e.Missed != nil:
			fmt.Fprintf(&b, "missed  %s  %s %s %q\n", e.Article, e.Missed.Type, strings.Join(codesOf(e.Missed.Participants), " "), e.Missed.Trigger)
		case e.Extra != nil:
			fmt.Fprintf(&b, "extra   %s  %s %s %q by %s\n", e.Article, e.Extra.Type, strings.Join(codesOf(e.Extra.Participants), " "),
				e.Extra.Evidence[0].Text, e.Extra.Evidence[0].Rule)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
