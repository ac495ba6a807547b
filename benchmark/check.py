"""Are two results the same, row for row?"""

from pathlib import Path

import duckdb

# Tables beginning with these names hold what the incremental machinery remembers and not what it computes,
STATE_TABLES = ("builds", "scored_leads", "changed_leads", "restaged_leads", "touched_leads")
# or what was in force and what was published by each build so far, and the checklist that quotes it.
RECORDS = ("published_scores", "rule_book_history", "checklist_", "scoring_checklist")


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


def differing_tables(first: Path, second: Path) -> dict[str, int]:
    """Compare all of schema `main` in two database files of the same name.

    Tables are compared by their rows. A view is the same if its definition is, since all it reads is compared too,
    down to the paths of the raw files.

    Args:
        first: one database file.
        second: the other; its name must be that of the first, which is part of the views' definitions.

    Returns:
        Number of differing rows by table, and 1 by view; empty if both are the same.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first}' as a (read_only); attach '{second}' as b (read_only)")
        found = {name: relations(connection, name) for name in ("a", "b")}
        different = {}
        for name in sorted(found["a"].keys() | found["b"].keys()):
            definitions = [found[database].get(name) for database in ("a", "b")]
            if definitions[0] != definitions[1]:
                different[name] = 1
            elif definitions[0] == "table" and (rows := differing_rows(connection, name)):
                different[name] = rows
        return different


def relations(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """Return the relations of the schemas `main` and `raw`: a view's definition, or the word table."""
    query = (
        "select table_name, 'table' from duckdb_tables() where database_name = $1"
        " union all select view_name, sql from duckdb_views()"
        " where database_name = $1 and schema_name in ('main', 'raw') and not internal"
    )
    found = dict(connection.execute(query, [database]).fetchall())
    return {name: sql for name, sql in found.items() if not name.startswith(STATE_TABLES + RECORDS)}


def differing_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows that one of two tables has more often; the same as `except all` both ways, faster."""
    query = (
        f"select coalesce(sum(abs(more)), 0) from (select * exclude (side), sum(side) as more from"
        f" (select *, 1 as side from a.main.{table} union all by name select *, -1 as side from b.main.{table})"
        " group by all having sum(side) <> 0)"
    )
    return int(connection.execute(query).fetchall()[0][0])
