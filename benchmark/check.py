"""What a build left in its database, and whether a peer found the same."""

from pathlib import Path

import duckdb


def save_mart(database: Path, path: Path) -> int:
    """Copy `lead_mart` out of a database into a parquet file and return its number of rows."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"copy lead_mart to '{path}' (format parquet)").fetchall()[0][0]


def count_leads(database: Path) -> int:
    """Return the number of leads in `lead_mart`."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute("select count(*) from lead_mart").fetchall()[0][0]


def differing_leads(mart: Path, result: Path) -> int:
    """Return for how many leads a peer's result differs from `lead_mart` in any column it has.

    The values are compared exactly, in the mart's types.
    """
    with duckdb.connect() as connection:
        types = dict(connection.execute(f"select column_name, column_type from (describe from '{mart}')").fetchall())
        there = [name for (name, *_) in connection.execute(f"describe from '{result}'").fetchall()]
        ours = f"select {', '.join(there)} from '{mart}'"
        theirs = f"select {', '.join(f'cast({name} as {types[name]}) as {name}' for name in there)} from '{result}'"
        query = (
            f"select count(distinct lead_id) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
        )
        return connection.execute(query).fetchall()[0][0]


def differing_tiers(mart: Path, result: Path) -> int:
    """Return how many leads have another tier in a result than in `lead_mart`, or are not in it."""
    query = (
        f"select count(*) from '{mart}' as ours left join '{result}' as theirs using (lead_id)"
        " where ours.tier is distinct from theirs.tier"
    )
    return duckdb.sql(query).fetchall()[0][0]
