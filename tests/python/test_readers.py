"""Readers in a loop through ten builds, some red, some killed: never a missing table, a mixed time or a lost right."""

import multiprocessing
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import psycopg2
import pytest
from conftest import DBT, ONLY_MODELS, PROJECT, Built
from test_build import TYPES, RunDbt, as_vars, write_typed
from test_postgres import AS_OF, connect, load, server  # noqa: F401
from test_publish import Shop

from lead_scoring.profile import connect_postgres
from lead_scoring.project import Project
from lead_scoring.publish.contents import Facts, NotPublished, public_relations
from lead_scoring.publish.postgres import Postgres

PROCESSES = multiprocessing.get_context("fork")
READERS = 3
PAUSE = 0.02
# Each round builds another time into these; `build` is one that ends, `publish` is killed somewhere in the middle.
ROUNDS = ["green", "red", "killed", "green", "killed", "red", "killed", "green", "killed", "green"]
STAMPED = {
    "lead_mart": "as_of",
    "score_history": "valid_from",
    "sales_handoffs": "handed_off_at",
    "stale_leads": "stale_since",
    "published_scores": "published_at",
}
# All of one set, or the reader saw two.
LOOK = "select as_of from publication" + "".join(
    f" union all select min({column}) from {table} union all select max({column}) from {table}"
    for table, column in STAMPED.items()
)
Look = Callable[[], list[tuple[datetime]]]


def stamp(number: int) -> list[str]:
    """Return SQL that makes the build one of another time."""
    moment = datetime(2030, 1, 1) + timedelta(days=number)
    changes = [f"update {table} set {column} = '{moment}'" for table, column in STAMPED.items()]
    return [*changes, f"update completed_build set as_of = '{moment}', build_id = 'build {number}', is_whole = true"]


class Readers:
    """Processes that look again and again, each at most 0.05 s after its last look, and write down what was wrong."""

    def __init__(self, opened: Callable[[], Any]) -> None:
        """Take what opens a connection and gives a function that looks."""
        self.opened = opened
        self.stop = PROCESSES.Event()
        self.looks, self.wrong = PROCESSES.Value("i", 0), PROCESSES.Queue()
        self.seen = PROCESSES.Queue()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the body runs."""
        readers = [PROCESSES.Process(target=self._read) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        try:
            yield
        finally:
            self.stop.set()
            self.found = [self.seen.get(timeout=60) for _ in readers]
            self.faults = [fault for _ in readers for fault in self.wrong.get(timeout=60)]
            for reader in readers:
                reader.join()

    def _read(self) -> None:
        seen, wrong = set(), []
        while not self.stop.is_set():
            try:
                moments = {row[0] for row in self.opened()}
                seen |= moments
                if len(moments) != 1:
                    wrong.append(f"mixed: {sorted(moments)}")
            except Exception as error:  # whatever a reader may meet is a fault
                wrong.append(repr(error))
            with self.looks.get_lock():
                self.looks.value += 1
            time.sleep(PAUSE)
        self.seen.put(seen)
        self.wrong.put(wrong)


def kill_somewhere(publish: Callable[[], Any], takes: float, chance: random.Random) -> None:
    """Publish in a process of its own, and kill it before it can have ended, at any moment."""
    process = PROCESSES.Process(target=publish)
    process.start()
    process.join(chance.uniform(0.05, 1.0) * takes)
    process.kill()
    process.join()


def go_through(publish: Callable[[], Any], change: Callable[[list[str]], None], readers: Readers) -> list[datetime]:
    """Go through all rounds while readers read; return the times that were published for certain."""
    chance = random.Random(2030)
    published = []
    started = time.monotonic()
    publish()
    takes = time.monotonic() - started
    with readers.reading():
        for number, round_ in enumerate(ROUNDS):
            change(stamp(number))
            if round_ == "red":
                change(["delete from completed_build"])
                with pytest.raises(NotPublished):
                    publish()
                change(["insert into completed_build select * from kept"])
            elif round_ == "killed":
                kill_somewhere(publish, takes, chance)
            else:
                published.append(publish().as_of)
            time.sleep(4 * PAUSE)
    return published


def assert_nothing_was_wrong(readers: Readers, published: list[datetime]) -> None:
    """Every look was whole; every reader saw what was published for certain, and nothing that was red."""
    assert readers.faults == []
    assert readers.looks.value > 10 * len(ROUNDS)
    red = {datetime(2030, 1, 1) + timedelta(days=n) for n, round_ in enumerate(ROUNDS) if round_ == "red"}
    for seen in readers.found:
        assert set(published) <= seen
        assert not red & seen


def test_readers_of_the_file(sample: Built, tmp_path: Path) -> None:
    """DuckDB: each look opens the file anew, as a dashboard does."""
    shop = Shop(sample, tmp_path)
    change(shop.database, ["create table kept as select * from completed_build", *stamp(-1)])

    def look() -> list[tuple[datetime]]:
        with duckdb.connect(str(shop.store.file), read_only=True) as connection:
            return connection.execute(LOOK).fetchall()

    readers = Readers(look)
    published = go_through(shop.publish, lambda sql: change(shop.database, sql), readers)
    assert_nothing_was_wrong(readers, published)


def test_readers_notice_what_is_not_whole(sample: Built, tmp_path: Path) -> None:
    """Planted: a file that is away for a moment, and one whose tables are of two times, are faults to the readers."""
    shop = Shop(sample, tmp_path)
    shop.publish()
    file, aside = shop.store.file, tmp_path / "aside.duckdb"

    def look() -> list[tuple[datetime]]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute("select as_of from publication union all select as_of from lead_mart").fetchall()

    def faults(plant: Callable[[], Any]) -> list[str]:
        readers = Readers(look)
        with readers.reading():
            time.sleep(10 * PAUSE)
            plant()
            time.sleep(10 * PAUSE)
        return readers.faults

    def go_away() -> None:
        file.rename(aside)
        time.sleep(10 * PAUSE)
        aside.rename(file)

    def mix() -> None:
        shutil.copy(file, aside)
        change(aside, ["update lead_mart set as_of = as_of + interval 1 day"])
        aside.replace(file)

    assert faults(lambda: None) == []
    assert any("does not exist" in fault for fault in faults(go_away))
    assert any(fault.startswith("mixed") for fault in faults(mix))


@pytest.mark.slow
def test_readers_of_parquet_files(sample: Built, tmp_path: Path) -> None:
    """DuckDB: no parquet file is ever missing, and each is of one build."""
    shop = Shop(sample, tmp_path)
    change(shop.database, ["create table kept as select * from completed_build", *stamp(-1)])

    def look() -> list[tuple[datetime]]:
        with duckdb.connect() as connection:
            return connection.execute(f"select distinct as_of from '{shop.store.parquet}/lead_mart.parquet'").fetchall()

    readers = Readers(look)
    published = go_through(shop.publish, lambda sql: change(shop.database, sql), readers)
    assert_nothing_was_wrong(readers, published)


@pytest.mark.slow
def test_readers_while_dbt_itself_builds(sample: Built, tmp_path: Path, run_dbt: RunDbt) -> None:
    """DuckDB: dbt builds a part, and is killed in the middle of all: readers of the published file do not notice."""
    shop = Shop(sample, tmp_path)
    shop.publish()

    def look() -> list[tuple[datetime]]:
        with duckdb.connect(str(shop.store.file), read_only=True) as connection:
            tables = [row[0] for row in connection.execute("select table_name from published_tables").fetchall()]
            for table in tables:
                connection.execute(f"select count(*) from {table}").fetchall()
            return connection.execute("select as_of from publication union select as_of from lead_mart").fetchall()

    readers = Readers(look)
    with readers.reading():
        assert run_dbt(tmp_path, "run", "--select", "lead_mart+").exit_code == 0
        with pytest.raises(NotPublished):
            shop.publish()
        shop.change("insert into completed_build select 'earlier', now()::timestamp, now()::timestamp, '', true")
        command = [DBT, "run", "--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
        environment = os.environ | {"LEAD_SCORING_DUCKDB": str(shop.database)}
        with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert any("START sql" in line for line in process.stdout)
            time.sleep(random.Random(2030).uniform(0, 2))
            process.kill()
        assert process.returncode != 0
        with pytest.raises(NotPublished):
            shop.publish()
    assert readers.faults == []
    assert readers.found == [{datetime.fromisoformat(AS_OF)}] * READERS


def change(database: Path, sql: list[str]) -> None:
    """Change what is built, in one transaction."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        for statement in sql:
            connection.execute(statement)
        connection.execute("commit")


@pytest.fixture
def on_postgres(
    server: dict[str, str],  # noqa: F811
    run_dbt: RunDbt,
    raw_copy: Path,
    tmp_path: Path,
) -> tuple[Postgres, Built]:
    """Build the sample on a server, and give a role that may read what is published."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop schema if exists lead_scoring cascade; drop schema if exists raw cascade")
        cursor.execute(
            "drop schema if exists lead_scoring_published cascade; drop role if exists bi; create role bi login"
        )

    write_typed(raw_copy, tmp_path / "typed")
    load(server, raw_copy, TYPES)
    variables = ["--vars", as_vars(as_of=AS_OF)]
    built = run_dbt(tmp_path / "postgres", *ONLY_MODELS, *variables, "--target", "postgres", **server)
    assert built.exit_code == 0, built.output
    credentials = SimpleNamespace(
        type="postgres",
        host=server["LEAD_SCORING_POSTGRES_HOST"],
        port=5432,
        user="postgres",
        password="",
        database="scoring",
        sslmode=None,
        schema="lead_scoring",
    )
    return Postgres(credentials, "lead_scoring_published", ["bi"], Facts("Asia/Tokyo")), built


@pytest.mark.slow
def test_readers_of_the_schema(
    on_postgres: tuple[Postgres, Built],
    server: dict[str, str],  # noqa: F811
    run_dbt: RunDbt,
    tmp_path: Path,
) -> None:
    """PostgreSQL: a role that may read goes on reading, one table by one or all at once, also while dbt builds."""
    store, built = on_postgres
    relations, marker = public_relations(Project(PROJECT, {}), built.target, "postgres")
    bi = SimpleNamespace(**vars(store.credentials) | {"user": "bi"})

    def change_built(sql: list[str]) -> None:
        with connect(server) as connection, connection.cursor() as cursor:
            cursor.execute("set search_path to lead_scoring")
            for statement in sql:
                cursor.execute(statement)

    def look() -> list[tuple[datetime]]:
        connection = connect_postgres(bi)
        try:
            with connection.cursor() as cursor:
                cursor.execute("set search_path to lead_scoring_published")
                cursor.execute(LOOK)
                found = cursor.fetchall()
                connection.commit()
                # a report of several queries
                connection.set_session(isolation_level="REPEATABLE READ")
                cursor.execute("select as_of from publication")
                several = cursor.fetchall()
                time.sleep(PAUSE / 2)
                cursor.execute("select distinct as_of from lead_mart")
                several += cursor.fetchall()
                assert len(set(several)) == 1, several
                return found
        finally:
            connection.close()

    change_built(["create table kept as select * from completed_build", *stamp(-1)])
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connect_postgres(bi) as connection:
        connection.cursor().execute("select * from lead_scoring.lead_mart")
    readers = Readers(look)
    published = go_through(lambda: store.publish(relations, marker), change_built, readers)
    assert_nothing_was_wrong(readers, published)

    # a view of somebody else's, and dbt at work
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create view public.hot as select * from lead_scoring_published.lead_mart where tier = 'hot'")
    readers = Readers(look)
    with readers.reading():
        again = (*ONLY_MODELS, "--vars", as_vars(as_of=AS_OF), "--target", "postgres")
        assert run_dbt(tmp_path / "postgres", *again, **server).exit_code == 0
        with pytest.raises(NotPublished, match=r"left out some.*Readers still see the build of"):
            store.publish(relations, marker)
    assert readers.faults == []
    change_built(stamp(11))
    store.publish(relations, marker)
    assert store.query("select count(*) > 0 from public.hot") == [(True,)]


def test_a_schema_of_others_is_left_alone(
    on_postgres: tuple[Postgres, Built],
    server: dict[str, str],  # noqa: F811
) -> None:
    """What was not published is not replaced; a role that is not there stops all, in one sentence."""
    store, built = on_postgres
    relations, marker = public_relations(Project(PROJECT, {}), built.target, "postgres")
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("update lead_scoring.completed_build set is_whole = true")
        cursor.execute(
            "drop schema if exists theirs cascade; create schema theirs; create table theirs.lead_mart (id int)"
        )
    with pytest.raises(NotPublished, match="the schema theirs is not empty"):
        Postgres(store.credentials, "theirs", [], Facts("UTC")).publish(relations, marker)
    with pytest.raises(NotPublished, match='role "nobody" does not exist.*readers see nothing'):
        Postgres(store.credentials, "lead_scoring_published", ["nobody"], Facts("UTC")).publish(relations, marker)
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('lead_scoring_published.lead_mart'), count(*) from theirs.lead_mart")
        assert cursor.fetchall() == [(None, 0)]
