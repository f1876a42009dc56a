# Every target works on a fresh Debian 12 with Python 3.11; `make setup` is all the installation there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FILE ?=
ONLY ?=

.PHONY: setup demo test test-real check format bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[embedded,dev]'
	touch $@

demo: $(VENV)/.demo
	$(BIN)/glossator models fetch smollm2
	$(BIN)/python examples/demo.py $(FILE)

# The demo needs no test tools, so that a first try is quick.
$(VENV)/.demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[embedded]'
	touch $@

test: $(STAMP)
	$(BIN)/glossator models fetch smollm2
	$(BIN)/python -m pytest -m "not kernel and not ctags"

test-real: $(STAMP)
	$(BIN)/glossator models fetch smollm2
	$(BIN)/python -m pytest -m "kernel or ctags"

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ONLY)

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
