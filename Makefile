# `make` shows what there is. Everything lives in .venv and var/; `make clean` takes both away.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m
PYTEST := $(RUN) pytest
# Whoever is done first takes over from the other: some files take minutes, and would be left for the end.
PARALLEL := -n 3 --dist worksteal
# Databases of tests on a RAM disk: the product waits for the disk at every commit, tests need not.
export PYTEST_DEBUG_TEMPROOT ?= $(wildcard /dev/shm)
# Tests start hundreds of processes; without bytecode on disk each of them would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE
CORE := tests/integration/vault tests/integration/ledger tests/integration/privacy
SOURCES := crm tests benchmarks docs/conf.py
TEMPLATES := $(wildcard crm/site/templates crm/web/templates crm/portal/templates)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

# The environment. A stamp says which lock file it was installed from.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lethe needs Python 3.11 or newer; set PYTHON=… to one."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory venv-package
	$(PYTHON) -m venv $(VENV)

.PHONY: venv-package
venv-package:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	else echo "Python cannot make virtual environments here: install the package python3-venv."; exit 1; fi

# The development environment holds the demonstration's too, so one of the two stamps is enough for `make demo`.
$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(BIN)/python
	@if [ -e $(VENV)/.dev ] && [ ! requirements/dev.txt -nt $(VENV)/.dev ]; then :; else $(RUN) pip install -q --require-hashes -r requirements/demo.txt; fi
	$(RUN) pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(RUN) pip install -q --require-hashes -r requirements/dev.txt
	$(RUN) pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# What people run

.PHONY: demo
demo: $(VENV)/.demo ## Set up and start the demonstration with invented data
	$(BIN)/lethe demo

.PHONY: clean
clean: ## Remove the environment, the demonstration and everything made by tools
	rm -rf $(VENV) var build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find crm tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Tests

.PHONY: test-packages
test-packages:
	@sh tests/support/install_packages.sh

# axe-core is no part of the repository: it is fetched once, checked, and left out with one line where there is no npm.
AXE := 4.14.1
AXE_SHA256 := 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE_FOLDER := node_modules/axe-core

.PHONY: axe
axe: ## Fetch axe-core, which the tests of accessibility need
	@if [ -e $(AXE_FOLDER)/axe.min.js ]; then exit 0; fi; \
	if ! command -v npm >/dev/null; then echo "Missing: npm. The tests with axe-core are skipped by name."; exit 0; fi; \
	mkdir -p $(AXE_FOLDER) && cd $(AXE_FOLDER) && { npm pack --silent axe-core@$(AXE) >/dev/null 2>&1 \
		&& tar -xzf axe-core-$(AXE).tgz --strip-components=1 package/axe.min.js package/LICENSE \
		&& echo "$(AXE_SHA256)  axe.min.js" | sha256sum --check --status; } \
		|| { rm -f axe.min.js; echo "Could not fetch axe-core $(AXE): the tests that need it are skipped by name."; }; \
	rm -f axe-core-$(AXE).tgz

.PHONY: test
test: $(VENV)/.dev test-packages axe ## Run all tests on SQLite and PostgreSQL, in a browser too
	$(PYTEST) $(PARALLEL)

.PHONY: test-fast
test-fast: $(VENV)/.dev ## Run the tests of rules, contracts and core, within a minute: no browser, no PostgreSQL
	$(PYTEST) $(PARALLEL) -q -m "not browser and not postgres and not slow" tests/unit tests/architecture $(CORE)

.PHONY: screenshots
screenshots: $(VENV)/.dev test-packages ## Photograph every page for the documentation
	LETHE_SCREENSHOTS=docs/screenshots $(PYTEST) tests/browser/photograph_pages.py

.PHONY: bench
bench: $(VENV)/.dev ## Measure, with results as JSON and table
	$(RUN) benchmarks

# Checks; `make check` is what CI runs, and the tests come last

.PHONY: check
check: fmt-check lint templates types contracts test ## Check format, lint, templates, types, contracts and run all tests

.PHONY: fmt
fmt: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: fmt-check
fmt-check: $(VENV)/.dev
	$(BIN)/ruff format --check .

.PHONY: lint
lint: $(VENV)/.dev ## Lint the code
	$(BIN)/ruff check .

.PHONY: templates
templates: $(VENV)/.dev ## Lint the templates
	$(BIN)/djlint --lint --quiet $(TEMPLATES)

.PHONY: types
types: $(VENV)/.dev ## Check the types
	$(BIN)/mypy

.PHONY: contracts
contracts: $(VENV)/.dev ## Check who may import whom
	$(BIN)/lint-imports

# What developers make

.PHONY: docs
docs: $(VENV)/.dev ## Build the documentation into docs/_build
	$(RUN) sphinx -W --keep-going -q docs docs/_build

.PHONY: migration
migration: $(VENV)/.dev ## Write a migration for changed models: make migration m="Add …"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="Add …"'; exit 2; }
	PYTHONPATH=. $(BIN)/python tests/support/new_revision.py "$(m)"
	$(BIN)/ruff format --quiet crm/db/migrations && $(BIN)/ruff check --fix --quiet crm/db/migrations && $(BIN)/ruff format --quiet crm/db/migrations

# One resolution for all: the larger set first, the smaller ones constrained by it. No addresses are recorded.
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: lock
lock: ## Resolve the dependencies anew; UPGRADE=--upgrade takes newer versions
	@test -x $(BIN)/uv || { test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); $(RUN) pip install -q uv; }
	$(LOCK) $(UPGRADE) --extra build --extra demo --extra test --extra docs --extra dev -o requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt --extra build --extra demo -o requirements/demo.txt
	$(LOCK) --constraint requirements/dev.txt -o requirements/runtime.txt

.PHONY: translations
translations: $(VENV)/.dev ## Bring the English catalogue up to date and name what is missing
	$(RUN) crm.site.catalogue

.PHONY: vendor
vendor: ## Fetch the one foreign script, htmx, with its licence
	cd "$$(mktemp -d)" && npm pack --silent htmx.org@4.0.1 && tar -xzf htmx.org-4.0.1.tgz && \
		cp package/dist/htmx.min.js $(CURDIR)/crm/site/static/vendor/htmx-4.0.1.min.js && \
		cp package/LICENSE $(CURDIR)/crm/site/static/vendor/htmx-4.0.1.LICENSE

.PHONY: reference
reference: $(VENV)/.dev ## Bring the computed reference pages up to date
	PYTHONPATH=. $(BIN)/python tests/support/reference_pages.py
