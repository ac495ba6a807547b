"""What the challenger reads from the built DuckDB file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np

from lead_scoring.challenger.errors import CannotStart
from lead_scoring.challenger.model import LeadMonths
from lead_scoring.challenger.months import Month


@contextmanager
def connected(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the built file for reading; what it lacks is said with its remedy.

    Raises:
        CannotStart: the file or a table is missing, or another program writes to the file.

    """
    if not database.is_file():
        raise CannotStart(f"{database} does not exist; run `dbt build`, or name the file with --database.")
    try:
        with duckdb.connect(database, read_only=True) as connection:
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise CannotStart(f"{database} lacks tables of the review; run `dbt build`.") from error
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise CannotStart(f"{database} cannot be read; close the program that uses it ({said}).") from error


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


def lead_months(connection: duckdb.DuckDBPyConnection, months: Sequence[Month], rules: Sequence[str]) -> LeadMonths:
    """Return the rows of some months, with the points of the rules in the order given."""
    chosen = {"months": [each.month for each in months]}
    scores = connection.execute(
        """
        select
            dense_rank() over (order by lead_id) as lead,
            has_opportunity as won,
            cast(attribute_score + behavior_score + recency_score as double) as raw_score
        from month_end_scores
        where list_contains($months, month)
        order by month, lead_id
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
        chosen | {"rules": rules},
    ).fetchnumpy()
    points = np.zeros((len(scores["lead"]), len(rules)))
    points[standing["number"], standing["rule"]] = standing["points"]
    return LeadMonths(scores["lead"], scores["won"].astype(bool), scores["raw_score"], points)
