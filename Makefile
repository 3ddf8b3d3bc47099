# Everything that is done with this repository. `make` alone lists it.
SHELL := /bin/bash
LISTEN ?= 127.0.0.1:8080
FUZZTIME ?= 60s

.PHONY: help setup node web build run test test-browser race lint fuzz bench bench-read bench-load nlp-eval coref-eval clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing (Debian: the Postgres server binaries)
	@scripts/setup.sh postgres

node: ## Install Node.js if there is none (Debian: nodejs and npm)
	@scripts/setup.sh node

# The explorer is bundled anew when its sources are newer. Without npm the
# program is built all the same, and its page says what is missing.
web/static/app/index.html: web/index.html web/package-lock.json web/vite.config.ts internal/gazetteer/data/states.tsv $(wildcard web/src/*) web/static/base.css
	@if command -v npm >/dev/null; then cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent check && npm run --silent build; \
	else echo "There is no npm: the explorer is left out (make node installs it)." >&2; fi

web: web/static/app/index.html ## Bundle the explorer

build: web ## Build bin/demarche
	go build -o bin/demarche ./cmd/demarche

run: setup node build ## Start on a private Postgres with the example articles, at LISTEN
	@scripts/run.sh --listen $(LISTEN)

test: setup ## Run every test, on a private Postgres cluster
	go test ./...

test-browser: setup node web ## Run the tests of pages and documents; installs Chromium and jq if they are not there
	@scripts/setup.sh chromium jq
	DEMARCHE_BROWSER=required go test ./web ./docs

# Of the pages and documents only what they ask is ours, and that is tested in api.
race: setup ## Run the tests under the race detector, those of pages and documents aside
	go test -race $$(go list ./... | grep -v -e /web$$ -e /docs$$)

lint: ## Check format, vet, staticcheck and the shell scripts
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	@for script in .ci/run scripts/*.sh; do bash -n $$script || exit 1; done

fuzz: setup ## Run every fuzz target for FUZZTIME
	@scripts/fuzz.sh $(FUZZTIME)

bench: setup ## Run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

bench-read: setup build ## Measure reading against pgbench with N events: N=1000000
	go build -o bin/demarche-bench ./cmd/demarche-bench
	bin/demarche-bench --n $(or $(N),100000)

bench-load: setup build ## Measure loading N articles, of CORPUS (NDJSON, repeated with changes) or of its own making
	go build -o bin/demarche-bench ./cmd/demarche-bench
	bin/demarche-bench load --n $(or $(N),15000) $(if $(CORPUS),--corpus $(CORPUS)) $(BENCHFLAGS)

nlp-eval: ## Score tagger and parser on a folder of UD treebanks: TREEBANK=dir
	go run ./cmd/demarche-train eval $(or $(TREEBANK),$(error TREEBANK=dir names the folder of the treebanks))

coref-eval: ## Score resolution on mentions that people put under events: FILE=mentions.jsonl
	@go run ./cmd/demarche coref-eval $(or $(FILE),$(error FILE=mentions.jsonl names the mentions))

clean: ## Remove what was built
	rm -rf bin web/static/app web/node_modules
