"""One build on a Spark of this machine's own: seconds, memory, what each model moved between tasks, and doubtful plans.

`python benchmark/spark.py --raw DIR` in the environment of `make test-spark`. DIR is a directory of parquet files, one
per raw table. The line for DuckDB comes from `dbt build` over the same files.
"""

import argparse
import json
import re
import shutil
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from lead_scoring.spark import start_session

MIB = 2**20


def main() -> None:
    """Build and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--raw", type=Path, required=True)
    options.add_argument("--work", type=Path, default=Path("spark-benchmark"), help="is emptied first")
    options.add_argument("--cores", type=int, default=2)
    options.add_argument("--memory", default="4g", help="of the Java process")
    options.add_argument("--partitions", type=int, help="of a shuffle; as many as cores unless given")
    given = options.parse_args()
    shutil.rmtree(given.work, ignore_errors=True)
    session = start_session(given.work, given.cores, given.memory)
    if given.partitions:
        session.conf.set("spark.sql.shuffle.partitions", given.partitions)
    session.sql("create schema raw")
    for path in sorted(given.raw.glob("*.parquet")):
        session.sql(f"create table raw.{path.stem} using parquet location '{path.resolve()}'")
    shuffles = Shuffles(session)
    started = time.monotonic()
    built = dbtRunner(callbacks=[shuffles.after_node]).invoke(
        ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--target", "spark"]
        + ["--vars", "{as_of: '2026-06-30 15:00:00'}", "--target-path", str(given.work / "target"), "--quiet"]
    )
    print(f"success: {built.success}; {time.monotonic() - started:.0f} s; peak memory of Java {peak_memory():.1f} GB")
    print(f"{len(shuffles.found)} nodes, {sum(row['shuffled'] for row in shuffles.found):.0f} MB shuffled,", end=" ")
    print(f"{sum(row['spilled'] for row in shuffles.found):.0f} MB spilled")
    for row in sorted(shuffles.found, key=lambda row: -row["seconds"])[:25]:
        print(
            "{seconds:7.1f} s {shuffled:8.1f} MB shuffled {spilled:8.1f} MB spilled {slowest:6.1f} s  {model}".format(
                **row
            )
        )
    for model, found in sorted(set(doubtful_plans(session, given.work / "target" / "manifest.json"))):
        print(f"{model}: {found}")


def doubtful_plans(session: SparkSession, manifest: Path) -> Iterator[tuple[str, str]]:
    """Look in the plan of each stored model for what a cluster cannot spread.

    Args:
        session: the session that built the models.
        manifest: dbt's manifest of that build.

    Yields:
        A model's name, and what is sent to one machine (`SinglePartition` before a window or a sort) or to all of them
        (one side of a join without equal keys), by the tables it is made from.

    """
    for node in json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values():
        if node["resource_type"] == "model" and node["config"]["materialized"] in ("table", "incremental"):
            said = session.sql(f"explain {node['compiled_code']}").collect()[0][0]
            plan = re.split(r"\n(?=[ :]*[+:]- )", said)  # a text in a step may have several lines
            for number, line in enumerate(plan):
                join = re.search(r"BroadcastNestedLoopJoin Build(Left|Right)|CartesianProduct", line)
                if join:
                    sides = inputs_of(plan, number)
                    sent = sides[join[1] == "Right"] if join[1] else sides[0] + sides[1]
                    yield node["name"], f"to all: {tables_of(sent)}"
                elif re.search("(Window|Sort) ", line) and "Exchange SinglePartition" in plan[number + 1]:
                    yield node["name"], f"to one: {tables_of(inputs_of(plan, number)[0])}"


def inputs_of(plan: list[str], number: int) -> list[list[str]]:
    """Return the lines of each step that the step on a line takes its rows from."""
    own, *below = plan[number:]
    inputs: list[list[str]] = []
    for line in takewhile(lambda line: depth(line) > depth(own), below):
        if depth(line) == depth(own) + 3:
            inputs.append([line])
        elif inputs:  # subqueries come first, and deeper
            inputs[-1].append(line)
    return inputs


def depth(line: str) -> int:
    """Return how far a step of a plan stands to the right."""
    return len(line) - len(line.lstrip(" :+-"))


def tables_of(plan: list[str]) -> str:
    """Return the tables that a part of a plan reads."""
    return ", ".join(sorted(set(re.findall(r"(?:lead_scoring|raw)[.](\w+)", "\n".join(plan))))) or "constants"


class Shuffles:
    """What Spark says of the stages that ran since the model before."""

    def __init__(self, session: SparkSession) -> None:
        """Take the session whose stages are counted."""
        self.store = session.sparkContext._jsc.sc().statusStore()
        self.java = session.sparkContext._gateway
        self.known: set[int] = set()
        self.found: list[dict[str, Any]] = []

    def after_node(self, event: Any) -> None:
        """Add a line for each node that is done.

        Args:
            event: any event of dbt.

        """
        if event.info.name != "NodeFinished":
            return
        stages = [stage for stage in self.stages() if stage.stageId() not in self.known]
        self.known |= {stage.stageId() for stage in stages}
        self.found.append(
            {
                "model": event.data.node_info.node_name,
                "seconds": event.data.run_result.execution_time,
                "shuffled": sum(stage.shuffleWriteBytes() for stage in stages) / MIB,
                "spilled": sum(stage.diskBytesSpilled() for stage in stages) / MIB,
                "slowest": max((stage.executorRunTime() / 1000 for stage in stages), default=0),
            }
        )

    def stages(self) -> list[Any]:
        """Return what Spark knows of all stages."""
        quantiles = self.java.new_array(self.java.jvm.double, 0)
        found = self.store.stageList(None, False, False, quantiles, self.java.jvm.java.util.ArrayList())
        return [found.apply(index) for index in range(found.size())]


def peak_memory() -> float:
    """Return the most memory that Java had, in GB."""
    for status in Path("/proc").glob("[0-9]*/status"):
        text = status.read_text()
        if text.startswith("Name:\tjava\n"):
            return int(text.split("VmHWM:")[1].split()[0]) / MIB
    raise LookupError("There is no Java process.")


if __name__ == "__main__":
    main()
