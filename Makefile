# Transfer Lab. `make` alone lists what there is.
#
# The two files below .venv are stamps: a second `make` installs nothing unless pyproject.toml changed.

PYTHON ?= python3
PORT ?=
BROWSER ?= yes
export PYTHON
# Libraries are compiled once and kept, whatever the environment says: the page, its workers and the tests are many
# processes, and each would spend one to two seconds on it. (Empty means no.)
export PYTHONDONTWRITEBYTECODE =

run := .venv/bin/
# One thread: tests of small networks gain nothing from more, and then give the same digits everywhere.
pytest := OMP_NUM_THREADS=1 $(run)python -m pytest
# Two processes at most: the browser's tests share one lab and stay together in one of them, the rest goes to the other.
in_two := -n logical --maxprocesses=2 --dist=loadgroup

.PHONY: help app test slow proof lint format types contracts catalogue clean

help: ## what there is
	@echo "make COMMAND, where COMMAND is one of"
	@sed -n 's/^\([a-z]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 14

app: .venv/.app ## set everything up and open the page  [PORT=8501] [BROWSER=no]
	@$(run)transfer-lab $(if $(PORT),--port $(PORT)) $(if $(filter no,$(BROWSER)),--no-browser)

test: lint types contracts ## set everything up and pass all fast tests
	@$(pytest) $(in_two)

slow: .venv/.dev ## the long tests, some thirty minutes: promises over several seeds, killed and resumed runs
	@$(pytest) -m slow -v $(in_two) --durations=10

proof: .venv/.dev ## every strategy beside its baseline, five seeds; resumable  [JOBS=2]
	@$(run)python -m benchmarks.proof $(if $(JOBS),--jobs $(JOBS))

lint: .venv/.dev ## ruff: mistakes and form
	@$(run)ruff check .
	@$(run)ruff format --check .

format: .venv/.dev ## ruff: put into form
	@$(run)ruff check --fix .
	@$(run)ruff format .

types: .venv/.dev ## mypy --strict on tlcore
	@$(run)mypy

contracts: .venv/.dev ## import-linter: which room may import which
	@$(run)lint-imports --no-logo

catalogue: .venv/.app ## write tlcore/catalogue.json anew from all cards
	@$(run)python -m tlcore.catalogue

clean: ## remove .venv and what tools left behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find tlcore dashboard tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/.app: pyproject.toml
	@bin/setup app

.venv/.dev: pyproject.toml
	@bin/setup dev
