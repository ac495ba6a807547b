"""Run `dbt build` so that a person sees how far it is and what it says, and not each of its steps."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from lead_scoring import dbt_process

STEP_ENDED = ("LogTestResult", "LogModelResult", "LogSeedResult", "SkippingDetails")
TOTALS = ("total", "num_models")  # dbt's names for the number of steps, by the kind of step
NODE_FAILED = ("RunResultError", "RunResultFailure", "MainEncounteredError")


@dataclass
class Run:
    """What a build said.

    Attributes:
        exit_code: that of dbt.
        all_steps: models, seeds and tests of this build.
        steps: those of them that ended.
        warnings: its own sentences that begin with `WARNING`.
        errors: its own sentences that begin with `ERROR`, or what dbt said of each node that failed.

    """

    exit_code: int = 0
    all_steps: int = 0
    steps: int = 0
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run(arguments: Sequence[str], folder: Path) -> Run:
    """Build, with a line that counts.

    Arguments:
        arguments: of `dbt build`.
        folder: the dbt project.

    """
    command = [*dbt_process.COMMAND, "--log-format", "json", "--log-level", "info", "build", *arguments]
    found, failed = Run(), []
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", errors="replace") as process:
        assert process.stdout
        for line in process.stdout:
            _hear(line, found, failed)
    if sys.stderr.isatty():
        click.echo(err=True)
    found.exit_code = process.returncode
    found.errors = found.errors or failed
    return found


def _hear(line: str, found: Run, failed: list[str]) -> None:
    """Take in what dbt wrote."""
    try:
        event: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        failed.append(line.strip())
        return
    name, message = event["info"]["name"], event["info"]["msg"]
    if name == "PrintEvent":
        click.echo(message)
        if message.startswith("WARNING "):
            found.warnings.append(message)
        elif message.startswith("ERROR "):
            found.errors.append(message)
    elif name in NODE_FAILED:
        failed.append(" ".join(message.split()))
    elif name in STEP_ENDED:
        found.steps += 1
        found.all_steps = next((event["data"][key] for key in TOTALS if key in event["data"]), found.all_steps)
        _count(found)


def _count(found: Run) -> None:
    """Say how far the build is: on a terminal always on the same line, else now and then."""
    said = f"{found.steps} of {found.all_steps} steps done"
    if sys.stderr.isatty():
        click.echo(f"\r{said}", nl=False, err=True)
    elif found.steps % 200 == 0:
        click.echo(said, err=True)
