"""One build on a Spark of this machine's own: seconds, memory, what each model moved between tasks, and doubtful plans.

`python benchmark/spark.py --raw DIR` in the environment of `make test-spark`. DIR is a directory of parquet files, one
per raw table. The line for DuckDB comes from `dbt build` over the same files.
"""

import argparse
import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from lead_scoring.spark import start_session

MIB = 2**20
# a window or a sort whose rows were all sent to one machine
WAITING_ON_ONE = r"(?:Window|Sort) [^\n]*\n[^\n]*Exchange SinglePartition"


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
    for model, found in doubtful_plans(session, given.work / "target" / "manifest.json"):
        print(f"{model}: {found}")


def doubtful_plans(session: SparkSession, manifest: Path) -> Iterator[tuple[str, str]]:
    """Look in the plan of each stored model for what a cluster cannot spread.

    Args:
        session: the session that built the models.
        manifest: dbt's manifest of that build.

    Yields:
        A model's name, and which steps work on one machine alone (`SinglePartition` before a window or a sort) or
        compare every row with every row (`BroadcastNestedLoopJoin`, `CartesianProduct`), with their number.

    """
    for node in json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values():
        if node["resource_type"] == "model" and node["config"]["materialized"] in ("table", "incremental"):
            plan = session.sql(f"explain {node['compiled_code']}").collect()[0][0]
            steps = Counter(re.findall(r"BroadcastNestedLoopJoin|CartesianProduct", plan))
            # a sum of sums is small; rows that wait for a window or an order are all rows
            steps["window over everything"] = len(re.findall(WAITING_ON_ONE, plan))
            found = ", ".join(f"{step} {count}" for step, count in steps.items() if count)
            if found:
                yield node["name"], found


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
