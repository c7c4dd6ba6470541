# The commands of the project; `make` alone lists them. ARGS is handed on, as in
#   make test ARGS="-k journal"

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNNABLE := $(VENV)/runnable
READY := $(VENV)/ready
LOCK := $(VENV)/lock
PAGE := $(BIN)/python web/toolchain.py
INSTALL := -m pip install --quiet --disable-pip-version-check
# More than there are cores, as many tests wait for disks, servers and browsers; whichever is done
# takes over tests of another, as the slow ones stand together.
PARALLEL := -n $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 ))) --dist worksteal

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run client page test lint format types cover bench page-bench page-proof screenshots hostile fuzz examples mutants lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNNABLE) ## start the server with conf/chat.ini
	@$(PAGE) build || echo "The server starts without its page: / says how to build it."
	$(BIN)/python -m chatd -c conf/chat.ini $(ARGS)

client: $(RUNNABLE) ## start the console client
	$(BIN)/python -m client $(ARGS)

page: $(RUNNABLE) ## build the page that browsers get
	@$(PAGE) build

test: $(READY) ## run the tests on all cores
	@$(PAGE) install && $(PAGE) build || echo "The page could not be built: its tests will say so."
	@.ci/browser
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

lint: $(READY) ## check style and format
	$(BIN)/python -m flake8 $(ARGS)
	$(BIN)/python -m ruff check $(ARGS)
	$(BIN)/python -m ruff format --check $(ARGS)

format: $(READY) ## format the code, and put its imports in order
	$(BIN)/python -m ruff check --select I --fix $(ARGS)
	$(BIN)/python -m ruff format $(ARGS)

types: $(READY) ## check the types, for Linux and for macOS, and those of the page
	$(BIN)/python -m mypy $(ARGS)
	$(BIN)/python -m mypy --platform darwin chatd client
	$(PAGE) types

cover: $(READY) ## run the tests and show which lines they miss
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(PARALLEL) $(ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

bench: $(READY) ## measure what the README claims
	$(BIN)/python -m bench $(ARGS)

page-bench: $(READY) ## measure how long people wait for the page; ARGS="login key"
	$(BIN)/python -m bench.browsing $(ARGS)

page-proof: $(READY) ## try the page by long chains of chance; ARGS="seed"
	@$(PAGE) build
	PROOF_SEED=$(or $(ARGS),$$(date +%s)) $(BIN)/python -m pytest -s -o faulthandler_timeout=0 tests/web/test_badges.py tests/web/test_outbox.py

screenshots: $(READY) ## make the pictures of the page in docs/page
	@$(PAGE) build
	SCREENSHOTS=docs/page $(BIN)/python -m pytest -q tests/web/test_screenshots.py $(ARGS)

hostile: $(READY) ## attack a server, and measure what the others notice
	$(BIN)/python -m bench.hostile $(ARGS)

fuzz: $(READY) ## attack the server by atheris until something breaks; ARGS="-max_total_time=60"
	$(BIN)/python -m tests.fuzz $(ARGS)

examples: $(READY) ## run the tests with many more random examples
	$(BIN)/python -m pytest $(PARALLEL) --hypothesis-profile=long -o faulthandler_timeout=0 $(ARGS)

mutants: $(READY) ## plant bugs and say which of them no test notices; ARGS="nonce"
	$(BIN)/python -m tests.mutants $(ARGS)

lock: ## pin in requirements.lock the newest versions that requirements.txt allows
	$(PYTHON) -m venv --clear $(LOCK)
	$(LOCK)/bin/python $(INSTALL) --requirement requirements.txt
	$(LOCK)/bin/python -m pip freeze > $(LOCK)/pins
	@version=$$($(LOCK)/bin/python -c 'import sysconfig; print(sysconfig.get_python_version())'); \
	{ grep '^#' requirements.lock; sed "s/$$/; python_version == \"$$version\"/" $(LOCK)/pins; } \
		> $(LOCK)/new
	mv $(LOCK)/new requirements.lock
	rm -rf $(LOCK)

clean: ## remove the virtual environment, the built page and what checks left behind
	rm -rf $(VENV) .coverage .coverage.* .fuzz .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf web/node_modules web/.node chatd/web

# Installed again when the requirements or the interpreter change: first what running needs, which
# is the first part of the requirements, then the rest.
$(RUNNABLE): requirements.txt requirements.lock $(BIN)/python
	@sed '/^# Tests and checks$$/q' requirements.txt \
		| $(BIN)/python $(INSTALL) --constraint requirements.lock --requirement /dev/stdin
	@touch $@

$(READY): $(RUNNABLE)
	@$(BIN)/python $(INSTALL) --constraint requirements.lock --requirement requirements.txt
	@touch $@

# Cleared, because the old folder may point to an interpreter that has gone.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer, please: make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
