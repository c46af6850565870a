# DisasterNet. `make run` starts a node here; `make test` proves everything this machine can.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
export NODE_USE_SYSTEM_CA ?= 1

# Messages lie outside the checkout, in ~/.local/share/disasternet unless RUN_ARGS has --data-dir.
RUN_ARGS ?=

FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON = $(eval PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done))$(PYTHON)
ENVIRONMENT = $(PYTHON) -m locks.environment
SUITES = $(PYTHON) -S -m tests.suites
# Not by --prefix: that also moves npm's global settings, and with them a network's certificates.
NPM = nodejs="$$($(PYTHON) -m locks.nodejs)" && cd webui && PATH="$$nodejs:$$PATH" npm --loglevel=error

WEB_PACKAGES := webui/node_modules/.package-lock.json
WEB_SOURCES = $(shell find webui -name node_modules -prune -o -name dist -prune -o -type f -print 2>/dev/null)

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: python page  ## Start a node on this machine and print its address (RUN_ARGS="--port 9000")
	@ln -sfn "$$($(ENVIRONMENT) run)/bin/disasternet" build/disasternet
	@$(ENVIRONMENT) run disasternet serve $(RUN_ARGS)

.PHONY: test
test: python  ## Run every suite this machine can run
	@$(SUITES)

.PHONY: check
check: python  ## Style, types, arrows and unit tests: before every commit
	@$(SUITES) --together check test-unit

SUITE_TARGETS := test-unit test-cli test-repository test-web test-property test-oracles test-locks test-simulation \
	test-namespaces test-systemd test-hostile test-browser test-newcomer
.PHONY: $(SUITE_TARGETS)
test-unit:      ## What a module promises, without network or waiting
test-cli:       ## The disasternet command against real nodes and damaged directories
test-repository: ## The rules this repository keeps, and its own tools
test-web:       ## The page: types, style, unit tests
test-property:  ## What holds for every input
test-oracles:   ## The wire format against independent programs
test-locks:     ## The locked wheels exist for laptops and for the box
test-simulation: ## Many boxes on virtual time: islands, forks, liars, damage
test-namespaces: ## Real nodes in network namespaces: found, passed on, healed
test-systemd:   ## The units: understood, and shut in
test-hostile:   ## Bad input, kill -9, power cuts
test-browser:   ## The page in Chromium against a real node
test-newcomer:  ## From an empty directory to a posted message
$(SUITE_TARGETS): python
	@$(SUITES) $@

.PHONY: newcomer
newcomer: test-newcomer  ## The same as test-newcomer

.PHONY: bench soak
bench: python  ## What storing costs, as ratios within one run
	@$(ENVIRONMENT) dev python -m tests.bench.ingest
soak: python  ## Many more power cuts and kills than `make test` has time for (half an hour)
	@DISASTERNET_SOAK=1 $(ENVIRONMENT) dev python -m pytest --quiet tests/crash

.PHONY: page
page: build/page  ## Build the page into webui/dist
build/page: $(WEB_PACKAGES) $(WEB_SOURCES) $(if $(wildcard webui/dist/index.html),,again)
	@echo "Building the page ..." >&2
	@$(NPM) run --silent build -- --logLevel warn >&2
	@mkdir -p build && touch $@

$(WEB_PACKAGES): webui/package-lock.json webui/package.json
	@echo "Installing what the page is built with (once; needs the network) ..." >&2
	@$(NPM) ci --ignore-scripts --no-audit --no-fund >&2
	@touch $@

.PHONY: web-packages again
web-packages: $(WEB_PACKAGES)

.PHONY: format
format: python  ## Rewrite sources in the house style
	@$(ENVIRONMENT) dev ruff check --fix-only --quiet
	@$(ENVIRONMENT) dev ruff format --quiet
	@$(NPM) run --silent format

COMPILE = $(ENVIRONMENT) tools uv pip compile --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet
.PHONY: locks
locks: python  ## Compile every lock again (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) $(UPGRADE) pyproject.toml --extra appliance -o locks/runtime.txt
	@$(COMPILE) $(UPGRADE) --group build -c locks/runtime.txt -o locks/build.txt
	@$(COMPILE) $(UPGRADE) --group dev -c locks/runtime.txt -c locks/build.txt -o locks/dev.txt
	@for group in tools node oracles ansible; do \
		$(COMPILE) $(UPGRADE) --group $$group -o locks/$$group.txt || exit 1; done

.PHONY: clean
clean:  ## Remove what was built here; never messages
	@rm -rf build webui/dist webui/node_modules .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "DisasterNet needs Python 3.11, 3.12 or 3.13 and found" \
		"$$(python3 --version 2>/dev/null || echo none). Debian 12 or later, Ubuntu, Raspberry Pi OS:" \
		"sudo apt install python3 python3-venv. Fedora: sudo dnf install python3.13." \
		"macOS: brew install python@3.13." >&2; exit 1; }
