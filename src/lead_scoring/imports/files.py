"""Read exports as they come: any of Japan's encodings, lines above the header, local times, thousands."""

import csv
import io
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer
import click
import duckdb

from lead_scoring.imports.mapping import Mapping

ENCODINGS = ["cp932", "euc_jp", "utf_16", "iso2022_jp"]
SEARCHED_LINES = 50
TIMES = [
    f"%Y{date}%m{date}%d{end}{time}"
    for date, end in (("/", ""), ("-", ""), (".", ""))
    for time in ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f")
]
# 2026年6月1日 9時05分 as 2026/6/1 9:05
WORDS = {"年": "/", "月": "/", "日": " ", "時": ":", "分": ":", "秒": " "}
WORD = re.compile(r"(?<=\d)[年月日時分秒]")


@dataclass(frozen=True)
class Written:
    """What came of an import.

    Attributes:
        path: the parquet file.
        rows: number of rows in it.
        unreadable: by column, how many given values are no time or number, and one of them.

    """

    path: Path
    rows: int
    unreadable: dict[str, tuple[int, str]]


def decoded(path: Path, encoding: str) -> str:
    """Read a file as text.

    Arguments:
        path: the file.
        encoding: its encoding; blank to find it.

    Returns:
        Its text, without a byte order mark.

    Raises:
        click.ClickException: it is in no encoding that was tried.

    """
    content = path.read_bytes()
    for name in [encoding] if encoding else ["utf-8-sig"]:
        try:
            return content.decode(name).lstrip("\ufeff")
        except (UnicodeDecodeError, LookupError) as error:
            if encoding:
                raise click.ClickException(f"{path}: it is not {encoding} ({error}).") from error
    found = charset_normalizer.from_bytes(content, cp_isolation=ENCODINGS).best()
    if found is None:
        raise click.ClickException(
            f"{path}: its encoding is none of UTF-8, {', '.join(ENCODINGS)}. Name it in the mapping."
        )
    return str(found).lstrip("\ufeff")


def records(path: Path, mapping: Mapping) -> list[list[str | None]]:
    """Read the rows of a file, with the columns the mapping names.

    Arguments:
        path: the file.
        mapping: what to read of it.

    Returns:
        A list of cells per row, in the order of the mapping's columns; blank is None.

    Raises:
        click.ClickException: no line of the first 50 is a header with these columns, or a row is shorter than it.

    """
    lines = list(csv.reader(io.StringIO(decoded(path, mapping.encoding)), delimiter=mapping.delimiter))
    wanted = list(mapping.columns.values())
    headers = [[name.strip() for name in line] for line in lines[:SEARCHED_LINES]]
    number = next((number for number, header in enumerate(headers) if set(wanted) <= set(header)), None)
    if number is None:
        best = max(headers or [[]], key=lambda header: len(set(wanted) & set(header)))
        missing = [name for name in wanted if name not in best]
        raise click.ClickException(f"{path}: no line is a header with {missing[0]}; the nearest has {', '.join(best)}.")
    header = headers[number]
    places = [header.index(name) for name in wanted]
    found = []
    for count, line in enumerate(lines[number + 1 :], start=number + 2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) <= max(places):
            raise click.ClickException(f"{path} record {count}: it has {len(line)} cells, the header {len(header)}.")
        found.append([line[place].strip() or None for place in places])
    return found


def write(rows: list[list[str | None]], mapping: Mapping, folder: Path) -> Written:
    """Write rows as parquet, times in UTC and numbers plain; what cannot be read stays as it is.

    Arguments:
        rows: cells per row, in the order of the mapping's columns.
        mapping: what the cells are.
        folder: where the raw tables lie.

    Returns:
        What was written.

    """
    path = folder / mapping.table / f"{mapping.name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        duckdb.connect() as database,
        tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as file,
    ):
        kinds = [mapping.types.get(column, "text") for column in mapping.columns]
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(mapping.columns)
        writer.writerows([_plain(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in rows)
        file.flush()
        blank_is_null = ", ".join(f'nullif("{column}", \'\') as "{column}"' for column in mapping.columns)
        options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
        reader = f"read_csv({_literal(file.name)}, {options})"
        database.execute(f"create table export as select {blank_is_null} from {reader}")
        typed = {column: _expression(column, mapping) for column in mapping.columns}
        unreadable = {}
        for column, expression in typed.items():
            query = (
                f'select count(*), min("{column}") from export where "{column}" is not null and ({expression}) is null'
            )
            count, example = database.execute(query).fetchone() or (0, "")
            if count:
                unreadable[column] = (count, example)
        selected = [f'coalesce({expression}, "{column}") as "{column}"' for column, expression in typed.items()]
        selected += [f'{_literal(value)} as "{column}"' for column, value in mapping.values.items()]
        database.execute(f"copy (select {', '.join(selected)} from export) to {_literal(str(path))} (format parquet)")
    return Written(path, len(rows), unreadable)


def _plain(cell: str | None, kind: str) -> str | None:
    """Write full-width digits and the words of a date as a program does."""
    if cell is None or kind == "text":
        return cell
    cell = unicodedata.normalize("NFKC", cell)
    if kind == "timestamp":
        cell = " ".join(WORD.sub(lambda word: WORDS[word[0]], cell).split()).rstrip(":")
    return cell


def _expression(column: str, mapping: Mapping) -> str:
    """SQL for a column's value as text the build reads; null where it cannot be read."""
    kind = mapping.types.get(column, "text")
    name = f'"{column}"'
    if kind == "timestamp":
        formats = ", ".join(map(_literal, TIMES))
        local = f"timezone({_literal(mapping.timezone)}, try_strptime({name}, [{formats}]))"
        # a time that has an offset needs no zone
        has_offset = f"regexp_matches({name}, ':\\d\\d.*(Z|[+-]\\d\\d:?\\d\\d)$')"
        zoned = f"case when {has_offset} then try_cast({name} as timestamptz) end"
        return f"strftime(timezone('UTC', coalesce({zoned}, {local})), '%Y-%m-%d %H:%M:%S.%fZ')"
    if kind in ("integer", "numeric"):
        # 1,234 名, ¥1,234, 25.0; a comma stands before three digits only
        figure = f"regexp_replace({name}, '^[¥$]\\s*|\\s*(名|人|円|社)$', '', 'g')"
        is_number = f"regexp_full_match({figure}, '[+-]?(\\d+|\\d{{1,3}}(,\\d{{3}})+)([.]\\d+)?')"
        return f"case when {is_number} then replace({figure}, ',', '') end"
    return name


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
