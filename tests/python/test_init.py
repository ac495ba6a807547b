"""`lead-scoring init`: a project of one's own that has this one as a package."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner
from conftest import ONLY_MODELS, PROJECT
from test_build import RunDbt

from lead_scoring.cli import main

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Start a project and install the package, without a network."""
    folder = tmp_path_factory.mktemp("own") / "our-scoring"
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == 0, result.output
    subprocess.run([BIN / "dbt", "deps"], cwd=folder, check=True, capture_output=True)
    return folder


def test_what_people_decide_is_copied(host: Path) -> None:
    """Every csv people edit, and none of the package's yml, which describes the copies too."""
    copied = {path.relative_to(host / "seeds").as_posix() for path in (host / "seeds").rglob("*.*")}
    edited = [path for kind in ("rules", "governance", "mapping") for path in (PROJECT / "seeds" / kind).glob("*.csv")]
    assert copied == {path.relative_to(PROJECT / "seeds").as_posix() for path in edited}
    settings = yaml.safe_load(
        (host / "dbt_project.yml").read_text(encoding="utf-8").replace("{{", "").replace("}}", "")
    )
    assert settings["name"] == "our_scoring"
    assert yaml.safe_load((host / ".github/workflows/impact.yml").read_text(encoding="utf-8"))["jobs"]


def test_a_plain_build_of_a_host_leaves_out_the_unit_tests(host: Path, tmp_path: Path) -> None:
    """They prove the package's SQL, not the host's data."""
    arguments = ["--target-path", tmp_path, "--log-path", tmp_path]
    listed = subprocess.run([BIN / "dbt", "ls", "--quiet", *arguments], cwd=host, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stdout
    assert "lead_scoring.marts.lead_mart" in listed.stdout and "unit_test:" not in listed.stdout


def test_a_host_builds_with_its_own_rules(run_dbt: RunDbt, host: Path, tmp_path: Path) -> None:
    """A changed weight of the host's rule book counts, and the package's does not."""
    rules = host / "seeds" / "rules" / "attribute_rules.csv"
    rules.write_text(rules.read_text(encoding="utf-8").replace(",,300,,20,", ",,300,,27,"), encoding="utf-8")
    built = run_dbt(tmp_path, *ONLY_MODELS, project=host)
    assert built.exit_code == 0, built.output
    with duckdb.connect(str(built.database), read_only=True) as connection:
        points = connection.execute(
            "select distinct points from score_ledger where rule_id = 'employees_300_plus'"
        ).fetchall()
    assert points == [(27,)]


def test_a_host_is_linted(host: Path) -> None:
    """The rule book that is checked is the host's."""
    rules = host / "seeds" / "rules" / "behavior_rules.csv"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(
        text.replace("document_download,document_download,,30,item", "document_download,,,30,item"), encoding="utf-8"
    )
    result = subprocess.run([BIN / "lead-scoring", "lint"], cwd=host, capture_output=True, text=True)
    rules.write_text(text, encoding="utf-8")
    assert result.returncode == 1
    assert "seeds/rules/behavior_rules.csv line 2, rule document_download: event_type is blank" in result.stdout


def test_a_directory_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written over."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert result.exit_code == 1 and "is not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
