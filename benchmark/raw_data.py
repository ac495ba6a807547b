"""The raw files that are scored: invented ones, the same a day later, and a handful to time the start-up."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

PROJECT = Path(__file__).parents[1]
SEED, MONTHS, EVENTS_PER_LEAD = 20260630, 24, 50
AS_OF = datetime(2026, 6, 30, 15)  # the generator's story ends here
NEXT_AS_OF = AS_OF + timedelta(days=1)
TABLES = ("leads", "events", "sales_activities", "opportunities")
EVENT_ID = "cast(cast(md5({}) as uuid) as varchar)"  # 36 characters, as trackers give them
LEAD_ID = "'00Q5g00000' || lead_id"  # 18 characters, alike in the first ten, as Salesforce gives them

# Whatever is chosen is chosen by a hash, so the same files come out every time.
DAY_LATER = f"""
    create temp table touched as
    select lead_id, row_number() over (order by hash(lead_id)) - 1 as number
    from (select distinct lead_id from leads where lead_id is not null)
    where hash(lead_id || 'touched') % 100 < 3;

    create temp table changed as
    select lead_id from touched order by hash(lead_id || 'changed') limit 10;

    create temp table erased as
    select lead_id from events where lead_id in (from (select lead_id from leads))
    order by hash(lead_id || 'erased') limit 1;

    -- what one event in 500 did before, a touched lead does now; one in ten is told 20 days late
    create temp table new_events as
    with copied as (
        select *, row_number() over (order by event_id) as number
        from events
        where hash(event_id || 'copied') % 500 = 0 and event_type is not null
    ),
    dated as (
        select *, timestamp '{AS_OF}' + to_seconds(cast(1 + hash(event_id) % 85000 as bigint)) as happened_at
        from copied
    )
    select
        {EVENT_ID.format("'new' || event_id")} as event_id,
        touched.lead_id,
        event_type,
        happened_at - case when hash(event_id || 'late') % 10 = 0 then interval 20 days else interval 0 days end
        as occurred_at,
        happened_at + interval 5 minutes as loaded_at,
        asset,
        is_bot
    from dated
    inner join touched on dated.number % (select count(*) from touched) = touched.number
    union all
    -- and some old rows come a second time, unchanged
    select * from events
    where lead_id in (select lead_id from touched) and hash(event_id || 'again') % 100 = 0;

    create temp table new_leads as
    select * replace (
        timestamp '{AS_OF}' + interval 1 hour as updated_at, '取締役' as job_title, 500 as employee_count
    )
    from leads
    where lead_id in (from changed)
    qualify row_number() over (partition by lead_id order by updated_at desc nulls last) = 1;
"""


def prepare(events: int, folder: Path) -> None:
    """Make the three raw directories `raw`, `raw_day_later` and `raw_handful` of `folder`, where missing.

    Args:
        events: how many events to ask the generator for; it writes a few percent less.
        folder: the work directory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    make(folder / "raw", lambda made: generate(events, made))
    make(folder / "raw_day_later", lambda made: add_a_day(folder / "raw", made))
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
                event_id = EVENT_ID.format("event_id")
                query = f"select * replace ({LEAD_ID} as lead_id, {event_id} as event_id) from events"
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


def add_a_day(raw: Path, made: Path) -> None:
    """Write the raw tables as they are a day later: new, late, repeated and changed rows, one lead erased."""
    with duckdb.connect() as connection:
        read(connection, raw)
        connection.execute(DAY_LATER)
        for table in TABLES:
            rows = f"from {table}"
            if table in ("events", "leads"):
                rows += f" union all from new_{table}"
            query = f"select * from ({rows}) where lead_id is distinct from (from erased)"
            write_parquet(connection, query, made / f"{table}.parquet")


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


def count_touched(folder: Path) -> int:
    """Return how many leads have other events a day later than before, as the builds must find out."""
    count_per_lead = "select lead_id, count(*) as n from read_parquet('{}/events.parquet') group by lead_id"
    query = (
        f"select count(*) from ({count_per_lead.format(folder / 'raw')}) as old"
        f" full join ({count_per_lead.format(folder / 'raw_day_later')}) as new using (lead_id)"
        " where old.n is distinct from new.n"
    )
    return duckdb.sql(query).fetchall()[0][0]
