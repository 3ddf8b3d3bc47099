package accuracy

import (
	"math"
	"strings"
	"testing"

	"demarche/internal/event"
)

func TestBCubed(t *testing.T) {
	// The example of Bagga and Baldwin: five, two and five items; the second
	// and third cluster are put together, or the first and third.
	want := []string{"a", "a", "a", "a", "a", "b", "b", "c", "c", "c", "c", "c"}
	for _, test := range []struct {
		got           []int
		precision, f1 float64
	}{
		{[]int{1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2}, 0.762, 0.865},
		{[]int{1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1}, 0.583, 0.737},
	} {
		m := MeasureBCubed(test.got, want)
		if math.Abs(m.Precision-test.precision) > 0.001 || m.Recall != 1 || math.Abs(m.F1-test.f1) > 0.001 {
			t.Errorf("%+v", m)
		}
	}
	if m := MeasureBCubed([]int{1, 2, 3}, []int{1, 1, 1}); m.Precision != 1 || math.Abs(m.Recall-1.0/3) > 1e-9 {
		t.Errorf("single items: %+v", m)
	}
}

func TestMentions(t *testing.T) {
	tuples, err := ReadTuples(strings.NewReader(`
		{"date": "2009-03-30", "doc": "D", "char_offsets": "1:9", "source": "France/Minister", "target": "Chad", "cameo": "046", "coref_group": "1"}
		{"date": "2009-03-30", "doc": "D", "char_offsets": "1:9", "source": "Chad", "target": null, "cameo": "046", "coref_group": "1"}
		{"date": "2009-03-30", "doc": "D", "char_offsets": "1:9", "source": "Somebody", "target": "Chad", "cameo": "032", "coref_group": "2"}`))
	if err != nil {
		t.Fatal(err)
	}
	mentions, of := Mentions(tuples, func(name string, _ event.Day) string { return map[string]string{"Chad": "TCD"}[name] })
	if len(mentions) != 2 || of[0] != 0 || of[1] != 0 || of[2] != 1 {
		t.Fatalf("%d mentions, %v", len(mentions), of)
	}
	first, second := mentions[0].Event, mentions[1].Event
	if len(first.Participants) != 3 || first.Participants[0].Code != "France" || first.Participants[1].Code != "TCD" || first.Participants[0].Role != event.Party {
		t.Errorf("%+v", first.Participants)
	}
	if second.Participants[0].Role != event.Actor || second.Type == first.Type {
		t.Errorf("%+v", second)
	}
	for _, bad := range []string{`{"date": "2009"}`, `{"doc": "D"}`, `[]`} {
		if _, err := ReadTuples(strings.NewReader("\n" + bad)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
