package api

import (
	"strings"
	"testing"

	"demarche/internal/event"
)

func TestNames(t *testing.T) {
	t.Parallel()
	h, _ := newServer(t)
	if a := ask(t, h, "POST", "/v1/articles", "application/json", article); a.StatusCode != 201 {
		t.Fatal(a.body)
	}
	actor := event.ActorID("nobody").String()
	if _, rest, ok := strings.Cut(ask(t, h, "GET", "/v1/actors?q=bre", "", "").body, `"id":"`); ok {
		actor = rest[:len(actor)]
	}
	for _, c := range []struct {
		target string
		status int
		want   string
	}{
		{"/v1/actors?q=bre", 200, `"name":"Borge Brende","code":"NOR","sector":"GOV"`},
		{"/v1/actors?q=zz", 200, `{"actors":[]}`},
		{"/v1/actors?q=mun+her&limit=1", 200, `"name":"Heraldo Munoz","code":"CHL"`},
		{"/v1/actors/" + actor, 200, `"names":["borge brende"`},
		{"/v1/actors/" + event.ActorID("nobody").String(), 404, "there is no actor"},
		{"/v1/actors/x", 400, "path.id"},
		{"/v1/places?q=os", 200, `{"places":[{"name":"Oslo","country":"NOR","lat":59.`},
		{"/v1/places", 400, "query.q"},
		{"/v1/actors?q=a&limit=101", 400, "from 1 to 100"},
		{"/v1/actors?q=a&page=2", 400, "query.page"},
		{"/v1/actors?q=%ff", 400, "query.q"},
	} {
		if a := ask(t, h, "GET", c.target, "", ""); a.StatusCode != c.status || !strings.Contains(a.body, c.want) {
			t.Errorf("%s: %d %s\nwant %d %s", c.target, a.StatusCode, a.body, c.status, c.want)
		}
	}
}
