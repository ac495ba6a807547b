"""Exports of Japanese tools, as they come: their encodings, headers, times and numbers."""

from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner, Result
from conftest import PROJECT

from lead_scoring.cli import main
from lead_scoring.imports import files, mapping

LEADS = """table: leads
columns:
  lead_id: レコード番号
  company_name: 会社名
  employee_count: 従業員数
  created_at: 作成日時
"""
# two lines of search conditions above the header, as BowNow writes them
EXPORT = """検索条件,,,
期間: 2026/06/01 - 2026/06/30,,,
レコード番号,会社名,従業員数,作成日時,備考
1,株式会社 髙島,"1,200名",2026/6/1 9:05,
2,①商事,３５０,2026年6月2日,改行
3,,多数,2026-06-03T00:00:00+09:00,
4,,,昨日,
"""


def run(folder: Path, mapping: str, *files: Path) -> Result:
    """Import files with a mapping."""
    (folder / "map.yml").write_text(mapping, encoding="utf-8")
    arguments = ["import", *map(str, files), "--mapping", str(folder / "map.yml"), "--out", str(folder / "raw")]
    return CliRunner().invoke(main, [*arguments, "--project-dir", str(PROJECT)])


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "euc_jp", "utf-16"])
def test_an_export_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    """The same rows whatever the encoding; local times in UTC, thousands without a comma, nothing lost."""
    export = EXPORT if encoding != "euc_jp" else EXPORT.replace("①", "〇").replace("髙", "高")
    (tmp_path / "export.csv").write_bytes(export.encode(encoding))
    result = run(tmp_path, LEADS, tmp_path / "export.csv")
    assert result.exit_code == 0, result.output
    assert duckdb.execute(f"select * from '{tmp_path}/raw/leads/map.parquet'").fetchall() == [
        ("1", export[export.index("株") :].split(",")[0], "1200", "2026-06-01 00:05:00.000000Z"),
        ("2", export.split("\n2,")[1].split(",")[0], "350", "2026-06-01 15:00:00.000000Z"),
        ("3", None, "多数", "2026-06-02 15:00:00.000000Z"),
        ("4", None, None, "昨日"),
    ]
    assert 'employee_count: 1 values cannot be read, such as "多数"' in result.output
    assert 'created_at: 1 values cannot be read, such as "昨日"' in result.output


def test_several_exports_are_one_table(tmp_path: Path) -> None:
    """Rows of all files, and a text that stands in none of them."""
    for number in (1, 2):
        (tmp_path / f"{number}.csv").write_text(f"id;when\n{number};2026/06/01 00:00:00\n", encoding="cp932")
    mapping = """table: events
delimiter: ;
timezone: UTC
columns: {event_id: id, lead_id: id, occurred_at: when}
values: {event_type: seminar_attendance}
"""
    result = run(tmp_path, mapping, tmp_path / "1.csv", tmp_path / "2.csv")
    assert result.exit_code == 0, result.output
    found = duckdb.execute(
        f"select event_id, event_type from '{tmp_path}/raw/events/map.parquet' order by 1"
    ).fetchall()
    assert found == [("1", "seminar_attendance"), ("2", "seminar_attendance")]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (LEADS.replace("会社名", "社名"), "no line is a header with 社名"),
        (LEADS.replace("leads", "contacts"), "table is 'contacts'; write one of"),
        (LEADS.replace("  created_at: 作成日時\n", ""), "leads needs created_at"),
        (LEADS + "encoding: ascii\n", "it is not ascii"),
        (LEADS + "timezone: Tokyo\n", "timezone is 'Tokyo'"),
        (LEADS + "skip: 2\n", "nothing reads skip"),
    ],
)
def test_a_wrong_mapping_is_one_sentence(tmp_path: Path, mapping: str, sentence: str) -> None:
    """What is wrong, and what to write."""
    (tmp_path / "export.csv").write_text(EXPORT, encoding="cp932")
    result = run(tmp_path, mapping, tmp_path / "export.csv")
    assert result.exit_code == 1
    assert sentence in result.output


CONTRACT = """sources:
- name: raw
  tables:
  - name: leads
    columns:
    - {name: lead_id, data_type: text, config: {meta: {required: true}}}
    - {name: seen_at, data_type: timestamp, config: {meta: {}}}
    - {name: note, data_type: text}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project whose raw contract is that of its package, among yml files that hold none."""
    texts = {
        "models/a.yml": "",
        "models/b.yml": "models: []",
        "dbt_packages/x/models/c.yml": "sources: [{name: other}]",
        "dbt_packages/x/models/raw/d.yml": CONTRACT,
    }
    for name, content in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def mapped(project: Path, content: str) -> mapping.Mapping:
    """Read a mapping file."""
    (project / "crm.yml").write_text(content, encoding="utf-8")
    return mapping.read(project / "crm.yml", project)


def test_a_mapping_says_what_a_contract_asks_for(project: Path) -> None:
    """A required column may also stand in no file; what the mapping leaves out is as Japanese tools write it."""
    short = mapped(project, "table: leads\ncolumns: {lead_id: 1}\n")
    types = {"lead_id": "text", "seen_at": "timestamp", "note": "text"}
    assert short == mapping.Mapping("crm", "leads", {"lead_id": "1"}, {}, "Asia/Tokyo", "", ",", types)
    given = "table: leads\nvalues: {lead_id: 7}\ntimezone: UTC\nencoding: cp932\ndelimiter: ;\n"
    assert mapped(project, given) == mapping.Mapping("crm", "leads", {}, {"lead_id": "7"}, "UTC", "cp932", ";", types)
    for content, said in (
        ("", "crm.yml: table is None; write one of leads."),
        ("table: leads\ncolumns: {note: a}\n", "crm.yml: leads needs lead_id; name its column under columns."),
        ("table: [leads\n", "crm.yml: while parsing"),
    ):
        with pytest.raises(click.ClickException, match=said):
            mapped(project, content)
    with pytest.raises(click.ClickException, match="has no yml that declares the raw tables"):
        mapping.raw_contract(project / "models")


def test_the_header_is_looked_for_in_the_first_lines(project: Path) -> None:
    """The fiftieth line may be it, the next one not; else the line that comes nearest is named."""
    wanted = mapped(project, "table: leads\ncolumns: {lead_id: id, note: memo, seen_at: when}\n")
    path = project / "export.csv"
    path.write_text("\n" * 49 + "memo, id ,when\na,1,\n", encoding="utf-8")
    assert files.records(path, wanted) == [["1", "a", None]]
    path.write_text("\n" * 50 + "memo,id,when\na,1,\n", encoding="utf-8")
    with pytest.raises(click.ClickException, match="export.csv: no line is a header with id; the nearest has .$"):
        files.records(path, wanted)
    path.write_text("x,y\nid,x\nid,when,y\nz\n", encoding="utf-8")
    with pytest.raises(click.ClickException, match="no line is a header with memo; the nearest has id, when, y.$"):
        files.records(path, wanted)


def test_a_row_without_a_wanted_cell_is_named(project: Path) -> None:
    """Blank lines are no rows, and cells that nobody wants may be missing."""
    wanted = mapped(project, "table: leads\ncolumns: {lead_id: id, note: memo}\n")
    path = project / "export.csv"
    path.write_text("report\nid,memo,rest\n\n1,a\n , ,\n2, b ,c\n", encoding="utf-8")
    assert files.records(path, wanted) == [["1", "a"], ["2", "b"]]
    path.write_text("report\nid,memo,rest\n\n1,a\n2\n", encoding="utf-8")
    with pytest.raises(click.ClickException, match="export.csv record 5: it has 1 cells, the header 3.$"):
        files.records(path, wanted)


def test_an_encoding_that_nobody_names_is_said(project: Path) -> None:
    """Of a file in none of those that are tried, and of a name that is no encoding."""
    path = project / "export.csv"
    path.write_bytes(bytes(range(128, 256)) * 3)
    with pytest.raises(click.ClickException, match="its encoding is none of UTF-8, cp932, .*Name it in the mapping"):
        files.decoded(path, "")
    with pytest.raises(click.ClickException, match="export.csv: it is not klingon"):
        files.decoded(path, "klingon")
    path.write_bytes("\ufeff会社".encode())
    assert files.decoded(path, "utf-8") == files.decoded(path, "") == "会社"
    assert files.decoded(path, "latin-1") == path.read_bytes().decode("latin-1")
    path.write_bytes(EXPORT.encode("utf-16"))
    assert files.decoded(path, "") == files.decoded(path, "utf-16") == EXPORT


def test_cells_that_cannot_be_read_are_counted(project: Path) -> None:
    """By column, with one of them; a blank cell is none of them, and a text is never changed."""
    wanted = mapped(project, "table: leads\ncolumns: {lead_id: id, seen_at: when}\nvalues: {note: it's}\n")
    rows = [["１", "2026年6月1日 9時05分"], ["２", "soon"], ["３", None], ["４", "later"]]
    written = files.write(rows, wanted, project / "raw")
    assert written == files.Written(project / "raw" / "leads" / "crm.parquet", 4, {"seen_at": (2, "later")})
    with duckdb.connect() as connection:
        found = connection.execute(f"select lead_id, seen_at, note from '{written.path}' order by lead_id").fetchall()
    assert found == [
        ("１", "2026-06-01 00:05:00.000000Z", "it's"),
        *(("２", "soon", "it's"), ("３", None, "it's"), ("４", "later", "it's")),
    ]
