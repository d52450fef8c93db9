# From clone to running: `make setup`, `make test`, `make demo`. Nothing here takes an argument to remember.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
# Where the environment forbids it, each of the hundreds of processes that the tests start would compile every
# source again.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup check format test demo simulate hostile oracle bench protos traces clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Build .venv with everything needed to work here

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Counterflow needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + ". Try: make setup PYTHON=python3.11")'
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

check: setup ## Style, types and import contracts
	$(RUN) -m ruff format --check --quiet .
	$(RUN) -m ruff check --quiet .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-cache

format: setup ## Put every file into its shape
	$(RUN) -m ruff format --quiet .
	$(RUN) -m ruff check --quiet --fix .

test: check ## Everything a change must pass
	$(RUN) -m pytest -n 2 --dist worksteal

demo: setup ## An engine, a showcase process and its workers, in one terminal
	$(RUN) -m counterflow demo

simulate: setup ## Play SEEDS=… worlds of seeded chance from FIRST=… on, or SEED=… alone
	SEEDS=$${SEEDS:-5000} $(RUN) -m tests.simulation

hostile: setup ## Attack a server in every way we know, at ten times the dose that was seen to do harm
	$(RUN) -m tests.hostile

oracle: setup ## Put every behaviour to Operaton too; writes docs/differences-camunda7.md
	$(RUN) -m tests.conformance.oracle

bench: setup ## Measure what the promises cost
	$(RUN) -m tests.benchmarks

protos: setup ## Compile protos/*.proto into protos/counterflow_wire
	$(RUN) -m scripts.protos

traces: setup ## Rewrite the golden traces of bpmn/behaviours and their title page; review the diff
	$(RUN) -m pytest tests/behaviours -n 0 -q --rewrite-traces
	$(RUN) -m scripts.behaviours

clean: ## Forget the virtual environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
