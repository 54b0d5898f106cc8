# Everything runs in .venv, which the first target builds from the lock with nothing but Python 3.11, 3.12 or 3.13.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# What the transliteration models learn from; see docs/decisions/names-are-spelled-by-joint-n-grams.md.
NAMES ?= $(or $(WIREWATCH_TEST_DATA),../shared)/names
# What the entity model learns from; see pipeline/entities/news_model/data/README.md.
DATA ?= $(or $(WIREWATCH_TEST_DATA),../shared)/ner
# One version of each package for every Python ("fewest"), so that types and figures do not depend on the Python.
COMPILE := uv pip compile -q --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
# Not the newest: this one needs no Go newer than 1.24, and mirrors of modules have it.
HELM := helm.sh/helm/v3/cmd/helm@v3.18.6
# Named by the version, so that another one is built, and nothing else builds it again.
HELM_BUILT := $(VENV)/.helm-$(lastword $(subst @, ,$(HELM)))
# The knowledge base is built here, never committed; a change of what it is made from builds it again.
KNOWLEDGE_BASE := pipeline/concepts/data/concepts.kb
KNOWLEDGE_BASE_SOURCES := $(wildcard pipeline/concepts/reviewed/*.yaml pipeline/concepts/word_lists/*.yaml pipeline/concepts/*.py pipeline/concepts/*/*.py pipeline/concepts/*/*/*.py pipeline/text/*.py \
  pipeline/transliteration/*.py pipeline/transliteration/word_lists/*.yaml pipeline/transliteration/weights/*)

.DEFAULT_GOAL := help
.PHONY: help services demo run test check lint format bench bench-languages bench-entities bench-rules training-tools train-entities transliteration schemas concepts reference dashboards pictures chart deploy-tools image-check lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(KNOWLEDGE_BASE) ## The main job in a minute: articles in many languages in, alerts with their proof out
	@$(BIN)/wirewatch demo

run: $(KNOWLEDGE_BASE) ## Broker and worker until Ctrl-C; then publish and subscribe from another terminal
	@$(BIN)/wirewatch worker --with-broker

test: lint $(KNOWLEDGE_BASE) ## All tests: unit, property, contract, quality, and on a real Kafka
	@! command -v go > /dev/null || $(MAKE) --no-print-directory deploy-tools || echo "the tests of deploy/ that need them say so"
	$(BIN)/pytest tests

check: lint $(KNOWLEDGE_BASE) ## A minute: format, lint, strict types, import rules, unit and property tests
	PROPERTY_TIMES=0.25 $(BIN)/pytest -n 3 --dist worksteal tests/unit tests/property tests/architecture

lint: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo --verbose > $(VENV)/import-rules.log || { cat $(VENV)/import-rules.log; exit 1; }

format: $(READY) ## Format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(KNOWLEDGE_BASE) ## Measure speed on this machine (minutes); prints tables
	$(BIN)/python -m tests.bench

bench-entities: $(KNOWLEDGE_BASE) ## Measure the entity model by language; writes its part of docs/quality.md
	$(BIN)/python -m tests.quality entities

training-tools: $(READY) ## Install into .venv what training the entity model and the language table needs beside
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/training.lock
	@$(BIN)/python -m pip check --disable-pip-version-check

train-entities: training-tools ## Train the shipped entity model (an hour of one core) on DATA
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.entities.train --data $(DATA)

bench-languages: $(KNOWLEDGE_BASE) ## Measure languages, concepts and names; writes docs/quality.md
	$(BIN)/python -m tests.quality

bench-rules: $(READY) ## Measure the rule engine, to a million rules and beside Lucene; writes its part of docs/benchmarks.md
	$(BIN)/python -m tests.bench.bench_rules --write
	$(BIN)/python -m tests.bench.bench_rules_monitor --write
	$(BIN)/python -m tests.bench.bench_rules_ready --write

schemas: $(READY) ## Write schemas/ from the message types
	$(BIN)/python -m pipeline.cli.generated.schemas schemas

concepts: $(KNOWLEDGE_BASE) ## Build the knowledge base from CLDR and the reviewed files, where they changed

transliteration: $(READY) ## Train the models that spell names across scripts (10 minutes); NAMES=folder of the tables
	$(BIN)/python -m training.transliteration $(NAMES)

reference: $(KNOWLEDGE_BASE) ## Write docs/reference/ from the settings, the metrics and the command line
	$(BIN)/python -m pipeline.cli.generated.reference docs/reference

$(KNOWLEDGE_BASE): $(READY) $(KNOWLEDGE_BASE_SOURCES)
	@$(BIN)/python -m pipeline.concepts.build

dashboards: $(READY) ## Write deploy/grafana/dashboards/ from the dashboards as code
	$(BIN)/python -m deploy.grafana

pictures: $(READY) ## Draw the dashboards to docs/pictures/ from minutes of news on a real pipeline
	$(BIN)/python -m tests.pictures

services: $(READY) ## Give Compose, Prometheus and the chart the services of pipeline/topology.py
	$(BIN)/python -m deploy.services

chart: $(READY) ## Give the Helm chart the route, the alerting rules and the dashboards
	$(BIN)/python -m deploy.helm

deploy-tools: $(HELM_BUILT) $(BIN)/compose-loader ## Build helm and a Compose loader into .venv, for the tests of deploy/ (needs Go; minutes)

$(HELM_BUILT): | $(READY)
	@echo "Building helm ..."
	@GOBIN=$(CURDIR)/$(BIN) go install $(HELM) || { echo "$(HELM) was not built: it needs Go 1.24, and $$(go env GOPROXY) must have it." \
	  "A helm on your PATH will do as well." >&2; exit 1; }
	@touch $@

$(BIN)/compose-loader: $(wildcard tests/contract/compose_loader/*) | $(READY)
	@echo "Building Compose's loader ..."
	@cd $(<D) && go build -o $(CURDIR)/$@ .
	@touch $@

image-check: $(READY) ## Build the image and start a worker from it, without a container engine (root, buildah, mmdebstrap); BASE=image to build on
	$(BIN)/python -m deploy.image_check $(if $(BASE),--base $(BASE))

lock: ## Resolve the dependencies anew (needs uv)
	$(COMPILE) pyproject.toml --extra mock-broker --group dev -o requirements/dev.lock
	$(COMPILE) pyproject.toml -c requirements/dev.lock -o requirements/runtime.lock
	$(COMPILE) --group training -c requirements/dev.lock -o requirements/training.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	  | $(COMPILE) - -c requirements/dev.lock -o requirements/build.lock

clean: ## Remove what was built here
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

# The lock is complete, so pip looks for nothing (--no-deps): left to itself, an old pip takes up a release that is newer than the lock.
$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.13")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@
