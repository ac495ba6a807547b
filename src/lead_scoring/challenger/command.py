"""The command `lead-scoring challenger`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lead_scoring import output
from lead_scoring.challenger import rule_files
from lead_scoring.challenger.errors import CannotStart, TooLittleData
from lead_scoring.challenger.months import split

if TYPE_CHECKING:
    from lead_scoring.challenger.model import LeadMonths

TRAINING_OPPORTUNITIES = 10
TEST_OPPORTUNITIES = 5
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--database",
    envvar="LEAD_SCORING_DUCKDB",
    default="lead_scoring.duckdb",
    show_default=True,
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The built DuckDB file.",
)
@click.option("--rules", default="seeds/rules", show_default=True, type=FOLDER, help="Where the rule files are.")
@click.option("--out", default="proposal", show_default=True, type=FOLDER, help="Where the proposed ones go.")
def challenger(database: Path, rules: Path, out: Path) -> None:
    """Test the current points against better fitting ones, and propose a rule book.

    Trains on older months and tests on the newest whose outcomes are known. Changes no rule: the
    proposal is a copy of three rule files in which only `points` differ.
    """
    for path in ((out / name).resolve() for name in rule_files.NAMES):
        if "seeds" in (part.lower() for part in path.parts) or path.parent == rules.resolve():
            raise CannotStart(f"{out} is a place of rule books in force, which stay as they are; name another --out.")
    try:
        from lead_scoring.challenger import model, warehouse
    except ImportError as error:
        raise CannotStart(f"{error.name} is not installed; run `uv sync --extra challenger`.") from error

    files = {name: _text(rules / name) for name in rule_files.NAMES}
    with warehouse.connected(database) as connection:
        points = warehouse.built_points(connection, [name.removesuffix(".csv") for name in files])
        if points != {rule: value for text in files.values() for rule, value in rule_files.points(text).items()}:
            raise CannotStart(f"The rules in {rules} are not those of the last build; run `dbt build` first.")
        months = warehouse.mature_months(connection)
        training, testing = split(months)
        if not training:
            raise TooLittleData(
                f"{len(months)} months have known outcomes, none of them was known when the newest of them ended"
            )
        train, test = (warehouse.lead_months(connection, part, list(points)) for part in (training, testing))
    _check(train, test)
    output.prepare(out)

    trial = model.challenge(train, test, [float(value) for value in points.values()])
    proposed = {rule: int(trial.proposed[i]) for i, rule in enumerate(points) if train.has_enough_data[i]}
    for name, text in files.items():
        (out / name).write_bytes(rule_files.with_points(text, proposed).encode())

    rows = [["", "months", "rows", "leads with opportunity"]]
    tested = ", ".join(f"{each.month:%Y-%m}" for each in testing)
    trained = f"{training[0].month:%Y-%m} to {training[-1].month:%Y-%m}"
    for label, named, part in (("trained on", trained, train), ("tested on", tested, test)):
        rows.append([label, named, str(part.lead.size), str(part.winners)])
    _print_table(rows)
    rows = [["", "AUC", "95 % interval", "to current", "95 % interval", ""]]
    for way, standing in trial.standings.items():
        gain = [f"{standing.gain:+.3f}", "{:+.3f} to {:+.3f}".format(*standing.gain_interval), standing.verdict]
        area = [f"{standing.auc:.3f}", "{:.3f} to {:.3f}".format(*standing.interval)]
        rows.append([way, *area, *(gain if way != model.CURRENT else [""] * 3)])
    _print_table(rows)
    rows = [["rule", "leads with it", "current", "suggested", "proposed"]]
    for i, (rule, value) in enumerate(points.items()):
        new = [f"{trial.suggested[i]:.0f}", f"{trial.proposed[i]:.0f}"] if rule in proposed else ["", "kept"]
        rows.append([rule, str(train.leads_with[i]), f"{value.normalize():f}", *new])
    _print_table(rows)
    click.echo(
        f"Verdict on the proposed rule book against the current rules: {trial.standings[model.PROPOSED].verdict}."
    )
    click.echo(f"It is in {out}; no rule was changed. To try it, copy its files over {rules} on a branch.")


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise CannotStart(f"{path}: {error.strerror}; start in the project, or name --rules.") from error
    except UnicodeDecodeError as error:
        raise CannotStart(f'{path} is not UTF-8 text; save it as "CSV UTF-8".') from error


def _check(train: "LeadMonths", test: "LeadMonths") -> None:
    """Stop where the outcomes are too few, or a rule book has nothing to train on."""
    for part, rows, least in (("training", train, TRAINING_OPPORTUNITIES), ("test", test, TEST_OPPORTUNITIES)):
        for kind, leads in (("with", rows.winners), ("without", rows.losers)):
            if leads < least:
                raise TooLittleData(f"the {part} months have {leads} leads {kind} an opportunity, {least} are needed")
    if not train.has_enough_data.any():
        raise TooLittleData("no rule has enough leads that hold it and leads that do not in the training months")


def _print_table(rows: list[list[str]]) -> None:
    """Print rows in columns, the first to the left and the others to the right, and an empty line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join([row[0].ljust(widths[0]), *cells[1:]]).rstrip())
    click.echo()
