"""The `lead-scoring` command."""

from pathlib import Path

import click

from lead_scoring import lint
from lead_scoring.app.command import app
from lead_scoring.challenger.command import challenger
from lead_scoring.connect.command import connect
from lead_scoring.impact.command import impact
from lead_scoring.imports.command import import_files
from lead_scoring.init.command import init
from lead_scoring.publish.command import build, publish


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lead-scoring")
def main() -> None:
    """Score leads, show the scores, review the rule book: what dbt alone cannot do."""


main.add_command(app)
main.add_command(build)
main.add_command(challenger)
main.add_command(connect)
main.add_command(impact)
main.add_command(import_files)
main.add_command(init)
main.add_command(publish)


@main.command("lint")
@click.option("--vars", "variables", default="{}", help="dbt variables as YAML, such as scored_attributes.")
@click.option("--project-dir", default=".", type=click.Path(exists=True, path_type=Path), help="The dbt project.")
def lint_command(variables: str, project_dir: Path) -> None:
    """Check the rule book in seconds, without building models. Fails if there is an error."""
    if lint.lint(project_dir.resolve(), variables):
        raise SystemExit(1)
