# `make reproduce` runs the whole study, `make test` every check; both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup reproduce test test-slow test-spark test-interop test-browser lint types unit nbval notebooks lab bench clean

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
	$(BIN)/pytest -n 2 --dist loadfile

# The full set is made once, before two kernels ask for it.
nbval: $(READY)
	$(BIN)/python -c "import cmresearch; cmresearch.open_study('.').full_set()"
	$(BIN)/pytest --nbval --nbval-sanitize-with notebooks/sanitize.cfg -n 2 --dist loadfile notebooks

test-slow: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile -m slow

# Spark in an environment of its own: the extra is installed here and nowhere else. Needs Java 17 or later.
test-spark: .venv/spark/ready
	.venv/spark/bin/python -m pytest -m spark tests/test_spark.py

.venv/spark/ready: $(READY) pyproject.toml
	$(PYTHON) -m venv .venv/spark
	.venv/spark/bin/python -m pip install --quiet -e '.[spark]' pytest
	@touch $@

# Another program in its own environment imports what this one exports.
test-interop: $(READY)
	test -x .venv/interop/bin/taguette || ($(PYTHON) -m venv .venv/interop && .venv/interop/bin/pip install --quiet 'taguette>=1.5,<1.6')
	test -x .venv/interop-archive/bin/frictionless || ($(PYTHON) -m venv .venv/interop-archive && .venv/interop-archive/bin/pip install --quiet 'frictionless>=5.18,<6' 'rocrate>=0.13,<1')
	CMRESEARCH_TAGUETTE=$(CURDIR)/.venv/interop/bin/taguette CMRESEARCH_FRICTIONLESS=$(CURDIR)/.venv/interop-archive/bin/frictionless \
	CMRESEARCH_ROCRATE_PYTHON=$(CURDIR)/.venv/interop-archive/bin/python $(BIN)/pytest -m interop

# The report in a browser that is installed already, read by axe-core (MPL-2.0); both serve the tests alone.
test-browser: .venv/browser/ready
	.venv/browser/bin/python -m pytest -m browser tests/test_browser.py

.venv/browser/ready: $(READY) pyproject.toml
	$(PYTHON) -m venv .venv/browser
	.venv/browser/bin/python -m pip install --quiet -e . pytest 'axe-playwright-python>=0.1.8,<0.2'
	@touch $@

# Runs the notebooks and keeps their outputs.
notebooks: $(READY)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/[0-9]*.ipynb

lab: $(READY)
	$(BIN)/jupyter lab notebooks

# Beside the rivals, in an environment of their own. R is measured where it is installed already.
bench: .venv/bench/ready
	@for work in drawing estimating reliability; do .venv/bench/bin/python benchmarks/$$work.py || exit; done

.venv/bench/ready: $(READY) pyproject.toml
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/python -m pip install --quiet -e . 'polars>=2,<3' 'pyarrow>=20' 'svy>=0.35,<0.36'
	@touch $@

clean:
	rm -rf .venv results data/derived
