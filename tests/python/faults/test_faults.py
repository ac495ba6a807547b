"""Accidents while a build or a publication runs: the next plain build equals a clean one, and the records are whole."""

import os
import random
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, Tables, read_rows
from conftest import DBT, ONLY_MODELS, Built, copy_project
from reference import CONTRACT
from test_publish import AS_OF, Shop
from test_readers import kill_somewhere
from warehouse import RunDbt, Warehouse

KILLS = 30
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
# A lead's last published row is what the mart shows; no number is given twice.
RECORDS = """
    with published as (
        select *, row_number() over (partition by lead_id order by publication_number desc) as recency
        from published_scores
    )
    select
        count(*) filter (where mart.tier is distinct from published.tier
            or mart.total_score is distinct from published.total_score),
        (select count(*) - count(distinct (lead_id, publication_number)) from published_scores)
    from lead_mart as mart left join published on mart.lead_id = published.lead_id and recency = 1
"""


@pytest.fixture(scope="module")
def few() -> Tables:
    """Return some leads of the bundled sample."""
    raw = {table: read_rows(PROJECT / "sample_data" / f"{table}.csv") for table in CONTRACT}
    return {table: [row for row in content if (row["lead_id"] or "0")[-1] in "03"] for table, content in raw.items()}


@pytest.fixture
def warehouse(
    clone_without_tests: Path, tmp_path: Path, run_dbt: RunDbt, project: CompiledProject, few: Tables
) -> Warehouse:
    """Give a warehouse that was built once."""
    made = Warehouse(copy_project(clone_without_tests, tmp_path / "project"), run_dbt, project)
    made.load(few)
    made.build()
    return made


@contextmanager
def running(warehouse: Warehouse, *arguments: str, limit: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run dbt in a process of its own; `limit` is the number of bytes a file may have."""
    command = [DBT, *warehouse.command(*(arguments or ONLY_MODELS)), "--target-path", "target", "--log-path", "logs"]
    # the superuser writes to any file, unless that right is taken from the process
    command = [*(AS_ANYBODY if os.geteuid() == 0 else ()), *command]
    environment = os.environ | {"LEAD_SCORING_DUCKDB": str(warehouse.folder / "lead_scoring.duckdb"), "NO_COLOR": "1"}

    def limited() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with subprocess.Popen(
        command, cwd=warehouse.folder, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=limited
    ) as process:
        yield process


def assert_made_good(warehouse: Warehouse) -> None:
    """Build plainly; every table is that of a clean build, and what was said is on record."""
    warehouse.build()
    assert warehouse.differences() == []
    with duckdb.connect(str(warehouse.folder / "lead_scoring.duckdb"), read_only=True) as connection:
        assert connection.execute(RECORDS).fetchall() == [(0, 0)]


def test_builds_killed_at_random_moments(warehouse: Warehouse) -> None:
    """Thirty times, from the first second to the last."""
    chance = random.Random(2030)
    started = time.monotonic()
    with running(warehouse) as process:
        process.communicate()
    takes = time.monotonic() - started
    killed = 0
    for _ in range(KILLS):
        with running(warehouse) as process:
            time.sleep(chance.uniform(0.1, 0.98) * takes)
            process.kill()
        killed += process.returncode != 0
        assert_made_good(warehouse)
    assert killed > KILLS / 2


def test_publications_killed_at_random_moments(sample: Built, tmp_path: Path) -> None:
    """Thirty times: what readers see is always one whole set, and the next publication is that of the build."""
    shop = Shop(sample, tmp_path)
    chance = random.Random(2030)
    started = time.monotonic()
    shop.publish()
    takes = time.monotonic() - started

    def left() -> list[str]:
        return sorted(path.name for path in shop.store.file.parent.iterdir())

    def ask(query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(shop.store.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    names, tables = left(), ask("select count(*) from published_tables")
    for number in range(KILLS):
        shop.change(f"update lead_mart set as_of = as_of + interval {number + 1} second")
        kill_somewhere(shop.publish, takes, chance)
        assert ask("select count(*) from published_tables") == tables
        assert ask("select count(distinct as_of) from lead_mart") == [(1,)]
        shop.publish()
        assert ask("select max(as_of) from lead_mart") == shop.built("select max(as_of) from lead_mart")
    assert len(left()) == len(names)


def test_a_full_disk(warehouse: Warehouse) -> None:
    """The database cannot grow: the build says so and stops."""
    size = (warehouse.folder / "lead_scoring.duckdb").stat().st_size
    # what dbt writes beside it has no room either
    silent = ("--log-level-file", "none", "--no-write-json")
    with running(warehouse, *ONLY_MODELS, *silent, limit=size // 2) as process:
        said, _ = process.communicate()
    assert process.returncode != 0
    assert "File too large" in said
    assert_made_good(warehouse)


def test_a_file_that_nobody_may_write_to(warehouse: Warehouse) -> None:
    """The build names it and why, and stops before anything is changed."""
    file = warehouse.folder / "lead_scoring.duckdb"
    before = file.read_bytes()
    file.chmod(0o444)
    with running(warehouse) as process:
        said, _ = process.communicate()
    assert process.returncode != 0
    assert f'"{file}": Permission denied' in said
    assert file.read_bytes() == before
    file.chmod(0o644)
    assert_made_good(warehouse)


def test_two_builds_at_once(warehouse: Warehouse) -> None:
    """One of them builds, the other says who has the file; neither leaves half."""
    with running(warehouse) as first, running(warehouse, "run", "--target-path", "other") as second:
        said = [first.communicate()[0], second.communicate()[0]]
    failed = [text for text, process in zip(said, (first, second), strict=True) if process.returncode]
    assert all("lock" in text.lower() for text in failed)
    assert len(failed) < 2
    assert_made_good(warehouse)


@pytest.mark.parametrize("cut", [0, 0.5])
def test_a_raw_file_is_replaced_while_a_build_reads(warehouse: Warehouse, few: Tables, cut: float) -> None:
    """Emptied or cut in the middle: whatever that build gave, the next one is right."""
    with running(warehouse) as process:
        assert process.stdout
        assert any("OK created" in line for line in process.stdout)
        path = warehouse.folder / "raw" / "events.csv"
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * cut)])
        process.communicate()
    warehouse.load(few)
    assert_made_good(warehouse)


def later(warehouse: Warehouse) -> None:
    """Build at a later time and come back."""
    warehouse.as_of = datetime(2027, 1, 1)
    warehouse.build()
    warehouse.as_of = AS_OF


def retried(warehouse: Warehouse) -> None:
    """Kill a build and let dbt go on with what it left."""
    warehouse.build_killed_after("score_history")
    with running(warehouse, "retry") as process:
        process.communicate()


RUNS: dict[str, Callable[[Warehouse], object]] = {
    "the clock went back": later,
    "dbt retry": retried,
    "seeds alone": lambda warehouse: warehouse.build("seed"),
    "no rows": lambda warehouse: warehouse.build("run", "--empty"),
    "four threads": lambda warehouse: warehouse.build(*ONLY_MODELS, "--threads", "4"),
    "one room": lambda warehouse: warehouse.build("run", "--select", "ledger"),
    "all but one room": lambda warehouse: warehouse.build("run", "--exclude", "marts"),
    "full refresh": lambda warehouse: warehouse.build(*ONLY_MODELS, "--full-refresh"),
}


@pytest.mark.parametrize("run", RUNS)
def test_an_unusual_run(warehouse: Warehouse, run: str) -> None:
    """Whatever somebody types, a plain build afterwards is as if nothing had been."""
    RUNS[run](warehouse)
    assert_made_good(warehouse)


@pytest.mark.parametrize(
    "spoil",
    [
        "update lead_mart set total_score = total_score + 1",
        "delete from published_scores where lead_id = (select max(lead_id) from published_scores)",
        "insert into published_scores select * from published_scores limit 1",
    ],
)
def test_what_is_not_whole_is_found(warehouse: Warehouse, spoil: str) -> None:
    """Planted: the comparison above is red where a table or a record is not what it should be."""
    with duckdb.connect(str(warehouse.folder / "lead_scoring.duckdb")) as connection:
        connection.execute(spoil)
        records = connection.execute(RECORDS).fetchall()
    assert warehouse.differences() or records != [(0, 0)]
