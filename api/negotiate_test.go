package api

import (
	"net/http"
	"strings"
	"testing"

	"demarche/internal/event"
)

func TestNegotiate(t *testing.T) {
	t.Parallel()
	forms := eventForms()
	for accept, want := range map[string]string{
		"":                                     "json",
		"*/*":                                  "json",
		"application/json":                     "json",
		"application/*":                        "json",
		"text/csv":                             "csv",
		"Text/CSV; charset=utf-8":              "csv",
		"text/*":                               "csv",
		"text/*, text/calendar":                "ics",
		"application/geo+json":                 "geojson",
		"application/vnd.geo+json":             "geojson",
		"application/x-ndjson":                 "ndjson",
		"application/jsonl":                    "ndjson",
		"application/vnd.apache.parquet":       "parquet",
		"application/atom+xml":                 "atom",
		"text/calendar":                        "ics",
		"text/csv, application/json":           "csv",
		"application/json, text/csv":           "json",
		"application/json;q=0.5, text/csv":     "csv",
		"application/json;q=0.9,text/csv;q=.5": "json",
		"text/csv, */*":                        "csv",
		"*/*, text/csv;q=0.5":                  "json",
		"*/*;q=0.1, text/csv;q=0":              "json",
		"application/json;q=0, */*":            "ndjson", // the next of the table
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8": "json",
		"application/json, text/plain, */*":                                          "json",
		`text/csv;x="a,b;q=0", application/json`:                                     "csv",
		"nonsense, text/csv":                                                         "csv",
		"text/csv;q=2, application/atom+xml":                                         "atom",
		"text/html":                                                                  "",
		"text/csv;q=0":                                                               "",
		"*/*;q=0":                                                                    "",
		"nonsense":                                                                   "",
		"*/csv":                                                                      "",
		",":                                                                          "",
	} {
		i, ok := negotiate(accept, forms)
		got := ""
		if ok {
			got = forms[i].name
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", accept, got, want)
		}
	}
}

func FuzzNegotiate(f *testing.F) {
	for _, s := range []string{"text/csv;q=0.5, */*", `a/b;c="\",";q=1`, ";", "*/*;q=", "text/csv;q=1e9", "text/*;q=0.0001"} {
		f.Add(s, "csv")
	}
	f.Add("", "parquet")
	f.Add("", "../x")
	f.Fuzz(func(t *testing.T, accept, suffix string) {
		forms := eventForms()
		r := request{accept: accept, suffix: suffix}
		i, err := r.choose(forms)
		switch {
		case err == nil && suffix != "":
			if forms[i].name != suffix {
				t.Fatalf("suffix %q gives %q", suffix, forms[i].name)
			}
		case err == nil:
			if own, _, _ := strings.Cut(forms[i].media, ";"); accept != "" && !strings.Contains(accept, "*") && !strings.Contains(strings.ToLower(accept), own) && !containsAny(strings.ToLower(accept), forms[i].also) {
				t.Fatalf("%q gives %s", accept, own)
			}
		case suffix != "":
			if e, ok := event.AsError(err); !ok || e.Code != event.NotFound {
				t.Fatal(err)
			}
		default:
			if p := (&server{}).problem(t.Context(), err); p == nil || !strings.Contains(p.Error(), "media types") {
				t.Fatal(err)
			}
		}
	})
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func TestNoSuchForm(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	id := "/01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"
	for _, tt := range []struct {
		target, accept string
		status         int
		says           string
	}{
		{"/v1/events.xlsx", "", 404, "json, ndjson, csv"},
		{"/v1/events.", "", 404, "/docs"},
		{"/v1/events.csv.gz", "", 404, ""},
		{"/v1/events" + id + ".xlsx", "", 404, "expected one of json"},
		{"/v1/events" + id + ".ics", "", 404, "no such event"},
		{"/v1/events/17.ics", "", 400, "path.id"},
		{"/v1/stats/timeline.parquet", "", 404, "json, csv"},
		{"/v1/stats/dyads.xml", "", 404, "graphml"},
		{"/v1/stats/dyads.csv?format=json", "", 400, "query.format"},
		{"/v1/changes.csv", "", 404, "json, ndjson"},
		{"/v1/events", "text/html", 406, "application/vnd.apache.parquet"},
		{"/v1/stats/top?field=actor", "application/pdf", 406, "text/csv"},
		{"/v1/events.csv?actr=NOR", "text/csv", 400, `did you mean \"actor\"`},
		{"/v1/events.csv?count=exact", "", 400, "query.count"},
		{"/v1/events.ics?fields=id", "", 400, "query.fields"},
		{"/v1/events.atom?fields=id", "", 400, "query.fields"},
		{"/v1/events.parquet?limit=0", "", 400, "query.limit"},
		{"/v1/events.csv?cursor=x", "", 400, "query.cursor"},
		{"/v1/changes.ndjson?since=x", "", 400, "query.since"},
	} {
		a := askWith(t, h, "GET", tt.target, "Accept", tt.accept)
		if a.StatusCode != tt.status || !strings.Contains(a.body, tt.says) || a.Header.Get("Content-Type") != "application/problem+json" || a.Header.Get("ETag") != "" {
			t.Errorf("%s of %s: %d %v %s", tt.target, tt.accept, a.StatusCode, a.Header, a.body)
		}
	}
	if a := askWith(t, h, "HEAD", "/v1/events.csv?actr=NOR"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("HEAD of a bad question: %d", a.StatusCode)
	}
}
