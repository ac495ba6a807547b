"""dbt's data tests without dbt: a built database, one model changed, everything below it built and tested again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from unit import SENSELESS, within

SECONDS = 60


class DataTests:
    """A database that dbt built, and what dbt knows of it."""

    def __init__(self, database: duckdb.DuckDBPyConnection, manifest: dict[str, Any], target: Path) -> None:
        """Take a database that may be changed, with the manifest and the directory of what dbt compiled and ran."""
        self.database, self.target = database, target
        nodes = manifest["nodes"]
        self.models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
        # dbt also knows tests of models that are switched off, and does not run them
        self.tests = {
            key: node for key, node in nodes.items() if node["resource_type"] == "test" and self._file(node).is_file()
        }
        self.children = manifest["child_map"]
        self.order = list(self._in_build_order())
        # fail without any change, so they find none
        self.failing = {key for key, test in self.tests.items() if not self.passes(test)}

    def changed_rows(self, model: str, sql: str) -> int | str:
        """Count the rows that a changed query has more or fewer than the built model, or say `senseless`."""
        name = _relation(self.models[model])
        more, fewer = f"from ({sql}) except all from {name}", f"from {name} except all from ({sql})"
        rows = f"select count(*) from (({more}) union all ({fewer}))"
        try:
            return self._within_time(rows).fetchall()[0][0]
        except SENSELESS:
            return "senseless"
        except duckdb.Error as error:
            return str(error).splitlines()[0]

    def outcome(self, model: str, sql: str) -> str:
        """Build a changed model and what is below it: name a data test or a model that fails, or nothing.

        Arguments:
            model: its unique id.
            sql: the changed query.

        """
        self.database.execute("begin")
        try:
            return next(self._failures(model, sql), "")
        finally:
            self.database.execute("rollback")

    def _failures(self, changed: str, sql: str) -> Iterator[str]:
        dirty = {changed}
        tested: set[str] = set()
        for number, key in enumerate(self.order):
            node = self.models[key]
            if key != changed and not dirty.intersection(node["depends_on"]["nodes"]):
                continue
            before = self._hash(node) if _kind(node) == "table" else None
            try:
                query = sql if key == changed else self.query(node)
                self._within_time(f"create or replace {_kind(node)} {_relation(node)} as {query}")
            except duckdb.Error:
                yield node["name"]
                return
            if before is None or before != self._hash(node):
                dirty.add(key)
                # as early as may be, for most faults show at once
                yield from self._failing_tests({key}, set(self.order[number + 1 :]), tested)
        yield from self._failing_tests(dirty, set(), tested)

    def _failing_tests(self, models: set[str], later: set[str], tested: set[str]) -> Iterator[str]:
        for test in sorted({child for model in models for child in self.children[model]} & self.tests.keys() - tested):
            if later.isdisjoint(self.tests[test]["depends_on"]["nodes"]):
                tested.add(test)
                if test not in self.failing and not self.passes(self.tests[test]):
                    yield self.tests[test]["name"]

    def passes(self, test: dict[str, Any]) -> bool:
        """Say if a data test has no error; a warning lets a build pass."""
        try:
            [row] = self._within_time(self._file(test).read_text(encoding="utf-8")).fetchall()
        except duckdb.Error:
            return False
        return test["config"]["severity"].lower() == "warn" or not row[2]

    def _file(self, test: dict[str, Any]) -> Path:
        folder = self.target / "run" / test["package_name"] / test["original_file_path"]
        return folder if folder.is_file() else folder / test["path"]

    def query(self, node: dict[str, Any]) -> str:
        """Give the query that dbt built a model from."""
        folder = self.target / "compiled" / node["package_name"] / node["original_file_path"]
        return folder.read_text(encoding="utf-8")

    def _hash(self, node: dict[str, Any]) -> Any:
        return self._within_time(f"select count(*), sum(hash(t)) from {_relation(node)} as t").fetchall()

    def _within_time(self, sql: str) -> duckdb.DuckDBPyConnection:
        return within(SECONDS, self.database, sql)

    def _in_build_order(self) -> Iterator[str]:
        waiting = dict(self.models)
        while waiting:
            ready = [key for key, node in waiting.items() if not waiting.keys() & set(node["depends_on"]["nodes"])]
            for key in ready:
                del waiting[key]
                yield key


def _kind(node: dict[str, Any]) -> str:
    return "view" if node["config"]["materialized"] == "view" else "table"


def _relation(node: dict[str, Any]) -> str:
    return node["relation_name"]
