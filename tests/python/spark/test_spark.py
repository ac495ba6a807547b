"""The same models on Apache Spark with Iceberg tables: values, rows, types, records."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ONLY_MODELS, PROJECT, Built
from engine_values import CASES, COLUMNS, compiled_expressions, differences, given_rows, inline_query
from on_spark import build, column_types, csv_files, load, rows
from pyspark.sql import SparkSession
from test_build import RunDbt, as_vars, write_typed
from test_connectors import SCHEMAS, SETS, connected
from test_connectors import load as load_connected
from test_postgres import AS_OF, HASHES, RAW, write_the_day_before

pytest_plugins = ["on_spark"]


@pytest.fixture
def ask(spark: SparkSession) -> Callable[[str], Any]:
    """Give the rows that the cases of values are worked out over, and a function that asks about them."""
    names = {"text": "string", "double precision": "double"}
    schema = ", ".join(f"{name} {names.get(kind, kind)}" for name, kind in COLUMNS.items())
    spark.createDataFrame(given_rows(), schema).createOrReplaceTempView("given")
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
    spark.sql("drop database if exists lead_scoring cascade")
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
    assert_same_models(on_duckdb, spark, RAW if world == "sample" else set())


def typed_files(raw: Path) -> dict[str, str]:
    """Read the sample's csv files with the types that a warehouse has them in."""
    from test_build import TYPES

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
            columns = ", ".join(types.keys() - HASHES)
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
    assert models and different == []
