"""The raw files that are scored: invented ones, and a handful of them to time the start-up."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

PROJECT = Path(__file__).parents[1]
SEED, MONTHS, EVENTS_PER_LEAD = 20260630, 24, 50
AS_OF = datetime(2026, 6, 30, 15)  # the generator's story ends here
TABLES = ("leads", "events", "sales_activities", "opportunities")
EVENT_ID = "cast(cast(md5(event_id) as uuid) as varchar)"  # 36 characters, as trackers give them
LEAD_ID = "'00Q5g00000' || lead_id"  # 18 characters, alike in the first ten, as Salesforce gives them


def prepare(events: int, folder: Path) -> None:
    """Make the raw directories `raw` and `raw_handful` of `folder`, where missing.

    Args:
        events: how many events to ask the generator for; it writes a few percent less.
        folder: the work directory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    make(folder / "raw", lambda made: generate(events, made))
    make(folder / "raw_handful", lambda made: take_a_handful(folder / "raw", made))


def make(target: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a new directory that gets its name when it is complete; keep one that is there."""
    if target.exists():
        return
    unfinished = target.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    write(unfinished)
    unfinished.rename(target)


def generate(events: int, made: Path) -> None:
    """Invent the raw tables with the sample's generator, with ids of usual length, events in the order of arrival.

    The generator tells the stories of 20,000 leads at a time. Left so, the events of a lead would lie together, which
    no raw table does and which flatters everything that adds up per lead, the floor most of all. Its short ids would
    flatter everything that compares, groups or stores ids.
    """
    told = made / "told"
    options = {"leads": events // EVENTS_PER_LEAD, "events": events, "seed": SEED, "months": MONTHS}
    command = [sys.executable, PROJECT / "sample_data" / "generate.py", "--format", "parquet", "--out", told]
    subprocess.run([*command, *(f"--{key}={value}" for key, value in options.items())], check=True)
    with duckdb.connect(config={"temp_directory": str(made), "memory_limit": "6GB"}) as connection:
        read(connection, told)
        for table in TABLES:
            query = f"select * replace ({LEAD_ID} as lead_id) from {table}"
            if table == "events":
                query = f"select * replace ({LEAD_ID} as lead_id, {EVENT_ID} as event_id) from events"
                query += " order by loaded_at nulls first, event_id"
            write_parquet(connection, query, made / f"{table}.parquet")
    shutil.rmtree(told)


def read(connection: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Expose the raw tables of a directory as views."""
    for table in TABLES:
        connection.execute(f"create temp view {table} as from read_parquet('{raw / table}.parquet')")


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query."""
    connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def take_a_handful(raw: Path, made: Path) -> None:
    """Write ten leads and a hundred of their events, and nothing else, in the same columns."""
    with duckdb.connect() as connection:
        read(connection, raw)
        connection.execute("create temp table few as select lead_id from leads order by lead_id limit 10")
        for table, limit in zip(TABLES, (10, 100, 0, 0), strict=True):
            query = f"select * from {table} where lead_id in (from few) order by all limit {limit}"
            write_parquet(connection, query, made / f"{table}.parquet")


def count_rows(raw: Path, table: str) -> int:
    """Return how many rows a raw file has."""
    return duckdb.sql(f"select count(*) from read_parquet('{raw / table}.parquet')").fetchall()[0][0]
