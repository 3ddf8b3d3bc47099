package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

// TestOGC walks from the landing page along the links, as a GIS program does.
func TestOGC(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	for i := range 3 {
		body := strings.NewReplacer("news.example/1", fmt.Sprintf("news.example/%d", i), "Thursday", []string{"Monday", "Tuesday", "Wednesday"}[i]).Replace(article)
		if a := ask(t, h, "POST", "/v1/articles", "application/json", body); a.StatusCode != 201 {
			t.Fatal(a.body)
		}
	}
	type document struct {
		Links []struct{ Href, Rel, Type string }
		Collections,
		Features []map[string]any
		ConformsTo     []string
		NumberReturned *int
		ID             string
	}
	get := func(target, media string) (d document) {
		t.Helper()
		a := ask(t, h, "GET", strings.TrimPrefix(target, "http://example.com"), "", "")
		if err := json.Unmarshal([]byte(a.body), &d); err != nil || a.StatusCode != 200 || a.Header.Get("Content-Type") != media {
			t.Fatalf("%s: %d %s %s", target, a.StatusCode, a.Header.Get("Content-Type"), a.body)
		}
		return d
	}
	link := func(d document, rel string) string {
		for _, l := range d.Links {
			if l.Rel == rel {
				return l.Href
			}
		}
		return ""
	}
	landing := get("/ogc", "application/json")
	if c := get(link(landing, "conformance"), "application/json"); len(c.ConformsTo) != 3 {
		t.Errorf("%+v", c)
	}
	if spec := ask(t, h, "GET", strings.TrimPrefix(link(landing, "service-desc"), "http://example.com"), "", ""); !strings.Contains(spec.body, `"openapi":"3.0.`) ||
		spec.Header.Get("Content-Type") != openAPI30Media {
		t.Errorf("%v %.200s", spec.Header, spec.body)
	}
	if c := get(link(landing, "data"), "application/json"); len(c.Collections) != 1 || c.Collections[0]["id"] != "events" {
		t.Errorf("%+v", c)
	}
	collection := get(ogcCollection, "application/json")
	get(link(collection, queryablesRel), schemaMedia)
	days := map[string]bool{}
	pages := 0
	for at := link(collection, "items") + "?limit=1&bbox=10,59,11,60&datetime=2017-01-23/2017-01-25"; at != ""; pages++ {
		page := get(at, geoMedia)
		for _, f := range page.Features {
			days[f["properties"].(map[string]any)["date_start"].(string)] = true
			one := get(ogcItems+"/"+f["id"].(string), geoMedia)
			if link(one, "self") == "" || link(one, "collection") != "http://example.com"+ogcCollection {
				t.Errorf("%+v", one)
			}
		}
		at = link(page, "next")
	}
	if len(days) != 3 || pages != 3 {
		t.Errorf("%d pages with the days %v", pages, days)
	}
	if none := get(ogcItems+"?bbox=0,0,1,1", geoMedia); *none.NumberReturned != 0 {
		t.Errorf("%+v", none)
	}
	if all := get(ogcItems+"?limit=1000000", geoMedia); *all.NumberReturned != 3 {
		t.Errorf("a limit above the greatest: %+v", all)
	}
	for target, status := range map[string]int{ogcItems + "?bbox=1,2,3": 400, ogcItems + "?lang=en": 400, ogcItems + "?limit=0": 400, "/ogc?f=json": 400,
		ogcItems + "/01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081": 404, "/ogc/collections/other": 404} {
		if a := ask(t, h, "GET", target, "", ""); a.StatusCode != status {
			t.Errorf("%s: %d %s", target, a.StatusCode, a.body)
		}
	}
}

// TestGDAL has the driver OAPIF of GDAL read all events, and those in a box.
func TestGDAL(t *testing.T) {
	t.Parallel()
	ogr, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr is not installed (Debian package gdal-bin)")
	}
	h, _ := newServer(t)
	for i, city := range []string{"Oslo", "Madrid"} {
		body := strings.NewReplacer("news.example/1", fmt.Sprintf("news.example/%d", i), "Oslo", city).Replace(article)
		if a := ask(t, h, "POST", "/v1/articles", "application/json", body); a.StatusCode != 201 {
			t.Fatal(a.body)
		}
	}
	server := httptest.NewServer(h)
	defer server.Close()
	read := func(arguments ...string) string {
		c := exec.CommandContext(t.Context(), ogr, append([]string{"-f", "CSV", "/vsistdout/", "OAPIF:" + server.URL + "/ogc", "events", "-select", "type,place", "-oo", "PAGE_SIZE=1"}, arguments...)...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		return string(out)
	}
	if all := read(); strings.Count(all, "meeting,") != 2 {
		t.Errorf("all events: %s", all)
	}
	if some := read("-spat", "-10", "35", "5", "45"); strings.Count(some, "meeting,") != 1 || !strings.Contains(some, "meeting,Madrid") {
		t.Errorf("the events around Madrid: %s", some)
	}
	if none := read("-where", "date_start > '2020-01-01'"); strings.Contains(none, "meeting") {
		t.Errorf("events of later: %s", none)
	}
}
