# Two commands: `make build` scores the bundled sample, `make test` proves the promises.
# Needs Python 3.11+, make and git. People with uv may type `uv run dbt build` instead.
.DEFAULT_GOAL := build
.PHONY: build impact test mutants lint lint-rules docs sample bench clean

PYTHON ?= python3
BIN := .venv/bin

# Compiled byte code: without it every start of dbt costs seconds more.
$(BIN)/.synced: pyproject.toml uv.lock
	@command -v uv >/dev/null || test -x $(BIN)/uv || \
		{ $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv; }
	PATH="$$PATH:$(BIN)" uv sync --quiet --frozen --compile-bytecode
	@touch $@

build: $(BIN)/.synced
	$(BIN)/dbt build

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

test: lint
	$(BIN)/pytest

# Changes the SQL in one place at a time and says which changes no test of dbt's finds; MUTANTS names models or
# folders and takes further options, see `make mutants MUTANTS=--help`.
mutants: $(BIN)/.synced
	PATH="$$PATH:$(BIN)" uv run --quiet --frozen --group mutants python tests/mutants $(MUTANTS)

docs: $(BIN)/.synced
	$(BIN)/dbt docs generate --static

sample: $(BIN)/.synced
	$(BIN)/python sample_data/generate.py

# Needs some 10 GB of disk per 50 M events; BENCH takes further options, see --help.
EVENTS ?= 5000000
bench: $(BIN)/.synced
	PATH="$$PATH:$(BIN)" uv run --quiet --frozen --group bench python benchmark/bench.py --events $(EVENTS) $(BENCH)

clean:
	rm -rf .venv target logs lead_scoring.duckdb
