"""The project's models as SQL of a warehouse that nobody connects to: what its tables have is made up."""

import importlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROJECT
from dbt.adapters.base.impl import BaseAdapter
from dbt.cli.main import dbtRunner, dbtRunnerResult

CONNECTORS = ("salesforce", "account_engagement", "hubspot")
ADAPTERS = {
    "snowflake": "SnowflakeAdapter",
    "bigquery": "BigQueryAdapter",
    "redshift": "RedshiftAdapter",
    "databricks": "DatabricksAdapter",
}
# How an engine calls the type of a column, by the type that our yml declares.
COLUMN_TYPES = {
    "snowflake": {
        "text": "VARCHAR",
        "timestamp": "TIMESTAMP_TZ",
        "integer": "NUMBER",
        "numeric": "NUMBER",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "json": "VARIANT",
        "ids": "VARIANT",
    },
    "bigquery": {
        "text": "STRING",
        "timestamp": "TIMESTAMP",
        "integer": "INT64",
        "numeric": "NUMERIC",
        "boolean": "BOOL",
        "date": "DATE",
        "json": "JSON",
        "ids": "JSON",
    },
    "redshift": {
        "text": "character varying",
        "timestamp": "timestamp with time zone",
        "integer": "bigint",
        "numeric": "numeric",
        "boolean": "boolean",
        "date": "date",
        "json": "super",
        "ids": "super",
    },
    "databricks": {
        "text": "string",
        "timestamp": "timestamp",
        "integer": "bigint",
        "numeric": "decimal",
        "boolean": "boolean",
        "date": "date",
        "json": "string",
        "ids": "string",
    },
}


@dataclass(frozen=True)
class Build:
    """What is compiled: with which source systems, and whether the records of an earlier build are there."""

    connectors: tuple[str, ...] = ()
    is_later: bool = False


BUILDS = [Build(), Build(CONNECTORS), Build(CONNECTORS, is_later=True)]


def declared_columns() -> dict[str, dict[str, str]]:
    """Give the columns of each source table with their declared types."""
    found: dict[str, dict[str, str]] = {}
    for path in (PROJECT / "models").rglob("*.yml"):
        for source in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("sources", []):
            for table in source["tables"]:
                columns = {column["name"]: column.get("data_type", "text") for column in table["columns"]}
                found.setdefault(table["name"], {}).update(columns)
    return found


def make_up_tables(patch: pytest.MonkeyPatch, engine: str, build: Build) -> None:
    """Let an adapter find the source tables as they are declared, and records if there was an earlier build."""
    declared, types = declared_columns(), COLUMN_TYPES[engine]

    def get_relation(adapter: BaseAdapter, database: str, schema: str, identifier: str, **_: Any) -> Any:
        if schema == "scores" and not build.is_later:
            return None
        return adapter.Relation.create(database=database, schema=schema, identifier=identifier, type="table")

    def get_columns_in_relation(adapter: BaseAdapter, relation: Any) -> list[Any]:
        columns = declared.get(relation.identifier, {})
        return [adapter.Column(name, types[kind]) for name, kind in columns.items()]

    patch.setattr(adapter_class(engine), "get_relation", get_relation)
    patch.setattr(adapter_class(engine), "get_columns_in_relation", get_columns_in_relation)


def adapter_class(engine: str) -> type[BaseAdapter]:
    """Give the class of an engine's adapter."""
    return getattr(importlib.import_module(f"dbt.adapters.{engine}.impl"), ADAPTERS[engine])


def compile_for(engine: str, build: Build, folder: Path) -> dict[str, Any]:
    """Compile every model, of a later build those that are added to.

    Arguments:
        engine: the name of the target.
        build: what is compiled.
        folder: where dbt's artifacts go.

    Returns:
        The manifest, with the SQL of each model.

    """
    variables = {"as_of": "2026-06-30 15:00:00", "connectors": list(build.connectors)}
    # what was there before matters only to what is added to
    selected = "config.materialized:incremental" if build.is_later else "resource_type:model"
    with pytest.MonkeyPatch.context() as patch:
        make_up_tables(patch, engine, build)
        command = ["compile", "--no-introspect", "--no-populate-cache", "--select", selected]
        result = run_dbt(command, engine, folder, variables)
    assert result.success, (engine, build, result.exception, [r.message for r in getattr(result.result, "results", [])])
    return json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))


def run_dbt(command: list[str], engine: str, folder: Path, variables: dict[str, Any]) -> dbtRunnerResult:
    """Run dbt in this process, with credentials that open no door."""
    places = ["--profiles-dir", str(Path(__file__).parent), "--target", engine, "--project-dir", str(PROJECT)]
    output = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--log-level", "none"]
    here = Path.cwd()
    try:
        os.chdir(PROJECT)
        return dbtRunner().invoke([*command, *places, *output, "--vars", json.dumps(variables)])
    finally:
        os.chdir(here)


def complaint(macro: str, engine: str, folder: Path, **variables: Any) -> str:
    """Let a macro speak that asks the engine nothing; give what it complains of."""
    command = ["compile", "--no-introspect", "--no-populate-cache", "--inline", "{{ " + macro + "() }}"]
    result = run_dbt(command, engine, folder, variables)
    return "" if result.success else str([result.exception, *(each.message for each in result.result or [])])


def models(manifest: dict[str, Any]) -> dict[str, str]:
    """Give the SQL of each model by its name."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return {node["name"]: node["compiled_code"] for node in nodes if node.get("compiled_code")}
