"""From two rule books to one report."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb

from lead_scoring.impact import rules
from lead_scoring.impact.backtest import backtest
from lead_scoring.impact.builds import Extract, Scratch
from lead_scoring.impact.comparison import compare
from lead_scoring.impact.report import Limits, Report
from lead_scoring.impact.rules import Book
from lead_scoring.project import Project


def make_report(
    project: Project,
    base: str | None,
    base_rules: Path | None,
    target: str,
    limits: Limits,
) -> Report | None:
    """Score under both rule books, out of the user's sight, and compare.

    Arguments:
        project: the dbt project; it is only read.
        base: git revision to compare with, or None.
        base_rules: directory of rule csvs to compare with, where base is None.
        target: target of the profile; blank for its default.
        limits: what a change may do at most.

    Returns:
        The report; None where the rule books are equal, without building anything.

    Raises:
        ImpactError: something the user can put right.

    """
    name = base or str(base_rules)
    with tempfile.TemporaryDirectory(prefix="lead_scoring_impact_") as place:
        folder = base_rules or Path(place) / "base_rules"
        if base is not None:
            rules.fetch_revision(project, base, folder)
        types = project.column_types
        books = rules.read_directory(folder, types), rules.read_files(project.seeds(rules.RULES), types)
        if not rules.differences(*books):
            return None
        scratch = Scratch(project, Path(place) / "scratch", target)
        # two processes at a time: dbt itself works on one core
        with step(f"Scoring under the rules of {name} and of the working tree"), ThreadPoolExecutor() as pool:
            before = pool.submit(scratch.build, folder, name)
            after = pool.submit(scratch.build, None, "the working tree")
            # a mistake in the change is told before one in the base
            after.result()
            builds = before.result(), after.result()
        with step("Comparing"):
            missing = rules.commits_missing_here(project, base) if base else 0
            return compare_builds(name, books, builds, project, limits, missing)


def compare_builds(
    base: str,
    books: tuple[Book, Book],
    builds: tuple[Extract, Extract],
    project: Project,
    limits: Limits,
    commits_missing: int = 0,
) -> Report:
    """Compare two builds.

    Arguments:
        base: name of the rule book compared with.
        books: the rule books, before and after.
        builds: what was kept of the two builds.
        project: the dbt project, for its variables and for what its columns may hold.
        limits: what a change may do at most.
        commits_missing: commits of the base to the rule files that the branch does not have.

    """
    changes = rules.differences(*books)
    with duckdb.connect() as database:
        for schema, build in zip(("before", "after"), builds, strict=True):
            build.load(database, schema)
        now = compare(database, *books, changes, builds[1].bands, project)
        past = backtest(database, now.tiers, now.capacity)
    return Report(base, changes, commits_missing, now, past, limits, (builds[0].promises, builds[1].promises))


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell on the terminal what is being done, and how long it took.

    Arguments:
        what: the step in words.

    """
    click.echo(f"{what} ... ", err=True, nl=False)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        click.echo("failed", err=True)
        raise
    click.echo(f"{time.monotonic() - began:.1f} s", err=True)
