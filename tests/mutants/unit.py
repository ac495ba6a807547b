"""dbt's unit tests without dbt: what it compiled for them, run on tables in memory."""

import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from operators import FIXTURE, Mutation, mutations, parse, text
from sqlglot import exp

from macros import nodes_of_macros

EXPECTED = re.compile(r"from \(\n(?P<rows>(?:(?!from \().)*)\n  \) _dbt_internal_unit_test_expected", re.DOTALL)
# what an engine says of a query that makes no sense, such as a sum of texts
SENSELESS = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)
SECONDS = 20


def within(seconds: float, database: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Run a statement; one that a change made endless fails."""
    timer = threading.Timer(seconds, database.interrupt)
    timer.start()
    try:
        return database.execute(sql)
    finally:
        timer.cancel()


@dataclass
class UnitTest:
    """One unit test: its fixtures are the tables of a schema, its expected rows a table there."""

    name: str
    schema: str
    sql: str
    columns: list[str]
    query: exp.Expression
    changes: list[Mutation]


class UnitTests:
    """The unit tests of one model."""

    def __init__(self, database: duckdb.DuckDBPyConnection, model: dict[str, Any], folders: list[Path]) -> None:
        """Load the fixtures.

        Arguments:
            database: where to; a database in memory.
            model: the model as the manifest describes it.
            folders: of each unit test what dbt compiled and what it ran.

        """
        self.database = database
        self._read: dict[str, tuple[exp.Expression, list[Mutation]]] = {}
        self.tests = [self._load(model, compiled, ran) for compiled, ran in folders]

    def _load(self, model: dict[str, Any], compiled: Path, ran: Path) -> UnitTest:
        schema = f"{model['name']}__{compiled.stem}"
        self.database.execute(f'create or replace schema "{schema}"; set schema = \'"{schema}"\'')
        query = parse(compiled.read_text(encoding="utf-8"))
        steps = query.args["with_"].expressions
        for fixture in [step for step in steps if step.alias.startswith(FIXTURE)]:
            self.database.execute(f'create table "{fixture.alias}" as {text(fixture.this)}')
            steps.remove(fixture)
        sql = text(query)
        # no expected rows: dbt compares all columns
        written = EXPECTED.search(ran.read_text(encoding="utf-8"))
        rows = written["rows"] if written and FIXTURE not in written["rows"] else ""
        if "dbt_internal_unit_test_actual" in rows or not rows:
            rows = f"select * from ({sql}) as actual limit 0"
        self.database.execute(f"create table expected as {rows}")
        columns = [f'"{row[0]}"' for row in self.database.execute("describe expected").fetchall()]
        if sql not in self._read:
            self._read[sql] = query, mutations(query, nodes_of_macros(query, model["raw_code"]))
        return UnitTest(compiled.stem, schema, sql, columns, *self._read[sql])

    def failing(self) -> list[str]:
        """Name the unit tests that fail without any change: none, if this runs them as dbt does."""
        return [test.name for test in self.tests if not self._passes(test, test.sql)]

    def outcome(self, change: Mutation, place: int, changes: list[Mutation]) -> str:
        """Say what the unit tests make of a changed model: the name of one that fails, `senseless`, or nothing.

        Arguments:
            change: what is changed.
            place: its number among `changes`.
            changes: all changes of the model, see `mutations`.

        """
        written: dict[str, str] = {}
        kinds = [other.operator for other in changes]
        for test in self.tests:
            # a unit test may set variables that change the query
            if [other.operator for other in test.changes] == kinds:
                own = test.changes[place]
            else:
                alike = [o for o in test.changes if _name(o) == _name(change)]
                if not alike:
                    continue
                before = sum(_name(other) == _name(change) for other in changes[:place])
                own = alike[min(before, len(alike) - 1)]
            if test.sql not in written:
                with own.made():
                    written[test.sql] = text(test.query)
            try:
                if not self._passes(test, written[test.sql]):
                    return test.name
            except SENSELESS:
                return "senseless"
            except duckdb.Error:
                return test.name
        return ""

    def _passes(self, test: UnitTest, sql: str) -> bool:
        self.database.execute(f"set schema = '\"{test.schema}\"'")
        columns = ", ".join(test.columns)
        actual = within(SECONDS, self.database, f"select {columns} from ({sql}) as actual")
        # dbt gives the expected rows the types of the actual ones
        types = [column[1] for column in actual.description]
        found = Counter(actual.fetchall())
        casts = ", ".join(f"cast({column} as {kind})" for column, kind in zip(test.columns, types, strict=True))
        return found == Counter(self.database.execute(f"select {casts} from expected").fetchall())


def _name(change: Mutation) -> tuple[str, ...]:
    return change.operator, change.cte, change.before, change.after
