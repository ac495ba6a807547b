"""Fixtures shared by all tests: a fresh build of the bundled sample, and how to run dbt."""

import atexit
import fcntl
import gc
import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from compiled import VARIABLES, CompiledProject

PROJECT = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")
DATABASE = "lead_scoring.duckdb"
# the environment variable with the directory of all processes of one run of pytest
SHARED = "LEAD_SCORING_TESTS"
ONLY_MODELS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")

# Of the 20 s of a build of the sample's models 3 are for loading dbt and 8 for parsing. So dbt is loaded once, in a
# process whose forks run the builds, and a project is parsed once, see `parsed_projects`. dbt itself would parse
# again for any other value of a variable, also of those that are read only later.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb.impl", "pytest"])
READ_WHILE_PARSING = ("*.yml", "*/*.yml", "macros/**/*", "models/**/*", "seeds/**/*", "tests/*.sql", "tests/*/*.sql")
READ_LATER = ("raw_data", "as_of", "timezone", "raw_timezone")

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
    database, output = folder / DATABASE, folder / "output"
    folder.mkdir(exist_ok=True)
    command = [*map(str, arguments), "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    variables = os.environ | {"LEAD_SCORING_DUCKDB": str(database), "NO_COLOR": "1"} | environment
    parsed = Path(os.environ[SHARED]) / parsing_key(arguments, project)
    process = FORKS.Process(target=run_command_line, args=(command, project, variables, output, parsed))
    started = time.time()
    process.start()
    process.join()
    assert process.exitcode is not None
    written = folder / "target" / "partial_parse.msgpack"
    if written.exists() and written.stat().st_mtime > started:
        # another process may read it at this moment
        shutil.copy(written, parsed.with_suffix(f".{os.getpid()}")).rename(parsed)
    return Built(output.read_text(encoding="utf-8"), process.exitcode, database, folder / "target")


def pytest_configure(config: pytest.Config) -> None:
    """Make a directory for what all processes of a run of pytest need; those it starts inherit its name."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="shared")
        atexit.register(shutil.rmtree, os.environ[SHARED])


def dbt_once(name: str, folder: Path, *arguments: str) -> Built:
    """Run dbt in one process of a run of pytest, and give each process a copy of what came of it.

    Arguments:
        name: what to know it by.
        folder: where the copy goes, which must not exist.
        arguments: dbt's command line; it must succeed.

    Returns:
        The copy.

    """
    made, making = (Path(os.environ[SHARED]) / part for part in (name, f"{name}.part"))
    with making.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            built = dbt(making, *arguments)
            assert built.exit_code == 0, built.output
            making.rename(made)
    shutil.copytree(made, folder)
    return Built((folder / "output").read_text(encoding="utf-8"), 0, folder / DATABASE, folder / "target")


def parsing_key(arguments: tuple[str, ...], project: Path) -> str:
    """Return a hash of all that dbt's parsing depends on."""
    given = dict(zip(arguments, arguments[1:], strict=False))
    variables = {k: v for k, v in yaml.safe_load(given.get("--vars", "{}")).items() if k not in READ_LATER}
    key = hashlib.md5(f"{given.get('--target')} {variables}".encode())
    for path in sorted(path for pattern in READ_WHILE_PARSING for path in project.glob(pattern) if path.is_file()):
        key.update(str(path.relative_to(project)).encode())
        # of seeds dbt reads the rows later
        key.update(path.read_bytes() if path.suffix != ".csv" else b"")
    return key.hexdigest()


def run_command_line(
    arguments: list[str], project: Path, environment: dict[str, str], output: Path, parsed: Path
) -> None:
    """Be the command `dbt` in this process, with all it prints in a file.

    Arguments:
        arguments: dbt's command line.
        project: the directory to be in.
        environment: the environment variables to have.
        output: the file for what dbt prints.
        parsed: what dbt knows of this project, if the file exists.

    """
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.chdir(project)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    # a quarter of the time of parsing would go into looking for garbage
    gc.disable()
    from dbt.cli.main import cli, dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    if not parsed.exists():
        cli(arguments, prog_name="dbt")
    manifest = Manifest.from_msgpack(parsed.read_bytes())
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            node.root_path = str(project)
    manifest.build_flat_graph()
    sys.exit(not dbtRunner(manifest).invoke(arguments).success)


@pytest.fixture(scope="session")
def run_dbt() -> Callable[..., Built]:
    """Give tests the function that runs dbt."""
    return dbt


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the bundled sample from nothing, with all data tests; the unit tests run in the fresh clone's build."""
    return dbt_once(
        "sample", tmp_path_factory.mktemp("sample") / "copy", "build", "--exclude-resource-type", "unit_test"
    )


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """Compile the project once for all tests that score rows in memory."""
    models = ("--select", "resource_type:model", "--indirect-selection", "empty", "--vars", json.dumps(VARIABLES))
    return CompiledProject(
        dbt_once("compiled", tmp_path_factory.mktemp("compiled") / "copy", "compile", *models).manifest
    )


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
