"""Ask a source system questions with the project's own models, without building one."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import click
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.events.base_types import EventMsg

Answer = list[tuple[Any, ...]]


class Look:
    """A source system seen through the models that would read it, put into one query each time.

    Attributes:
        tables: what `print_source_tables` says of each declared table, as dictionaries.

    """

    def __init__(self, project: Path, source: str, variables: dict[str, Any], target: str, folder: Path) -> None:
        """Take down how dbt is to be called; nothing is read yet.

        Arguments:
            project: directory of the dbt project.
            source: name of the connector.
            variables: dbt variables, with `connectors` naming the source.
            target: name of the profile's target; blank for its default.
            folder: an empty directory for dbt's artifacts.

        """
        self.project, self.source, self.folder = project, source, folder
        self.options = ["--vars", json.dumps(variables), "--project-dir", str(project)]
        self.options += ["--target-path", str(folder), "--log-path", str(folder)]
        if target:
            self.options += ["--target", target]
        if (project / "profiles.yml").exists():  # dbt looks where it is started
            os.environ.setdefault("DBT_PROFILES_DIR", str(project))
        self.steps = ""

    def tables(self) -> list[dict[str, Any]]:
        """Give each declared table: name, place, is_there, is_required, without."""
        arguments = ("print_source_tables", "--args", json.dumps({"source_name": self.source}))
        _, said = self._dbt("run-operation", *arguments)
        return [json.loads(line) for line in said if line.startswith("{")]

    def prepare(self) -> None:
        """Compile the models up to the raw contract; they read the columns that are there."""
        self._dbt("compile", "--select", "+path:models/connectors", "--no-inject-ephemeral-ctes")
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        nodes = {name: node for name, node in manifest["nodes"].items() if self._is_needed(node)}
        names = {node["relation_name"]: node["name"] for node in nodes.values()}
        done: set[str] = set()
        steps: list[str] = []

        def add(name: str) -> None:
            if name in done or name not in nodes:
                return
            done.add(name)
            node = nodes[name]
            for parent in node["depends_on"]["nodes"] if node["resource_type"] == "model" else ():
                add(parent)
            sql = node["compiled_code"] if node["resource_type"] == "model" else _seed_rows(self.project, node)
            for relation, step in names.items():
                # what a person was called is read from the table itself, if there is one
                if relation != node["relation_name"]:
                    sql = sql.replace(relation, step)
            steps.append(f"{node['name']} as (\n{sql}\n)")

        for name in sorted(nodes):
            add(name)
        self.steps = "with\n" + ",\n".join(steps)

    def ask(self, question: str) -> Answer:
        """Answer a query on the models.

        Arguments:
            question: a select that names models without a schema.

        Returns:
            The rows of the answer.

        """
        query = f"{{% raw %}}{self.steps}\n{question}{{% endraw %}}"
        outcome, _ = self._dbt("show", "--inline", query, "--limit", "-1")
        table = outcome.result.results[0].agate_table
        return [tuple(row.values()) for row in table.rows]

    def _is_needed(self, node: dict[str, Any]) -> bool:
        if node["resource_type"] == "seed":
            return bool(node["relation_name"])
        return node["resource_type"] == "model" and bool(node.get("compiled_code"))

    def _dbt(self, *arguments: str) -> tuple[dbtRunnerResult, list[str]]:
        events: list[EventMsg] = []
        command = ["--log-level", "none", "--log-level-file", "none", *arguments, *self.options]
        outcome = dbtRunner(callbacks=[events.append]).invoke(command)
        if not outcome.success:
            raise click.ClickException(_failure(outcome))
        return outcome, [event.info.msg for event in events if event.info.name == "PrintEvent"]


def _failure(outcome: dbtRunnerResult) -> str:
    if outcome.exception:
        return str(outcome.exception)
    results = getattr(outcome.result, "results", None) or []
    return "\n".join(str(result.message) for result in results if str(result.status) in ("error", "fail"))


def _seed_rows(project: Path, node: dict[str, Any]) -> str:
    """Write the rows of a seed's file as a query: nothing is loaded while looking."""
    path = Path(node["root_path"] or project) / node["original_file_path"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *content = csv.reader(file)
    types = node["config"]["column_types"]

    def cell(value: str | None, column: str) -> str:
        text = "null" if not value else "'" + value.replace("'", "''") + "'"
        return f"cast({text} as {types.get(column, 'varchar')}) as {column}"

    selects = [
        "select "
        + ", ".join(cell(value, column) for column, value in zip(header, row, strict=True))
        + f", {number} as rowid, {number} as ctid"
        for number, row in enumerate(content)
    ]
    empty = "select " + ", ".join(cell(None, column) for column in header) + ", 0 as rowid, 0 as ctid where 1 = 0"
    return "\nunion all\n".join(selects or [empty])
