package accuracy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// Tuple is a mention of an event as CAMEO coders write it: who did what to
// whom, in which passage of which document, without the text. Group is the
// event that people put it under.
type Tuple struct {
	Date    event.Day `json:"date"` // of the document
	Doc     string    `json:"doc"`
	Offsets string    `json:"char_offsets"` // of the passage
	Source  string    `json:"source"`       // "United States/Administration", "Barack Obama"; empty if nobody is named
	Target  string    `json:"target"`
	CAMEO   string    `json:"cameo"`
	Tense   string    `json:"tense"`
	Group   string    `json:"coref_group"`
}

// ReadTuples reads tuples, one JSON object a line; an error names the line.
func ReadTuples(r io.Reader) ([]Tuple, error) {
	var tuples []Tuple
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var t Tuple
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if t.Doc == "" || t.CAMEO == "" || t.Group == "" {
			return nil, fmt.Errorf("line %d: expected doc, cameo and coref_group", n)
		}
		tuples = append(tuples, t)
	}
	return tuples, lines.Err()
}

// Mentions brings tuples into the form that resolution takes. The tuples of one
// passage and one CAMEO code are one mention, as the coder of this project has
// it: a meeting of three is one event, not three pairs. of gives for each tuple
// the index of its mention. code gives the code that a name acts for on a day,
// or "" if it is not known: then the name stands for itself.
func Mentions(tuples []Tuple, code func(name string, day event.Day) string) (mentions []event.Mention, of []int) {
	at := map[string]int{}
	for _, t := range tuples {
		key := strings.Join([]string{t.Doc, t.Offsets, t.CAMEO}, "\n")
		i, ok := at[key]
		if !ok {
			i = len(mentions)
			at[key] = i
			day := t.Date
			m := event.Mention{ID: named(key), Report: event.Report{ID: named(t.Doc), Day: &day, Published: day.Time()}}
			m.Event.Type, m.Event.Status = typeOf(t.CAMEO), event.Occurred
			mentions = append(mentions, m)
		}
		e := &mentions[i].Event
		roles := [2]event.Role{event.Actor, event.Target}
		if info, ok := e.Type.Info(); ok && info.Symmetric {
			roles = [2]event.Role{event.Party, event.Party}
		}
		for side, name := range [2]string{t.Source, t.Target} {
			if name == "" {
				continue
			}
			p := event.Participant{Name: name, Code: code(name, t.Date), Role: roles[side]}
			if p.Code == "" {
				p.Code, _, _ = strings.Cut(name, "/")
			}
			e.Participants = append(e.Participants, p)
		}
		of = append(of, i)
	}
	return mentions, of
}

// named gives an id that follows from a name.
func named(s string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(s)) }

// typeOf gives the first type of the ontology that has a CAMEO code. A code
// that none has is a type of its own, which is one event with itself only.
func typeOf(cameo string) event.Type {
	for _, t := range event.Ontology() {
		if t.CAMEO == cameo {
			return t.Type
		}
	}
	return event.Type("cameo:" + cameo)
}

// BCubed is how well clusters agree with those of people (Bagga and Baldwin
// 1998): over all items, the mean share of an item's cluster that belongs with
// it, and the mean share of what belongs with it that is in its cluster.
type BCubed struct{ Precision, Recall, F1 float64 }

// MeasureBCubed compares clusters; got and want name the cluster of each item.
func MeasureBCubed[G, W comparable](got []G, want []W) BCubed {
	sizes, truths := map[G]float64{}, map[W]float64{}
	type both struct {
		got  G
		want W
	}
	shared := map[both]float64{}
	for i := range got {
		sizes[got[i]]++
		truths[want[i]]++
		shared[both{got[i], want[i]}]++
	}
	var m BCubed
	for b, n := range shared {
		m.Precision += n * n / sizes[b.got]
		m.Recall += n * n / truths[b.want]
	}
	if n := float64(len(got)); n > 0 {
		m.Precision, m.Recall = m.Precision/n, m.Recall/n
	}
	if sum := m.Precision + m.Recall; sum > 0 {
		m.F1 = 2 * m.Precision * m.Recall / sum
	}
	return m
}
