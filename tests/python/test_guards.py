"""A build stops before it loses anything: records of leads, a table, somebody's own data, the meaning of a time."""

import json
from pathlib import Path

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, Tables, read_rows
from conftest import ONLY_MODELS, copy_project
from reference import CONTRACT
from warehouse import RunDbt, Warehouse

RECORDS = ("run", "--select", "+published_scores", "row_accounting")


@pytest.fixture(scope="module")
def own_leads() -> Tables:
    """Return rows of a firm of its own: the sample's under other ids."""
    raw = {table: read_rows(PROJECT / "sample_data" / f"{table}.csv") for table in CONTRACT}
    for content in raw.values():
        for row in content:
            row |= {column: f"X{row[column]}" for column in ("lead_id", "alias_id") if row.get(column)}
    return raw


@pytest.fixture(scope="module")
def warehouse(
    clone_without_tests: Path,
    tmp_path_factory: pytest.TempPathFactory,
    run_dbt: RunDbt,
    project: CompiledProject,
    own_leads: Tables,
) -> Warehouse:
    """Give a warehouse that scored the bundled sample first, and then the firm's own leads."""
    folder = copy_project(clone_without_tests, tmp_path_factory.mktemp("guards") / "project")
    found = Warehouse(folder, run_dbt, project)
    assert run_dbt(folder, *ONLY_MODELS, project=folder).exit_code == 0
    found.load(own_leads)
    found.build(*RECORDS)
    return found


def published(warehouse: Warehouse) -> int:
    """Count the leads on record."""
    with duckdb.connect(str(warehouse.folder / "lead_scoring.duckdb"), read_only=True) as connection:
        (count,) = connection.execute("select count(distinct lead_id) from published_scores").fetchone() or (0,)
        (strangers,) = connection.execute(
            "select count(*) from published_scores where lead_id not like 'X%'"
        ).fetchone() or (0,)
    assert strangers == 0  # the sample's leads made way
    return count


def test_half_a_leads_file_is_refused(warehouse: Warehouse, own_leads: Tables) -> None:
    """The message counts and tells how to accept it, and nothing is forgotten; a twentieth may go."""
    known = published(warehouse)
    assert known > 400
    warehouse.load(own_leads | {"leads": own_leads["leads"][:300]})
    said = warehouse.refuse(*warehouse.command(*RECORDS))
    assert f"of the {known} leads of the last build are missing from the raw table leads" in said
    assert "accept it with --vars '{max_vanished_share: 1}'" in said
    assert published(warehouse) == known
    warehouse.load(own_leads | {"leads": own_leads["leads"][10:]})
    warehouse.build(*RECORDS)
    assert known - 20 <= published(warehouse) < known


def test_a_table_that_is_gone_is_refused(warehouse: Warehouse, own_leads: Tables) -> None:
    """Whoever read opportunities yesterday does not build without them by accident."""
    warehouse.load(own_leads)
    (warehouse.folder / "raw" / "opportunities.csv").unlink()
    said = warehouse.refuse(*warehouse.command(*ONLY_MODELS))
    assert "The raw table opportunities is not there, but the last build read" in said


def test_the_sample_does_not_replace_own_leads(warehouse: Warehouse) -> None:
    """A plain build without `raw_data` would score the bundled sample."""
    said = warehouse.refuse(*ONLY_MODELS)
    assert "leads of your own, and nothing names your data" in said


def test_what_the_project_did_not_make_is_not_replaced(
    clone_without_tests: Path, tmp_path: Path, run_dbt: RunDbt, project: CompiledProject
) -> None:
    """Views called `raw.leads` stay as they are; one in the schema of ours is named instead of replaced."""
    warehouse = Warehouse(copy_project(clone_without_tests, tmp_path / "project"), run_dbt, project)
    database = str(warehouse.folder / "lead_scoring.duckdb")
    with duckdb.connect(database) as connection:
        connection.execute("create schema raw; create view raw.leads as select 1 as mine")
    assert run_dbt(warehouse.folder, "run", "--select", "base_leads", project=warehouse.folder).exit_code == 0
    with duckdb.connect(database) as connection:
        assert connection.execute("from raw.leads").fetchall() == [(1,)]
        connection.execute("drop view raw_files.leads; create view raw_files.leads as select 2 as mine")
    said = warehouse.refuse("run", "--select", "base_leads")
    assert "raw_files.leads is in the database, and this project did not make it" in said
    with duckdb.connect(database) as connection:
        assert connection.execute("from raw_files.leads").fetchall() == [(2,)]


def test_a_part_of_the_models_gets_no_other_clock(warehouse: Warehouse, own_leads: Tables) -> None:
    """Old numbers cannot be given a new time; without one the stored clock holds."""
    warehouse.load(own_leads)
    later = json.dumps({"raw_data": "raw", "as_of": "2026-07-15 00:00:00"})
    for selected in (["lead_activity"], ["scoring_clock", "lead_mart"]):
        said = warehouse.refuse("run", "--select", *selected, "--vars", later)
        assert "The tables were built as of 2026-06-30 15:00:00" in said
    built = warehouse.run_dbt(
        warehouse.folder, "run", "--select", "lead_activity", "--vars", '{"raw_data": "raw"}', project=warehouse.folder
    )
    assert built.exit_code == 0, built.output
    with duckdb.connect(str(warehouse.folder / "lead_scoring.duckdb"), read_only=True) as connection:
        assert connection.execute("select cast(as_of as varchar) from scoring_clock").fetchall() == [
            ("2026-06-30 15:00:00",)
        ]
