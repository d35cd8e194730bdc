# Auxilio: `make demo` shows it, `make test` tests it. Needs Python 3.11 or newer and make; no root, no Docker.
# `DEMO_SECONDS=30 make demo` stops by itself; ARGS="--port 9000" goes to the command, see `auxilio demo --help`.

SHELL := /bin/sh
IS_NEW := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(IS_NEW)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
TYPED := -p geo -p dispatch -p app -p loadtests -p tests
LOCK := $(BIN)/uv pip compile --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header --quiet

.PHONY: demo test check format bench load lock clean
.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:

demo: .venv/.installed
	@$(BIN)/auxilio demo $(ARGS)

test: .venv/.installed-dev
	$(BIN)/python -m pytest $(ARGS)

check: .venv/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m pytest tests/unit/test_architecture.py

format: .venv/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.installed-dev
	$(BIN)/python -m loadtests.bench $(ARGS)

# Against a service that runs already, with the keys named at the top of the file.
load: .venv/.installed-dev
	$(BIN)/python -m loadtests.load $(ARGS)

# Both lock files anew, with hashes; the packages that build ours are pinned like all others.
lock: .venv/.installed-dev
	$(LOCK) pyproject.toml --extra build --output-file requirements.txt
	$(LOCK) pyproject.toml --extra build --extra dev --output-file requirements-dev.txt

clean:
	rm -rf .venv .demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is as old as the last complete installation, so a broken one is done again.
.venv/.installed: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing the pinned packages into .venv (once)."
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing what the tests need (once)."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

.venv/bin/python:
	@$(or $(PYTHON),python3) -c '$(IS_NEW)' || { \
		echo "Auxilio needs Python 3.11 or newer; $(or $(PYTHON),python3) is $$($(or $(PYTHON),python3) --version 2>&1)."; \
		echo "Install one, or name it: make demo PYTHON=/path/to/python3.11"; exit 1; }
	@$(or $(PYTHON),python3) -m venv .venv
