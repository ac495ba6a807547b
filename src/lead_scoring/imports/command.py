"""`lead-scoring import`: the command line."""

from pathlib import Path

import click

from lead_scoring import output
from lead_scoring.imports import files, mapping

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("import")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--mapping", "mapping_path", required=True, type=FILE, help="Which column of the files is what (yml).")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("raw_data"),
    show_default=True,
    help="Directory of the raw tables; build with --vars '{raw_data: DIR}'.",
)
@click.option(
    "--project-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("."),
    help="Root of the dbt project.  [default: here]",
)
def import_files(paths: tuple[Path, ...], mapping_path: Path, out: Path, project_dir: Path) -> None:
    """Write exports of other tools (csv, UTF-8 or Shift_JIS) as a raw table the build reads.

    All FILEs are exports of the same kind; importing them again replaces what was imported before.
    """
    wanted = mapping.read(mapping_path, project_dir)
    output.prepare(out)
    rows = []
    for path in paths:
        found = files.records(path, wanted)
        click.echo(f"{path}: {len(found)} rows")
        rows += found
    written = files.write(rows, wanted, out)
    for column, (count, example) in written.unreadable.items():
        click.echo(f'  {column}: {count} values cannot be read, such as "{example}"; they stay as they are')
    click.echo(f"{written.path}: {written.rows} rows. Build with --vars '{{raw_data: {out}}}'.")
