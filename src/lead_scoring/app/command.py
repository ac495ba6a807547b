"""`lead-scoring app`: the command line."""

import os
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

    Only this machine sees it, because it names people and asks for no password. Further ARGUMENTS are those of
    `streamlit run`, such as --server.port 8502, or --server.address 0.0.0.0 for all who reach this machine.
    """
    try:
        # only here: the other commands shall not need it installed
        from streamlit.web.cli import main as streamlit
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is not installed. Install it with: uv sync --extra app") from error
    page = Path(__file__).with_name("page.py")
    options = ["--browser.gatherUsageStats", "false", "--server.showEmailPrompt", "false"]
    options += ["--client.toolbarMode", "minimal", "--server.address", "localhost", *arguments]
    os.environ[PUBLISHED] = str(published.resolve())
    # in this process, so that whoever ends it ends the page
    streamlit(["run", str(page), *options])
