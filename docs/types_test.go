package docs_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

var update = flag.Bool("update", false, "write what the coder reads today into the pages of the types")

// published is the day of the examples, a Friday.
const published = "2017-01-27"

// Every type has a page with a sentence, and the page says what the coder
// reads of it. `go test ./docs -update` writes it anew.
func TestTypePages(t *testing.T) {
	t.Parallel()
	g, err := gazetteer.New()
	if err != nil {
		t.Fatal(err)
	}
	analyzer, err := nlp.New()
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(analyzer, g)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("types/*.md")
	if err != nil || len(files) != len(event.Ontology()) {
		t.Errorf("%d pages of %d types, %v", len(files), len(event.Ontology()), err)
	}
	for _, info := range event.Ontology() {
		name := filepath.Join("types", string(info.Type)+".md")
		b, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		page, written, _ := strings.Cut(string(b), "\n## ")
		_, rest, ok := strings.Cut(page, "\n> ")
		sentence, _, _ := strings.Cut(rest, "\n")
		if !ok {
			t.Errorf("%s has no example", name)
			continue
		}
		a, err := event.Draft{Text: sentence, Published: published}.Check(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		events := x.Events(&a)
		if len(events) != 1 || events[0].Type != info.Type {
			t.Errorf("%q does not give one event of type %s: %+v", sentence, info.Type, events)
			continue
		}
		want := reading(&info, &events[0])
		if *update {
			if err := os.WriteFile(name, []byte(strings.TrimSpace(page)+"\n\n## "+want), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if written != want {
			t.Errorf("%s says\n%s\nand the coder says\n%s", name, written, want)
		}
	}
}

// reading is the part of a page that follows from its example and the ontology.
func reading(info *event.TypeInfo, e *event.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "What is read of it\n\nPublished on %s, the sentence above gives:\n\n| field | value |\n|---|---|\n| summary | %s |\n| status | `%s` |\n", published, e.Summary, e.Status)
	if e.Date != nil {
		fmt.Fprintf(&b, "| date | %s", e.Date.Start)
		if e.Date.Text != "" {
			fmt.Fprintf(&b, ", from \"%s\"", e.Date.Text)
		}
		b.WriteString(" |\n")
	}
	if l := e.Location; l != nil {
		fmt.Fprintf(&b, "| place | %s |\n", strings.Trim(l.Place+", "+l.Country, ", "))
	}
	for _, p := range e.Participants {
		fmt.Fprintf(&b, "| `%s` | %s: %s, %s |\n", p.Role, p.Name, p.Code, p.Sector)
	}
	if trigger := e.Evidence[0].Trigger; trigger != nil {
		fmt.Fprintf(&b, "| trigger | \"%s\", rule `%s` |\n", trigger.Text, e.Evidence[0].Rule)
	}
	fmt.Fprintf(&b, "\n## In other schemes\n\nThe type applies when %s. Its family is %s; PLOVER ", info.When, info.Family)
	if info.PLOVER == "" {
		b.WriteString("has no such type")
	} else {
		b.WriteString(strings.TrimSpace("calls it " + info.PLOVER + " " + map[bool]string{true: "(" + info.Mode + ")"}[info.Mode != ""]))
	}
	fmt.Fprintf(&b, ", CAMEO %s; quad class %d; score %g. Ask for it with `/v1/events?type=%s`.\n", info.CAMEO, info.Quad, info.Score, info.Type)
	return b.String()
}
