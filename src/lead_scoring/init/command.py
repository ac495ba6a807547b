"""`lead-scoring init`: the command line, and what it writes."""

import os
import re
import shutil
from importlib import resources
from pathlib import Path

import click
import jinja2

from lead_scoring import output

# What people decide: the host's own copies take the place of the package's.
FOLDERS = ("rules", "governance", "mapping")
IGNORED = "target/\nlogs/\ndbt_packages/\npackage-lock.yml\n*.duckdb\n*.duckdb.wal\n.user.yml\n.venv/\n"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--package", help="Directory or git address of the lead_scoring project.  [default: the one this command is from]"
)
@click.option("--revision", help="Tag of the git address.")
def init(folder: Path, package: str | None, revision: str | None) -> None:
    """Start a project of your own in DIR that has this one as a package.

    It has its own rule book, agreements and mappings, a profile, variables and a workflow for the impact report. An
    upgrade is then another version in packages.yml.
    """
    source = _source(package)
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty; name a new directory.")
    output.prepare(folder)
    name = re.sub(r"\W+", "_", folder.resolve().name.lower()).strip("_")
    name = name if re.match("[a-z]", name) and name != "lead_scoring" else f"scoring_{name}"
    address = package if revision else os.path.relpath(source, folder.resolve())
    values = {
        "name": name,
        "package": address,
        "revision": revision,
        "requirement": f"git+{package}@{revision}" if revision else source.as_uri(),
        "sample": "dbt_packages/lead_scoring/sample_data",
        "folders": FOLDERS,
    }
    for template, path in (
        ("dbt_project.yml.j2", "dbt_project.yml"),
        ("packages.yml.j2", "packages.yml"),
        ("impact.yml.j2", ".github/workflows/impact.yml"),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_rendered(template, values), encoding="utf-8")
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    shutil.copy2(source / "profiles" / "profiles.yml", folder / "profiles.yml")
    # dbt takes no selector from a package; without it a plain build would run the package's unit tests every day
    shutil.copy2(source / "selectors.yml", folder / "selectors.yml")
    for kind in FOLDERS:
        (folder / "seeds" / kind).mkdir(parents=True)
        # the package's yml describes a seed wherever it lies; said twice, dbt stops
        for path in sorted((source / "seeds" / kind).glob("*.csv")):
            shutil.copy2(path, folder / "seeds" / kind / path.name)
    click.echo(f"{folder} is ready. Next:\n  cd {folder}\n  dbt deps\n  dbt build")


def _source(package: str | None) -> Path:
    """Find the project whose rule book is copied: the package if it is a directory, else that of this command."""
    named = Path(package) if package else Path(__file__).parents[3]
    source = named if named.is_dir() else Path(__file__).parents[3]
    if not (source / "seeds" / "rules").is_dir():
        raise click.ClickException(f"{source} is no lead_scoring project; name its directory with --package.")
    return source.resolve()


def _rendered(template: str, values: dict[str, object]) -> str:
    text = (resources.files("lead_scoring.init") / "templates" / template).read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)
    return environment.from_string(text).render(values)
