# `make demo` and `make test` build .venv on their first run (a minute or two) and need nothing but Python 3.11+ and make.
# The tests of the page drive /usr/bin/chromium and are skipped where there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.base
READY := $(VENV)/.ready
SOURCES := src training benchmarks examples tests

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types floors check venv clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1	/' | expand -t 10

demo: $(BASE) ## restore a spun article before your eyes
	@$(BIN)/python -m examples.demo

test: $(READY) ## all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

format: $(READY) ## let ruff mend what it can
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

types: $(READY) ## mypy --strict
	$(BIN)/mypy

floors: $(READY) ## quality on the pinned evaluation set; fails below a floor
	$(BIN)/python -m benchmarks.floors

check: test lint types floors ## everything that must hold before a change is sent

venv: $(READY) ## the environment alone

$(BASE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "unspin needs Python 3.11 or later; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "building $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable .
	@touch $@

$(READY): $(BASE)
	@echo "adding what the tests need ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean: ## remove the environment and what tools left behind
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src training benchmarks examples tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.egg-info' -type d -prune -exec rm -rf {} +
