package api

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"demarche/db"
	"demarche/internal/event"
)

func TestStats(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	if a := ask(t, h, "POST", "/v1/articles", "application/json", article); a.StatusCode != 201 {
		t.Fatal(a.body)
	}
	for target, want := range map[string]string{
		"/v1/stats/timeline": `{"series":[{"key":"","points":[{"date":"2017-01-01","count":1}]}]}`,
		"/v1/stats/timeline?interval=year&group_by=actor&source_name=x":          `{"series":[]}`,
		"/v1/stats/timeline?interval=day&from=2017-01-25&to=2017-01-27&actor=NO": `{"series":[{"key":"","points":[{"date":"2017-01-25","count":0},{"date":"2017-01-26","count":1},{"date":"2017-01-27","count":0}]}]}`,
		"/v1/stats/timeline?group_by=family":                                     `{"series":[{"key":"consult","points":[{"date":"2017-01-01","count":1}]}]}`,
		"/v1/stats/top?field=actor":                                              `{"top":[{"key":"CHL","count":1},{"key":"NOR","count":1}]}`,
		"/v1/stats/top?field=actor&limit=1&from=2017":                            `{"top":[{"key":"CHL","count":1}]}`,
		"/v1/stats/top?field=place":                                              `{"top":[{"key":"Oslo","country":"NOR","count":1,"lat":59.913,"lon":10.746}]}`,
		"/v1/stats/top?field=type&status=planned":                                `{"top":[]}`,
		"/v1/stats/dyads":                                                        `{"dyads":[{"source":"CHL","target":"NOR","count":1,"mean_score":2.5},{"source":"NOR","target":"CHL","count":1,"mean_score":2.5}]}`,
	} {
		if a := ask(t, h, "GET", target, "", ""); a.StatusCode != 200 || strings.TrimSpace(a.body) != want {
			t.Errorf("%s: %d %s\nwant %s", target, a.StatusCode, a.body, want)
		}
	}
	day := event.DayOf(2017, 1, 30)
	for _, series := range [][]db.Series{{}, {{Key: "a", Points: []db.Point{}}}, {
		{Key: `"<é`, Points: []db.Point{{Date: day, Count: 0}, {Date: day + 1, Count: 12}}}, {Points: []db.Point{{Date: day, Count: -1}, {Date: day + 1, Count: 1 << 40}}}}} {
		got, err := timelineJSON(series)
		want, _ := json.Marshal(timelineAnswer{series})
		if err != nil || string(got) != string(want) {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
	a := ask(t, h, "GET", "/v1/stats/dyads?format=graphml", "", "")
	var graph struct {
		Graph struct {
			Nodes []struct {
				ID string `xml:"id,attr"`
			} `xml:"node"`
			Edges []struct {
				Source string   `xml:"source,attr"`
				Data   []string `xml:"data"`
			} `xml:"edge"`
		} `xml:"graph"`
	}
	if err := xml.Unmarshal([]byte(a.body), &graph); err != nil || a.Header.Get("Content-Type") != "application/graphml+xml" ||
		len(graph.Graph.Nodes) != 2 || len(graph.Graph.Edges) != 2 || graph.Graph.Edges[0].Source != "CHL" || graph.Graph.Edges[0].Data[0] != "1" {
		t.Errorf("%v: %s", err, a.body)
	}
	for target, want := range map[string]string{
		"/v1/stats/timeline?intervall=day":       "did you mean",
		"/v1/stats/timeline?interval=decade":     "day, week, month, year",
		"/v1/stats/timeline?limit=5":             "query.limit",
		"/v1/stats/timeline?actr=IRN&group_by=x": "query.group_by",
		"/v1/stats/top":                          "query.field",
		"/v1/stats/top?field=actor&field=type":   "once",
		"/v1/stats/top?field=actor&limit=0":      "from 1 to 1000",
		"/v1/stats/dyads?format=csv":             "json, graphml",
		"/v1/stats/dyads?as_of=2018-01-01":       "in the future",
	} {
		if a := ask(t, h, "GET", target, "", ""); a.StatusCode != 400 || !strings.Contains(a.body, want) || !strings.Contains(a.body, "query.") {
			t.Errorf("%s: %d %s", target, a.StatusCode, a.body)
		}
	}
}
