# Footfall's commands. `make up` and `make test` install what they need first (api/install.py), and
# everything here is safe to repeat.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; else any, whose version install.py then complains of.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done || command -v python3)
INSTALL = $(or $(shell command -v $(PYTHON)),$(error Footfall needs Python 3.11 or newer: \
	install it, or name it by PYTHON=/path/to/python3)) api/install.py
FOOTFALL = $(or $(wildcard .venv/bin/footfall),$(error Footfall is not installed here yet: run `make up` first))

# Python beside api/ has no settings of its own: it is checked by those of api/.
OTHER_PYTHON = $(addprefix ../,$(wildcard e2e database bench))

# Node from the Python packages, where the machine's own is missing or too old.
export PATH := $(CURDIR)/.venv/node:$(PATH)

.PHONY: help up down psql demo demo-clear rebuild verify bench bench-derive bench-queries bench-retention prove build test crash compose-test fuzz check clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

up: ## Install, build and run everything here until Ctrl-C
	@$(INSTALL) run
	@exec .venv/bin/footfall up

down: ## Stop a run on the same data folder
	@exec $(FOOTFALL) down

# The statement reaches psql as it was typed: make expands nothing in it.
psql: private export STATEMENT := $(value CMD)
psql: ## Open psql on the running database; CMD='select 1' prints bare rows
	@exec $(FOOTFALL) psql $(if $(value CMD),-XAtq -v ON_ERROR_STOP=1 -c "$$STATEMENT")

demo: ## Send a month of synthetic visits to the running stack, into sites named demo-*
	@exec $(FOOTFALL) demo $(ARGS)

demo-clear: ## Remove exactly those
	@exec $(FOOTFALL) demo-clear $(ARGS)

rebuild: ## Derive sessions, pageviews and daily metrics anew from the event log
	@exec $(FOOTFALL) rebuild

verify: ## Compare what is derived with the event log; ARGS='--site my-shop --from 2026-11-01'
	@exec $(FOOTFALL) verify $(ARGS)

bench: ## Print how well bots are told, and what the steps of collection cost
	@$(INSTALL) test
	@exec .venv/bin/python bench/bots.py

bench-derive: ## Measure derivation and write bench/RESULTS.md; ARGS='--sizes 100000,1000000,10000000'
	@$(INSTALL) test
	@PYTHONPATH=api exec .venv/bin/python bench/derive.py $(ARGS)

bench-queries: ## Measure the panels of the dashboard and write bench/RESULTS.md; ARGS='--sizes 1000000,5000000'
	@$(INSTALL) test
	@PYTHONPATH=api exec .venv/bin/python bench/queries.py $(ARGS)

bench-retention: ## Measure what collection waits while retention removes, and write bench/RESULTS.md
	@$(INSTALL) test
	@PYTHONPATH=api exec .venv/bin/python bench/retention.py $(ARGS)

EVENTS ?= 1000000
prove: ## Compare the figures of EVENTS=1000000 synthetic events with a recount by DuckDB, cell by cell
	@$(INSTALL) test
	@PYTHONPATH=api exec .venv/bin/python bench/prove.py --events $(EVENTS)

build: ## Build the lists, the tracking script and the dashboard
	@$(INSTALL) run

test: ## Run every test that needs no Docker
	@$(INSTALL) test
	@for folder in tracking dashboard; do (cd $$folder && npm test --silent); done
	@cd api && ../.venv/bin/python -m pytest -n 2 --dist loadfile tests
	@cd api && exec ../.venv/bin/python -m pytest -c pyproject.toml ../e2e

ROUNDS ?= 20
crash: ## Kill parts of a stack under load, ROUNDS=20 times, and count what it acknowledged
	@$(INSTALL) test
	@cd e2e && PYTHONPATH=../api exec ../.venv/bin/python crash.py --rounds $(ROUNDS)

compose-test: ## Build the images and run them by the compose files; needs Docker
	@docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1 || { echo "No Docker engine with Compose v2 is running here." >&2; exit 1; }
	@$(INSTALL) test
	@cd api && exec ../.venv/bin/python -m pytest -c pyproject.toml -v -rN ../e2e/compose.py

BODIES ?= 100000
fuzz: ## Send 100,000 mutated bodies, and requests made from the OpenAPI document
	@$(INSTALL) test
	@cd api && FUZZ_BODIES=$(BODIES) exec ../.venv/bin/python -m pytest -q tests/edge/test_fuzz.py

check: ## Check formats, types, imports and generated files
	@$(INSTALL) check
	@cd api && ../.venv/bin/black --check --config pyproject.toml . $(OTHER_PYTHON)
	@cd api && ../.venv/bin/ruff check --quiet .
	@cd api && ../.venv/bin/ruff check --quiet --config pyproject.toml --extend-ignore S,PT011,DTZ $(OTHER_PYTHON)
	@cd api && ../.venv/bin/mypy --no-error-summary footfall tests install.py
	@cd e2e && MYPYPATH=../api ../.venv/bin/mypy --no-error-summary --config-file ../api/pyproject.toml .
	@cd api && ../.venv/bin/lint-imports
	@.venv/bin/footfall contract --check
	@for folder in tracking dashboard; do (cd $$folder && npm run --silent lint && npm run --silent typecheck); done
	@for folder in tracking dashboard; do (cd $$folder && npm run --silent fresh); done
	@echo "Everything is in order."

clean: ## Remove what was installed and built; data stays
	@rm -rf .venv {lists,tracking,dashboard}/{node_modules,dist} api/*.egg-info
	@rm -rf {.,api}/.{mypy,ruff,pytest,import_linter}_cache
