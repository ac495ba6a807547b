# Two commands: `make build` scores the bundled sample, `make test` proves the promises.
# Needs Python 3.11+, make and git. People with uv may type `uv run dbt build` instead.
.DEFAULT_GOAL := build
.PHONY: build look impact test test-all test-browser test-faults test-spark test-warehouses mutants mutants-python lint lint-rules docs sample bench clean

PYTHON ?= python3
BIN := .venv/bin

# Compiled byte code: without it every start of dbt costs seconds more.
$(BIN)/.synced: pyproject.toml uv.lock
	@command -v uv >/dev/null || test -x $(BIN)/uv || \
		{ $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv; }
	PATH="$$PATH:$(BIN)" uv sync --quiet --frozen --compile-bytecode
	@touch $@

# `dbt build`, then `lead-scoring publish`: readers see all of a green build, or what they saw before.
build: $(BIN)/.synced
	@$(BIN)/lead-scoring build

# The page on what was published last.
look: $(BIN)/.synced
	@$(BIN)/lead-scoring app

lint: $(BIN)/.synced
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint models tests

# What `dbt build` would say about the rule book, without building a model.
lint-rules: $(BIN)/.synced
	@$(BIN)/lead-scoring lint

# What the changed rules do to the leads, beside those of BASE; IMPACT takes further options, see
# `lead-scoring impact --help`.
BASE ?= origin/main
impact: $(BIN)/.synced
	@$(BIN)/lead-scoring impact --base $(BASE) $(IMPACT)

# What a newcomer waits for: each promise once. `test-all` adds the linters, and the tests that build whole projects again
# and again or need PostgreSQL's rows.
test: $(BIN)/.synced
	$(BIN)/ruff check .
	$(BIN)/pytest -m "not slow"

test-all: lint
	$(BIN)/pytest

# Spark on this machine: its Python packages go into an environment of their own, Java is the machine's.
test-spark: $(BIN)/.synced
	@command -v java >/dev/null || { echo "Spark needs Java 17, which is not on this machine: installing openjdk-17-jre-headless."; \
		apt-get update -qq && apt-get install -qq -y openjdk-17-jre-headless; }
	@test -x .venv-spark/bin/pytest || echo "Installing pyspark 3.5.9 (300 MB), dbt-spark and the Iceberg jar into .venv-spark."
	UV_PROJECT_ENVIRONMENT=.venv-spark PATH="$$PATH:$(BIN)" uv sync --quiet --frozen --extra spark --compile-bytecode
	TZ=UTC .venv-spark/bin/pytest -n 0 tests/python/spark

# Compiles for warehouses on which nobody has run it: their adapters go into an environment of their own.
test-warehouses: $(BIN)/.synced
	@test -x .venv-warehouses/bin/pytest || echo "Installing the adapters of Snowflake, BigQuery, Redshift and Databricks into .venv-warehouses."
	UV_PROJECT_ENVIRONMENT=.venv-warehouses PATH="$$PATH:$(BIN)" uv sync --quiet --frozen --group warehouses --compile-bytecode
	.venv-warehouses/bin/pytest -n 0 tests/python/warehouses

# Builds and publications that are killed, meet a full disk or each other; takes a quarter of an hour.
test-faults: $(BIN)/.synced
	$(BIN)/pytest tests/python/faults

# The page in a real browser, which is the machine's Chromium.
test-browser: $(BIN)/.synced
	@command -v chromium >/dev/null || { echo "The page is tested in Chromium, which is not on this machine: installing chromium and fonts-noto-cjk."; \
		apt-get update -qq && apt-get install -qq -y chromium fonts-noto-cjk; }
	PATH="$$PATH:$(BIN)" uv run --quiet --frozen --group browser pytest -n 0 tests/python/browser

# Changes the SQL in one place at a time and says which changes no test of dbt's finds; MUTANTS names models or
# folders and takes further options, see `make mutants MUTANTS=--help`.
mutants: $(BIN)/.synced
	PATH="$$PATH:$(BIN)" uv run --quiet --frozen --group mutants python tests/mutants $(MUTANTS)

# The same for the Python package; MUTANTS names modules such as lead_scoring.ranking and takes further options.
mutants-python: $(BIN)/.synced
	PATH="$$PATH:$(BIN)" uv run --quiet --frozen --group mutants python tests/mutants/python.py $(MUTANTS)

docs: $(BIN)/.synced
	$(BIN)/dbt docs generate --static

sample: $(BIN)/.synced
	$(BIN)/python sample_data/generate.py

# Needs some 10 GB of disk per 50 M events; BENCH takes further options, see --help.
EVENTS ?= 5000000
bench: $(BIN)/.synced
	PATH="$$PATH:$(BIN)" uv run --quiet --frozen --group bench python benchmark/bench.py --events $(EVENTS) $(BENCH)

clean:
	rm -rf .venv .venv-spark .venv-warehouses target logs mutants published lead_scoring.duckdb
