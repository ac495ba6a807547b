"""Exports of Japanese tools, as they come: their encodings, headers, times and numbers."""

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from conftest import PROJECT

from lead_scoring.cli import main

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
