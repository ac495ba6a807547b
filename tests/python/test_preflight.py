"""Every fault of a file that is found before anything runs, and the sentence that is said about it."""

import io
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT
from test_build import RunDbt, as_vars, edit

from lead_scoring.checks import csv_text, raw_files, rule_files

SAVE = 'In Excel choose "Save as" and the type "CSV UTF-8 (comma delimited)".'
TWICE = "Write a double quote inside a text twice, the text in double quotes."
EXPORT = "Mend the export that writes the file."
NAMES = ("lead_id", "created_at")
TABLE = raw_files.RawTable("leads", ("lead_id", "created_at", "industry"), required=NAMES)
HEADER = "lead_id,created_at,industry\n"
GOOD = HEADER + "1,2026-01-01,製造業\n2,2026-01-02,小売\n"

# fault: the bytes of leads.csv, and what is said after its path
FAULTS: dict[str, tuple[bytes, str]] = {
    "mixed line ends": (
        GOOD.replace("\n", "\r\n", 2).encode(),
        " line 3: the line ends otherwise than the lines before (CR LF and LF)."
        " Save the whole file with one kind of line end.",
    ),
    "a line end of an old Mac": (
        GOOD.replace("製造業", "製造\r業").encode(),
        " line 2: the line ends otherwise than the lines before (LF and CR)."
        " Save the whole file with one kind of line end.",
    ),
    "a backslash before a quote": (
        (HEADER + '1,2026-01-01,"say \\"hi\\" now"\n').encode(),
        f' line 2: a double quote inside a text is written \\". {TWICE}',
    ),
    "a backslash before the last quote": (
        (HEADER + '1,2026-01-01,"say \\"hi\\""\n2,2026-01-02,\n').encode(),
        f' line 2: a double quote inside a text is written \\". {TWICE}',
    ),
    "text after a closing quote": (
        (HEADER + '1,2026-01-01,"甲" 社\n').encode(),
        f' line 2: text follows the closing double quote of "甲". {TWICE}',
    ),
    "text after the second closing quote": (
        (HEADER + '"1",2026-01-01,"甲""乙"丙\n').encode(),
        f' line 2: text follows the closing double quote of "甲""乙". {TWICE}',
    ),
    "a quote that is never closed": (
        (GOOD + '3,2026-01-03,"金融\n4,2026-01-04,小売\n').encode(),
        f" line 4: a double quote is not closed. {TWICE}",
    ),
    "a quote that is never closed in the last line": (
        (GOOD + '3,2026-01-03,"金融\n').encode(),
        f" line 4: a double quote is not closed. {TWICE}",
    ),
    "a quote that the next one closes": (
        (GOOD + '3,2026-01-03,"金融\n4,2026-01-04,"小売"\n').encode(),
        f" line 4: a double quote is not closed. {TWICE}",
    ),
    "a quote that the end of a text closes": (
        (GOOD + '3,"2026-01-03,金融\n4,2026-01-04",小売,,\n').encode(),
        f" line 4: a double quote is not closed. {TWICE}",
    ),
    "semicolons": (
        GOOD.replace(",", ";").encode(),
        f" line 1: the cells are separated by semicolons, not by commas. {SAVE}",
    ),
    "semicolons, a comma in the header": (
        GOOD.replace(",", ";").replace("industry", "industry, if any").encode("utf-8-sig"),
        f" line 1: the cells are separated by semicolons, not by commas. {SAVE}",
    ),
    "tabs": (GOOD.replace(",", "\t").encode(), f" line 1: the cells are separated by tabs, not by commas. {SAVE}"),
    "a zero byte": (
        GOOD.replace("小売", "小\0売").encode(),
        f" line 3: the line holds a zero byte, which is no text. {EXPORT}",
    ),
    "zero bytes after a power cut": (
        GOOD.encode() + b"\0" * 5000,
        f" line 4: the line holds a zero byte, which is no text. {EXPORT}",
    ),
    "a zero byte at the very beginning": (
        b"\0" + GOOD.encode(),
        f" line 1: the line holds a zero byte, which is no text. {EXPORT}",
    ),
    "zero bytes in two lines": (
        GOOD.replace("業", "\0").replace("小", "\0").encode(),
        f" line 2: the line holds a zero byte, which is no text. {EXPORT}",
    ),
    "UTF-16": (GOOD.encode("utf-16"), f': the file is UTF-16, which Excel saves as "Unicode Text", not UTF-8. {SAVE}'),
    "UTF-16, big end first and no Latin letters": (
        b"\xfe\xff" + "会社名、業種\n甲社、製造業\n".encode("utf-16-be"),
        f': the file is UTF-16, which Excel saves as "Unicode Text", not UTF-8. {SAVE}',
    ),
    "UTF-16 without a mark": (
        GOOD.encode("utf-16-le"),
        f': the file is UTF-16, which Excel saves as "Unicode Text", not UTF-8. {SAVE}',
    ),
    "Shift_JIS": (
        GOOD.encode("cp932"),
        f' line 2: the file is not UTF-8; most likely it is Shift_JIS, which Excel in Japan saves as "CSV". {SAVE}',
    ),
    "Shift_JIS below a blank line": (
        b"\n" + GOOD.encode("cp932"),
        f' line 3: the file is not UTF-8; most likely it is Shift_JIS, which Excel in Japan saves as "CSV". {SAVE}',
    ),
    "Latin-1": (
        (HEADER + "1,2026-01-01,Café\n").encode("latin-1"),
        " line 2: the file is not UTF-8. Export or save it",
    ),
    "a title above the header": (
        ("リード一覧\n\n" + GOOD).encode(),
        " line 1: a line stands above the header, which is line 3. Delete what is above the header.",
    ),
    "a title with as many cells": (
        ("リード一覧,,\n" + GOOD).encode(),
        " line 1: a line stands above the header, which is line 2. Delete what is above the header.",
    ),
    "a footer": (
        (GOOD + "合計 2件\n").encode(),
        " line 4: the line has too few cells, not 3."
        " Delete the line if it is a remark or a total below the table, else add the commas that are missing.",
    ),
    "a footer of two lines": (
        (GOOD + "\n以上\n2026-11-28 出力\n").encode(),
        " line 5: the line has too few cells, not 3."
        " Delete the line if it is a remark or a total below the table, else add the commas that are missing.",
    ),
    "a cell too few": (
        (HEADER + "1,2026-01-01\n2,2026-01-02,小売\n").encode(),
        " line 2: the line has too few cells, not 3."
        " Add the commas that are missing; a blank cell needs its comma too.",
    ),
    "a remark within the table": (
        (HEADER + "以下は新規\n2,2026-01-02,小売\n").encode(),
        " line 2: the line has too few cells, not 3."
        " Add the commas that are missing; a blank cell needs its comma too.",
    ),
    "a cell too few in the last line": (
        (GOOD + "3,2026-01-03\n").encode(),
        " line 4: the line has too few cells, not 3."
        " Add the commas that are missing; a blank cell needs its comma too.",
    ),
    "a cell too many": (
        (HEADER + "1,2026-01-01,製造業,小売\n2,2026-01-02,小売\n").encode(),
        " line 2: the line has too many cells, not 3."
        " Put a text that holds a comma in double quotes, or delete the comma.",
    ),
    "a cell too many in every line": (
        (HEADER + "1,2026-01-01,製造業,小売\n").encode(),
        " line 2: the line has too many cells, not 3."
        " Put a text that holds a comma in double quotes, or delete the comma.",
    ),
    "a comma at the end of the first line": (
        (HEADER + "1,2026-01-01,製造業,\n2,2026-01-02,小売\n").encode(),
        " line 2: the line has too many cells, not 3."
        " Put a text that holds a comma in double quotes, or delete the comma.",
    ),
    "a comma at the end of the last line": (
        (HEADER + "1,2026-01-01,製造業\n2,2026-01-02,小売,\n").encode(),
        " line 3: the line has too many cells, not 3."
        " Put a text that holds a comma in double quotes, or delete the comma.",
    ),
    "a name twice": (
        GOOD.replace("industry", "Lead_ID").encode(),
        " line 1: the column lead_id is there twice. Delete or rename one of the two.",
    ),
    "nothing": (b"", ": the file is empty. Write the names of the columns into the first line."),
    "blank lines only": (b"\n\n", ": the file is empty. Write the names of the columns into the first line."),
}

# what is no fault: the bytes, and the rows that DuckDB then reads
HARMLESS: dict[str, tuple[bytes, list[str | None]]] = {
    "plain": (GOOD.encode(), ["製造業", "小売"]),
    "header only": (HEADER.encode(), []),
    "no last line end": (GOOD.encode().rstrip(), ["製造業", "小売"]),
    "byte order mark and CR LF": (GOOD.replace("\n", "\r\n").encode("utf-8-sig"), ["製造業", "小売"]),
    "LF within a text, CR LF after it": (
        (GOOD.replace("製造業", '"製造\n業"').replace(",小売\n", ",小売\r\n").replace('業"\n', '業"\r\n'))
        .replace("industry\n", "industry\r\n")
        .encode(),
        ["製造\n業", "小売"],
    ),
    "doubled quotes": ((HEADER + '1,2026-01-01,"""甲"" 社, 乙"\n').encode(), ['"甲" 社, 乙']),
    "a quote within a text": ((HEADER + '1,2026-01-01,5" pipe\n').encode(), ['5" pipe']),
    "a backslash at the end": ((HEADER + '1,2026-01-01,"C:\\"\n').encode(), ["C:\\"]),
    "blanks around a quoted text": ((HEADER + '1, "2026-01-01" ,"a, b"\n').encode(), ["a, b"]),
    "a blank before a quoted text with a comma": ((HEADER + '1,2026-01-01, "a, b"\n').encode(), ["a, b"]),
    "blank lines": (GOOD.replace("\n", "\n\n").encode(), ["製造業", "小売"]),
    "a comma at the end": ((HEADER + "1,2026-01-01,製造業,\n2,2026-01-02,小売,\n").encode(), ["製造業", "小売"]),
    "a line that begins with #": ((HEADER + "#1,2026-01-01,a\n2,2026-01-02,b\n").encode(), ["a", "b"]),
    "unread names twice": ((b"lead_id,created_at,industry,x,x\n1,2026-01-01,a,,\n"), ["a"]),
    "a long text": ((HEADER + f'1,2026-01-01,"{"長" * 200_000}"\n').encode(), ["長" * 200_000]),
}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """Give a DuckDB of the test's own."""
    return duckdb.connect()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_raw_file_is_one_sentence(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, fault: str
) -> None:
    """The sentence names file, line, fault and remedy, and it is the only one."""
    content, said = FAULTS[fault]
    (tmp_path / "leads.csv").write_bytes(content)
    found = raw_files.find(str(tmp_path), TABLE, connection)
    assert len(found.problems) == 1 and found.problems[0].startswith(f"{tmp_path}/leads.csv{said}"), found.problems
    assert found.problems[0].endswith(".")


@pytest.mark.parametrize("case", HARMLESS)
def test_what_duckdb_reads_is_no_fault(connection: duckdb.DuckDBPyConnection, tmp_path: Path, case: str) -> None:
    """Nothing is said about it, and no row is lost."""
    content, expected = HARMLESS[case]
    (tmp_path / "leads.csv").write_bytes(content)
    found = raw_files.find(str(tmp_path), TABLE, connection)
    assert found.problems == []
    assert list(found.types)[:3] == ["lead_id", "created_at", "industry"]
    rows = connection.execute(f"select industry from {found.reader} order by lead_id").fetchall()
    assert [industry for (industry,) in rows] == expected


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_faults_are_found_in_a_rule_file(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, fault: str
) -> None:
    """A file that people edit is looked at in the same way, and its path is that in the project."""
    content, said = FAULTS[fault]
    file = rule_files.RuleFile(tmp_path, "seeds/leads.csv", dict.fromkeys(TABLE.columns, "varchar"))
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    problems = list(map(str, rule_files.problems([file], connection)))
    if fault == "a name twice":
        said = ' line 1: nothing reads the column "Lead_ID", or it is there twice. Delete or rename it;'
    assert problems[0].startswith(f"seeds/leads.csv{said}"), problems


CELLS = {
    "integer": (["3", " 3 ", "-1", ""], ["3.5", "３", "1e3", "2147483648", "three", "0x10"]),
    "numeric(18, 6)": (["3", "-7.5", "1.000000", "1.1234560", ""], ["３０", "1.1234567", "1_000", "a", "1e30"]),
    "boolean": (["true", "False", ""], ["はい", "maybe"]),
    "date": (["2026-01-31", ""], ["2026-01-32", "31.1.2026", "soon"]),
    "time_of_day": (["09:00", "9:00", "24:00", " 18:30 "], ["18時", "24:01", "9", "09:60"]),
    "varchar": (["anything", "３"], []),
}


@pytest.mark.parametrize("type_", CELLS)
def test_a_cell_of_another_type_is_named(connection: duckdb.DuckDBPyConnection, tmp_path: Path, type_: str) -> None:
    """Each cell that DuckDB would refuse, or round, is said with its line and its rule; the others are not."""
    good, bad = CELLS[type_]
    file = rule_files.RuleFile(tmp_path, "new_rules.csv", {"rule_id": "varchar", "x": type_})
    lines = [f"r{number},{cell}\n" for number, cell in enumerate([*bad, *good])]
    file.path.write_text("rule_id,x\n" + "".join(lines), encoding="utf-8")
    problems = list(map(str, rule_files.problems([file], connection)))
    expected = [f'new_rules.csv line {n + 2}, rule r{n}: x is "{cell}". Write ' for n, cell in enumerate(bad)]
    assert [problem[: len(start)] for problem, start in zip(problems, expected, strict=True)] == expected


@pytest.mark.parametrize("fault", ["line", "bytes", "footer", None])
def test_of_a_large_file_the_ends_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str | None) -> None:
    """A fault near the end is found, with its line; a piece that begins within a quoted text is no fault."""
    monkeypatch.setattr(csv_text, "END", 5000)
    path = tmp_path / "leads.csv"
    rows = [f'{number},2026-01-01,"a ""b"",\n c"\n' for number in range(1000)]
    good = HEADER + "".join(rows)
    last = {"line": "x,2026-01-01,a,b\n", "bytes": "x,2026-01-01,\udc91\n", "footer": "以上\n", None: ""}[fault]
    path.write_bytes((good + last).encode(errors="surrogateescape"))
    problem = csv_text.encoding_problem(path, "leads.csv", whole=20_000)
    problems = [problem] if problem else csv_text.shape_problems(path, "leads.csv", NAMES, whole=20_000)[1]
    said = {"line": "the line has too many cells", "bytes": "the file is not UTF-8", "footer": "the line has too few"}
    assert [str(p).startswith(f"leads.csv line 2002: {said.get(fault or '')}") for p in problems] == [True] * bool(
        fault
    )

    for cut in range(4960, 5000):  # wherever the piece begins
        monkeypatch.setattr(csv_text, "END", cut)
        path.write_text(good, encoding="utf-8")
        assert csv_text.shape_problems(path, "leads.csv", NAMES, whole=20_000) == (HEADER.strip().split(","), [])


def test_of_a_large_file_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault near the beginning is found, with its line; wherever the piece ends, a blank last cell is no fault."""
    path = tmp_path / "leads.csv"
    rows = [f"{number},2026-01-01,\n" for number in range(1000)]
    for cut in range(4960, 5000):
        monkeypatch.setattr(csv_text, "END", cut)
        path.write_text(HEADER + "".join(rows), encoding="utf-8")
        assert csv_text.shape_problems(path, "leads.csv", NAMES, whole=0)[1] == []
    for line, content in ((2, "1,2026-01-01,a,b\n"), (40, "1,2026-01-01,a,b\n")):
        path.write_text(HEADER + "".join([*rows[: line - 2], content, *rows]), encoding="utf-8")
        (problem,) = csv_text.shape_problems(path, "leads.csv", NAMES, whole=0)[1]
        assert str(problem).startswith(f"leads.csv line {line}: the line has too many cells")


def test_of_many_large_files_the_ends_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the middle of a file is found as long as all files together are small, and else left to DuckDB."""
    monkeypatch.setattr(csv_text, "END", 5000)
    rows = [f"{number},2026-01-01,a\n" for number in range(1000)]
    files = [tmp_path / name for name in ("one.csv", "two.csv")]
    for path in files:
        path.write_text(HEADER + "".join([*rows, "1,2026-01-01,a,b\n", *rows]), encoding="utf-8")
    monkeypatch.setattr(csv_text, "READ_WHOLE", files[0].stat().st_size)
    (said,) = raw_files._text_problems([str(files[0])], TABLE)
    assert said.startswith(f"{files[0]} line 1002: the line has too many cells")
    assert list(raw_files._text_problems(map(str, files), TABLE)) == []


def test_lines_are_counted_up_to_a_byte() -> None:
    """By the line feeds before it, and by the carriage returns of a file that has no line feed."""
    for content, end in ((b"\nab\n\rc\n", b"\n"), (b"\ra\rbc\r", b"\r")):
        for offset in range(len(content)):
            assert csv_text._line_at(io.BytesIO(content), offset) == 1 + content[:offset].count(end)


def test_the_first_whole_line_of_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a text in quotes that nothing closes before the file ends."""
    path = tmp_path / "leads.csv"
    row = "1,2026-01-01,a\n"
    for fault, said in (("2,2026-01-01,a,b\n", "the line has too many cells"), ('2,2026-01-01,"a\n', "a double quote")):
        path.write_text(HEADER + row * 1000 + fault + row * 300, encoding="utf-8")
        monkeypatch.setattr(csv_text, "END", len(fault + row * 300) + 3)
        (problem,) = csv_text.shape_problems(path, "leads.csv", NAMES, whole=0)[1]
        assert str(problem).startswith(f"leads.csv line 1002: {said}")


def test_a_quote_in_the_header_is_said(tmp_path: Path) -> None:
    """As in any other line."""
    path = tmp_path / "leads.csv"
    path.write_text('lead_id,created_at,"industry"x,note\n1,2026-01-01,a,b\n', encoding="utf-8")
    (problem,) = csv_text.shape_problems(path, "leads.csv", NAMES)[1]
    assert problem.line == 1 and problem.problem == 'text follows the closing double quote of "industry"'


def test_what_two_ends_hold_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the middle of such a file is said once; in the middle of a larger one it is left to DuckDB."""
    monkeypatch.setattr(csv_text, "END", 5000)
    path = tmp_path / "leads.csv"
    for rows, count in ((290, 1), (450, 0)):
        half = "1,2026-01-01,a\n" * rows
        path.write_text(HEADER + half + "1,2026-01-01,a,b\n" + half, encoding="utf-8")
        assert len(csv_text.shape_problems(path, "leads.csv", NAMES, whole=0)[1]) == count
        path.write_bytes(HEADER.encode() + half.encode() + b"1,2026-01-01,\xff\n" + half.encode())
        assert (csv_text.encoding_problem(path, "leads.csv", whole=0) is not None) == bool(count)


def test_bytes_are_read_a_piece_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line of a fault is counted from the beginning of the file."""
    monkeypatch.setattr(csv_text, "CHUNK", 100)
    rows = [b"1,2026-01-01,a\n"] * 60
    for line in (2, 30, 59):
        (tmp_path / "leads.csv").write_bytes(b"".join([*rows[:line], b"1,2026-01-01,\xff\n", *rows]))
        problem = csv_text.encoding_problem(tmp_path / "leads.csv", "leads.csv")
        assert problem and problem.line == line + 1


def test_a_header_is_told_from_other_lines(tmp_path: Path) -> None:
    """Names that nobody asks for may be a header too; half of the names below it make no other header."""
    path = tmp_path / "leads.csv"
    for content, header, said in (
        ('created_at, "lead_id"\n', ["created_at", "lead_id"], []),
        ("a,b,c\nlead_id,2,3\n", ["a", "b", "c"], []),
        ("a;b\n1;2\n", ["a;b"], ["the cells are separated by semicolons, not by commas"]),
        ("a;b,c\n1,2\n", ["a;b", "c"], []),
    ):
        path.write_text(content, encoding="utf-8")
        found, problems = csv_text.shape_problems(path, "leads.csv", NAMES)
        assert (found, [problem.problem for problem in problems]) == (header, said)


def test_half_of_the_cells_is_no_remark(tmp_path: Path) -> None:
    """The last line is to be deleted only where less than half of it is filled."""
    path = tmp_path / "leads.csv"
    for last, remedy in (("3,2026-01-03", "Add the commas"), ("合計 2件", "Delete the line if it is a remark")):
        path.write_text(f"lead_id,created_at,industry,note\n1,2026-01-01,a,b\n{last}\n", encoding="utf-8")
        (problem,) = csv_text.shape_problems(path, "leads.csv", NAMES)[1]
        assert problem.line == 3 and problem.remedy.startswith(remedy)


def test_a_file_that_only_duckdb_refuses_is_named(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """What no check knows is said with DuckDB's words, and with the file."""
    (tmp_path / "leads.parquet").write_bytes(b"PAR1")
    (problem,) = raw_files.find(str(tmp_path), TABLE, connection).problems
    with pytest.raises(duckdb.Error) as caught:
        connection.execute(f"from read_parquet('{tmp_path}/leads.parquet')")
    said = str(caught.value).splitlines()[0]
    assert problem == f"{tmp_path}/leads.parquet: DuckDB cannot read it. It says: {said}"


def test_a_table_is_there_once(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Two forms of it are said; so is none, but of a table that need not be there; each faulty file has a sentence."""
    folder = str(tmp_path)
    optional = raw_files.RawTable("leads", ("lead_id",), is_optional=True)
    assert raw_files.find(folder, optional, connection) == raw_files.RawFiles()
    (problem,) = raw_files.find(folder, TABLE, connection).problems
    assert problem.startswith(f"raw_data: '{folder}' holds neither leads.parquet nor leads.csv")
    (tmp_path / "leads").mkdir()
    for name in ("one", "two"):
        (tmp_path / "leads" / f"{name}.csv").write_bytes(GOOD.encode("cp932"))
    for said, name in zip(raw_files.find(folder, TABLE, connection).problems, ("one", "two"), strict=True):
        assert said.startswith(f"{folder}/leads/{name}.csv line 2: the file is not UTF-8")
    for form in ("parquet", "csv"):
        (tmp_path / f"leads.{form}").write_bytes(GOOD.encode())
        (problem,) = raw_files.find(folder, TABLE, connection).problems
        other = {"parquet": "leads/**/*.csv", "csv": "leads.parquet"}[form]
        assert (
            problem == f"raw_data: both {folder}/leads.{form} and {folder}/{other} exist. Remove what is out of date."
        )


def test_files_of_a_directory_are_one_table(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Their columns may differ, and the name of a directory stays text."""
    for day, content in (("01", GOOD), ("02", "created_at,lead_id\n2026-01-03,3\n")):
        (tmp_path / "leads" / f"day={day}").mkdir(parents=True)
        (tmp_path / "leads" / f"day={day}" / "export.csv").write_text(content, encoding="utf-8")
    found = raw_files.find(str(tmp_path), TABLE, connection)
    assert found.problems == []
    rows = connection.execute(f"select lead_id, industry, day from {found.reader} order by lead_id").fetchall()
    assert rows == [("1", "製造業", "01"), ("2", "小売", "01"), ("3", None, "02")]


def test_what_dbt_knows_of_a_file_is_read(tmp_path: Path) -> None:
    """As in dbt's graph, where a yml file may leave out the meta or all that is in it."""
    columns = {"lead_id": {"meta": {"required": True}}, "note": {"meta": None}, "region": {}}
    source = {"name": "leads", "columns": columns}
    table = raw_files.RawTable("leads", ("lead_id", "note", "region"), required=("lead_id",))
    assert raw_files.RawTable.of_source(source) == raw_files.RawTable.of_source(source | {"meta": {}}) == table
    assert raw_files.RawTable.of_source(source | {"meta": {"optional": True}}).is_optional
    seed = {
        "root_path": str(tmp_path),
        "original_file_path": "seeds/hours.csv",
        "columns": {"day": {"meta": {}}, "opens": {"meta": {"form": "time_of_day"}}, "note": {"meta": {"optional": 1}}},
        "config": {"column_types": {"day": "date", "opens": "varchar"}},
    }
    types = {"day": "date", "opens": "time_of_day", "note": "varchar"}
    assert rule_files.RuleFile.of_seed(seed) == rule_files.RuleFile(
        tmp_path, "seeds/hours.csv", types, frozenset({"note"})
    )


def test_every_seed_that_dbt_cannot_decode_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its path in the project; not one that is UTF-8, or whose fault lies beyond what is read of it."""
    for name, encoding in (("rules/a.csv", "cp932"), ("rules/b.csv", "utf-8"), ("c.csv", "utf-16")):
        (tmp_path / "seeds" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "seeds" / name).write_bytes(GOOD.encode(encoding))
    first, second = map(str, rule_files.undecodable_seeds(tmp_path))
    assert first == f"seeds/c.csv{FAULTS['UTF-16'][1]}"
    assert second == f"seeds/rules/a.csv{FAULTS['Shift_JIS'][1]}"
    monkeypatch.setattr(csv_text, "encoding_problem", lambda path, file: None)
    assert rule_files.undecodable_seeds(tmp_path) == []


def test_a_file_that_no_yml_describes_is_said(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """With where it lies: it is misnamed, or no rule file."""
    (problem,) = rule_files.problems([rule_files.RuleFile(tmp_path, "seeds/rules/tier.csv", {})], connection)
    assert str(problem) == (
        "seeds/rules/tier.csv: no rule file has this name. Rename it, or move it out of seeds/rules."
    )


COLUMNS = "the columns are day, opens, region."
UNREAD = f'nothing reads the column "note", or it is there twice. Delete or rename it; {COLUMNS}'
HEADERS = {
    "day,note\n": [UNREAD, f"the column opens is missing. Write it into the first line; {COLUMNS}"],
    "day,opens,opens\n": [UNREAD.replace("note", "opens")] * 2,
    # a line that does not fit such a header is said once the header is mended
    "day,opens,note\n2026-01-01,9:00,,x\n": [UNREAD],
    "day,opens\n": [],
}


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_does_not_fit_is_said_by_column(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, header: str
) -> None:
    """A column that nothing reads, one that is missing, one that is there twice; an optional one may be missing."""
    types = {"day": "date", "opens": "time_of_day", "region": "varchar"}
    file = rule_files.RuleFile(tmp_path, "hours.csv", types, frozenset({"region"}))
    file.path.write_text(header, encoding="utf-8")
    said = [f"hours.csv line 1: {sentence}" for sentence in HEADERS[header]]
    assert list(map(str, rule_files.problems([file], connection))) == said


def test_cells_are_said_in_the_order_of_the_lines(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Whatever their columns; a file whose first column names no rule has none in the sentence."""
    file = rule_files.RuleFile(tmp_path, "hours.csv", {"day": "date", "opens": "time_of_day"})
    file.path.write_text('day,opens\n2026-01-01,9\nsoon,9:00\n "2026-01-02", "8:30" \n', encoding="utf-8")
    good = rule_files.RuleFile(tmp_path, "days.csv", {"day": "date"})
    good.path.write_text("day\n2026-01-01\n", encoding="utf-8")
    assert list(map(str, rule_files.problems([file, good], connection))) == [
        'hours.csv line 2: opens is "9". Write a time of day such as 09:00.',
        'hours.csv line 3: day is "soon". Write a date such as 2026-01-31.',
    ]


def test_faults_of_all_raw_files_are_said_at_once(run_dbt: RunDbt, raw_copy: Path, tmp_path: Path) -> None:
    """A sentence for each file, before anything is loaded, and no traceback."""
    edit(raw_copy / "leads.csv", ("\n", "\r\n"))
    edit(raw_copy / "events.csv", ("event_id,", "出力日 2026-11-28\nevent_id,"))
    built = run_dbt(tmp_path, "build", "--vars", as_vars(raw_data=str(raw_copy)))
    assert built.exit_code != 0
    assert f"ERROR {raw_copy}/leads.csv line 2: the line ends otherwise than the lines before" in built.output
    assert f"ERROR {raw_copy}/events.csv line 1: a line stands above the header, which is line 2." in built.output
    assert "OK created" not in built.output and "OK loaded" not in built.output and "Traceback" not in built.output


def test_a_seed_dbt_cannot_decode_is_named(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """Excel's own csv in Japan: a sentence where dbt alone shows a traceback without the file."""
    tiers = project_copy / "seeds" / "rules" / "tiers.csv"
    tiers.write_bytes(tiers.read_text(encoding="utf-8").encode("cp932"))
    built = run_dbt(tmp_path, "build", project=project_copy)
    assert built.exit_code != 0
    assert f"seeds/rules/tiers.csv{FAULTS['Shift_JIS'][1]}" in built.output
    assert "Traceback" not in built.output


@pytest.mark.slow
def test_a_profile_without_the_plugin_is_told_so(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """A host project's profile needs one more line, and the sentence has it."""
    edit(project_copy / "profiles" / "profiles.yml", ("      plugins: [{module: lead_scoring.preflight}]\n", ""))
    built = run_dbt(tmp_path, "build", project=project_copy)
    assert built.exit_code != 0
    assert "The output 'sample' in profiles.yml lacks the plugin that checks files" in built.output
    assert "plugins: [{module: lead_scoring.preflight}]" in built.output
    assert "OK loaded" not in built.output and "Traceback" not in built.output


def test_the_shipped_files_have_no_fault(connection: duckdb.DuckDBPyConnection) -> None:
    """Nothing is said about the sample or the seeds."""
    assert rule_files.undecodable_seeds(PROJECT) == []
    for name in ("leads", "events", "sales_activities", "opportunities"):
        table = raw_files.RawTable(name, ("lead_id",), required=("lead_id",))
        found = raw_files.find(str(PROJECT / "sample_data"), table, connection)
        assert found.problems == [] and found.types["lead_id"] == "VARCHAR"


def test_what_is_utf_16_without_a_mark_is_told_from_a_stray_zero_byte() -> None:
    """More than a fifth of the bytes are zero, all in one half; two bytes are too few to tell."""
    assert csv_text._is_utf_16(b"a\0b")
    assert csv_text._is_utf_16(b"\0a\0b")
    assert not csv_text._is_utf_16(b"a\0")
    assert not csv_text._is_utf_16(b"a\0bcd")
    assert csv_text._is_utf_16(b"a\0bc")
    assert not csv_text._is_utf_16(b"a\0b\0\0d")
