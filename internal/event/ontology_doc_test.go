package event

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The page that documents the ontology says what the table says.
func TestOntologyPage(t *testing.T) {
	b, err := os.ReadFile("../../docs/ontology.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range Ontology() {
		plover := i.PLOVER
		if i.Mode != "" {
			plover += " (" + i.Mode + ")"
		}
		if plover == "" {
			plover = "none"
		}
		row := fmt.Sprintf("| `%s` | %s | %s | %s | %s | %d | %g |", i.Type, i.When, i.Family, plover, i.CAMEO, i.Quad, i.Score)
		if !strings.Contains(string(b), row) {
			t.Errorf("docs/ontology.md lacks the row\n%s", row)
		}
	}
}
