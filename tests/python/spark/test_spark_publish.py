"""What readers see on Spark: a second schema, whose tables all say which build they are of."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ONLY_MODELS, PROJECT, Built
from on_spark import build, csv_files, drop_schema, load, rows
from pyspark.sql import SparkSession
from test_build import as_vars
from test_postgres import AS_OF

from lead_scoring.project import Project
from lead_scoring.publish import spark as published
from lead_scoring.publish.contents import Facts, NotPublished, public_relations
from lead_scoring.publish.spark import Spark
from lead_scoring.publish.summary import lines

pytest_plugins = ["on_spark"]
SCHEMA = "lead_scoring_published"


@pytest.fixture(scope="module")
def built(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the sample on Spark."""
    for schema in ("lead_scoring", SCHEMA):
        drop_schema(spark, schema)
    folder = tmp_path_factory.mktemp("spark")
    load(spark, "raw", csv_files(PROJECT / "sample_data"), folder / "loaded")
    done = build(folder, *ONLY_MODELS, "--vars", as_vars(as_of=AS_OF, raw_data=""))
    assert done.exit_code == 0, done.output
    # the data tests are run in `test_spark`
    spark.sql("update lead_scoring.completed_build set is_whole = true")
    return done


def store(spark: SparkSession, schema: str = SCHEMA) -> Spark:
    """Give the published set."""
    credentials = SimpleNamespace(type="spark", method="session", schema="lead_scoring")
    return Spark(credentials, schema, Facts("Asia/Tokyo"), spark)


def relations(built: Built) -> Any:
    """Give what is published, and the mark of a complete build."""
    return public_relations(Project(PROJECT, {}), built.target, "spark")


def test_readers_see_all_of_a_build_and_which(spark: SparkSession, built: Built) -> None:
    """Every public model has the rows of the build and its id; the ten lines can be said."""
    shop = store(spark)
    new = shop.publish(*relations(built))
    for relation in relations(built)[0]:
        counted = "select count(*), count(distinct build_id), min(build_id)"
        [(count, ids, build_id)] = rows(spark, f"{counted} from {SCHEMA}.{relation.name}")
        [(there,)] = rows(spark, f"select count(*) from lead_scoring.{relation.identifier}")
        assert count == there, relation.name
        assert (ids, build_id) in [(1, new.build_id), (0, None)]
    assert shop.standing() == new
    said = lines(shop.query, new, shop.places, None)
    assert said[1].startswith("Leads       704: hot ") and said[-2] == f"Readers     the schema {SCHEMA}"
    assert rows(spark, "select build_id from lead_scoring.publications") == [(new.build_id,)]


@contextmanager
def another_build_running(spark: SparkSession) -> Iterator[None]:
    """Take the mark of a complete build away, as the next build does first of all."""
    columns = spark.table("lead_scoring.completed_build").schema
    kept = [tuple(row) for row in spark.table("lead_scoring.completed_build").collect()]
    spark.sql("delete from lead_scoring.completed_build")
    try:
        yield
    finally:
        spark.createDataFrame(kept, columns).createOrReplaceTempView("again")
        spark.sql("insert into lead_scoring.completed_build select * from again")


def states(spark: SparkSession, built: Built) -> dict[str, list[int]]:
    """Give the states of each published table that Iceberg knows, by name."""
    names = [relation.name for relation in relations(built)[0]]
    return {
        name: sorted(row[0] for row in rows(spark, f"select snapshot_id from {SCHEMA}.{name}.snapshots"))
        for name in names
    }


def copies(spark: SparkSession) -> list[str]:
    """Give the tables beside the build that only a running publication needs."""
    names = [table.name for table in spark.catalog.listTables("lead_scoring")]
    return [name for name in names if name.startswith(published.COPY)]


def test_a_red_build_is_not_published(spark: SparkSession, built: Built) -> None:
    """Readers go on seeing the last one, and the message says since when."""
    shop = store(spark)
    standing = shop.publish(*relations(built))
    with (
        another_build_running(spark),
        pytest.raises(NotPublished, match="Nothing was published.*was not finished.*Readers still see the build of"),
    ):
        shop.publish(*relations(built))
    assert shop.standing() == standing


def test_a_build_that_begins_meanwhile_is_not_mixed_in(spark: SparkSession, built: Built) -> None:
    """Nothing that readers see has changed when another build begins while the last one is copied."""
    shop = store(spark)
    standing = shop.publish(*relations(built))
    before = states(spark, built)
    copy = shop._copy
    with ExitStack() as later, pytest.raises(NotPublished, match="Nothing was published: another build began"):
        shop._copy = lambda *given: (copy(*given), later.enter_context(another_build_running(spark)))  # type: ignore[method-assign]
        shop.publish(*relations(built))
    assert states(spark, built) == before
    assert shop.standing() == standing
    assert copies(spark) == []


def test_a_publication_that_breaks_off_says_so(
    spark: SparkSession, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where some tables are new and some old, the message says it, and the next publication puts it right."""
    shop = store(spark)
    shop.publish(*relations(built))
    replace = shop._replace

    def broken(name: str, query: str, description: str) -> None:
        replace(name if name != f"{SCHEMA}.tiers" else "no_such_schema.tiers", query, description)

    monkeypatch.setattr(shop, "_replace", broken)
    spark.sql("update lead_scoring.completed_build set build_id = 'the next build'")
    with pytest.raises(NotPublished, match="Spark failed before all tables.*no_such_schema"):
        shop.publish(*relations(built))
    assert rows(spark, f"select distinct build_id from {SCHEMA}.lead_mart") == [("the next build",)]
    assert rows(spark, f"select distinct build_id from {SCHEMA}.tiers") != [("the next build",)]
    assert copies(spark) == []
    monkeypatch.undo()
    assert shop.publish(*relations(built)).build_id == "the next build"
    assert rows(spark, f"select distinct build_id from {SCHEMA}.tiers") == [("the next build",)]


def test_a_schema_of_others_is_left_alone(spark: SparkSession, built: Built) -> None:
    """What was not published is not replaced."""
    spark.sql("create schema if not exists theirs")
    spark.sql("create table if not exists theirs.lead_mart (id int) using iceberg")
    with pytest.raises(NotPublished, match="the schema theirs is not empty"):
        store(spark, "theirs").publish(*relations(built))
    assert rows(spark, "select * from theirs.lead_mart") == []


def test_an_erased_person_leaves_the_files_too(
    spark: SparkSession, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older state of a published table is gone with the first publication after the time that queries may take."""
    shop = store(spark)
    shop.publish(*relations(built))
    shop.publish(*relations(built))
    assert len(rows(spark, f"select * from {SCHEMA}.lead_mart.snapshots")) > 1
    monkeypatch.setattr(published, "KEPT", timedelta(0))
    shop.publish(*relations(built))
    for relation in relations(built)[0]:
        assert len(rows(spark, f"select * from {SCHEMA}.{relation.name}.snapshots")) == 1, relation.name


def test_readers_meet_whole_tables(spark: SparkSession, built: Built, tmp_path: Path) -> None:
    """Through three publications no look meets a missing table, or one of two builds."""
    shop = store(spark)
    if not shop.standing():
        shop.publish(*relations(built))
    stop, faults, looks = threading.Event(), [], []

    def read() -> None:
        session = spark.newSession()
        while not stop.is_set():
            try:
                found = session.sql(f"select count(distinct build_id), count(*) from {SCHEMA}.lead_mart").collect()
                looks.append(tuple(found[0]))
            except Exception as error:  # whatever a reader may meet is a fault
                faults.append(repr(error)[:300])

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    found, marker = relations(built)
    few = [relation for relation in found if relation.name in ("lead_mart", "tiers")]
    for number in range(3):
        spark.sql(f"update lead_scoring.completed_build set build_id = 'build {number}'")
        shop.publish(few, marker)
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(looks) > 10 and set(looks) == {(1, 704)}
