"""Fixtures shared by all tests: a fresh build of the bundled sample, and how to run dbt."""

import atexit
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from compiled import CompiledProject

PROJECT = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")
ONLY_MODELS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# Models about the build itself: which leads it computed, by raw ids.
BOOKKEEPING = {"scored_leads", "changed_leads", "restaged_leads", "touched_leads", "base_fingerprints"}

# hypothesis keeps test functions, and with them the duckdb module, beyond the interpreter's end;
# duckdb reports that as a leak, after pytest's closing line. Registered first, so it runs last.
atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


@dataclass(frozen=True)
class Built:
    """A finished dbt run: its output, database file and artifacts."""

    output: str
    exit_code: int
    database: Path
    target: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Everything dbt knows about the project."""
        return json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def results(self) -> list[dict[str, Any]]:
        """One entry per node that ran."""
        return json.loads((self.target / "run_results.json").read_text(encoding="utf-8"))["results"]


def dbt(folder: Path, *arguments: str, project: Path = PROJECT, **environment: str) -> Built:
    """Run dbt in a process of its own.

    Arguments:
        folder: where the database file and the artifacts go.
        arguments: dbt's command line, for example `"build"`.
        project: directory of the project.
        environment: further environment variables.

    Returns:
        What came of it; a failing run is a result, not an exception.

    """
    database = folder / "lead_scoring.duckdb"
    finished = subprocess.run(
        [DBT, *arguments, "--target-path", folder / "target", "--log-path", folder / "logs"],
        cwd=project,
        env=os.environ | {"LEAD_SCORING_DUCKDB": str(database), "NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Built(finished.stdout + finished.stderr, finished.returncode, database, folder / "target")


@pytest.fixture(scope="session")
def run_dbt() -> Callable[..., Built]:
    """Give tests the function that runs dbt."""
    return dbt


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the bundled sample from nothing, as the README's command does."""
    built = dbt(tmp_path_factory.mktemp("sample"), "build")
    assert built.exit_code == 0, built.output
    return built


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """Compile the project once for all tests that score rows in memory."""
    return CompiledProject(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what git would hand to a stranger, and nothing that lies around here."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name, follow_symlinks=False)
    return folder


@pytest.fixture
def project_copy(clone: Path, tmp_path: Path) -> Path:
    """Give a project whose rules a test may change."""
    return copy_project(clone, tmp_path / "project")


@pytest.fixture
def raw_copy(tmp_path: Path) -> Path:
    """Copy the sample's raw files to a directory of the test's own."""
    folder = tmp_path / "raw"
    shutil.copytree(PROJECT / "sample_data", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def copy_project(clone: Path, folder: Path) -> Path:
    """Copy a clone without what was built in it."""
    shutil.copytree(clone, folder, symlinks=True, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
    return folder
