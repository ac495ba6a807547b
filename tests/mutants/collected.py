"""The tests of the Python package, collected once: a mutant is tried in a fork of the process that holds them all."""

import sys
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol
from mutmut.configuration import config
from mutmut.runners.harness import ListAllTestsResult, TestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd

PROJECT = Path(__file__).parents[2]
# a test that has one of these builds for itself, or asks a server, which takes longer than there is time for a mutant
BUILDING = {"project_copy", "clone_without_tests", "run_dbt", "server", "host"}


class CollectedTests(TestRunner):
    """The tests that pyproject.toml names, in the copy of the project that mutmut changes.

    What tests share for a whole session, such as a build of the sample, is made once and found by every fork.
    """

    def __init__(self) -> None:
        """Collect the tests; from here on the changed copy of the package is imported."""
        with change_cwd("mutants"):
            chosen = [*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
            options = _prepareconfig(["--rootdir=.", "--capture=no", "-p", "no:terminal", *chosen])
            options._do_configure()
            self.session = pytest.Session.from_config(options)
            options.hook.pytest_sessionstart(session=self.session)
            _read_the_project_itself()
            options.hook.pytest_collection(session=self.session)
        self.items = {item.nodeid: item for item in self.session.items if BUILDING.isdisjoint(item.fixturenames)}
        # A fork has the connection that `duckdb.execute` used before, but not the threads that worked for it. So each
        # run gets another, and the former ones are kept, as closing them would wait for their threads.
        self.connections: list[duckdb.DuckDBPyConnection] = []

    def run_stats(self, *, tests: Iterable[str]) -> int:
        """Run tests and note which functions each reaches, and how long it takes; 0 if all pass."""
        for name in tests or self.items:
            began = time.monotonic()
            state()._stats.clear()
            if self.run_tests(mutant_name=None, tests=[name]):
                return 1
            state().duration_by_test[name] = time.monotonic() - began
            for function in state()._stats:
                state().tests_by_mangled_function_name[function].add(name)
        return 0

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Run tests up to the first that fails, and return 1 if one does."""
        self.connections.append(duckdb.default_connection())
        duckdb.set_default_connection(duckdb.connect())
        items = [self.items[name] for name in tests]
        # after the last one what belongs to its module ends, and what belongs to the session is kept
        others = [*items[1:], self.session]
        with change_cwd("mutants"):
            for item, other in zip(items, others, strict=False):
                for report in runtestprotocol(item, log=False, nextitem=other):
                    if report.failed:
                        print(item.nodeid, report.longrepr)
                        return 1
        return 0

    def list_all_tests(self) -> ListAllTestsResult:
        """Name all tests."""
        return ListAllTestsResult(ids=set(self.items))


def _read_the_project_itself() -> None:
    """Let the tests of the copy read the project, and build from it what they share, without any change."""
    from lead_scoring.impact.builds import Scratch

    conftest = sys.modules["conftest"]
    sys.modules["compiled"].PROJECT = conftest.PROJECT = PROJECT
    dbt, made = conftest.dbt, {}
    conftest.dbt = lambda folder, *arguments: dbt(folder, *arguments, project=PROJECT, MUTANT_UNDER_TEST="")
    Scratch.build = _once_per_rule_book(Scratch.build, made)


def _once_per_rule_book(build: Callable[..., Any], made: dict[Hashable, Any]) -> Callable[..., Any]:
    def built(scratch: Any, rules: Path, name: str) -> Any:
        key = (name, *(path.read_bytes() for path in sorted(rules.iterdir())))
        if key not in made:
            made[key] = build(scratch, rules, name)
        return made[key]

    return built
