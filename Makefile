# Two commands: `make run` starts the system, `make test` proves it. Everything they need they set up themselves.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
INBOX ?= data/inbox
WAREHOUSE ?= data/warehouse
export INTEGRITY_WAREHOUSE ?= $(abspath $(WAREHOUSE))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run load ledger serve test pytest check format bench screenshots clean

run: load ledger serve

# not in the order of use: a line that begins with "load " would be taken for a directive of make
serve ledger load: export INTEGRITY_LEDGER ?= sqlite:///$(abspath data/ledger.db)

load: $(VENV)/run.stamp
	@if [ -z "$$(ls $(INBOX) 2>/dev/null)" ] && [ ! -e $(WAREHOUSE)/CURRENT ]; then \
	  echo "The inbox is empty: writing the demo bureau"; $(BIN)/python -m etl demo --out $(INBOX); fi
	@$(BIN)/python -m etl run --inbox $(INBOX) --warehouse $(WAREHOUSE); code=$$?; [ $$code -eq 0 ] || [ $$code -eq 3 ]

ledger: $(VENV)/run.stamp
	@$(BIN)/python -m ledger init
	@$(BIN)/python -m ledger sync --warehouse $(WAREHOUSE)

serve: $(VENV)/run.stamp
	@echo "http://127.0.0.1:$(PORT)"
	@$(BIN)/streamlit run dashboard.py --server.address 127.0.0.1 --server.port $(PORT) --server.headless true

# side by side: while a browser is waited for, the cores have time for more
test:
	@$(MAKE) --no-print-directory --jobs 3 check pytest

pytest: $(VENV)/test.stamp packages build/provider/stamp
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# --- environments: made once, made again when what they need changes -------------------------------------------------

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory debian PACKAGES=python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --requirement requirements.txt --constraint constraints.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt requirements.txt constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --requirement requirements-dev.txt --constraint constraints.txt
	@touch $@ $(VENV)/run.stamp

# --- Debian packages that the tests need: a browser, a Chinese font, nginx, a PostgreSQL server ---------------------------

.PHONY: packages debian
packages: | $(VENV)/bin/python
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	{ command -v fc-list >/dev/null && [ -n "$$(fc-list :lang=zh-cn)" ]; } || missing="$$missing fonts-noto-cjk fontconfig"; \
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || missing="$$missing nginx-light"; \
	{ command -v node && command -v npm; } >/dev/null || missing="$$missing nodejs npm"; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -z "$$missing" ] || $(MAKE) --no-print-directory debian PACKAGES="$$missing"

# the OpenID Connect provider that the tests sign in at
build/provider/stamp: tests/oidc/package.json tests/oidc/package-lock.json | packages
	@mkdir -p $(@D) && cp $^ $(@D)/
	@cd $(@D) && npm ci --no-audit --no-fund --ignore-scripts --silent
	@touch $@

debian:
	@if [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "Missing Debian packages; install them as root: apt-get install $(PACKAGES)"; exit 1; fi

# --- measurements, outside of the tests ------------------------------------------------------------------------------

build/peer/stamp: requirements-bench.txt | $(VENV)/bin/python
	$(PYTHON) -m venv build/peer
	build/peer/bin/pip install --quiet --requirement requirements-bench.txt
	@touch $@

bench: $(VENV)/test.stamp build/peer/stamp
	$(BIN)/python -m bench --write

# recall, precision and delay of the judgement on demo bureaus, and how quiet it is on lawful ones
SEEDS ?= 2
evaluate: $(VENV)/run.stamp
	$(BIN)/python -m bench.evaluate --seeds $(SEEDS)

# one display through two thousand snapshots (about 45 minutes), and sixty displays before one process
CHANGES ?= 2000
.PHONY: soak displays evaluate
soak: $(VENV)/test.stamp packages
	$(BIN)/python -m bench.soak --changes $(CHANGES)

displays: $(VENV)/test.stamp
	$(BIN)/python -m bench.displays

screenshots: $(VENV)/test.stamp packages
	$(BIN)/python -m docs.pictures.make

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
