"""The `lead-scoring` command."""

import click

from lead_scoring.challenger.command import challenger


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lead-scoring")
def main() -> None:
    """Review a rule book: what dbt alone cannot do."""


main.add_command(challenger)
