"""`lead-scoring app`: the command line."""

import os
import subprocess
import sys
from pathlib import Path

import click

PUBLISHED = "LEAD_SCORING_PUBLISHED"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    default=Path("published/lead_scoring.duckdb"),
    show_default=True,
    help="The file that `lead-scoring publish` wrote.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def app(published: Path, arguments: tuple[str, ...]) -> None:
    """Open a page to look at what is published: queue, leads, rules, months. It reads only.

    Further ARGUMENTS are those of `streamlit run`, such as --server.port 8502.
    """
    try:
        # only here: the other commands shall not need it installed
        import streamlit  # noqa: F401
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is not installed. Install it with: uv sync --extra app") from error
    page = Path(__file__).with_name("page.py")
    command = [sys.executable, "-m", "streamlit", "run", page, "--browser.gatherUsageStats", "false"]
    command += ["--server.showEmailPrompt", "false", "--client.toolbarMode", "minimal", *arguments]
    environment = os.environ | {PUBLISHED: str(published.resolve())}
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)
