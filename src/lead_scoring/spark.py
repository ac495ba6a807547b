"""dbt on a Spark of this machine's own, with Iceberg tables: `python -m lead_scoring.spark build`."""

import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ICEBERG = "iceberg-spark-runtime-3.5_2.12-*.jar"


def start_session(folder: Path, cores: int = 2, memory: str = "4g") -> Any:
    """Start Spark in this process, or give the session there is.

    Arguments:
        folder: where tables, their catalog and what does not fit into memory go.
        cores: how many tasks run at a time.
        memory: of the Java process, as Java writes it, such as `4g`.

    Returns:
        The `pyspark.sql.SparkSession`, in UTC.

    Raises:
        FileNotFoundError: if the Iceberg jar is not installed.

    """
    from pyspark.sql import SparkSession

    # before Java starts, which takes over the zone of the process
    os.environ["TZ"] = "UTC"
    time.tzset()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "spark.driver.extraClassPath": str(iceberg_jar()),
        "spark.driver.extraJavaOptions": f"-Duser.timezone=UTC -Dderby.system.home={folder}",
        "spark.driver.memory": memory,
        "spark.local.dir": folder / "spill",
        "spark.ui.enabled": "false",
        "spark.hadoop.iceberg.engine.hive.lock-enabled": "false",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder}/catalog;create=true",
        "spark.sql.catalog.spark_catalog": "org.apache.iceberg.spark.SparkSessionCatalog",
        "spark.sql.catalog.spark_catalog.type": "hive",
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        # only Spark 2 wrote times before 1900 in another calendar
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": cores,
        "spark.sql.warehouse.dir": folder / "tables",
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("lead_scoring").enableHiveSupport()
    for name, value in settings.items():
        builder = builder.config(name, str(value))
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def session_of_environment() -> Any:
    """Give the session there is, else start one as the environment variables `LEAD_SCORING_SPARK_*` say."""
    return start_session(
        Path(os.environ.get("LEAD_SCORING_SPARK_FOLDER", "spark-warehouse")),
        int(os.environ.get("LEAD_SCORING_SPARK_CORES", os.cpu_count() or 2)),
        os.environ.get("LEAD_SCORING_SPARK_MEMORY", "4g"),
    )


def iceberg_jar() -> Path:
    """Return the jar that the Python package of the extra `spark` brings."""
    found = find_spec("snowpark_connect_deps_iceberg")
    jars = [
        jar
        for place in (found.submodule_search_locations if found else None) or []
        for jar in Path(place).rglob(ICEBERG)
    ]
    if not jars:
        raise FileNotFoundError("The jar of Iceberg is not installed. Type `uv sync --extra spark`.")
    return jars[0]


def main() -> None:
    """Run dbt's command line on the target `spark`."""
    from dbt.cli.main import dbtRunner

    session_of_environment()
    sys.exit(not dbtRunner().invoke([*sys.argv[1:], "--target", "spark"]).success)


if __name__ == "__main__":
    main()
