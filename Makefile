# The one place that knows how to set up, run, check, test and measure Samebag.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
APT := libzbar0 fonts-wqy-microhei gcc python3-dev linux-libc-dev
export GPIOZERO_PIN_FACTORY ?= mock

.PHONY: setup run test check bench clean
run: setup  ## the virtual station: the same firmware on virtual devices
	$(BIN)/samebag bench $(ARGS)

test: setup  ## everything CI runs
	$(BIN)/python -m pytest $(ARGS)

check: setup  ## style, types and the import directions of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup  ## the measurements of the README
	$(BIN)/python -m tests.bench $(ARGS)

setup: $(STAMP)

$(STAMP): setup.cfg pyproject.toml Makefile
	@echo "== Debian packages: $(APT)"
	@sh .ci/apt $(APT)
	@echo "== Python packages into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build
