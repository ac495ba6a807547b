"""The text of a csv file: its encoding, line ends, separators, quotes and the number of cells in each line.

DuckDB reads the files in the end, so what it reads without loss is no fault here: blanks around a quoted text, blank
lines, one comma too many at the end of a line, a byte order mark.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from lead_scoring.checks.problem import Problem

READ_WHOLE = 50_000_000  # bytes; of a larger file only the two ends are read
END = 1_000_000  # bytes of each of the two ends
CHUNK = 1_000_000  # bytes read at a time
LONGEST_CELL = 2_000_000  # characters; DuckDB reads no longer lines
MOST_PROBLEMS = 20  # of one file
TITLE_LINES = 20  # so far down a header is looked for

SAVE_AS_UTF8 = 'In Excel choose "Save as" and the type "CSV UTF-8 (comma delimited)"'
EXPORT_AS_UTF8 = "Export or save it as UTF-8"
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def encoding_problem(path: Path, file: str, *, whole: int = READ_WHOLE) -> Problem | None:
    """Find out whether a file is UTF-8 text.

    Arguments:
        path: the file.
        file: its name in the sentence.
        whole: size in bytes up to which all of the file is read; of a larger one the first and last megabyte are.

    Returns:
        What the file is instead, or none. A zero byte is no text either.

    Raises:
        OSError: the file cannot be read.

    """
    with path.open("rb") as stream:
        start = stream.read(4096)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_utf_16(start):
            return Problem(file, 'the file is UTF-16, which Excel saves as "Unicode Text", not UTF-8', SAVE_AS_UTF8)
        is_whole = stream.seek(0, io.SEEK_END) <= max(whole, 2 * END)
        stream.seek(0)
        for offset, lines in _chunks(stream) if is_whole else _ends(stream):
            if problem := _bytes_problem(lines, file):
                fault, remedy, place = problem
                return Problem(file, fault, remedy, _line_at(stream, offset + place))
    return None


def shape_problems(
    path: Path, file: str, names: Collection[str], *, whole: int = READ_WHOLE
) -> tuple[list[str], list[Problem]]:
    """Find out whether a UTF-8 file is a table with a header, in the format that spreadsheets call comma delimited.

    Arguments:
        path: the file.
        file: its name in the sentences.
        names: columns the header should have; by them a header is told from a title above it.
        whole: size in bytes up to which all of the file is read; of a larger one the first and last megabyte are,
            so that a fault in the middle is left to DuckDB.

    Returns:
        The names in the header, and what is wrong: faults of the header alone if it has any, else the lines that do
        not fit it. A header without rows is no fault.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: the file is not UTF-8.

    """
    with path.open("rb") as stream, _long_cells():
        is_whole = stream.seek(0, io.SEEK_END) <= max(whole, 2 * END)
        (_, head), (offset, tail) = ((0, b""), (0, b"")) if is_whole else _ends(stream)
        text = path.open(encoding="utf-8-sig", newline="") if is_whole else _text(head)
        with text:
            header, problem = _header(list(islice(text, TITLE_LINES)), file, names)
            if problem:
                return header, [problem]
            text.seek(0)
            width = len(header)
            problems = list(islice(_line_problems(text, file, width, is_cut=not is_whole), MOST_PROBLEMS))
        last = list(islice(_line_problems(_text(tail), file, width), MOST_PROBLEMS))
        if last:
            # the tail may begin within a quoted text; if it can be read that way, it does
            within = list(islice(_line_problems(_text(b'"' + tail), file, width, is_within=True), MOST_PROBLEMS))
            last = last if any("double quote" in problem.problem for problem in within) else within
        before = _line_at(stream, offset) - 1 if last else 0
        problems += [Problem(file, p.problem, p.remedy, before + (p.line or 0)) for p in last]
    return header, problems


def rows(path: Path) -> Iterator[list[str]]:
    """Yield the cells of each row below the header of a file without faults; blank lines are no rows."""
    with path.open(encoding="utf-8-sig", newline="") as text, _long_cells():
        records = (record for record in csv.reader(map(_mended, text), skipinitialspace=True) if record)
        next(records, None)
        yield from records


def _is_utf_16(start: bytes) -> bool:
    """Tell UTF-16 without a mark: of a header in Latin letters every other byte is zero, and no other."""
    zeros = sorted(half.count(0) for half in (start[::2], start[1::2]))
    return zeros[0] == 0 and zeros[1] > 0.2 * len(start) and len(start) > 2


def _bytes_problem(chunk: bytes, file: str) -> tuple[str, str, int] | None:
    """Return what is wrong with whole lines of bytes, the remedy and the place of the first such byte."""
    if (place := chunk.find(b"\0")) >= 0:
        return "the line holds a zero byte, which is no text", "Mend the export that writes the file", place
    try:
        chunk.decode("utf-8")
    except UnicodeDecodeError as error:
        try:
            chunk.decode("cp932")
        except UnicodeDecodeError:
            return "the file is not UTF-8", EXPORT_AS_UTF8, error.start
        fault = 'the file is not UTF-8; most likely it is Shift_JIS, which Excel in Japan saves as "CSV"'
        return fault, SAVE_AS_UTF8, error.start
    return None


def _chunks(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines, about a megabyte at a time, with their offset."""
    offset = 0
    while chunk := stream.read(CHUNK):
        chunk += stream.readline()
        yield offset, chunk
        offset += len(chunk)


def _ends(stream: BinaryIO) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """Return the first and the last whole lines of a large file, with their offsets."""
    stream.seek(0)
    head = stream.read(END)
    start = stream.seek(-END, io.SEEK_END) + len(stream.readline())
    return (0, head[: head.rfind(b"\n") + 1]), (start, stream.read())


def _text(lines: bytes) -> io.StringIO:
    return io.StringIO(lines.decode("utf-8-sig"), newline="")


def _line_at(stream: BinaryIO, offset: int) -> int:
    """Return the number of the line that holds a byte."""
    stream.seek(0)
    feeds = returns = 0
    while offset > 0 and (chunk := stream.read(min(CHUNK, offset))):
        feeds, returns, offset = feeds + chunk.count(b"\n"), returns + chunk.count(b"\r"), offset - len(chunk)
    return 1 + (feeds or returns)


def _mended(line: str) -> str:
    """Drop blanks between a closing quote and the comma, as DuckDB does."""
    return re.sub(r'" +(?=[,\r\n]|$)', '"', line) if '" ' in line else line


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the csv module read cells as long as DuckDB does."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _header(lines: Iterable[str], file: str, names: Collection[str]) -> tuple[list[str], Problem | None]:
    """Return the names in the first line, and what is wrong with it."""
    header: list[str] = []
    number = 0
    wanted = {name.lower() for name in names}
    for line, text in enumerate(islice(lines, TITLE_LINES), 1):
        cells = _cells(text)
        found = len(wanted.intersection(name.strip().lower() for name in cells))
        if not header and any(cells):
            header, number = cells, line
            separator = next((mark for mark in SEPARATORS if _separates(mark, text, wanted)), None)
            if separator and not found:
                fault = f"the cells are separated by {SEPARATORS[separator]}, not by commas"
                return header, Problem(file, fault, SAVE_AS_UTF8, line)
        elif header and found > len(wanted) / 2:
            fault = f"a line stands above the header, which is line {line}"
            return header, Problem(file, fault, "Delete what is above the header", number)
        if found:
            break
    if not header:
        return header, Problem(file, "the file is empty", "Write the names of the columns into the first line")
    return header, None


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error:
        return []


def _separates(mark: str, line: str, wanted: Collection[str]) -> bool:
    names = {name.strip('" \r\n\ufeff').lower() for name in line.split(mark)}
    return mark in line and (not names.isdisjoint(wanted) or "," not in line)


def _line_problems(
    lines: Iterable[str], file: str, width: int, *, is_cut: bool = False, is_within: bool = False
) -> Iterator[Problem]:
    """Yield a problem for each line that is not `width` cells, up to the first that cannot be read further.

    Arguments:
        lines: lines of a text with their ends.
        file: name of the file.
        width: number of cells of a line, as many as in the header.
        is_cut: whether the file goes on beyond the last of the lines.
        is_within: whether the first of the lines is the rest of one whose cells cannot be counted.

    """
    done = 0  # lines of the records read
    begin = last = first_end = ""  # first and last line of the record that is read, and how the first record ends
    is_new = True
    # a comma at the end of every line is a habit of some tools; of some lines, a comma too many within them
    ended, as_wide = 0, False
    short: list[tuple[int, list[str]]] = []  # lines with too few cells that no other has followed yet

    def fed() -> Iterator[str]:
        nonlocal begin, last, is_new
        for last in map(_mended, lines):  # noqa: B007
            if is_new:
                begin, is_new = last, False
            yield last

    reader = csv.reader(fed(), strict=True, skipinitialspace=True)
    try:
        for record in reader:
            line, done, is_new = done + 1, reader.line_num, True
            end = last[len(last.rstrip("\r\n")) :]
            first_end = first_end or end
            if end and end != first_end:
                fault = f"the line ends otherwise than the lines before ({_named(first_end)} and {_named(end)})"
                yield Problem(file, fault, "Save the whole file with one kind of line end", done)
                return
            cells = len(record)
            if not cells or (is_within and line == 1):
                continue
            if cells == width:
                as_wide = as_wide or line > 1  # the first is the header
                yield from (_too_few(file, *place, width) for place in short)
                short.clear()
            elif done > line:
                yield _quote_problem(file, line, begin)
            elif cells < width:
                short.append((line, record))
            elif cells == width + 1 and last.rstrip("\r\n").endswith(","):
                ended = ended or line
            else:
                yield _too_many(file, line, width)
    except csv.Error as error:
        if not (is_cut and "unexpected end" in str(error)):
            follows = re.search(r'(?:^|,) *("(?:[^"]|"")*") *[^",\s]', begin)
            is_one_line = reader.line_num == done + 1
            yield _quote_problem(file, done + 1, begin, follows[1] if follows and is_one_line else "")
    yield from (_too_few(file, *place, width, is_below=True) for place in short)
    if ended and as_wide:
        yield _too_many(file, ended, width)


def _named(end: str) -> str:
    return end.replace("\r", "CR ").replace("\n", "LF").strip()


def _too_many(file: str, line: int, width: int) -> Problem:
    remedy = "Put a text that holds a comma in double quotes, or delete the comma"
    return Problem(file, f"the line has too many cells, not {width}", remedy, line)


def _too_few(file: str, line: int, record: list[str], width: int, is_below: bool = False) -> Problem:
    remedy = "Add the commas that are missing; a blank cell needs its comma too"
    if is_below and 2 * len(list(filter(None, record))) < width:
        remedy = "Delete the line if it is a remark or a total below the table, else add the commas that are missing"
    return Problem(file, f"the line has too few cells, not {width}", remedy, line)


def _quote_problem(file: str, line: int, text: str, quoted: str = "") -> Problem:
    """Say what is wrong with the double quotes of a line.

    Arguments:
        file: name of the file.
        line: number of the line.
        text: the line.
        quoted: the text in double quotes after which more follows, if that is the fault.

    """
    fault = "a double quote is not closed"
    if '\\"' in text:
        fault = 'a double quote inside a text is written \\"'
    elif quoted:
        fault = f"text follows the closing double quote of {quoted}"
    return Problem(file, fault, "Write a double quote inside a text twice, the text in double quotes", line)
