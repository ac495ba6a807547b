"""What the challenger reads of a build, in DuckDB or PostgreSQL."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from lead_scoring import profile
from lead_scoring.challenger.errors import CannotStart
from lead_scoring.challenger.model import LeadMonths
from lead_scoring.challenger.months import Month

# What is read, and as which types; of a warehouse that is a server an export is made.
TABLES = {
    "rule_book": {"rule_kind": "varchar", "rule_id": "varchar", "points": "decimal(18, 6)"},
    "month_ends": {
        "month": "date",
        "month_end_at": "timestamp",
        "horizon_ends_at": "timestamp",
        "is_mature": "boolean",
    },
    "month_end_scores": {
        "month": "date",
        "lead_id": "varchar",
        "attribute_score": "decimal(18, 6)",
        "behavior_score": "decimal(18, 6)",
        "recency_score": "decimal(18, 6)",
        "total_score": "decimal(18, 6)",
        "has_opportunity": "boolean",
    },
    "month_end_rule_points": {
        "month": "date",
        "lead_id": "varchar",
        "rule_id": "varchar",
        "points": "decimal(18, 6)",
    },
    "rule_candidates": {
        "evidence_rank": "integer",
        "candidate_kind": "varchar",
        "candidate": "varchar",
        "advice": "varchar",
        "leads_with": "bigint",
        "opportunities_with": "bigint",
        "lift": "decimal(18, 6)",
    },
}


@contextmanager
def connected(project: Path, target: str | None, database: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what was built for reading; what it lacks is said with its remedy.

    Arguments:
        project: root of the dbt project whose profile says where it builds to.
        target: target of the profile; None for its default.
        database: a DuckDB file to read instead.

    Raises:
        CannotStart: the database or a table is missing, or another program writes to the file.

    """
    schema = "main"
    if database is None:
        try:
            credentials = profile.credentials(project, target)
        except profile.ProfileError as error:
            raise CannotStart(f"{error.message} Or name a file with --database.") from error
        if credentials.type == "postgres":
            with _exported(credentials) as connection:
                yield connection
            return
        if credentials.type != "duckdb":
            raise CannotStart(f"the target builds to {credentials.type}; the challenger reads duckdb and postgres.")
        database, schema = project / credentials.path, credentials.schema
    if not database.is_file():
        raise CannotStart(f"{database} does not exist; run `dbt build`, or name the file with --database.")
    try:
        with duckdb.connect(database, read_only=True) as connection:
            connection.execute(f'use "{schema}"')
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise CannotStart(f"{database} lacks tables of the review; run `dbt build`.") from error
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise CannotStart(f"{database} cannot be read; close the program that uses it ({said}).") from error


@contextmanager
def _exported(credentials: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """Copy what is read out of PostgreSQL into a database in memory."""
    import psycopg2

    with tempfile.TemporaryDirectory(prefix="lead_scoring_challenger_") as place:
        try:
            with profile.connect_postgres(credentials) as server, server.cursor() as cursor:
                for name, types in TABLES.items():
                    with (Path(place) / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                        query = f'select {", ".join(types)} from "{credentials.schema}".{name}'
                        cursor.copy_expert(f"copy ({query}) to stdout (format csv, header, encoding 'utf8')", file)
        except psycopg2.errors.UndefinedTable as error:
            raise CannotStart(f"schema {credentials.schema} lacks tables of the review; run `dbt build`.") from error
        with duckdb.connect() as connection:
            for name, types in TABLES.items():
                path = str(Path(place) / f"{name}.csv")
                columns = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
                connection.execute(
                    f"create table {name} as select * from read_csv($path, header = true, delim = ',',"
                    f" quote = '\"', escape = '\"', columns = {{{columns}}})",
                    {"path": path},
                )
            yield connection


def built_points(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> dict[str, Decimal]:
    """Return the points by rule_id of the last build, in the order of the rule files' names."""
    query = "select rule_id, points from rule_book where list_contains($kinds, rule_kind) order by rule_kind, rule_id"
    return dict(connection.execute(query, {"kinds": kinds}).fetchall())


def mature_months(connection: duckdb.DuckDBPyConnection) -> list[Month]:
    """Return the months whose outcomes are known, oldest first."""
    query = (
        "select month, month_ends.month_end_at, horizon_ends_at, count(*)"
        " from month_end_scores join month_ends using (month) where month_ends.is_mature group by all order by month"
    )
    return [Month(*row) for row in connection.execute(query).fetchall()]


def candidates(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    """Return what no rule names and might deserve one: kind, words, advice, leads, opportunities and lift."""
    query = (
        "select candidate_kind, candidate, advice, leads_with::varchar, opportunities_with::varchar,"
        " printf('%.2f', lift::double) from rule_candidates order by evidence_rank"
    )
    return connection.execute(query).fetchall()


def lead_months(
    connection: duckdb.DuckDBPyConnection, months: Sequence[Month], points: dict[str, Decimal]
) -> LeadMonths:
    """Return the rows of some months, with the awards of the rules in the order given.

    Arguments:
        connection: what was built.
        months: the months.
        points: points by rule; what a lead holds of a rule, divided by them, are its awards.

    """
    chosen = {"months": [each.month for each in months]}
    scores = connection.execute(
        """
        select
            dense_rank() over (order by month) - 1 as month,
            dense_rank() over (order by lead_id) as lead,
            has_opportunity as won,
            cast(total_score as double) as total_score,
            cast(attribute_score + behavior_score + recency_score as double) as raw_score
        from month_end_scores
        where list_contains($months, month)
        order by month_end_scores.month, lead_id
        """,
        chosen,
    ).fetchnumpy()
    standing = connection.execute(
        """
        with numbered as (
            select month, lead_id, row_number() over (order by month, lead_id) - 1 as number
            from month_end_scores
            where list_contains($months, month)
        )
        select number, list_position($rules, rule_id) - 1 as rule, cast(points as double) as points
        from month_end_rule_points
        inner join numbered using (month, lead_id)
        where list_contains($rules, rule_id)
        """,
        chosen | {"rules": list(points)},
    ).fetchnumpy()
    awards = np.zeros((len(scores["lead"]), len(points)))
    per_award = np.array([float(value) for value in points.values()])
    awards[standing["number"], standing["rule"]] = standing["points"] / per_award[standing["rule"]]
    return LeadMonths(
        scores["month"], scores["lead"], scores["won"].astype(bool), scores["total_score"], scores["raw_score"], awards
    )
