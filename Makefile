# Signoff: everything that is done to this tree, in a few verbs. `make help` lists them.
#
# Needs Python 3.11 to 3.14 and make, nothing else. What is installed stands in the lock files, with hashes.
# The Dockerfile calls these same targets.

PYTHON  ?= python3
VENV    ?= .venv
SERVING ?= build/serving
SEED    ?= build/seed
WORKERS ?= 2
BENCH   ?= decide
ARGS    ?=
# A torch of your own choice, taken as it is instead of the lock's: a file, or a version as in torch==2.13.0+cpu,
# looked for where pip is set to look (PIP_FIND_LINKS, PIP_EXTRA_INDEX_URL).
TORCH   ?=

BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check
INTO    := $(PIP) --python $(SERVING)/bin/python
LOCKED  := --require-hashes --no-deps
# torch as the lock names it. Its GPU build brings further packages, which it pins itself and the lock leaves out.
PINNED_TORCH := $(shell sed -n 's/^\(torch==[^ ;]*\).*/\1/p' requirements-models.lock)
# One thread a process: the tests run beside each other. They start many, which read what the first one compiled.
QUIET_CORES := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false PYTHONDONTWRITEBYTECODE=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test test-slow check format bench lock serving seed clean

help: ## list these targets
	@echo "Signoff. Targets:"
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /	/' | while IFS='	' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

run: install ## install what is missing, initialise, serve on 127.0.0.1:8000
	@$(BIN)/signoff init
	@exec $(BIN)/signoff serve

install: $(VENV)/.signoff ## install into .venv: serving, compiling, training

test: $(VENV)/.tools $(VENV)/.signoff ## the whole test suite but the slow ones
	$(QUIET_CORES) $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-slow: $(VENV)/.tools $(VENV)/.signoff ## the tests that take minutes
	$(QUIET_CORES) $(BIN)/python -m pytest -q -m slow $(ARGS)

check: $(VENV)/.tools $(VENV)/.signoff ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.tools ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.signoff ## run one benchmark: make bench BENCH=decide ARGS=--quick
	$(BIN)/python -m bench.$(BENCH) $(ARGS)

lock: build/lock/.ready ## choose versions anew and write the lock files
	build/lock/bin/python deploy/lock.py

serving: $(SERVING)/.locked $(VENV)/.models ## a second environment with what serving needs and no more
	rm -rf build/wheel
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheel .
	$(INTO) install --no-deps --force-reinstall build/wheel/signoff-*.whl

seed: $(VENV)/.signoff ## what a first start would compile and train, made beforehand
	$(BIN)/signoff build-seed $(SEED)

clean: ## remove what these targets made; var/ with its live data stays
	rm -rf .venv build dist .bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# --- .venv: serving + models, then the tools of test and check ---

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' || { \
	  echo "Signoff needs Python 3.11 to 3.14; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "==> making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu install python3-venv." >&2; exit 1; }

$(VENV)/.models: requirements-models.lock | $(BIN)/python
	@echo "==> installing into $(VENV) from requirements-models.lock; the first time takes some minutes"
	$(if $(TORCH),$(PIP) install --no-deps "$(TORCH)")
	$(PIP) install $(LOCKED) -r requirements-models.lock
	$(PIP) install "$(PINNED_TORCH)"
	@touch $@

$(VENV)/.tools: requirements-dev.lock $(VENV)/.models
	@echo "==> installing into $(VENV) from requirements-dev.lock"
	$(PIP) install $(LOCKED) -r requirements-dev.lock
	@touch $@

$(VENV)/.signoff: pyproject.toml $(VENV)/.models
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# --- the serving environment: no torch, no pip, a package of its own ---

$(SERVING)/bin/python: | $(BIN)/python
	$(PYTHON) -m venv --without-pip $(SERVING)

$(SERVING)/.locked: requirements.lock | $(SERVING)/bin/python
	$(INTO) install $(LOCKED) -r requirements.lock
	@touch $@

# --- the resolver, apart from everything else ---

build/lock/.ready: | $(BIN)/python
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install uv
	@touch $@
