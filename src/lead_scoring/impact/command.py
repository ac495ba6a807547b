"""`lead-scoring impact`: the command line of the report."""

from pathlib import Path
from typing import Any

import click
import yaml

from lead_scoring import output
from lead_scoring.impact.errors import ImpactError
from lead_scoring.project import Project, ProjectError

LIMIT_EXCEEDED = 1
FAILED = 2
DIRECTORY = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option("--base", metavar="REVISION", help="Git revision to compare with, like origin/main.")
@click.option(
    "--base-rules",
    type=DIRECTORY,
    help="Directory of rule csvs to compare with, instead of --base.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("target/impact"),
    show_default=True,
    help="Where the report goes.",
)
@click.option("--vars", "variables", default="{}", metavar="YAML", help="Variables for dbt, as in `dbt build --vars`.")
@click.option("--target", default="", help="Target of profiles.yml; its default target if not given.")
@click.option(
    "--project-dir",
    type=DIRECTORY,
    default=Path("."),
    help="Root of the dbt project.  [default: here]",
)
@click.option(
    "--max-tier-changes",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="Share of leads that may change tier.",
)
@click.option(
    "--max-handoffs-per-week",
    type=click.FloatRange(0),
    help="Hand-offs per week, mean of the last 13 complete weeks.  [default: the capacity in force]",
)
@click.option(
    "--max-auc-loss",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Loss of AUC to put up with: exceeded where the whole 95 % interval lies beyond it.",
)
def impact(
    base: str | None,
    base_rules: Path | None,
    out: Path,
    variables: str,
    target: str,
    project_dir: Path,
    max_tier_changes: float,
    max_handoffs_per_week: float | None,
    max_auc_loss: float,
) -> None:
    """Report what a changed rule book does before it is live.

    Scores the same raw data at the same time under the rules of --base and under those of the
    working tree, and writes report.md, report.html, entering.csv and leaving.csv. Your own
    database is not touched.

    Exit status: 0 all limits kept, 1 a limit exceeded or a promise broken, 2 the report could not be made.
    """
    if (base is None) == (base_rules is None):
        raise click.UsageError("Give --base or --base-rules, and not both.")
    try:
        # only here: the other commands shall not wait for them, nor need them installed
        from lead_scoring.impact.render import write, write_empty
        from lead_scoring.impact.report import Limits
        from lead_scoring.impact.run import make_report, step
    except ModuleNotFoundError as error:
        click.echo(f"Error: {error.name} is not installed. Install it with: uv sync --extra impact", err=True)
        raise click.exceptions.Exit(FAILED) from error
    output.prepare(out)
    limits = Limits(max_tier_changes, max_handoffs_per_week, max_auc_loss)
    try:
        given = base_rules.resolve() if base_rules else None
        project = Project(project_dir.resolve(), _read_variables(variables))
        report = make_report(project, base, given, target, limits)
    except (ImpactError, ProjectError) as error:
        click.echo(f"Error: {error}", err=True)
        raise click.exceptions.Exit(FAILED) from error
    if report is None:
        write_empty(base or str(base_rules), out)
        click.echo(f"Nothing changes: the rule book is that of {base or base_rules}.")
        return
    with step("Writing the report"):
        write(report, out)
    click.echo(report.verdict.replace("`", ""))
    click.echo(out / "report.html")
    for check in report.exceeded:
        click.echo(f"Not kept: {check.name}; found {check.found}.", err=True)
    if report.exceeded:
        raise click.exceptions.Exit(LIMIT_EXCEEDED)


def _read_variables(text: str) -> dict[str, Any]:
    try:
        variables = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ImpactError(f"--vars is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(variables, dict):
        raise ImpactError("--vars must look like '{as_of: \"2026-01-31 00:00:00\"}'.")
    return variables
