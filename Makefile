# `make serve` and `make test` are the two commands; everything else is a step of theirs.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
PORT ?= 3000
CONFIG ?= nightly.toml
PLAN ?= plan.toml

# Models run on one thread a worker; telemetry of the libraries is off.
export OMP_NUM_THREADS ?= 1
export BENTOML_DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

.PHONY: install install-test lint format types floors test nightly serve bench bench-peers plan readme clean
.DEFAULT_GOAL := serve

install: $(VENV)/installed
install-test: $(VENV)/installed-test

$(VENV)/installed: pyproject.toml constraints.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing deskpilot into $(VENV) …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "Installing what the tests need …"
	@$(PIP) --editable ".[test]"
	@sh .ci/system-packages
	@touch $@

lint: install-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-cache
	$(PY) -m mypy

format: install-test
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

test: install-test
	$(PY) -m pytest
	$(PY) -m pytest --nbmake notebooks -o filterwarnings= -o addopts=-q

nightly: install
	$(PY) -m pipelines nightly --config $(CONFIG)

serve: install
	@$(PY) -m pipelines nightly --config $(CONFIG) --if-no-champion
	@$(PY) -m serving --port $(PORT)

bench: install-test
	$(PY) tests/benchmarks/run.py

# Peers run beside us in environments of their own.
bench-peers: install-test
	OPENBLAS_NUM_THREADS=1 $(PY) tests/benchmarks/peers.py
	OPENBLAS_NUM_THREADS=1 $(PY) tests/benchmarks/forecast_peers.py

plan: install
	$(PY) -m pipelines plan --config $(PLAN)

readme: install
	$(PY) tests/benchmarks/readme.py

clean:
	rm -rf $(VENV) .deskpilot dist
