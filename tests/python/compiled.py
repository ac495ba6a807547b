"""The project's own SQL, compiled once and run many times without dbt in between.

A dbt build costs seconds, the models themselves a few hundredths. Property tests need hundreds
of worlds, so they run what dbt compiled: each model as the table or view dbt would make of it.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).parents[2]
# Stand in for the real values while compiling; replaced as text before running.
AS_OF = datetime(2099, 12, 31, 23, 59, 58, 123456)
TIMEZONE = "Antarctica/Troll"
RAW_TIMEZONE = "Antarctica/Vostok"
VARIABLES = {"as_of": AS_OF.isoformat(" "), "timezone": TIMEZONE, "raw_timezone": RAW_TIMEZONE}

Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Relation:
    """One seed, source or model: its name and how it is made."""

    name: str
    schema: str
    kind: str
    columns: dict[str, str]
    sql: str
    parents: frozenset[str]
    folder: str


class CompiledProject:
    """All models of the project as SQL, ready to run on rows given in memory."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        """Take what dbt knows of a project that it compiled with `VARIABLES`."""
        self.relations = list(_in_build_order(manifest))

    def score(
        self,
        rule_book: Tables,
        raw: Tables,
        as_of: datetime,
        timezone: str = "Asia/Tokyo",
        raw_timezone: str = "UTC",
        *,
        models: Collection[str] = (),
    ) -> duckdb.DuckDBPyConnection:
        """Build models in memory.

        Arguments:
            rule_book: rows by rule seed, or by model that is not to be built; cells as text, None for blank.
            raw: rows by raw table; cells likewise. A table left out is empty.
            as_of: the clock, naive UTC.
            timezone: IANA name of the zone of calendar dates.
            raw_timezone: IANA name of the zone of raw times without an offset.
            models: build only these and what they read; all models if empty.

        Returns:
            A connection whose default schema holds the models.

        """
        given = {r.name: [] for r in self.relations if r.kind == "source"} | rule_book | raw
        wanted = self._with_parents(models or [relation.name for relation in self.relations], given)
        database = duckdb.connect(config={"threads": 1})
        database.execute("attach ':memory:' as lead_scoring; use lead_scoring; create schema raw_files")
        for relation in self.relations:
            name = f"lead_scoring.{relation.schema}.{relation.name}"
            if relation.name not in wanted:
                continue
            if relation.kind in ("seed", "source") or relation.name in given:
                _load(database, name, relation.columns, given.get(relation.name, relation.sql))
            else:
                sql = relation.sql.replace(AS_OF.isoformat(" "), as_of.isoformat(" "))
                sql = sql.replace(RAW_TIMEZONE, raw_timezone).replace(TIMEZONE, timezone)
                database.execute(f"create {relation.kind} {name} as {sql}")
        return database

    def _with_parents(self, models: Collection[str], given: Tables) -> set[str]:
        wanted = set(models)
        for relation in reversed(self.relations):
            if relation.name in wanted and relation.name not in given:
                wanted |= relation.parents
        return wanted


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Return a query's rows as dictionaries by column name."""
    cursor = database.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a csv file, blank cells as None."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


def _load(database: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], given: Any) -> None:
    content = read_rows(PROJECT / given) if isinstance(given, str) else given
    database.execute(f"create table {name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
    if content:
        # a list per column: a statement per row takes ten times as long
        lists = [[row.get(column) for row in content] for column in columns]
        database.execute(f"insert into {name} select {', '.join(['unnest(?)'] * len(columns))}", lists)


def _in_build_order(manifest: dict[str, Any]) -> Iterator[Relation]:
    for source in manifest["sources"].values():
        columns = dict.fromkeys(source["columns"], "varchar")
        yield Relation(source["name"], source["schema"], "source", columns, "", frozenset(), "source")
    nodes = manifest["nodes"]
    waiting = {key: node for key, node in nodes.items() if node["resource_type"] in ("seed", "model")}
    done = set(manifest["sources"])
    while waiting:
        ready = [key for key, node in waiting.items() if done.issuperset(node["depends_on"].get("nodes", []))]
        for key in ready:
            node = waiting.pop(key)
            is_seed = node["resource_type"] == "seed"
            yield Relation(
                name=node["name"],
                schema=node["schema"],
                kind="seed" if is_seed else "view" if node["config"]["materialized"] == "view" else "table",
                columns=node["config"].get("column_types") or dict.fromkeys(node["columns"], "varchar"),
                sql=node["original_file_path"] if is_seed else node["compiled_code"],
                parents=frozenset(key.split(".")[-1] for key in node["depends_on"].get("nodes", [])),
                folder="seed" if is_seed else node["fqn"][-2],
            )
        done.update(ready)
