"""`make mutants`: change one place of one model at a time, and see whether dbt's own tests notice.

Prints, by folder, how many changes the unit tests find, how many of the others the data tests find below the changed
model, and what nobody finds. `accepted.csv` names the changes that make no difference, each with the reason.
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from data import DataTests
from operators import Mutation, mutations, parse, text
from unit import UnitTests

PROJECT = Path(__file__).parents[2]
SETS = PROJECT / "tests" / "python" / "connectors"
ACCEPTED = Path(__file__).with_name("accepted.csv")
COLUMNS = ("model", "cte", "operator", "before", "after")
CONNECTORS = ("salesforce", "account_engagement", "hubspot")
# where Fivetran puts what is not named after its connector
SCHEMAS = {"account_engagement": "pardot"}


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
        self.folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.database)) as connection:
            for connector in self.connectors:
                schema = SCHEMAS.get(connector, connector)
                connection.execute(f"create schema if not exists {schema}")
                for path in sorted((SETS / connector).glob("*.csv")):
                    connection.execute(f"create or replace table {schema}.{path.stem} as from read_csv('{path}')")
        variables = json.dumps({"connectors": self.connectors, "as_of": "2026-06-30 15:00:00"})
        folders = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        for command in (["seed"], ["run"], ["test"]):
            ran = subprocess.run(
                [str(Path(sys.executable).with_name("dbt")), *command, "--vars", variables, *folders],
                cwd=PROJECT,
                env={"LEAD_SCORING_DUCKDB": str(self.database), "NO_COLOR": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            # the sets of the connectors break promises on purpose
            if ran.returncode and (command != ["test"] or not self.connectors):
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
    with tempfile.TemporaryDirectory() as folder:
        builds = options.builds or Path(folder)
        survivors = []
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for world in (World(builds / "sample"), World(builds / "connectors", CONNECTORS)):
            world.build()
            survivors += list(try_models(world, options.models, options.unit_only, counts))
    report(counts, survivors)
    if options.survivors:
        with options.survivors.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([(*COLUMNS, "rows_changed"), *survivors])
    sys.exit(bool(survivors))


def try_models(world: World, wanted: list[str], unit_only: bool, counts: dict[str, Counter[str]]) -> Any:
    """Change the models of one build, and yield the changes that nobody finds.

    Arguments:
        world: the build; the connectors' models are tried where there are connectors, the others on the sample.
        wanted: models or folders; all if empty.
        unit_only: leave out the data tests.
        counts: by folder, what came of the changes; added to.

    """
    manifest = world.manifest()
    accepted = read_accepted()
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
                model = data.models[key]
                place = "/".join(model["fqn"][1:-1])
                of_world = place.startswith("connectors") == bool(world.connectors)
                if of_world and (not wanted or any(f"{place}/{model['name']}/".startswith(f"{w}/") or w == model["name"] for w in wanted)):
                    yield from try_model(data, key, unit_tests[model["name"]], unit_only, accepted, counts[place])


def try_model(
    data: DataTests,
    key: str,
    folders: list[tuple[Path, Path]],
    unit_only: bool,
    accepted: set[tuple[str, ...]],
    counts: Counter[str],
) -> Any:
    """Try every change of one model, and yield those that nobody finds with the number of rows they change."""
    model = data.models[key]
    query = parse(data.query(model))
    changes = mutations(query)
    wanted = {name(model, change) for change in mutations(query, model["raw_code"])}
    with duckdb.connect(config={"threads": 1}) as database:
        unit_tests = UnitTests(database, model, folders)
        if wrong := unit_tests.failing():
            raise SystemExit(f"{wrong} fail without any change, which dbt does not say")
        for place, change in enumerate(changes):
            # of equal changes the first
            if name(model, change) not in wanted:
                continue
            wanted.remove(name(model, change))
            outcome = unit_tests.outcome(change, place, changes)
            by = "unit tests"
            rows: int | str = ""
            if not outcome:
                with change.made():
                    sql = text(query)
                if name(model, change) in accepted:
                    counts["accepted"] += 1
                    continue
                by = "data tests"
                if not unit_only:
                    rows = data.changed_rows(key, sql)
                    outcome = rows if rows == "senseless" else data.outcome(key, sql) if rows else ""
            if outcome == "senseless":
                continue
            counts[by if outcome else "survived"] += 1
            if not outcome:
                yield (*name(model, change), rows)
    print(model["name"], dict(counts), file=sys.stderr, flush=True)


def name(model: dict[str, Any], change: Mutation) -> tuple[str, ...]:
    """Give what a change is known by."""
    return model["name"], change.cte, change.operator, change.before, change.after


def read_accepted() -> set[tuple[str, ...]]:
    """Read which changes make no difference."""
    with ACCEPTED.open(encoding="utf-8", newline="") as file:
        return {tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file)}


def report(counts: dict[str, Counter[str]], survivors: list[tuple[Any, ...]]) -> None:
    """Print the survivors and a line per folder."""
    for survivor in survivors:
        model, cte, operator, before, after, rows = survivor
        print(f"{model}.{cte}: {operator}: {before} -> {after}" + (f" ({rows} rows of the sample)" if rows else ""))
    kinds = ("unit tests", "data tests", "survived", "accepted")
    print(f"{'':32}{'mutants':>10}" + "".join(f"{kind:>12}" for kind in kinds) + "   found")
    total: Counter[str] = sum(counts.values(), Counter())
    for folder, count in [*sorted(counts.items()), ("all", total)]:
        judged = count.total() - count["accepted"]
        found = f"{100 * (judged - count['survived']) / judged:7.1f} %" if judged else ""
        print(f"{folder:32}{count.total():>10}" + "".join(f"{count[kind]:>12}" for kind in kinds) + found)


if __name__ == "__main__":
    main()
