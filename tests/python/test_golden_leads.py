"""Named leads whose ledgers were worked out by hand, entry by entry."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, read_rows

GOLDEN = PROJECT / "tests" / "python" / "golden"
AS_OF = datetime(2025, 4, 14)


@pytest.fixture(scope="module")
def golden(project: CompiledProject) -> duckdb.DuckDBPyConnection:
    """Score the golden leads under the golden rules."""

    def tables(folder: str) -> dict[str, list[dict[str, str | None]]]:
        return {path.stem: read_rows(path) for path in sorted((GOLDEN / folder).glob("*.csv"))}

    raw = {"sales_activities": [], "opportunities": []} | tables("raw")
    return project.score(tables("rules"), raw, AS_OF)


@pytest.mark.parametrize(
    ("model", "expected"),
    [("score_ledger", "expected_ledger.csv"), ("lead_mart", "expected_mart.csv")],
)
def test_golden_leads(golden: duckdb.DuckDBPyConnection, model: str, expected: str) -> None:
    """The model holds the expected rows and no others, compared in the model's own types."""
    path: Path = GOLDEN / expected
    columns = ", ".join(read_rows(path)[0])
    golden.execute(f"create or replace temp table expected as select {columns} from {model} where false")
    golden.execute(f"copy expected from '{path}' (header)")
    actual = f"select {columns} from {model}"
    assert golden.execute(f"from expected except all {actual}").fetchall() == []
    assert golden.execute(f"{actual} except all from expected").fetchall() == []
