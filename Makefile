# The one place that knows how to set up, run, check, test and measure Samebag. PARCELS and ARGS are for the caller.
PYTHON ?= python3
VENV ?= .venv
PARCELS ?= 1000000
READING ?= ../shared/reading
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# the last three are for tests: a real journald, its rules, and namespaces to run them in
DEBIAN := libzbar0 fonts-wqy-microhei gcc python3-dev python3-venv linux-libc-dev systemd udev util-linux
export GPIOZERO_PIN_FACTORY ?= mock

DESTDIR ?=
PURGE ?=

.PHONY: help setup run test test-files check mutants fuzz world world-long bench bench-reading bench-web bench-growth bench-printer emupos browser pictures wiring voice install uninstall install-voice install-kiosk uninstall-kiosk kiosk-test hardware clean
help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

run: setup  ## the virtual station: plays a recording, then takes typed scans until stopped (ARGS=--once ends with it)
	$(BIN)/samebag bench $(ARGS)

test: setup emupos browser voice  ## everything CI runs
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --hypothesis-seed 0 $(ARGS)

test-files: setup  ## order files as LibreOffice and SheetJS write them; both are installed (0.6 GB), so not in `make test`
	@sh .ci/apt libreoffice-calc $$(command -v npm >/dev/null || echo nodejs npm)
	@test -d .node-sheetjs/node_modules/xlsx || npm install --silent --prefix .node-sheetjs xlsx@0.18.5
	$(BIN)/python -m pytest tests/files/round_trips.py $(ARGS)

check: setup  ## style, types and the import directions of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

mutants: $(VENV)/.mutation  ## is core/ tested? A test must notice 98 % of 5,000 changes to it; 15 minutes (ARGS='*swaps*' for less)
	nice -n 10 $(BIN)/python -m tests.mutation $(ARGS)

$(VENV)/.mutation: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutation]'
	@touch $@

fuzz: setup  ## scanner bytes, printer replies, settings, order files, posts and requests made wrong: 1,000,000 tries each (ARGS=100000 for less)
	$(BIN)/python -m tests.fuzz $(ARGS)

world: setup  ## 100,000 simulated bags that try to fool the rules, some minutes; faults become replay files in bench-out/world
	$(BIN)/python -m tests.world 100000 $(ARGS)

world-long: setup  ## 1,000,000 of them: a quarter of an hour on two cores
	$(BIN)/python -m tests.world 1000000 $(ARGS)

bench: setup  ## the figures of docs/measured.md, some minutes (PARCELS=100000 for a quick look)
	$(BIN)/python -m tests.bench $(PARCELS)

bench-web: setup browser  ## the pages: latency beside them, memory, bytes, queries in a ledger of PARCELS bags
	$(BIN)/python -m tests.bench.web $(PARCELS)

bench-printer: setup emupos  ## every printer class, every byte of a label, every fault, 10,000 random ones, and emupos; half an hour
	$(BIN)/python -m tests.bench.printer $(ARGS)
	@test ! -x .venv-emupos/bin/emupos || $(BIN)/python -m tests.bench.printer_emupos

bench-growth: setup  ## what files that grow cost, into docs/measured.md: 10⁴, 10⁵, 10⁶ bags, half an hour (ARGS='10000' for less)
	$(BIN)/python -m tests.bench.growth $(ARGS)

bench-reading: setup  ## the label reader beside its peers; READING is the folder with bagframes.py and photos/
	$(BIN)/python -m tests.bench.reading --reading $(READING) $(if $(PICTURES)$(PHYSICS), \
		$(if $(PICTURES),--pictures $(PICTURES)) $(if $(PHYSICS),--physics $(PHYSICS)), \
		--sequences 4 --photos --false 600 --memory 5000) $(ARGS)

setup: $(STAMP)  ## Debian packages and a virtual environment in .venv; the other targets call it

$(STAMP): setup.cfg pyproject.toml Makefile .ci/apt
	@echo "== Debian packages: $(DEBIAN)"
	@sh .ci/apt $(DEBIAN)
	@echo "== Python packages into $(VENV) (a minute or two the first time)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

browser:
	@echo "== Debian packages for the pages' tests: chromium openssl"
	@sh .ci/apt chromium openssl

voice:
	@sh .ci/apt espeak-ng alsa-utils

emupos:
	@sh .ci/emupos

pictures: setup browser  ## draws docs/pictures: the packer's screen and a merged label, as they are now
	$(BIN)/python -m tests.pictures

wiring:  ## draws hardware/wiring.svg from wiring.yml (WireViz and Graphviz)
	@sh .ci/apt graphviz
	@test -x .venv-wireviz/bin/wireviz || ($(PYTHON) -m venv .venv-wireviz && .venv-wireviz/bin/pip install -q wireviz==0.4.1)
	@.venv-wireviz/bin/wireviz -f s hardware/wiring.yml
	@echo "<!-- drawn from $$(sha256sum hardware/wiring.yml | cut -c1-64) -->" >> hardware/wiring.svg

hardware:  ## the driver board, the panel's box and the sign as makers take them (KiCad, OpenSCAD: 1 GB)
	@sh .ci/apt kicad openscad gerbv librsvg2-bin xvfb xauth zip fonts-wqy-microhei fonts-dejavu-core
	@sh .ci/hardware

install:  ## as root: the station on this machine; again is an upgrade (DESTDIR=... puts the files there only)
	@DESTDIR='$(DESTDIR)' sh systemd/install.sh install

install-voice:  ## as root, after install: verdicts can be spoken (espeak-ng, 14 MB); [voice] in the settings switches it on
	@sh systemd/install.sh install-voice

uninstall:  ## as root: the station away; data and settings stay unless PURGE=1
	@DESTDIR='$(DESTDIR)' PURGE='$(PURGE)' sh systemd/install.sh uninstall

install-kiosk:  ## as root, after install: the packer's page on this machine's display (cage and Chromium, 600 MB)
	@sh systemd/install.sh install-kiosk

uninstall-kiosk:  ## as root: the display is the console's again
	@sh systemd/install.sh uninstall-kiosk

kiosk-test: setup  ## as root: the kiosk under a systemd of its own, with taps and kills; five minutes, 1 GB of packages
	@sh .ci/apt systemd-container util-linux procps xvfb xdotool grim $$(sed -n 's/^kiosk_packages="\(.*\)"/\1/p' systemd/install.sh)
	$(BIN)/python -m pytest -v tests/kiosk/on_a_display.py $(ARGS)

hil: setup  ## the installed station on a real kernel under QEMU: 12 minutes the first time, then 8
	@VENV='$(VENV)' bash .ci/hil $(ARGS)

hil-long: setup  ## the same with fifty power cuts instead of three
	@VENV='$(VENV)' HIL_CUTS=50 bash .ci/hil $(ARGS)

clean:  ## remove what the other targets made here
	rm -rf .venv .venv-* .hil .mypy_cache .ruff_cache .pytest_cache .hypothesis build bench-out firmware/samebag.egg-info
