"""A build after a build that was interrupted, partial or empty equals one clean build."""

from pathlib import Path

import pytest
from compiled import PROJECT, CompiledProject, Tables, read_rows
from conftest import copy_project
from reference import CONTRACT
from warehouse import RunDbt, Warehouse


@pytest.fixture
def warehouse(clone_without_tests: Path, tmp_path: Path, run_dbt: RunDbt, project: CompiledProject) -> Warehouse:
    """Give an empty warehouse with the shipped rules."""
    return Warehouse(copy_project(clone_without_tests, tmp_path / "project"), run_dbt, project)


@pytest.fixture(scope="module")
def sample_days() -> list[Tables]:
    """Return some leads of the bundled sample as of two days: before the last month's rows, and with them."""
    raw = {table: read_rows(PROJECT / "sample_data" / f"{table}.csv") for table in CONTRACT}
    few = {table: [row for row in content if (row["lead_id"] or "0")[-1] in "03"] for table, content in raw.items()}
    before = few | {"events": [row for row in few["events"] if (row["loaded_at"] or "") < "2026-06"]}
    return [before, few]


@pytest.mark.slow
def test_interrupted_builds_are_made_good(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """A build killed after any model is completed by the next plain build, whatever raw has become since."""
    before, after = sample_days
    warehouse.load(after)
    warehouse.build_killed_after("screened_events")
    warehouse.load(before)
    warehouse.build_killed_after("score_history")
    warehouse.build()
    assert warehouse.differences() == []


@pytest.mark.slow
def test_partial_and_empty_runs_are_made_good(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """After `run --empty`, an empty raw table or half the models, a plain build gives every row."""
    before, after = sample_days
    warehouse.load(before)
    warehouse.build("seed")
    warehouse.build("run", "--empty")
    warehouse.load(after | {"events": []})
    warehouse.build()
    assert warehouse.differences() == []
    models = sorted(relation.name for relation in warehouse.compiled.relations if relation.kind in ("table", "view"))
    warehouse.load(before)
    warehouse.build("run", "--select", *models[::2])
    warehouse.load(after)
    warehouse.build("run", "--exclude", *models[::3])
    warehouse.build()
    assert warehouse.differences() == []
