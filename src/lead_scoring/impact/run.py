"""From two rule books to one report."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import duckdb

from lead_scoring.impact import rules
from lead_scoring.impact.backtest import backtest
from lead_scoring.impact.builds import Extract, Scratch
from lead_scoring.impact.comparison import compare
from lead_scoring.impact.report import Limits, Report
from lead_scoring.impact.rules import Book


def make_report(
    project: Path,
    base: str | None,
    base_rules: Path | None,
    variables: dict[str, Any],
    target: str,
    limits: Limits,
    learned_until: datetime | None = None,
) -> Report | None:
    """Score under both rule books, out of the user's sight, and compare.

    Arguments:
        project: root of the dbt project; it is only read.
        base: git revision to compare with, or None.
        base_rules: directory of rule csvs to compare with, where base is None.
        variables: dbt variables.
        target: target of the profile; blank for its default.
        limits: what a change may do at most.
        learned_until: until when outcomes taught the points, UTC; None: what a proposal.json beside the
            rules of either side says.

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
        books = rules.read_directory(folder), rules.read_directory(project / rules.RULES)
        if not rules.differences(*books):
            return None
        with Scratch(project, Path(place) / "scratch", variables, target) as scratch:
            # first, so that a mistake in the change is told at once
            with step("Scoring under the rules of the working tree"):
                after = scratch.build(project / rules.RULES, "the working tree")
            with step(f"Scoring under the rules of {name}"):
                before = scratch.build(folder, name)
            with step("Comparing"):
                missing = rules.commits_missing_here(project, base) if base else 0
                until = learned_until or rules.learned_until(folder, project / rules.RULES)
                return compare_builds(name, books, (before, after), scratch.timezone, limits, missing, until)


def compare_builds(
    base: str,
    books: tuple[Book, Book],
    builds: tuple[Extract, Extract],
    timezone: str,
    limits: Limits,
    commits_missing: int = 0,
    learned_until: datetime | None = None,
) -> Report:
    """Compare two builds.

    Arguments:
        base: name of the rule book compared with.
        books: the rule books, before and after.
        builds: what was kept of the two builds.
        timezone: IANA name of the zone of calendar weeks.
        limits: what a change may do at most.
        commits_missing: commits of the base to the rule files that the branch does not have.
        learned_until: until when outcomes taught the points of either side, UTC; None if nothing says so.

    """
    changes = rules.differences(*books)
    with duckdb.connect() as database:
        for schema, build in zip(("before", "after"), builds, strict=True):
            build.load(database, schema)
        now = compare(database, *books, changes, timezone)
        past = backtest(database, now.tiers, now.capacity, learned_until)
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
