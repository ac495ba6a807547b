"""Every fault of a file that is found before anything runs, and the sentence that is said about it."""

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
    "a cell too many": (
        (HEADER + "1,2026-01-01,製造業,小売\n2,2026-01-02,小売\n").encode(),
        " line 2: the line has too many cells, not 3."
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
        assert csv_text.shape_problems(path, "leads.csv", NAMES, whole=20_000)[1] == []


def test_a_file_that_only_duckdb_refuses_is_named(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """What no check knows is said with DuckDB's words, and with the file."""
    (tmp_path / "leads.parquet").write_bytes(b"PAR1")
    (problem,) = raw_files.find(str(tmp_path), TABLE, connection).problems
    assert problem.startswith(f"{tmp_path}/leads.parquet: DuckDB cannot read it. It says: ")


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
