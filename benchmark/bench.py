"""Time the project against the least possible work, against itself a day later, and against its peers.

    make bench EVENTS=5000000

Every step is a process of its own. Its start-up, which is the same step over a handful of rows, is measured too and
left out of its ratio. dbt parses the project anew each time, so that this is the same for every build.
"""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import click
from check import count_leads, differing_leads, differing_tables, differing_tiers, save_mart
from measure import Run, apart, run
from raw_data import AS_OF, NEXT_AS_OF, count_rows, count_touched, prepare
from report import Step, table, write_result

HERE = Path(__file__).parent
PROJECT = HERE.parent
DBT = Path(sys.executable).with_name("dbt")
RESULTS = HERE / "results"
PEER_SECONDS = 20 * 60
PEERS = ("duckdb_script", "polars_script", "pandas_script", "sqlite_script", "dbt_pattern")
UNEQUAL_PEER = "dbt_pattern"  # means another score, so it is shown and not compared
MOST_EVENTS = {"sqlite_script": 5_000_000}


class Bench:
    """The steps measured so far and the directory they work in."""

    def __init__(self, folder: Path, runs: int) -> None:
        """Start with nothing measured.

        Args:
            folder: holds the raw directories; databases, logs and results go there too.
            runs: how often a step is repeated; its median counts.
        """
        self.folder, self.runs = folder, runs
        self.steps: list[Step] = []
        self.floors: list[Run] = []

    def build(self, name: str, raw: str, as_of: datetime, *options: str, **environment: str) -> Run:
        """Run `dbt build` without tests into the database file of that name."""
        variables = {"raw_data": str(self.folder / raw), "as_of": str(as_of)}
        command = [DBT, "--no-partial-parse", "build", "--vars", json.dumps(variables), *options]
        command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        command += ["--target-path", self.folder / "dbt", "--log-path", self.folder / "dbt"]
        database = self.database(name)
        database.parent.mkdir(exist_ok=True)
        environment |= {"LEAD_SCORING_DUCKDB": str(database)}
        done = run(command, PROJECT, self.folder / "build.log", environment)
        if done.failure:
            raise click.ClickException(f"dbt build {done.failure}:\n{done.output[-3000:]}")
        return done

    def full_build(self, name: str, raw: str, as_of: datetime, **environment: str) -> Run:
        """Build everything into an empty database file."""
        self.database(name).unlink(missing_ok=True)
        return self.build(name, raw, as_of, "--full-refresh", **environment)

    def database(self, name: str) -> Path:
        """Return a database's path: one folder each, as views name the file they are in."""
        return self.folder / name / "lead_scoring.duckdb"

    def peer(self, name: str, raw: str = "raw") -> Run:
        """Run one peer, result to a file of its name."""
        command = [sys.executable, HERE / "peers", name, self.folder / raw, str(AS_OF), self.folder / f"{name}.parquet"]
        return run(command, PROJECT, self.folder / f"{name}.log", limit=PEER_SECONDS)

    def measure(self, name: str, action: Callable[[int], Run], runs: int = 0) -> list[Run]:
        """Call `action` with 0, 1, ...; show each run as it ends; stop where one fails."""
        done: list[Run] = []
        for number in range(runs or self.runs):
            done.append(action(number))
            outcome = done[-1].failure or f"{done[-1].seconds:8.2f} s {done[-1].peak_mb:6} MB"
            click.echo(f"{name:<34} {number + 1}/{runs or self.runs}  {outcome}")
            if done[-1].failure:
                break
        return done

    def measure_floor(self) -> None:
        """Measure the floor once more; it is done between the builds, so that all see the same machine."""
        self.floors += self.measure("floor", lambda _: self.peer("floor"), 1)

    def measure_builds(self, memory_limit: str | None) -> dict[str, int]:
        """Measure all builds and save `lead_mart` of the first; return what differs between the last two."""
        handful = self.measure("start-up", lambda _: self.full_build("handful", "raw_handful", AS_OF))
        startup = median(done.seconds for done in handful)
        self.add("start-up", handful, 0, "handful")
        self.measure_floor()
        done = self.measure("full build", lambda _: self.full_build("first", "raw", AS_OF))
        self.add("full build", done, startup, "first")
        apart(save_mart, self.database("first"), self.folder / "lead_mart.parquet")
        if memory_limit:
            name, limit = f"full build, {memory_limit}", {"LEAD_SCORING_MEMORY_LIMIT": memory_limit}
            done = self.measure(name, lambda _: self.full_build("limited", "raw", AS_OF, **limit), 1)
            self.add(name, done, startup, "limited")
        self.measure_floor()
        done = self.measure("nothing new", lambda _: self.build("first", "raw", AS_OF))
        self.add("nothing new", done, startup, "first")
        hours = [AS_OF + timedelta(hours=number + 1) for number in range(self.runs)]
        done = self.measure("nothing new, an hour later", lambda number: self.build("first", "raw", hours[number]))
        self.add("nothing new, an hour later", done, startup, "first")
        done = self.measure("a day later", lambda _: self.build_day_later())
        self.add("a day later", done, startup, "day_later")
        self.measure_floor()
        done = self.measure(
            "a day later, full build", lambda _: self.full_build("rebuilt", "raw_day_later", NEXT_AS_OF), 1
        )
        self.add("a day later, full build", done, startup, "rebuilt")
        return apart(differing_tables, self.database("day_later"), self.database("rebuilt"))

    def build_day_later(self) -> Run:
        """Build on a copy of the first database, so that every run starts from the same state."""
        copy = self.database("day_later")
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.database("first"), copy)
        return self.build("day_later", "raw_day_later", NEXT_AS_OF)

    def add(self, name: str, done: list[Run], startup: float, database: str) -> None:
        """Note the runs of a build."""
        rows = apart(count_leads, self.database(database))
        self.steps.append(Step.of(name, "build", done, startup, rows))

    def measure_peer(self, name: str, events: int) -> None:
        """Measure a peer, after its first result was found to be the same as `lead_mart`."""
        if events > MOST_EVENTS.get(name, events):
            self.steps.append(Step.untimed(name, f"not run above {MOST_EVENTS[name]:,} events"))
            return
        handful = self.measure(f"{name}, start-up", lambda _: self.peer(name, "raw_handful"))
        done = self.measure(name, lambda _: self.peer(name), 1)
        if done[0].failure:
            self.steps.append(Step.untimed(name, done[0].failure))
            return
        mart, result = self.folder / "lead_mart.parquet", self.folder / f"{name}.parquet"
        note = "same scores"
        if name == UNEQUAL_PEER:
            note = f"another score: {apart(differing_tiers, mart, result):,} leads get another tier"
        elif leads := apart(differing_leads, mart, result):
            self.steps.append(Step.untimed(name, f"differs on {leads:,} leads"))
            return
        if self.runs > 1:
            done += self.measure(name, lambda _: self.peer(name), self.runs - 1)
        startup = median(one.seconds for one in handful)
        self.steps.append(Step.of(name, "peer", done, startup, apart(count_rows, self.folder, name), note))


@click.command(context_settings={"show_default": True})
@click.option("--events", default=5_000_000, type=click.IntRange(min=10_000), help="Events to invent, about.")
@click.option("--runs", default=3, type=click.IntRange(1, 20), help="Runs per step; the median counts.")
@click.option("--memory-limit", help="Also build once with this limit for DuckDB, for example 3GB.")
@click.option("--work", default=PROJECT / "target" / "bench", type=click.Path(file_okay=False, path_type=Path),
              show_default="target/bench", help="Directory for raw data, databases and logs.")  # fmt: skip
@click.option("--picture", default=PROJECT / "docs" / "performance.svg", type=click.Path(path_type=Path),
              show_default="docs/performance.svg", help="The picture to draw, .svg or .png.")  # fmt: skip
def main(events: int, runs: int, memory_limit: str | None, work: Path, picture: Path) -> None:
    """Measure builds and peers on invented events; write a table, a JSON file and a picture."""
    folder = work.resolve() / str(events)
    apart(prepare, events, folder)
    size = {
        "events": apart(count_rows, folder / "raw", "events"),
        "leads": apart(count_rows, folder / "raw", "leads"),
        "events_a_day_later": apart(count_rows, folder / "raw_day_later", "events"),
        "leads_touched": apart(count_touched, folder),
    }
    click.echo(", ".join(f"{key.replace('_', ' ')}: {value:,}" for key, value in size.items()))
    bench = Bench(folder, runs)
    different = bench.measure_builds(memory_limit)
    for name in PEERS:
        bench.measure_peer(name, size["events"])
    floor = Step.floor(bench.floors, apart(count_rows, folder, "floor"))
    result = RESULTS / f"{events}.json"
    write_result(result, size, floor, bench.steps, different)
    click.echo("\n" + table(floor, bench.steps))
    drawn = run([sys.executable, HERE / "picture.py", result, picture], PROJECT, folder / "picture.log")
    if drawn.failure:
        raise click.ClickException(drawn.output)
    if different:
        raise click.ClickException(f"the build of a day later is not that of a full build, rows: {different}")
    click.echo("\nThe build of a day later left the same rows in every table as a full build.")


if __name__ == "__main__":
    main()
