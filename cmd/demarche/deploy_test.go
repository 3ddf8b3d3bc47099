package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"demarche/db/dbtest"

	"go.yaml.in/yaml/v3"
)

// What the container files set, the program knows; what they run, it has.
func TestContainerFilesAgreeWithTheProgram(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		b, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var compose struct {
		Services map[string]struct {
			Image, Build string
			Environment  map[string]string
			DependsOn    map[string]struct{ Condition string } `yaml:"depends_on"`
			Healthcheck  struct{ Test []string }
			Volumes      []string
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(read("docker-compose.yml")), &compose); err != nil {
		t.Fatal(err)
	}
	service, postgres := compose.Services["demarche"], compose.Services["postgres"]
	if service.DependsOn["postgres"].Condition != "service_healthy" || len(postgres.Healthcheck.Test) == 0 || postgres.Image != "postgres:17" {
		t.Errorf("the service does not wait for a healthy Postgres 17: %+v, %+v", service, postgres)
	}
	if len(postgres.Volumes) != 1 || len(compose.Volumes) != 1 || !strings.HasPrefix(postgres.Volumes[0], "data:/var/lib/postgresql/data") {
		t.Errorf("the data has no named volume: %v, %v", postgres.Volumes, compose.Volumes)
	}
	help := ""
	for _, command := range [][]string{{"--help"}, {"serve", "--help"}} {
		out, _, err := run(t, "", command...)
		if err != nil {
			t.Fatal(err)
		}
		help += out
	}
	names := regexp.MustCompile(`DEMARCHE_[A-Z_]+`).FindAllString(read("Dockerfile")+read("docker-compose.yml"), -1)
	if len(names) == 0 {
		t.Error("the container files configure nothing")
	}
	for _, name := range names {
		if !strings.Contains(help, "$"+name) {
			t.Errorf("%s is set, but --help does not know it", name)
		}
	}
	if check := service.Healthcheck.Test; len(check) != 3 || check[0] != "CMD" || check[1] != "/demarche" || !strings.Contains(help, "\n  "+check[2]+" ") {
		t.Errorf("health check %v", check)
	}
	for _, name := range regexp.MustCompile(`DEMARCHE_[A-Z_]+`).FindAllString(read("deploy/demarche.service"), -1) {
		if !strings.Contains(help, "$"+name) && name != "DEMARCHE_" {
			t.Errorf("the systemd unit sets %s, but --help does not know it", name)
		}
	}
	for _, want := range []string{"CGO_ENABLED=0", "FROM scratch", "USER 65532", `ENTRYPOINT ["/demarche"]`, "EXPOSE 8080"} {
		if !strings.Contains(read("Dockerfile"), want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
}

// TestDashboard asks a server for every metric that the dashboard shows.
func TestDashboard(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../deploy/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b, &dashboard); err != nil || len(dashboard.Panels) < 10 {
		t.Fatalf("%d panels, %v", len(dashboard.Panels), err)
	}
	p := serve(t, "--database-url", dbtest.New(t))
	if _, err := p.PostArticle(t.Context(), draft(1)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(p.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	metrics, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			for _, name := range regexp.MustCompile(`\b(?:demarche|go|process)_[a-z_]+`).FindAllString(target.Expr, -1) {
				if strings.Contains(name, "_replica_") { // there is none here
					continue
				}
				if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).Match(metrics) {
					t.Errorf("%s: there is no %s", panel.Title, name)
				}
			}
		}
	}
}
