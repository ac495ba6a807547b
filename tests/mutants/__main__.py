"""`make mutants`: change one place of one model at a time, and see whether dbt's own tests notice.

Prints what nobody finds, and, by kind and by folder, how many changes the unit tests find and how many of the others
the data tests below the changed model. `accepted.csv` names the changes that make no difference, each with the reason.
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from data import DataTests
from operators import mutations, parse, text
from unit import UnitTests

from macros import nodes_of_macros

PROJECT = Path(__file__).parents[2]
SETS = PROJECT / "tests" / "python" / "connectors"
ACCEPTED = Path(__file__).with_name("accepted.csv")
COLUMNS = ("model", "cte", "operator", "before", "after")
CONNECTORS = ("salesforce", "account_engagement", "hubspot")
# where Fivetran puts what is not named after its connector
SCHEMAS = {"account_engagement": "pardot"}
# model, CTE, operator, before, after; of a macro without model and CTE
Name = tuple[str, ...]


@dataclass(frozen=True)
class World:
    """A finished dbt build in a directory: the bundled sample, or the sets of the connectors."""

    folder: Path
    connectors: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        """Where the database file is."""
        return self.folder / "lead_scoring.duckdb"

    def build(self) -> None:
        """Build it and run all tests; nothing is done twice."""
        done = self.folder / "done"
        if done.exists():
            return
        # an incremental model's first build is what its unit tests are about
        self.database.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.database)) as connection:
            for connector in self.connectors:
                schema = SCHEMAS.get(connector, connector)
                connection.execute(f"create schema if not exists {schema}")
                for path in sorted((SETS / connector).glob("*.csv")):
                    connection.execute(f"create or replace table {schema}.{path.stem} as from read_csv('{path}')")
        variables = json.dumps({"connectors": self.connectors, "as_of": "2026-06-30 15:00:00"})
        folders = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        for command in (["seed"], ["run"], ["test", "--selector", "everything"]):
            ran = subprocess.run(
                [str(Path(sys.executable).with_name("dbt")), *command, "--vars", variables, *folders],
                cwd=PROJECT,
                env={"LEAD_SCORING_DUCKDB": str(self.database), "NO_COLOR": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            # the sets of the connectors break promises on purpose
            if ran.returncode and (command[0] != "test" or not self.connectors):
                raise SystemExit(ran.stdout)
        done.touch()

    def manifest(self) -> dict[str, Any]:
        """Give everything dbt knows of the project."""
        return json.loads((self.folder / "target" / "manifest.json").read_text(encoding="utf-8"))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("models", nargs="*", help="only these models, or folders such as marts/stale")
    parser.add_argument("--builds", type=Path, help="keep the two builds in this directory, and use those in it")
    parser.add_argument("--unit-only", action="store_true", help="do not try the data tests")
    parser.add_argument("--survivors", type=Path, help="write what nobody finds to this csv file")
    options = parser.parse_args()
    wanted = select(options.models)
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder:
        builds = options.builds or Path(folder)
        for world in (World(builds / "sample"), World(builds / "connectors", CONNECTORS)):
            models = {model for model in wanted if wanted[model].startswith("connectors") == bool(world.connectors)}
            if models:
                world.build()
                try_models(world, models, outcomes, unit_only=options.unit_only)
    survivors = outcomes.report()
    if options.survivors:
        with options.survivors.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([(*COLUMNS, "rows_changed"), *survivors])
    sys.exit(bool(survivors))


def select(names: list[str]) -> dict[str, str]:
    """Give the folder of each model that is named, or whose folder is named; of all models if nothing is."""
    places = {
        path.stem: path.parent.relative_to(PROJECT / "models").as_posix() for path in PROJECT.glob("models/**/*.sql")
    }
    wanted = {
        model: place
        for model, place in places.items()
        if not names or model in names or any(f"{place}/".startswith(f"{folder}/") for folder in names)
    }
    if not wanted:
        raise SystemExit(f"No model and no folder of models is called {' or '.join(names)}.")
    return wanted


class Outcomes:
    """What came of every change, by what the change is known by."""

    def __init__(self) -> None:
        """Begin with what is accepted."""
        with ACCEPTED.open(encoding="utf-8", newline="") as file:
            self.accepted = {tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file)}
        self.found_by: dict[Name, str] = {}
        self.folders: dict[Name, str] = {}
        # where it was last tried
        self.models: dict[Name, str] = {}
        self.rows: dict[Name, int | str] = {}

    def is_open(self, name: Name) -> bool:
        """Say if a change is to be tried: of equal ones in a model the first, those of a macro until one is found."""
        return name not in self.found_by or (not name[0] and self.found_by[name] == "survived")

    def report(self) -> list[tuple[Any, ...]]:
        """Print the survivors and a line per kind and per folder; return the survivors with the rows they change."""
        survivors = [(*name, self.rows.get(name, "")) for name, by in self.found_by.items() if by == "survived"]
        for model, cte, operator, before, after, rows in survivors:
            name = (model, cte, operator, before, after)
            place = f"{model}.{cte}" if model else f"macro in {self.models[name]}"
            print(f"{place}: {operator}: {before} -> {after}" + (f" ({rows} rows of the sample)" if rows else ""))
        self._print_counts({name: name[2] for name in self.found_by})
        self._print_counts(self.folders)
        return survivors

    def _print_counts(self, groups: dict[Name, str]) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for name, by in self.found_by.items():
            if by != "senseless":
                counts[groups[name]][by] += 1
        kinds = ("unit tests", "data tests", "survived", "accepted")
        print(f"{'':32}{'mutants':>10}" + "".join(f"{kind:>12}" for kind in kinds) + "   found")
        for group, count in [*sorted(counts.items()), ("all", sum(counts.values(), Counter()))]:
            judged = count.total() - count["accepted"]
            found = f"{100 * (judged - count['survived']) / judged:7.1f} %" if judged else ""
            print(f"{group:32}{count.total():>10}" + "".join(f"{count[kind]:>12}" for kind in kinds) + found)


def try_models(world: World, wanted: set[str], outcomes: Outcomes, *, unit_only: bool) -> None:
    """Change the models of one build, one place at a time.

    Arguments:
        world: the build.
        wanted: names of the models.
        outcomes: what came of it is added here.
        unit_only: leave out the data tests.

    """
    manifest = world.manifest()
    unit_tests = defaultdict(list)
    for test in manifest["unit_tests"].values():
        compiled = world.folder / "target" / "compiled" / test["package_name"] / test["original_file_path"]
        [path] = compiled.rglob(f"{test['name']}.sql")
        ran = world.folder / "target" / "run" / path.relative_to(world.folder / "target" / "compiled")
        unit_tests[test["model"]].append((path, ran))
    with tempfile.TemporaryDirectory() as folder:
        # views name the database, and that is the file's name
        database = Path(shutil.copy(world.database, folder))
        with duckdb.connect(str(database), config={"threads": 1}) as built:
            data = DataTests(built, manifest, world.folder / "target")
            for key in data.order:
                name = data.models[key]["name"]
                if name in wanted:
                    try_model(data, key, unit_tests[name], outcomes, unit_only=unit_only)


def try_model(
    data: DataTests, key: str, folders: list[tuple[Path, Path]], outcomes: Outcomes, *, unit_only: bool
) -> None:
    """Try every change of one model."""
    began, tried = time.monotonic(), 0
    model = data.models[key]
    query = parse(data.query(model))
    changes = mutations(query, nodes_of_macros(query, model["raw_code"]))
    # a join that lost its condition fails for want of memory, and leaves no gigabytes in the project
    with duckdb.connect(config={"threads": 1, "memory_limit": "2GB", "temp_directory": ""}) as database:
        unit_tests = UnitTests(database, model, folders)
        if wrong := unit_tests.failing():
            raise SystemExit(f"{wrong} fail without any change, which dbt does not say")
        forms = [changes]
        if model["config"]["materialized"] == "incremental":
            # what a later build runs is only in its unit tests
            forms += [test.changes for test in unit_tests.tests]
        for form, place, change in [(each, *numbered) for each in forms for numbered in enumerate(each)]:
            owner = ("", "") if change.is_of_macro else (model["name"], change.cte)
            name = (*owner, change.operator, change.before, change.after)
            if not outcomes.is_open(name):
                continue
            tried += 1
            outcomes.models[name] = model["name"]
            outcomes.folders[name] = "macros" if change.is_of_macro else "/".join(model["fqn"][1:-1])
            outcome = unit_tests.outcome(change, place, form)
            by = "unit tests" if outcome else "accepted" if name in outcomes.accepted else "survived"
            if not outcome and not unit_only and form is changes:
                with change.made():
                    sql = text(query)
                rows = outcomes.rows[name] = data.changed_rows(key, sql)
                if rows == "senseless":
                    outcome = rows
                elif rows:
                    # what changes rows of the sample makes a difference, whatever the reason given
                    outcome = data.outcome(key, sql)
                    by = "data tests" if outcome else "survived"
            outcomes.found_by[name] = "senseless" if outcome == "senseless" else by
    seconds = round(time.monotonic() - began)
    print(f"{model['name']}: {tried} changes tried in {seconds} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
