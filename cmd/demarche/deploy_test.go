package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

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
	for _, want := range []string{"CGO_ENABLED=0", "FROM scratch", "USER 65532", `ENTRYPOINT ["/demarche"]`, "EXPOSE 8080"} {
		if !strings.Contains(read("Dockerfile"), want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
}
