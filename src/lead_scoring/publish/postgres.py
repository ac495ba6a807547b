"""Publish within PostgreSQL: the rows of a second schema are replaced in one transaction."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple
from typing import Any

import psycopg2
from psycopg2 import sql

from lead_scoring import profile
from lead_scoring.publish.contents import (
    CATALOGUE,
    DESCRIPTIONS,
    PUBLICATION,
    Facts,
    Publication,
    Relation,
    completed,
    not_ours,
    or_readers_keep,
)

COLUMNS_OF = """
    select attname, format_type(atttypid, atttypmod) from pg_attribute
    where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum
"""


class Postgres:
    """The published set of a PostgreSQL schema: a schema beside it, with the same tables from day to day.

    Tables stay and their rows are replaced: whoever reads meets neither a missing table nor a lock, a query sees all
    of the old rows or all of the new, also in a transaction that began before, and rights and views on the tables last.
    """

    def __init__(self, credentials: Any, schema: str, roles: Sequence[str], facts: Facts) -> None:
        """Take where builds go, the schema that readers see, and the roles that may read it."""
        self.facts = facts
        self.credentials, self.schema, self.roles = credentials, schema, roles

    def publish(self, relations: Sequence[Relation], marker: Relation) -> Publication:
        """Replace what readers see by the last complete build, in one transaction.

        Arguments:
            relations: what is published.
            marker: the model that tells whether the build is complete.

        Returns:
            What readers see from now on.

        Raises:
            NotPublished: the build is not complete or is running, or the schema holds something else.

        """
        standing = self.standing()
        with (
            or_readers_keep(standing, psycopg2.Error),
            closing(profile.connect_postgres(self.credentials)) as connection,
        ):
            with connection, connection.cursor() as cursor:
                cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", (f"lead_scoring {self.schema}",))
                new = self._complete(cursor, marker)
                self._prepare(cursor, standing)
                for relation in relations:
                    self._replace(cursor, relation)
                self._describe(cursor, relations, new)
                self._grant(cursor)
                _record(cursor, marker.schema, new)
            # outside the transaction: the space of the rows that nobody sees any more
            connection.autocommit = True
            with connection.cursor() as cursor:
                for relation in relations:
                    cursor.execute(sql.SQL("vacuum (analyze) {}").format(self._published(relation.name)))
        return new

    def standing(self) -> Publication | None:
        """Return what readers see now; None if nothing was published."""
        connection = profile.connect_postgres(self.credentials)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("select * from {}").format(self._published("publication")))
                return Publication.of([column.name for column in cursor.description], cursor.fetchall())
        except psycopg2.errors.UndefinedTable:
            return None
        finally:
            connection.close()

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the published set."""
        connection = profile.connect_postgres(self.credentials)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("set local search_path to {}").format(sql.Identifier(self.schema)))
                cursor.execute(query)
                return cursor.fetchall()
        finally:
            connection.close()

    def catch_up(self) -> None:
        """Do nothing: what was seen is written down in the transaction that shows it."""

    @property
    def places(self) -> list[str]:
        """Where readers find the set."""
        return [f"the schema {self.schema} of the database {self.credentials.database}"]

    def _published(self, name: str) -> sql.Composable:
        return sql.Identifier(self.schema, name)

    def _complete(self, cursor: Any, marker: Relation) -> Publication:
        table = sql.Identifier(marker.schema, marker.identifier)
        cursor.execute("select to_regclass(%s)", (f'"{marker.schema}"."{marker.identifier}"',))
        if cursor.fetchone()[0] is None:
            return completed([], 0, self.facts)
        # until the end no build can begin: the first thing it does is to empty this table
        cursor.execute(sql.SQL("lock table {} in share mode").format(table))
        cursor.execute(sql.SQL("select build_id, as_of, built_at, rules_version, is_whole from {}").format(table))
        rows = cursor.fetchall()
        number = 0
        if rows:
            scores = sql.Identifier(marker.schema, "published_scores")
            cursor.execute(sql.SQL("select coalesce(max(publication_number), 0) from {}").format(scores))
            [(number,)] = cursor.fetchall()
        return completed(rows, number, self.facts)

    def _prepare(self, cursor: Any, standing: Publication | None) -> None:
        """Make the schema, if it is not there; take none that holds what was not published."""
        cursor.execute("select count(*) from pg_class where relnamespace = to_regnamespace(%s)", (f'"{self.schema}"',))
        if standing is None and cursor.fetchone()[0]:
            raise not_ours(self.schema)
        cursor.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(self.schema)))
        for name, columns in (("publication", PUBLICATION), ("published_tables", CATALOGUE)):
            _make(cursor, self._published(name), columns)

    def _replace(self, cursor: Any, relation: Relation) -> None:
        source, target = sql.Identifier(relation.schema, relation.identifier), self._published(relation.name)
        cursor.execute(COLUMNS_OF, (f'"{relation.schema}"."{relation.identifier}"',))
        columns = cursor.fetchall()
        cursor.execute(COLUMNS_OF, (f'"{self.schema}"."{relation.name}"',))
        if cursor.fetchall() == columns:
            cursor.execute(sql.SQL("delete from {}").format(target))
            cursor.execute(sql.SQL("insert into {} select * from {}").format(target, source))
            return
        # another version of the project: views of others on the table stop this, and the message names them
        cursor.execute(sql.SQL("drop table if exists {}").format(target))
        cursor.execute(sql.SQL("create table {} as select * from {}").format(target, source))
        cursor.execute(sql.SQL("comment on table {} is %s").format(target), (relation.description,))
        for column, description in relation.columns.items():
            place = sql.Identifier(self.schema, relation.name, column)
            cursor.execute(sql.SQL("comment on column {} is %s").format(place), (description,))
        if "lead_id" in dict(columns):
            cursor.execute(sql.SQL("create index on {} (lead_id)").format(target))

    def _describe(self, cursor: Any, relations: Sequence[Relation], new: Publication) -> None:
        """Write down which build this is and what it holds; what is published no more goes."""
        catalogue, publication = self._published("published_tables"), self._published("publication")
        names = [*(relation.name for relation in relations), *DESCRIPTIONS]
        cursor.execute(sql.SQL("select table_name from {} where not table_name = any(%s)").format(catalogue), (names,))
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop table if exists {}").format(self._published(name)))
        cursor.execute(sql.SQL("delete from {}; delete from {}").format(catalogue, publication))
        described = [(relation.name, relation.description) for relation in relations] + list(DESCRIPTIONS.items())
        cursor.executemany(sql.SQL("insert into {} values (%s, %s)").format(catalogue), described)
        _insert(cursor, publication, new)

    def _grant(self, cursor: Any) -> None:
        for role in self.roles:
            name, schema = sql.Identifier(role), sql.Identifier(self.schema)
            cursor.execute(sql.SQL("grant usage on schema {} to {}").format(schema, name))
            cursor.execute(sql.SQL("grant select on all tables in schema {} to {}").format(schema, name))


def _record(cursor: Any, schema: str, publication: Publication) -> None:
    """Write down beside the build that its scores were seen."""
    table = sql.Identifier(schema, "publications")
    _make(cursor, table, PUBLICATION)
    _insert(cursor, table, publication)


def _make(cursor: Any, table: sql.Composable, columns: dict[str, str]) -> None:
    """Make a table, or add the columns that one of an older version lacks."""
    described = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    cursor.execute(sql.SQL(f"create table if not exists {{}} ({described})").format(table))
    for column, kind in columns.items():
        cursor.execute(sql.SQL(f"alter table {{}} add column if not exists {column} {kind}").format(table))


def _insert(cursor: Any, table: sql.Composable, publication: Publication) -> None:
    places = ", ".join(["%s"] * len(PUBLICATION))
    columns = ", ".join(PUBLICATION)
    cursor.execute(sql.SQL(f"insert into {{}} ({columns}) values ({places})").format(table), astuple(publication))
