"""Time a build of the project against the least possible work and against its peers.

    make bench EVENTS=5000000

Every step is a process of its own. Its start-up, which is the same step over a handful of rows, is measured too and
left out of its ratio. dbt parses the project anew each time, so that this is the same for every build.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
from check import count_leads, differing_leads, differing_tiers, save_mart
from measure import Run, apart, run
from raw_data import AS_OF, count_rows, prepare
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

    def build(self, name: str, raw: str = "raw", **environment: str) -> Run:
        """Run `dbt build` without tests into an empty database file of that name."""
        variables = {"raw_data": str(self.folder / raw), "as_of": str(AS_OF)}
        command = [DBT, "--no-partial-parse", "build", "--vars", json.dumps(variables)]
        command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        command += ["--target-path", self.folder / "dbt", "--log-path", self.folder / "dbt"]
        database = self.database(name)
        database.unlink(missing_ok=True)
        environment |= {"LEAD_SCORING_DUCKDB": str(database)}
        done = run(command, PROJECT, self.folder / "build.log", environment)
        if done.failure:
            raise click.ClickException(f"dbt build {done.failure}:\n{done.output[-3000:]}")
        return done

    def database(self, name: str) -> Path:
        """Return a database's path."""
        return self.folder / f"{name}.duckdb"

    def peer(self, name: str, raw: str = "raw") -> Run:
        """Run one peer, result to a file of its name."""
        command = [sys.executable, HERE / "peers", name, self.folder / raw, str(AS_OF), self.folder / f"{name}.parquet"]
        return run(command, PROJECT, self.folder / f"{name}.log", limit=PEER_SECONDS)

    def measure(self, name: str, action: Callable[[], Run], runs: int = 0) -> list[Run]:
        """Repeat `action`; show each run as it ends; stop where one fails."""
        done: list[Run] = []
        for number in range(runs or self.runs):
            done.append(action())
            one = done[-1]
            outcome = one.failure or f"{one.seconds:8.2f} s {one.cpu_seconds:8.2f} cpu s {one.peak_mb:6} MB"
            click.echo(f"{name:<34} {number + 1}/{runs or self.runs}  {outcome}")
            if one.failure:
                break
        return done

    def measure_floor(self) -> None:
        """Measure the floor once more; it is done between the builds, so that all see the same machine."""
        self.floors += self.measure("floor", lambda: self.peer("floor"), 1)

    def measure_builds(self, memory_limit: str | None) -> None:
        """Measure all builds and save `lead_mart`."""
        handful = self.measure("start-up", lambda: self.build("handful", "raw_handful"))
        self.steps.append(Step.of("start-up", "build", handful, [], apart(count_leads, self.database("handful"))))
        self.measure_floor()
        done = self.measure("full build", lambda: self.build("built"))
        self.steps.append(Step.of("full build", "build", done, handful, apart(count_leads, self.database("built"))))
        apart(save_mart, self.database("built"), self.folder / "lead_mart.parquet")
        self.measure_floor()
        if memory_limit:
            name = f"full build, {memory_limit}"
            done = self.measure(name, lambda: self.build("limited", LEAD_SCORING_MEMORY_LIMIT=memory_limit), 1)
            rows = apart(count_leads, self.database("limited"))
            self.steps.append(Step.of(name, "build", done, handful, rows))
            self.measure_floor()

    def measure_peer(self, name: str, events: int) -> None:
        """Measure a peer, after its first result was found to be the same as `lead_mart`."""
        if events > MOST_EVENTS.get(name, events):
            self.steps.append(Step.untimed(name, f"not run above {MOST_EVENTS[name]:,} events"))
            return
        handful = self.measure(f"{name}, start-up", lambda: self.peer(name, "raw_handful"))
        done = self.measure(name, lambda: self.peer(name), 1)
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
            done += self.measure(name, lambda: self.peer(name), self.runs - 1)
        self.steps.append(Step.of(name, "peer", done, handful, apart(count_rows, self.folder, name), note))


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
    size = {table_name: apart(count_rows, folder / "raw", table_name) for table_name in ("events", "leads")}
    click.echo(f"{size['events']:,} events, {size['leads']:,} leads")
    bench = Bench(folder, runs)
    bench.measure_builds(memory_limit)
    for name in PEERS:
        bench.measure_peer(name, size["events"])
    floor = Step.floor(bench.floors, apart(count_rows, folder, "floor"))
    result = RESULTS / f"{events}.json"
    write_result(result, size, floor, bench.steps)
    click.echo("\n" + table(floor, bench.steps))
    drawn = run([sys.executable, HERE / "picture.py", result, picture], PROJECT, folder / "picture.log")
    if drawn.failure:
        raise click.ClickException(drawn.output)


if __name__ == "__main__":
    main()
