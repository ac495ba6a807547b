"""Passwords, addresses and names stay where they belong: in no artifact, log or report."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import DBT, ONLY_MODELS, PROJECT, copy_project
from test_build import RunDbt, as_vars, rewrite

ADDRESS = "planted.person@secret-place.example"
COMPANY = "株式会社ひみつの植木"
PASSWORD = "planted-pass-word"
PLANTED = [word.encode() for word in (ADDRESS, "planted.person", COMPANY, PASSWORD)]
WITH_TESTS = ("build", "--exclude-resource-type", "unit_test")


def naming(folder: Path) -> set[str]:
    """Return the files below a directory that hold a planted word, databases and copied rows aside."""
    kept = {".duckdb", ".wal"}
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in kept and any(word in path.read_bytes() for word in PLANTED)
    }


@pytest.fixture
def raw(raw_copy: Path) -> Path:
    """Plant a person among the hot leads, one among the rejected rows, and an address where none belongs."""
    leads = raw_copy / "leads.csv"
    rewrite(
        leads, lambda row: row | {"email": ADDRESS, "company_name": COMPANY} if row["lead_id"] == "L0000603" else row
    )
    with leads.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    wrong = {"lead_id": "planted", "email": ADDRESS, "company_name": COMPANY, "created_at": "no time"}
    with leads.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="").writerow(wrong)
    return raw_copy


@pytest.mark.slow
def test_a_build_and_its_report_name_nobody(run_dbt: RunDbt, clone: Path, raw: Path, tmp_path: Path) -> None:
    """Artifacts and logs of a build with all data tests, what it prints, the published metadata, the impact report."""
    project = copy_project(clone, tmp_path / "project")
    variables = as_vars(raw_data=str(raw), as_of="2026-06-30 15:00:00")
    built = run_dbt(tmp_path / "built", *WITH_TESTS, "--vars", variables, project=project)
    assert built.exit_code == 0, built.output
    assert naming(tmp_path / "built") == set()
    assert not any(word in built.output.encode() for word in PLANTED)
    with duckdb.connect(str(built.database), read_only=True) as connection:
        assert connection.execute(f"select count(*) from lead_mart where company_name = '{COMPANY}'").fetchall() == [
            (1,)
        ]
        assert connection.execute("select count(*) from rejected_records where record_id = 'planted'").fetchall() == [
            (1,)
        ]

    base = copy_project(project / "seeds", tmp_path / "base")
    rules = project / "seeds" / "rules" / "behavior_rules.csv"
    rewrite(rules, lambda row: row | {"points": "35"} if row["rule_id"] == "document_download" else row)
    command = [Path(sys.executable).with_name("lead-scoring"), "impact", "--base-rules", base / "rules"]
    told = subprocess.run(
        [*command, "--vars", variables, "--out", tmp_path / "report"], cwd=project, capture_output=True, text=True
    )
    assert told.returncode in (0, 1), told.stdout + told.stderr  # 1: a limit is not kept
    assert (tmp_path / "report" / "report.html").exists()
    assert naming(tmp_path / "report") == set()
    assert not any(word in (told.stdout + told.stderr).encode() for word in PLANTED)


def test_a_password_is_in_no_file(tmp_path: Path) -> None:
    """A connection that fails says so without it, and so do the artifacts."""
    environment = os.environ | {
        "LEAD_SCORING_POSTGRES_HOST": "127.0.0.1",
        "LEAD_SCORING_POSTGRES_PORT": "1",
        "LEAD_SCORING_POSTGRES_USER": "nobody",
        "LEAD_SCORING_POSTGRES_PASSWORD": PASSWORD,
        "NO_COLOR": "1",
    }
    command = [DBT, "--log-level-file", "debug", *ONLY_MODELS, "--select", "numbers", "--target", "postgres"]
    folders = ["--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    run = subprocess.run([*command, *folders], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert run.returncode != 0
    assert PASSWORD not in run.stdout + run.stderr
    assert (tmp_path / "logs" / "dbt.log").exists()
    assert naming(tmp_path) == set()


def test_a_planted_word_is_found(tmp_path: Path) -> None:
    """The search that finds nothing above would find something."""
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text(f'{{"author": "{ADDRESS}"}}', encoding="utf-8")
    (tmp_path / "report.html").write_text(f"<td>{COMPANY}</td>", encoding="utf-8")
    (tmp_path / "clean.txt").write_text("nothing", encoding="utf-8")
    assert naming(tmp_path) == {"target/manifest.json", "report.html"}
