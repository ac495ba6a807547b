"""The raw files of the embedded engine: where they are, how DuckDB reads them, and what is wrong with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import duckdb

from lead_scoring.checks import csv_text
from lead_scoring.checks.problem import Problem

ENDINGS = (".csv", ".parquet", "/**/*.csv", "/**/*.parquet")


@dataclass(frozen=True)
class RawTable:
    """A raw table, as its yml describes it.

    Attributes:
        name: its name, which its file or directory has too.
        columns: the columns that are read.
        required: those of them that its files must have.
        is_optional: whether there may be no file at all.

    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...] = ()
    is_optional: bool = False

    @classmethod
    def of_source(cls, source: Mapping[str, Any]) -> Self:
        """Read what dbt knows of a source, as in its graph."""
        columns = source["columns"]
        required = tuple(name for name, column in columns.items() if (column.get("meta") or {}).get("required"))
        return cls(source["name"], tuple(columns), required, bool((source.get("meta") or {}).get("optional")))


@dataclass
class RawFiles:
    """What was found for one raw table.

    Attributes:
        reader: DuckDB's table function with its arguments; empty where there is no file.
        types: SQL type, in capitals, of each column the files have, by its name in small letters.
        problems: sentences; if there are any, `reader` and `types` are of no use.

    """

    reader: str = ""
    types: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def find(directory: str, table: RawTable, connection: duckdb.DuckDBPyConnection) -> RawFiles:
    """Find the files of a raw table and look at them, before anything reads them.

    Files that are not on a local disk are not looked at but left to DuckDB.

    Arguments:
        directory: the directory of all raw tables, relative to the process or absolute.
        table: what the table should be.
        connection: DuckDB, as it will read the files; nothing is left in it.

    Returns:
        How to read the table, or why that will not do.

    """
    stem = f"{directory}/{table.name}"
    by_ending = {ending: _glob(_literal(stem) + ending, connection) for ending in ENDINGS}
    there = [ending for ending, files in by_ending.items() if files]
    if len(there) > 1:
        return RawFiles(problems=[_both(stem + there[0], stem + there[1])])
    if not there:
        return RawFiles(problems=[] if table.is_optional else [_neither(directory, table.name)])
    (ending,) = there
    problems = list(_text_problems(by_ending[ending], table)) if ending.endswith(".csv") else []
    if problems:
        return RawFiles(problems=problems)
    reader = _reader(_literal(stem) + ending)
    try:
        described = connection.execute(f"describe select * from {reader}").fetchall()
    except duckdb.Error as error:
        return RawFiles(problems=[f"{stem}{ending}: DuckDB cannot read it. It says: {_first_line(error)}"])
    return RawFiles(reader, {column[0].lower(): column[1].upper() for column in described})


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def _glob(pattern: str, connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [file for (file,) in connection.execute("select file from glob(?) order by file", [pattern]).fetchall()]


def _literal(path: str) -> str:
    """Write a path so that DuckDB sees no pattern in it."""
    return path.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def _reader(pattern: str) -> str:
    """Return the table function for a file, or for all files in a directory.

    Every value of a csv stays text until staging reads it, so that an unreadable value is rejected with a reason
    instead of stopping the load. DuckDB is not to guess that lines are remarks or stand above the header: it would
    drop them without a word.
    """
    quoted = pattern.replace("'", "''")
    # files of one table may differ in their columns; a directory named `day=01` is not the number 1
    options = ", union_by_name = true, hive_types_autocast = false" if "/**/" in pattern else ""
    if pattern.endswith(".parquet"):
        return f"read_parquet('{quoted}'{options})"
    form = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0"
    return f"read_csv('{quoted}', {form}{options})"


def _text_problems(files: Iterable[str], table: RawTable) -> Iterable[str]:
    """Yield the first problem of each csv file; of many large files only the ends are read."""
    sizes = {file: Path(file).stat().st_size for file in files if Path(file).is_file()}
    whole = csv_text.READ_WHOLE if sum(sizes.values()) <= csv_text.READ_WHOLE else 0
    for file in sizes:
        path = Path(file)
        if problem := csv_text.encoding_problem(path, file, whole=whole):
            yield str(problem)
            continue
        header, problems = csv_text.shape_problems(path, file, table.required, whole=whole)
        names = [name.lower() for name in header]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1 and name in table.columns]
        if twice:
            yield str(Problem(file, f"the column {twice[0]} is there twice", "Delete or rename one of the two", 1))
        elif problems:
            yield str(problems[0])


def _both(one: str, other: str) -> str:
    return f"raw_data: both {one} and {other} exist. Remove what is out of date."


def _neither(directory: str, table: str) -> str:
    return (
        f"raw_data: '{directory}' holds neither {table}.parquet nor {table}.csv, nor a directory {table} of such files."
        " Export the table under that name, or pass --vars '{raw_data: DIR}' with the directory that holds it (relative"
        " to where you run dbt)."
    )
