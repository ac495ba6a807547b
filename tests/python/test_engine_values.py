"""The macros in which engines differ give these values; test_postgres.py and spark/ ask the other engines."""

from pathlib import Path

import duckdb
from engine_values import CASES, COLUMNS, CREATE, compiled_expressions, differences, given_rows, inline_query
from test_build import RunDbt


def test_values_on_duckdb(run_dbt: RunDbt, tmp_path: Path) -> None:
    """Every case, value and type."""
    query = inline_query([case.expression for case in CASES])
    written = compiled_expressions(run_dbt(tmp_path, "compile", "--inline", query))
    with duckdb.connect() as connection:
        connection.execute(CREATE)
        connection.executemany(f"insert into given values ({', '.join('?' * len(COLUMNS))})", given_rows())
        assert differences(lambda query: connection.execute(query).fetchall()[0][0], written) == []
