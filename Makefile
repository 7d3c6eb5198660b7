# make            set up, run the notebooks, export the figures
# make test       everything that CI runs
# make help       one line a target
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/installed
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
CHECK := build/check
export TQDM_DISABLE = 1
export PYTHONHASHSEED = 0
export PYDEVD_DISABLE_FILE_VALIDATION = 1

.PHONY: all setup notebooks lab test lint types tests fuzz check-notebooks lock benchmark calibration clean help

all: notebooks  ## set up, run every notebook that changed, export the figures (the default)

setup: $(SETUP)  ## make .venv with every pinned, hashed dependency

$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

notebooks: $(SETUP)  ## run the notebooks that changed, in place, and export their figures
	@$(BIN)/python -m analysis.notebooks $(NOTEBOOKS)

lab: $(SETUP)  ## open the notebooks in JupyterLab
	env -u TQDM_DISABLE $(BIN)/jupyter lab $(if $(ROOT),--allow-root) notebooks

test: lint types tests check-notebooks  ## everything that CI runs

lint: $(SETUP)  ## formatter and linter
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .

types: $(SETUP)  ## type check
	@$(BIN)/mypy --no-error-summary

tests: $(SETUP)  ## pytest with doctests
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests analysis --ignore tests/rebuilt

fuzz: $(SETUP)  ## make fuzz [EXAMPLES=20000]: reading and scoring on so many made-up files and texts
	@FUZZ=$(or $(EXAMPLES),20000) $(BIN)/python -m pytest -q -n 2 tests/test_fuzz.py

# The notebooks run in a copy, so that a figure that comes out differently never overwrites the one it is held against.
check-notebooks: $(SETUP)  ## every notebook against its stored outputs, every figure against the committed one
	@rm -rf $(CHECK) && mkdir -p $(CHECK) && cp -R notebooks data benchmarks $(CHECK)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -p no:cacheprovider --nbval --nbval-cell-timeout 300 \
	  -c pyproject.toml --rootdir . $(CHECK)/notebooks
	@$(BIN)/python -m pytest tests/rebuilt --rebuilt $(CHECK)

lock: $(SETUP)  ## pin every dependency anew, with hashes, for Linux, macOS and Windows
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra test -c constraints.txt pyproject.toml -o requirements.lock

benchmark: $(SETUP)  ## make benchmark CORPUS=FILE [ATTRIBUTED=FILE]: speed beside other tools; attribution still as good
	@test -n "$(CORPUS)" || { echo "Name a table of articles: make benchmark CORPUS=articles.jsonl.gz"; exit 2; }
	@test -z "$(ATTRIBUTED)" || $(BIN)/python benchmarks/attribution.py check "$(ATTRIBUTED)" --judged "$(CORPUS)"
	@$(BIN)/python benchmarks/speed.py "$(CORPUS)" -o benchmarks

calibration: $(SETUP)  ## make calibration CORPUS=FILE: false alarms and power of the comparison
	@test -n "$(CORPUS)" || { echo "Name a table of articles: make calibration CORPUS=articles.jsonl.gz"; exit 2; }
	@$(BIN)/python benchmarks/calibration.py "$(CORPUS)" -o benchmarks

clean:  ## remove what the other targets made outside version control
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
