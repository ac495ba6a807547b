"""The same models on Apache Spark with Iceberg tables: values, rows, types, records."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ONLY_MODELS, PROJECT, Built
from engine_values import CASES, COLUMNS, CREATE, compiled_expressions, differences, given_rows, inline_query
from on_spark import build, column_types, csv_files, drop_schema, load, rows
from pyspark.sql import SparkSession
from test_build import TYPES, RunDbt, as_vars, write_typed
from test_connectors import SCHEMAS, SETS, connected
from test_connectors import load as load_connected
from test_postgres import AS_OF, OF_A_BUILD, RAW, write_the_day_before

pytest_plugins = ["on_spark"]
# Tables of Spark have no order, so nobody knows in which line of its file a rule stands.
UNKNOWN = {"line"}


@pytest.fixture
def ask(spark: SparkSession, tmp_path: Path) -> Callable[[str], Any]:
    """Give the rows that the cases of values are worked out over, and a function that asks about them."""
    with duckdb.connect() as connection:
        connection.execute(f"set timezone = 'UTC'; {CREATE}")
        connection.executemany(f"insert into given values ({', '.join('?' * len(COLUMNS))})", given_rows())
        # an instant, as Spark's own type of a timestamp is
        instants = "select * replace (cast(t as timestamptz) as t, cast(u as timestamptz) as u) from given"
        connection.execute(f"copy ({instants}) to '{tmp_path}/given.parquet'")
    spark.read.parquet(str(tmp_path / "given.parquet")).createOrReplaceTempView("given")
    return lambda query: rows(spark, query)[0][0]


def test_values_on_spark(ask: Callable[[str], Any], tmp_path: Path) -> None:
    """Every case, value and type."""
    query = inline_query([case.expression for case in CASES])
    assert differences(ask, compiled_expressions(build(tmp_path, "compile", "--inline", query))) == []


@pytest.mark.parametrize(
    ("expression", "planted"),
    [
        ("add_days('t', 'i')", "dbt.dateadd('day', 'i', 't')"),
        ("joined_text('s', ' / ', ['-n', 's'])", "dbt.listagg('s', \"' / '\", 'order by -n, s')"),
    ],
)
def test_dbts_own_macros_are_found_out(
    ask: Callable[[str], Any], tmp_path: Path, expression: str, planted: str
) -> None:
    """The cases are red on what dbt-spark itself would write: fractions of a second and the order are lost."""
    cases = [case for case in CASES if case.expression == expression]
    query = inline_query([planted] * len(cases))
    assert differences(ask, compiled_expressions(build(tmp_path, "compile", "--inline", query)), cases) != []


@pytest.mark.parametrize("world", ["sample", "hostile"])
def test_spark_gives_the_same_rows(
    spark: SparkSession, run_dbt: RunDbt, project_copy: Path, raw_copy: Path, tmp_path: Path, world: str
) -> None:
    """A build, other raw rows, a second build: every model, rows and types, and records that were only added to."""
    drop_schema(spark, "lead_scoring")
    raw, files = raw_copy, typed_files
    if world == "hostile":
        fixtures = PROJECT / "tests" / "python" / "hostile"
        shutil.copytree(fixtures / "rules", project_copy / "seeds" / "rules", dirs_exist_ok=True)
        raw, files = fixtures / "raw", csv_files
    else:
        write_typed(raw_copy, tmp_path / "typed")
    recorded: list[tuple[Any, ...]] = []
    for number, folder in enumerate((write_the_day_before(raw, tmp_path / "before"), raw)):
        load(spark, "raw", files(folder), tmp_path / f"loaded_{number}")
        variables = ["--vars", as_vars(as_of=AS_OF, raw_data=str(folder), max_vanished_share=1)]
        on_duckdb = run_dbt(tmp_path / "duckdb", *ONLY_MODELS, *variables, project=project_copy)
        on_spark = build(tmp_path / "spark", *ONLY_MODELS, *variables, project=project_copy)
        assert on_duckdb.exit_code == 0, on_duckdb.output
        assert on_spark.exit_code == 0, on_spark.output
        published = rows(spark, "select * from lead_scoring.published_scores order by publication_number, lead_id")
        kept = {row[2] for row in published}
        assert [row for row in recorded if row[2] in kept] == [row for row in published if row[0] <= number]
        recorded = published
    assert_same_models(on_duckdb, spark, UNKNOWN | (RAW if world == "sample" else set()))


def typed_files(raw: Path) -> dict[str, str]:
    """Read the sample's csv files with the types that a warehouse has them in."""
    found = csv_files(raw)
    for name, types in TYPES.items():
        casts = []
        for column, kind in types.items():
            # Spark has no uuid: text
            text = f"{column} || '+00'" if kind == "timestamptz" else column
            casts.append(f"cast({text} as {'text' if kind == 'uuid' else kind}) as {column}")
        found[name] = f"(select * replace ({', '.join(casts)}) from {found[name]})"
    return found


def assert_same_models(built: Built, spark: SparkSession, skipped: set[str], folder: str = "") -> None:
    """Compare every model, rows and types; that few are empty is seen to in `test_postgres`."""
    nodes = [node for node in built.manifest["nodes"].values() if node["resource_type"] == "model"]
    models = sorted(node["name"] for node in nodes if node["path"].startswith(folder))
    different = []
    with duckdb.connect(str(built.database), read_only=True) as left:
        for model in models:
            described = {column[0]: column[1] for column in left.execute(f"describe {model}").fetchall()}
            types = {column: type_ for column, type_ in described.items() if column not in skipped}
            columns = ", ".join(types.keys() - OF_A_BUILD)
            expected = sorted(map(repr, left.execute(f"select {columns} from {model}").fetchall()))
            actual = sorted(map(repr, rows(spark, f"select {columns} from lead_scoring.{model}")))
            if expected != actual:
                only = (
                    [row for row in expected if row not in set(actual)][:2],
                    [row for row in actual if row not in set(expected)][:2],
                )
                different.append(f"{model}: {len(expected)} rows, {len(actual)} on Spark, {columns}: {only}")
            found = {column: kind for column, kind in column_types(spark, model).items() if column not in skipped}
            if found != types:
                different.append(f"{model}: {set(types.items()) ^ set(found.items())}")
    assert models
    assert not different, "\n".join(different)


def source_files(folder: Path) -> dict[str, str]:
    """Read the csv files of a source system as a loader types them, times as instants."""
    found = {}
    with duckdb.connect() as reader:
        for path in sorted(folder.glob("*.csv")):
            columns = reader.execute(f"describe from read_csv('{path}')").fetchall()
            times = [f'cast("{name}" as timestamptz) as "{name}"' for name, kind, *_ in columns if kind == "TIMESTAMP"]
            replaced = f"replace ({', '.join(times)})" if times else ""
            found[path.stem] = f"(select * {replaced} from read_csv('{path}'))"
    return found


def test_spark_reads_source_systems_alike(spark: SparkSession, run_dbt: RunDbt, tmp_path: Path) -> None:
    """All sets, typed as a loader types them: every model up to the raw contract has the same rows."""
    drop_schema(spark, "lead_scoring")
    (tmp_path / "duckdb").mkdir()
    names = ["salesforce", "account_engagement", "hubspot"]
    for name in names:
        schema = SCHEMAS.get(name, name)
        load(spark, schema, source_files(SETS / name), tmp_path / "loaded")
        load_connected(tmp_path / "duckdb" / "lead_scoring.duckdb", schema, SETS / name)
    selected = ("--select", "+path:models/connectors", "--indirect-selection", "cautious")
    command = ("build", *selected, *connected(*names), "--exclude-resource-type", "unit_test")
    on_duckdb = run_dbt(tmp_path / "duckdb", *command)
    on_spark = build(tmp_path / "spark", *command)
    assert on_duckdb.exit_code == 0, on_duckdb.output
    assert on_spark.exit_code == 0, on_spark.output
    assert_same_models(on_duckdb, spark, set(), "connectors/")


def test_an_erased_lead_leaves_no_row(spark: SparkSession, tmp_path: Path) -> None:
    """Who was erased from every raw table is in no model after the next build, nor in a record."""
    drop_schema(spark, "lead_scoring")
    files = csv_files(PROJECT / "sample_data")
    variables = ["--vars", as_vars(as_of=AS_OF)]
    load(spark, "raw", files, tmp_path / "first")
    first = build(tmp_path / "built", *ONLY_MODELS, *variables)
    assert first.exit_code == 0, first.output
    [(erased,)] = rows(spark, "select min(lead_id) from lead_scoring.handoff_queue")
    models = [node["name"] for node in first.manifest["nodes"].values() if node["resource_type"] == "model"]
    assert "published_scores" in models_naming(spark, models, erased)
    left = {name: f"lead_id <> '{erased}'" for name in files}
    left["lead_aliases"] += f" and alias_id <> '{erased}'"
    kept = {name: f"(from {source} where {left[name]})" for name, source in files.items()}
    load(spark, "raw", kept, tmp_path / "second")
    second = build(tmp_path / "built", *ONLY_MODELS, *variables)
    assert second.exit_code == 0, second.output
    assert models_naming(spark, models, erased) == []


def models_naming(spark: SparkSession, models: list[str], text: str) -> list[str]:
    """Return the models in which a text stands anywhere."""
    found = []
    for model in models:
        content = f"concat_ws('|', {', '.join(spark.table(f'lead_scoring.{model}').columns)})"
        if rows(spark, f"select 1 from lead_scoring.{model} where contains({content}, '{text}') limit 1"):
            found.append(model)
    return found


def test_other_formats_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    """A format that cannot delete a row is one sentence, before anything runs."""
    refused = build(tmp_path, "build", LEAD_SCORING_SPARK_FORMAT="parquet")
    assert refused.exit_code != 0
    assert "LEAD_SCORING_SPARK_FORMAT is 'parquet', whose tables cannot forget a single row" in refused.output
    assert "iceberg or delta" in refused.output


def test_other_zones_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    """A session or a process in another zone than UTC is one sentence, before anything runs."""
    profile = (PROJECT / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(profile.replace("timeZone: UTC", "timeZone: Asia/Tokyo"), encoding="utf-8")
    refused = build(tmp_path, "build", "--profiles-dir", str(tmp_path))
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert refused.exit_code != 0
    assert "The time zone of the Spark session is Asia/Tokyo" in refused.output
    os.environ["TZ"] = "Europe/London"
    time.tzset()
    refused = build(tmp_path, "build")
    os.environ["TZ"] = "UTC"
    time.tzset()
    assert refused.exit_code != 0
    assert "Set the environment variable TZ to UTC." in refused.output
