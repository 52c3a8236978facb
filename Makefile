# The one place that knows how to set up, run, check, test and measure Samebag. PARCELS and ARGS are for the caller.
PYTHON ?= python3
VENV ?= .venv
PARCELS ?= 1000000
READING ?= ../shared/reading
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# the last three are for tests: a real journald, and namespaces to run it in
DEBIAN := libzbar0 fonts-wqy-microhei gcc python3-dev python3-venv linux-libc-dev systemd util-linux
export GPIOZERO_PIN_FACTORY ?= mock

.PHONY: help setup run test check mutants bench bench-reading emupos clean
help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

run: setup  ## the virtual station: the same firmware on virtual devices, playing a recording
	$(BIN)/samebag bench $(ARGS)

test: setup emupos  ## everything CI runs
	$(BIN)/python -m pytest $(ARGS)

check: setup  ## style, types and the import directions of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

mutants: $(VENV)/.mutation  ## is core/ tested? A test must notice each of 2,300 changes to it; half an hour (ARGS='*swaps*' for less)
	nice -n 10 $(BIN)/python -m tests.mutation $(ARGS)

$(VENV)/.mutation: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutation]'
	@touch $@

bench: setup  ## the measurements of this README, some minutes (PARCELS=100000 for a quick look)
	$(BIN)/python -m tests.bench $(PARCELS)

bench-reading: setup  ## the label reader beside its peers; READING is the folder with bagframes.py and photos/
	$(BIN)/python -m tests.bench.reading --reading $(READING) --sequences 4 --photos --false 600 --memory 5000 $(ARGS)

setup: $(STAMP)  ## Debian packages and a virtual environment in .venv; the other targets call it

$(STAMP): setup.cfg pyproject.toml Makefile .ci/apt
	@echo "== Debian packages: $(DEBIAN)"
	@sh .ci/apt $(DEBIAN)
	@echo "== Python packages into $(VENV) (a minute or two the first time)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

emupos:
	@sh .ci/emupos

clean:  ## remove what the other targets made here
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis build bench-out firmware/samebag.egg-info
