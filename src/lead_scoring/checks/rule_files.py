"""What a spreadsheet did to the csv files people edit, before they are loaded.

Left to DuckDB some faults would be loaded: 7.5 in a column of whole numbers as 8.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from lead_scoring.checks import csv_text
from lead_scoring.checks.problem import Problem

NAMES_OF_RULES = ("rule_id", "tier")

REMEDIES = {
    "integer": "Write a whole number in half-width digits, such as 3",
    "numeric": "Write half-width digits with at most six decimals, such as 30 or -7.5",
    "boolean": "Write true or false",
    "date": "Write a date such as 2026-01-31",
    "time_of_day": "Write a time of day such as 09:00",
}


@dataclass(frozen=True)
class RuleFile:
    """A seed that people edit, as its yml describes it.

    Attributes:
        root: directory of the project it belongs to.
        file: its path in the project.
        types: SQL type, or `time_of_day`, of each column that is described.
        optional: the columns that may be absent.

    """

    root: Path
    file: str
    types: Mapping[str, str]
    optional: frozenset[str] = frozenset()

    @classmethod
    def of_seed(cls, seed: Mapping[str, Any]) -> Self:
        """Read what dbt knows of a seed, as in its graph."""
        metas = {name: column.get("meta") or {} for name, column in seed["columns"].items()}
        declared = seed["config"]["column_types"]
        return cls(
            root=Path(seed["root_path"]),
            file=seed["original_file_path"],
            types={name: meta.get("form") or declared.get(name, "varchar") for name, meta in metas.items()},
            optional=frozenset(name for name, meta in metas.items() if meta.get("optional")),
        )

    @property
    def path(self) -> Path:
        """The file on disk."""
        return self.root / self.file


def undecodable_seeds(project: Path) -> list[Problem]:
    """Name each csv file below `seeds` that dbt could not read as text.

    dbt reads every seed while parsing and stops at such a file without naming it, before any macro can run.

    Arguments:
        project: directory of the dbt project.

    Returns:
        One problem a file; a file that is UTF-8 but no text, such as one with zero bytes, is left for later.

    """
    problems = []
    for path in sorted((project / "seeds").rglob("*.csv")):
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            problem = csv_text.encoding_problem(path, path.relative_to(project).as_posix())
            problems += [problem] if problem else []
    return problems


def problems(files: Iterable[RuleFile], connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Name what is wrong with rule files.

    Arguments:
        files: the files of a run.
        connection: any DuckDB connection, which is asked what it can cast; nothing is left in it.

    Returns:
        The problems, file by file: of the text if there are any, else of the header, the lines, the cells.

    """
    found: list[Problem] = []
    for file in files:
        found += _problems(file, connection)
    return found


def _problems(file: RuleFile, connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    if not file.types:
        folder = Path(file.file).parent.as_posix()
        return [Problem(file.file, "no rule file has this name", f"Rename it, or move it out of {folder}")]
    if problem := csv_text.encoding_problem(file.path, file.file):
        return [problem]
    header, shape = csv_text.shape_problems(file.path, file.file, file.types)
    of_header = [] if shape and not _fits(header, file) else _header_problems(file, header)
    return of_header or shape or _cell_problems(file, header, connection)


def _fits(header: list[str], file: RuleFile) -> bool:
    return not file.types.keys().isdisjoint(header)


def _header_problems(file: RuleFile, header: list[str]) -> list[Problem]:
    columns = ", ".join(file.types)
    unread = [name for name in header if name not in file.types or header.count(name) > 1]
    missing = [name for name in file.types if name not in header and name not in file.optional]
    return [
        Problem(
            file.file,
            f'nothing reads the column "{name}", or it is there twice',
            f"Delete or rename it; the columns are {columns}",
            1,
        )
        for name in unread
    ] + [
        Problem(
            file.file,
            f"the column {name} is missing",
            f"Write it into the first line; the columns are {columns}",
            1,
        )
        for name in missing
    ]


def _cell_problems(file: RuleFile, header: list[str], connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Name the cells that are not of their column's type."""
    rows = list(csv_text.rows(file.path))
    found = []
    for place, name in enumerate(header):
        type_ = file.types[name]
        cells = {number: row[place] for number, row in enumerate(rows) if row[place]}
        for number in _unreadable(cells, type_, connection) if type_ != "varchar" else []:
            rule_id = rows[number][0] if header[0] in NAMES_OF_RULES else None
            remedy = REMEDIES.get(type_.split("(")[0], f"Write a {type_}")
            found.append(Problem(file.file, f'{name} is "{cells[number]}"', remedy, number + 2, rule_id))
    return sorted(found, key=lambda problem: problem.line or 0)


def _unreadable(cells: Mapping[int, str], type_: str, connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the keys of the cells that are not of a type; DuckDB's cast decides, except where it would round."""
    if type_ == "time_of_day":
        form = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00|")
        return [key for key, cell in cells.items() if not form.fullmatch(cell.strip(" "))]
    query = f"select unnest($keys), try_cast(unnest($cells) as {type_}) is null"
    cast = connection.execute(query, {"keys": list(cells), "cells": list(cells.values())}).fetchall() if cells else []
    return [key for key, is_unreadable in cast if is_unreadable or _would_change(cells[key], type_)]


def _would_change(cell: str, type_: str) -> bool:
    if type_ == "integer":
        return not re.fullmatch("[+-]?[0-9]+|", cell.strip(" "))
    return type_.startswith("numeric") and bool(re.search("[.][0-9]{6}[0-9]*[1-9]|_", cell))
