"""A Spark of the tests' own, what is loaded into it, and dbt in its process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import PROJECT, Built
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from lead_scoring.spark import start_session

# DuckDB's names of the types.
TYPES = {"string": "VARCHAR", "int": "INTEGER", "bigint": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}
TYPES |= {"timestamp": "TIMESTAMP", "double": "DOUBLE"}


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """Start Spark in this process, with tables in a folder of their own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="spark"))
    session = start_session(folder)
    yield session
    session.stop()
    shutil.rmtree(folder, ignore_errors=True)


def build(folder: Path, *arguments: str, project: Path = PROJECT, **environment: str) -> Built:
    """Run dbt on Spark, in this process, which has the session.

    Arguments:
        folder: where the artifacts go.
        arguments: dbt's command line.
        project: directory of the project.
        environment: further environment variables.

    Returns:
        What came of it; a failing run is a result, not an exception.

    """
    before, here = dict(os.environ), Path.cwd()
    said: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level in ("info", "warn", "error"):
            said.append(event.info.msg)

    os.environ.update(environment)
    os.chdir(project)
    places = ["--target", "spark", "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    try:
        runner = dbtRunner(callbacks=[listen])
        result = runner.invoke([*arguments, *places, "--log-level", "none"])
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
    return Built("\n".join([*said, str(result.exception or "")]), int(not result.success), folder, folder / "target")


def drop_schema(spark: SparkSession, schema: str) -> None:
    """Remove a schema and what it holds, for Iceberg remembers what `cascade` removes.

    Arguments:
        spark: the session.
        schema: such as `lead_scoring`; it need not be there.

    """
    if spark.catalog.databaseExists(schema):
        views = {row.viewName for row in spark.sql(f"show views in {schema}").collect()}
        for row in spark.sql(f"show tables in {schema}").where("not isTemporary").collect():
            spark.sql(f"drop {'view' if row.tableName in views else 'table'} {schema}.{row.tableName}")
        spark.sql(f"drop database {schema}")


def load(spark: SparkSession, schema: str, files: dict[str, str], folder: Path) -> None:
    """Replace the tables of a schema.

    Arguments:
        spark: the session.
        schema: such as `raw`.
        files: by table, what DuckDB reads it from, such as `read_csv('leads.csv', all_varchar = true)`.
        folder: where the data go, as parquet.

    """
    spark.sql(f"create schema if not exists {schema}")
    for table in (found for found in spark.catalog.listTables(schema) if not found.isTemporary):
        spark.sql(f"drop table {schema}.{table.name}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in files.items():
        path = folder / f"{schema}_{name}.parquet"
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"copy (from {source}) to '{path}' (format parquet)")
        spark.sql(f"create table {schema}.{name} using parquet location '{path}'")


def csv_files(raw: Path) -> dict[str, str]:
    """Read csv files with every cell as text."""
    return {path.stem: f"read_csv('{path}', all_varchar = true)" for path in sorted(raw.glob("*.csv"))}


def rows(spark: SparkSession, query: str) -> list[tuple[Any, ...]]:
    """Return a query's rows."""
    return [tuple(row) for row in spark.sql(query).collect()]


def column_types(spark: SparkSession, model: str) -> dict[str, str]:
    """Give each column's type as DuckDB calls it."""
    fields = spark.table(f"lead_scoring.{model}").schema.fields
    kinds = {field.name: field.dataType.simpleString() for field in fields}
    return {name: TYPES.get(kind, kind.upper()) for name, kind in kinds.items()}
