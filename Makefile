# `make verify` and `make test` do all the set-up; a second run installs nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
GPU := $(VENV)/.gpu

.PHONY: verify test update site serve lint format benchmark clean

verify: $(INSTALLED)
	$(BIN)/cnnclaims verify --all

test: $(INSTALLED)
	@$(MAKE) --silent $(GPU) || echo "Triton could not be installed: the tests of the GPU kernels will be skipped"
	$(BIN)/pytest -n auto

update: $(INSTALLED)
	$(BIN)/cnnclaims verify --all --update

site: $(INSTALLED)
	$(BIN)/cnnclaims site build --out build/site

serve: $(INSTALLED)
	$(BIN)/cnnclaims site serve

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/cnnclaims lint

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark: $(INSTALLED)
	$(BIN)/python benchmarks/counting.py
	$(BIN)/python benchmarks/site.py

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cnnclaims needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# Triton, whose interpreter runs the GPU kernels on a CPU; it is for Linux alone, and nothing else needs it.
$(GPU): $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[gpu]'
	touch $@

clean:
	rm -rf build dist $(VENV)
