"""Lint and impact in a project that has this one as a package, with rules of its own."""

import shutil
import subprocess
from pathlib import Path

import click.testing
import pytest
from conftest import DBT, PROJECT

from lead_scoring.cli import main
from lead_scoring.project import Project

SETTINGS = """
name: host
version: "1.0"
profile: host
flags: {send_anonymous_usage_stats: false}
vars: {raw_data: DATA, as_of: "2026-03-31 15:00:00"}
seeds:
  lead_scoring: {rules: {tiers: {+enabled: false}, attribute_rules: {+enabled: false}}}
"""
PROFILE = """
host:
  target: dev
  outputs: {dev: {type: duckdb, path: host.duckdb, plugins: [{module: lead_scoring.preflight}]}}
"""


@pytest.fixture(scope="module")
def host(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project in git that keeps two of the rule files itself, and takes the others from the package."""
    folder = tmp_path_factory.mktemp("host")
    rules = folder / "seeds" / "rules"
    rules.mkdir(parents=True)
    for name in ("tiers", "attribute_rules"):
        # without its yml: dbt applies the package's to the file of the same name, and takes no second
        shutil.copy2(clone / "seeds" / "rules" / f"{name}.csv", rules)
    data = str(PROJECT / "tests" / "python" / "impact" / "raw")
    (folder / "dbt_project.yml").write_text(SETTINGS.replace("DATA", data), encoding="utf-8")
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (folder / "packages.yml").write_text(f"packages: [{{local: {clone}}}]", encoding="utf-8")
    (folder / ".gitignore").write_text("dbt_packages\ntarget\nlogs\n", encoding="utf-8")
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"], ["tag", "base"]):
        subprocess.run(["git", *settings, *command], cwd=folder, check=True)
    subprocess.run([DBT, "deps", "--project-dir", folder, "--profiles-dir", folder], check=True, capture_output=True)
    return folder


def run(host: Path, *arguments: str) -> click.testing.Result:
    """Run a command in the host's directory."""
    return click.testing.CliRunner().invoke(main, [arguments[0], "--project-dir", str(host), *arguments[1:]])


def test_the_own_rule_file_goes_before_the_packages(host: Path) -> None:
    """Two files are the host's, four the package's; variables are the host's before the package's."""
    project = Project(host, {})
    places = {path.stem: path.relative_to(host).parts[0] for path in project.seeds("rules")}
    assert places == {
        "attribute_rules": "seeds",
        "behavior_rules": "dbt_packages",
        "disqualification_rules": "dbt_packages",
        "recency_rules": "dbt_packages",
        "reset_rules": "dbt_packages",
        "tiers": "seeds",
    }
    assert (project.variable("as_of"), project.variable("timezone")) == ("2026-03-31 15:00:00", "Asia/Tokyo")


@pytest.mark.slow
def test_both_commands(host: Path) -> None:
    """A fault in the host's own file is named; a changed weight of it is reported. Its database is not touched."""
    path = host / "seeds" / "rules" / "attribute_rules.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "colour,colour,red,,,5,x\n", encoding="utf-8")
    faulty = run(host, "lint")
    assert faulty.exit_code == 1 and "rule colour: leads have no attribute" in faulty.output
    path.write_text(good + "retail,industry,小売業,,,60,小売業\n", encoding="utf-8")
    result = run(host, "impact", "--base", "base", "--out", str(host / "report"))
    assert result.exit_code in (0, 1), result.output
    report = (host / "report" / "report.md").read_text(encoding="utf-8")
    assert "- `retail` added: points 60, attribute industry, value 小売業 (小売業)" in report
    assert "; 12 leads." in report
    path.write_text(good, encoding="utf-8")
    assert not (host / "host.duckdb").exists()
