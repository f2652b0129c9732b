# `make reproduce` runs the whole study, `make test` every check; both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup reproduce test test-slow lint types unit nbval notebooks lab bench clean

reproduce: $(READY)
	@$(BIN)/cmresearch reproduce

test: lint types unit nbval

setup: $(READY)

# The lock holds every dependency with its hash; the package itself is built with the locked backend, offline.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-index --no-deps -e .
	@touch $(READY)

lint: $(READY)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow and not interop and not spark"

# The full set is made once, before two kernels ask for it.
nbval: $(READY)
	$(BIN)/python -c "import cmresearch; cmresearch.open_study('.').full_set()"
	$(BIN)/pytest --nbval --nbval-sanitize-with notebooks/sanitize.cfg -n 2 --dist loadfile notebooks

test-slow: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile -m slow

# Runs the notebooks and keeps their outputs.
notebooks: $(READY)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/[0-9]*.ipynb

lab: $(READY)
	$(BIN)/jupyter lab notebooks

bench: $(READY)
	@for script in benchmarks/*.py; do $(BIN)/python $$script; done

clean:
	rm -rf .venv results data/derived
