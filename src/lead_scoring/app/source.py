"""The published set as the pages read it: opened for one look, read only, closed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd


class Source:
    """One look at the published set. The next look may meet a newer one, never two at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take an open connection."""
        self.connection = connection
        [self.publication] = self.rows("select * from publication")
        self.as_of = self.publication["as_of"]
        self.zone = ZoneInfo(self.publication["timezone"])

    def frame(self, query: str, **parameters: Any) -> pd.DataFrame:
        """Return a query's rows as a table; times are shown in the local zone, decimals as numbers.

        Arguments:
            query: SQL on the published set.
            parameters: values of its `$name`s.

        """
        found = self.connection.execute(query, parameters or None).df()
        for column in found:
            if pd.api.types.is_datetime64_any_dtype(found[column]) and not str(column).endswith("month"):
                found[column] = found[column].dt.tz_localize("UTC").dt.tz_convert(self.zone).dt.tz_localize(None)
        return found

    def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return a query's rows as dictionaries; times are UTC."""
        cursor = self.connection.execute(query, parameters or None)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def local(self, moment: Any) -> str:
        """Write a UTC time as the local one."""
        return pd.Timestamp(moment, tz="UTC").tz_convert(self.zone).strftime("%Y-%m-%d %H:%M")


@contextmanager
def opened(file: Path) -> Iterator[Source]:
    """Open the published set for one look.

    Arguments:
        file: what `lead-scoring publish` wrote.

    """
    with duckdb.connect(str(file), read_only=True) as connection:
        yield Source(connection)
