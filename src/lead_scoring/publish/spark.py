"""Publish within Spark: the tables of a second schema, each replaced at once, all with the id of their build."""

import os
from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lead_scoring.publish.contents import (
    CATALOGUE,
    DESCRIPTIONS,
    PUBLICATION,
    Facts,
    NotPublished,
    Publication,
    Relation,
    completed,
    in_one_line,
    not_ours,
    or_readers_keep,
)

# So long a query may take that began before a publication; then the files it reads are gone, and with them the erased.
KEPT = timedelta(hours=1)
# Spark gives most of Java's exceptions names of its own, but not those of a catalog.
FAILURES = (PySparkException, Py4JError)
# What the names of copies begin with that stand beside the build while it is published.
COPY = "to_publish_"
# Spark's names of the types of `PUBLICATION` and `CATALOGUE`.
TYPES = {"varchar": "string", "timestamp": "timestamp", "integer": "int"}


class Spark:
    """The published set of a Spark schema: a schema beside it.

    Spark has no transaction over several tables, so everything is copied first, and then the tables change one by one,
    `publication` last. Each row says in `build_id` which build it is of: a report over several tables asks whether they
    agree.
    """

    def __init__(self, credentials: Any, schema: str, facts: Facts, session: SparkSession) -> None:
        """Take where builds go, the schema that readers see, and the session."""
        self.facts = facts
        self.credentials, self.schema, self.session = credentials, schema, session
        self.format = os.environ.get("LEAD_SCORING_SPARK_FORMAT", "iceberg")

    def publish(self, relations: Sequence[Relation], marker: Relation) -> Publication:
        """Replace what readers see by the last complete build, table by table.

        Arguments:
            relations: what is published.
            marker: the model that tells whether the build is complete.

        Returns:
            What readers see from now on.

        Raises:
            NotPublished: the build is not complete or is running, the schema holds something else, or Spark failed.

        """
        standing = self.standing()
        try:
            with or_readers_keep(standing, *FAILURES):
                new = self._complete(marker)
                self._refuse_others(standing)
                self._copy(relations, new)
                if self._marked(marker) != [new.build_id]:
                    raise NotPublished("another build began meanwhile. Publish again when it is done.")
            self._show(relations, new)
            self._record(marker.schema, new)
        finally:
            self._drop_copies()
        return new

    def standing(self) -> Publication | None:
        """Return what readers see now; None if nothing was published."""
        if not self.session.catalog.tableExists(f"{self.schema}.publication"):
            return None
        found = self.session.table(f"{self.schema}.publication")
        return Publication.of(found.columns, [tuple(row) for row in found.collect()])

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the published set."""
        self.session.sql(f"use {self.schema}")
        return [tuple(row) for row in self.session.sql(query).collect()]

    @property
    def places(self) -> list[str]:
        """Where readers find the set."""
        return [f"the schema {self.schema}"]

    def _complete(self, marker: Relation) -> Publication:
        table = f"{marker.schema}.{marker.identifier}"
        if not self.session.catalog.tableExists(table):
            return completed([], 0, self.facts)
        rows = self.session.sql(f"select build_id, as_of, built_at, rules_version, is_whole from {table}").collect()
        number = 0
        if rows:
            highest = f"select coalesce(max(publication_number), 0) from {marker.schema}.published_scores"
            [(number,)] = self.session.sql(highest).collect()
        return completed(rows, number, self.facts)

    def _marked(self, marker: Relation) -> list[str]:
        return [
            row[0] for row in self.session.sql(f"select build_id from {marker.schema}.{marker.identifier}").collect()
        ]

    def _refuse_others(self, standing: Publication | None) -> None:
        if standing is None and self.session.catalog.databaseExists(self.schema) and self._tables(self.schema):
            raise not_ours(self.schema)

    def _copy(self, relations: Sequence[Relation], new: Publication) -> None:
        """Write down beside the build what is to be seen, so that no later build can mix with it."""
        for relation in relations:
            source = f"{relation.schema}.{relation.identifier}"
            columns = [name for name in self.session.table(source).columns if name != "build_id"]
            chosen = ", ".join(f"`{name}`" for name in columns)
            self._replace(
                self._copy_of(relation.name), f"select {chosen}, '{new.build_id}' as build_id from {source}", ""
            )

    def _show(self, relations: Sequence[Relation], new: Publication) -> None:
        """Put the copies in the place of what readers saw, `publication` last."""
        described = [(relation.name, relation.description) for relation in relations] + list(DESCRIPTIONS.items())
        try:
            self.session.sql(f"create schema if not exists {self.schema}")
            for relation in relations:
                copy = f"select * from {self._copy_of(relation.name)}"
                self._replace(f"{self.schema}.{relation.name}", copy, relation.description)
            self._write("published_tables", CATALOGUE, described)
            self._write("publication", PUBLICATION, [astuple(new)])
            self._drop(self.schema, set(self._tables(self.schema)) - {name for name, _ in described})
        except FAILURES as error:
            raise NotPublished(
                f"Spark failed before all tables of {self.schema} were those of {new}; the rest are still of the"
                f" build before, as their build_id says. Type `lead-scoring publish` again. What Spark said:"
                f" {in_one_line(error)}"
            ) from error

    def _copy_of(self, name: str) -> str:
        return f"{self.credentials.schema}.{COPY}{name}"

    def _drop_copies(self) -> None:
        schema = self.credentials.schema
        if self.session.catalog.databaseExists(schema):
            self._drop(schema, {name for name in self._tables(schema) if name.startswith(COPY)})

    def _tables(self, schema: str) -> list[str]:
        found = self.session.catalog.listTables(schema)
        return [table.name for table in found if not table.isTemporary]

    def _replace(self, name: str, query: str, description: str) -> None:
        """Put a table in the place of the one before, in one step, and let go of states that nobody reads any more."""
        said = description.replace("\\", "\\\\").replace("'", "\\'")
        self.session.sql(f"create or replace table {name} using {self.format} comment '{said}' as {query}")
        if self.format == "iceberg":
            until = datetime.now(UTC) - KEPT
            self.session.sql(
                f"call spark_catalog.system.expire_snapshots(table => '{name}',"
                f" older_than => timestamp '{until:%Y-%m-%d %H:%M:%S.%f}', retain_last => 1)"
            ).collect()

    def _write(self, name: str, columns: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
        described = ", ".join(f"{column} {TYPES[kind]}" for column, kind in columns.items())
        self.session.createDataFrame(rows, described).createOrReplaceTempView("to_publish")
        self._replace(f"{self.schema}.{name}", "select * from to_publish", DESCRIPTIONS[name])

    def _drop(self, schema: str, names: set[str]) -> None:
        """Drop tables with their files, in which people are."""
        for name in sorted(names):
            self.session.sql(f"drop table {schema}.{name} purge")

    def _record(self, schema: str, publication: Publication) -> None:
        """Write down beside the build that its scores were seen."""
        described = ", ".join(f"{column} {TYPES[kind]}" for column, kind in PUBLICATION.items())
        self.session.sql(f"create table if not exists {schema}.publications ({described}) using {self.format}")
        self.session.createDataFrame([astuple(publication)], described).createOrReplaceTempView("to_publish")
        self.session.sql(f"insert into {schema}.publications select * from to_publish")
