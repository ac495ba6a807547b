"""Fixtures shared by all tests: a fresh build of the bundled sample, and how to run dbt."""

import atexit
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from compiled import CompiledProject

PROJECT = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")
ONLY_MODELS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# Models about the build itself: which leads it computed, by raw ids.
BOOKKEEPING = {"scored_leads", "changed_leads", "restaged_leads", "touched_leads", "base_fingerprints"}

# Forks of a process that has loaded dbt once: loading it takes 2 of the 14 s of a build of the sample's models.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb.impl", "pytest"])

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
    database, output = folder / "lead_scoring.duckdb", folder / "output"
    folder.mkdir(exist_ok=True)
    command = [*map(str, arguments), "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    variables = os.environ | {"LEAD_SCORING_DUCKDB": str(database), "NO_COLOR": "1"} | environment
    process = FORKS.Process(target=run_command_line, args=(command, project, variables, output))
    process.start()
    process.join()
    assert process.exitcode is not None
    return Built(output.read_text(encoding="utf-8"), process.exitcode, database, folder / "target")


def run_command_line(arguments: list[str], project: Path, environment: dict[str, str], output: Path) -> None:
    """Be the command `dbt` in this process, with all it prints in a file.

    Arguments:
        arguments: dbt's command line.
        project: the directory to be in.
        environment: the environment variables to have.
        output: the file for what dbt prints.

    """
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.chdir(project)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    from dbt.cli.main import cli

    cli(arguments, prog_name="dbt")


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


@pytest.fixture(scope="session")
def clone_without_tests(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the clone without dbt's tests: who builds models only need not wait for their parsing."""
    folder = copy_project(clone, tmp_path_factory.mktemp("without_tests") / "project")
    shutil.rmtree(folder / "tests")
    for path in [*folder.glob("models/**/*.yml"), *folder.glob("seeds/**/*.yml")]:
        described = without_tests(yaml.safe_load(path.read_text(encoding="utf-8")))
        path.write_text(yaml.safe_dump(described, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def without_tests(described: Any) -> Any:
    """Leave out the tests in what a yml file says."""
    if isinstance(described, dict):
        return {
            key: without_tests(value) for key, value in described.items() if key not in ("data_tests", "unit_tests")
        }
    return [without_tests(value) for value in described] if isinstance(described, list) else described


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
