package event

import (
	"encoding/json"
	"testing"
)

func TestProject(t *testing.T) {
	t.Parallel()
	document := `{"id":"a","type":"meeting","evidence":[{"text":"\"{"}],"score":2.5}`
	for fields, want := range map[string]string{
		"": document, "id": `{"id":"a"}`, "score,id": `{"id":"a","score":2.5}`, "location": `{}`, "evidence": `{"evidence":[{"text":"\"{"}]}`,
	} {
		f, err := parse(t, "fields="+fields)
		if fields == "" {
			f, err = parse(t, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Project([]byte(document)); err != nil || string(got) != want || !json.Valid(got) {
			t.Errorf("%s: %s, %v", fields, got, err)
		}
	}
	f := Filter{Fields: []string{"id"}}
	for _, broken := range []string{"", "[]", `{"id":`, `{"id":1,`} {
		if got, err := f.Project([]byte(broken)); err == nil {
			t.Errorf("%q: %s", broken, got)
		}
	}
}
