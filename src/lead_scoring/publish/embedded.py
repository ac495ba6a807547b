"""Publish out of a DuckDB file: a new file beside the old one, put in its place by one rename."""

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import duckdb

from lead_scoring.publish.contents import (
    CATALOGUE,
    DESCRIPTIONS,
    PUBLICATION,
    Facts,
    NotPublished,
    Publication,
    Relation,
    completed,
    or_readers_keep,
)

# Read by the DuckDB 1.4 and 1.5 clients inside today's BI tools.
STORAGE = "v1.4.0"
COLUMNS = ", ".join(f"{name} {kind}" for name, kind in PUBLICATION.items())


class Embedded:
    """The published set of a DuckDB file: `published/<its name>`, and a parquet file per table beside it."""

    def __init__(self, credentials: Any, project: Path, facts: Facts) -> None:
        """Take what the profile says of the file that builds write to; its path is one from the project's root."""
        self.facts = facts
        self.credentials, self.schema = credentials, credentials.schema
        self.database = project / credentials.path
        self.file = self.database.parent / "published" / self.database.name
        self.parquet = self.file.with_suffix("")
        self.project = project

    def publish(self, relations: Sequence[Relation], marker: Relation) -> Publication:
        """Copy the last complete build into a new file and put it in the place of the old one.

        A file that is open stays as it is for who has it open. The new one holds nothing but these tables, so no
        free block of it keeps what was erased.

        Arguments:
            relations: what is published.
            marker: the model that tells whether the build is complete.

        Returns:
            What readers see from now on.

        Raises:
            NotPublished: the build is not complete, is still running, or something else lies in the place.

        """
        standing = self.standing()
        with or_readers_keep(standing, duckdb.Error):
            self._refuse_others(standing)
            with self._opened() as connection:
                if standing:
                    record(connection, standing)
                new = self._complete(connection, marker)
                beside = self.file.with_name(f".{self.parquet.name}-{uuid.uuid4().hex}")
                (beside / "parquet").mkdir(parents=True)
                try:
                    _write(connection, beside / self.file.name, relations, new)
                    _write_parquet(beside / self.file.name, beside / "parquet")
                    os.replace(beside / self.file.name, self.file)
                    link = beside / "link"
                    link.symlink_to(Path(beside.name, "parquet"), target_is_directory=True)
                    os.replace(link, self.parquet)
                finally:
                    self._remove_all_but_what_is_seen()
                record(connection, new)
        return new

    def standing(self) -> Publication | None:
        """Return what readers see now; None if nothing was published."""
        if not self.file.exists():
            return None
        try:
            with duckdb.connect(str(self.file), read_only=True) as connection:
                found = connection.execute("select * from publication")
                return Publication.of([column[0] for column in found.description], found.fetchall())
        except duckdb.Error:
            return None

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the published set."""
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def catch_up(self) -> None:
        """Write into the build's file what a publication that was killed had no time to write.

        Raises:
            NotPublished: another program has the file open.

        """
        standing = self.standing()
        if standing and self.database.exists():
            with self._opened() as connection:
                record(connection, standing)

    @property
    def places(self) -> list[str]:
        """Where readers find the set."""
        return [os.path.relpath(self.file, self.project), os.path.relpath(self.parquet / "*.parquet", self.project)]

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the build's file for writing, so that no build begins meanwhile."""
        if not self.database.is_file():
            raise NotPublished(f"{self.database} does not exist. Run `dbt build` first.")
        try:
            connection = duckdb.connect(str(self.database), config={"storage_compatibility_version": STORAGE})
        except duckdb.IOException as error:
            raise NotPublished(
                f"another program has {self.database} open. If that is a build, wait for its end; readers should open"
                f" {self.file} instead."
            ) from error
        with connection:
            connection.execute(f'use "{self.schema}"')
            yield connection

    def _complete(self, connection: duckdb.DuckDBPyConnection, marker: Relation) -> Publication:
        try:
            rows = connection.execute(
                f"select build_id, as_of, built_at, rules_version, is_whole from {_quoted(marker)}"
            ).fetchall()
            numbers = connection.execute("select coalesce(max(publication_number), 0) from published_scores")
            [(number,)] = numbers.fetchall()
        except duckdb.CatalogException:
            rows, number = [], 0
        return completed(rows, number, self.facts)

    def _refuse_others(self, standing: Publication | None) -> None:
        """Replace nothing that was not published."""
        if self.file.exists() and standing is None:
            raise NotPublished(f"{self.file} is there and was not published by this project. Move it away.")
        if self.parquet.exists() and not self.parquet.is_symlink():
            raise NotPublished(f"{self.parquet} is there and was not published by this project. Move it away.")

    def _remove_all_but_what_is_seen(self) -> None:
        """Remove the files before these, and what a publication that was killed left: nobody else is at work here."""
        seen = self.parquet.resolve().parent if self.parquet.is_symlink() else None
        for left in self.file.parent.glob(f".{self.parquet.name}-*"):
            if left.resolve() != seen:
                shutil.rmtree(left, ignore_errors=True)


def _write(
    connection: duckdb.DuckDBPyConnection, file: Path, relations: Sequence[Relation], publication: Publication
) -> None:
    path = str(file).replace("'", "''")
    connection.execute(f"attach '{path}' as publishing (storage_version '{STORAGE}')")
    for relation in relations:
        described = connection.execute(f"describe {_quoted(relation)}").fetchall()
        # the rows of one lead lie together, so that looking up a lead reads little
        order = " order by lead_id" if "lead_id" in [row[0] for row in described] else ""
        target = f'publishing.main."{relation.name}"'
        connection.execute(f"create table {target} as select * from {_quoted(relation)}{order}")
        connection.execute(f"comment on table {target} is {_text(relation.description)}")
        for column, description in relation.columns.items():
            connection.execute(f'comment on column {target}."{column}" is {_text(description)}')
    connection.execute(f"create table publishing.main.publication ({COLUMNS})")
    connection.execute(
        f"insert into publishing.main.publication values ({', '.join('?' * len(PUBLICATION))})", astuple(publication)
    )
    columns = ", ".join(f"{name} {kind}" for name, kind in CATALOGUE.items())
    connection.execute(f"create table publishing.main.published_tables ({columns})")
    catalogue = [(relation.name, relation.description) for relation in relations] + list(DESCRIPTIONS.items())
    connection.executemany("insert into publishing.main.published_tables values (?, ?)", catalogue)
    for name, description in DESCRIPTIONS.items():
        connection.execute(f"comment on table publishing.main.{name} is {_text(description)}")
    connection.execute("checkpoint publishing; detach publishing")


def _write_parquet(file: Path, folder: Path) -> None:
    with duckdb.connect(str(file), read_only=True) as connection:
        for (name,) in connection.execute("select table_name from published_tables").fetchall():
            path = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"copy \"{name}\" to '{path}' (format parquet, compression zstd)")


def record(connection: duckdb.DuckDBPyConnection, publication: Publication) -> None:
    """Write down in the build's own file that its scores were seen, once.

    Arguments:
        connection: to the build's file, in its schema.
        publication: what readers see.

    """
    connection.execute(f"create table if not exists publications ({COLUMNS})")
    for column, kind in PUBLICATION.items():  # it may be one of an older version
        connection.execute(f"alter table publications add column if not exists {column} {kind}")
    connection.execute(
        f"insert into publications ({', '.join(PUBLICATION)}) select {', '.join('?' * len(PUBLICATION))}"
        " where not exists (select 1 from publications where build_id = ? and published_at = ?)",
        [*astuple(publication), publication.build_id, publication.published_at],
    )


def _quoted(relation: Relation) -> str:
    return f'"{relation.schema}"."{relation.identifier}"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
