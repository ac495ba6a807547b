"""The command `lead-scoring challenger`."""

import json
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml

from lead_scoring import output
from lead_scoring.challenger import rule_files
from lead_scoring.challenger.errors import CannotStart, TooLittleData
from lead_scoring.challenger.months import Month, split
from lead_scoring.project import Project, ProjectError

if TYPE_CHECKING:
    import numpy as np

    from lead_scoring.challenger.model import Floors, LeadMonths, Trial

FOLDER = click.Path(file_okay=False, path_type=Path)
PROPOSAL = "proposal.json"


@click.command()
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    help="A built DuckDB file to read.  [default: what the target of the profile builds]",
)
@click.option("--project-dir", default=".", type=FOLDER, help="Root of the dbt project.  [default: here]")
@click.option("--target", help="Target of profiles.yml; its default target if not given.")
@click.option("--vars", "variables", default="{}", metavar="YAML", help="Variables for dbt, as in `dbt build --vars`.")
@click.option("--rules", default="seeds/rules", show_default=True, type=FOLDER, help="Where the rule files are.")
@click.option("--out", default="proposal", show_default=True, type=FOLDER, help="Where the proposed ones go.")
@click.option(
    "--turn-signs",
    is_flag=True,
    help="Let rules that give points take some, and the other way round, where the regression says so.",
)
def challenger(
    database: Path | None,
    project_dir: Path,
    target: str | None,
    variables: str,
    rules: Path,
    out: Path,
    turn_signs: bool,
) -> None:
    """Test the current points against better fitting ones, and propose a rule book.

    Learns from older months and tests on newer ones whose outcomes are known. Changes no rule: the
    proposal is a copy of four rule files in which only numbers differ, and proposal.json, which says
    what they were learned from.
    """
    names = (*rule_files.NAMES, rule_files.TIERS)
    for path in ((out / name).resolve() for name in names):
        if "seeds" in (part.lower() for part in path.parts) or path.parent == rules.resolve():
            raise CannotStart(f"{out} is a place of rule books in force, which stay as they are; name another --out.")
    try:
        from lead_scoring.challenger import model, warehouse
        from lead_scoring.challenger.scale import Tier
    except ImportError as error:
        raise CannotStart(f"{error.name} is not installed; run `uv sync --extra challenger`.") from error

    floors = model.Floors(*_floors(project_dir, variables))
    files = {name: _text(rules / name) for name in names}
    tiers = [
        Tier(name, float(low)) for name, low in rule_files.numbers(files["tiers.csv"], "tier", "min_score").items()
    ]
    with warehouse.connected(project_dir, target, database) as connection:
        points = warehouse.built_points(connection, [name.removesuffix(".csv") for name in rule_files.NAMES])
        written = {rule: value for name in rule_files.NAMES for rule, value in rule_files.points(files[name]).items()}
        if points != written:
            raise CannotStart(f"The rules in {rules} are not those of the last build; run `dbt build` first.")
        points = {rule: value for rule, value in points.items() if value != 0}
        months = warehouse.mature_months(connection)
        training, testing = split(months)
        if not training:
            raise TooLittleData(
                f"{len(months)} months have known outcomes, none of them was known when the newest of them ended"
            )
        train, test = (warehouse.lead_months(connection, part, points) for part in (training, testing))
        candidates = warehouse.candidates(connection)
    _check(train, test, floors)
    output.prepare(out)

    # the earlier of the training months, and the later ones whose outcomes came after theirs
    inner = tuple(_among(train, [training.index(each) for each in part]) for part in split(training))
    with _one_thread():
        current = [float(value) for value in points.values()]
        trial = model.challenge(train, test, current, tiers, floors, inner, turn_signs)
    for name, text in _proposed_files(files, points, trial, train).items():
        (out / name).write_bytes(text.encode())
    described = _described(training, testing, trial, list(points))
    (out / PROPOSAL).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _tell(training, testing, train, test, points, tiers, trial, candidates)
    click.echo(f"It is in {out}; no rule was changed. To try it, copy its files over {rules} on a branch.")


def _proposed_files(
    files: dict[str, str], points: dict[str, Decimal], trial: "Trial", train: "LeadMonths"
) -> dict[str, str]:
    """Return the rule files with the numbers of the proposal."""
    scale = trial.scale
    new = {rule: int(scale.points[i]) for i, rule in enumerate(points) if trial.known[i]}
    if rule_files.BASE in points and scale.base:
        new[rule_files.BASE] = int(points[rule_files.BASE]) + scale.base
    proposed = {name: rule_files.with_points(files[name], new) for name in rule_files.NAMES}
    if scale.base and rule_files.BASE not in points:
        proposed["attribute_rules.csv"] = rule_files.with_base(proposed["attribute_rules.csv"], scale.base)
    tiers = files[rule_files.TIERS]
    scores = rule_files.numbers(tiers, "tier", "min_score")
    bounds = {tier.name: int(tier.min_score) for tier in scale.tiers if tier.min_score != scores[tier.name]}
    rearmed = rule_files.numbers(tiers, "tier", "rearm_below")
    # as far below the tier as it was, on the new scale
    rearmed_at = {
        tier: min(round(float(rearmed[tier] / scores[tier]) * bound), bound)
        for tier, bound in bounds.items()
        if tier in rearmed and scores[tier]
    }
    proposed[rule_files.TIERS] = rule_files.with_numbers(tiers, "tier", "min_score", bounds)
    proposed[rule_files.TIERS] = rule_files.with_numbers(proposed[rule_files.TIERS], "tier", "rearm_below", rearmed_at)
    return proposed | {
        rule_files.TIERS: _with_attribute_bounds(proposed[rule_files.TIERS], files, points, trial, train)
    }


def _with_attribute_bounds(
    tiers: str, files: dict[str, str], points: dict[str, Decimal], trial: "Trial", train: "LeadMonths"
) -> str:
    """Move the least attribute score of a tier so that as many leads reach it as now."""
    from lead_scoring.challenger.scale import matched

    asked = rule_files.numbers(tiers, "tier", "min_attribute_score")
    of_attributes = rule_files.points(files["attribute_rules.csv"]).keys()
    chosen = [i for i, rule in enumerate(points) if rule in of_attributes]
    before = train.awards[:, chosen] @ [float(list(points.values())[i]) for i in chosen]
    after = train.awards[:, chosen] @ trial.scale.points[chosen] + trial.scale.base
    new = {tier: matched(before, after, float(bound)) for tier, bound in asked.items()}
    return rule_files.with_numbers(tiers, "tier", "min_attribute_score", new)


def _described(training: list[Month], testing: list[Month], trial: "Trial", rules: list[str]) -> dict[str, Any]:
    """Return what the proposal stands on, for whoever judges it later."""
    return {
        # outcomes until then taught the points: month ends before it cannot judge them
        "learned_until": max(each.horizon_ended_at for each in training).isoformat(" "),
        "learned_from_months": [f"{each.month:%Y-%m}" for each in training],
        "judged_on_months": [f"{each.month:%Y-%m}" for each in testing],
        "auc": {way: round(standing.auc, 6) for way, standing in trial.standings.items()},
        "verdict": list(trial.standings.values())[-1].verdict,
        "tier_shares": {
            tier: {"before": round(before, 6), "after": round(after, 6)} for tier, before, after in trial.scale.shares
        },
        "base_points": trial.scale.base,
        "would_turn": [rule for rule, turned in zip(rules, trial.turned, strict=True) if turned],
    }


def _tell(
    training: list[Month],
    testing: list[Month],
    train: "LeadMonths",
    test: "LeadMonths",
    points: dict[str, Decimal],
    tiers: list[Any],
    trial: "Trial",
    candidates: list[tuple[str, ...]],
) -> None:
    """Print what came of it."""
    from lead_scoring.challenger import model

    scale = trial.scale
    table = [["", "months", "rows", "leads with opportunity"]]
    tested = ", ".join(f"{each.month:%Y-%m}" for each in testing)
    trained = f"{training[0].month:%Y-%m} to {training[-1].month:%Y-%m}"
    for label, named, part in (("learned from", trained, train), ("tested on", tested, test)):
        table.append([label, named, str(part.lead.size), str(part.winners)])
    _print_table(table)
    table = [["", "AUC within months", "95 % interval", "to current", "95 % interval", ""]]
    for way, standing in trial.standings.items():
        gain = [f"{standing.gain:+.3f}", "{:+.3f} to {:+.3f}".format(*standing.gain_interval), standing.verdict]
        area = [f"{standing.auc:.3f}", "{:.3f} to {:.3f}".format(*standing.interval)]
        table.append([way, *area, *(gain if way != model.CURRENT else [""] * 3)])
    _print_table(table)
    table = [["tier", "from score", "proposed", "share of leads", "proposed"]]
    now = {tier.name: tier.min_score for tier in tiers}
    for tier, (name, before, after) in zip(scale.tiers, scale.shares, strict=True):
        table.append([name, f"{now[name]:g}", f"{tier.min_score:g}", f"{100 * before:.1f} %", f"{100 * after:.1f} %"])
    _print_table(table)
    table = [["rule", "leads with it", "log odds", "current", "proposed", ""]]
    for i, (rule, value) in enumerate(points.items()):
        said = "" if trial.known[i] else "kept, not enough data"
        if trial.turned[i]:
            said = f"the regression would turn its sign ({trial.free[i]:+.0f})"
        evidence = f"{trial.log_odds[i]:+.2f}" if trial.known[i] else ""
        table.append(
            [
                rule,
                str(train.leads_with[i]),
                evidence,
                f"{value.normalize():f}",
                f"{Decimal(scale.points[i]).normalize():f}",
                said,
            ]
        )
    _print_table(table)
    if scale.base:
        click.echo(f"Everybody gets {scale.base} points by the rule {rule_files.BASE}, so that no score is lost at 0.")
    lost = [f"{100 * share:.1f} %" for share in trial.lost]
    click.echo(f"Points of the tested leads that add up to less than 0 and so to 0: {lost[0]} now, {lost[1]} proposed.")
    if trial.turned.any():
        click.echo("Rules whose sign would turn keep theirs or pay 0; --turn-signs lets them turn.")
    off = max(abs(after - before) for _, before, after in scale.shares)
    if off > 0.02:
        click.echo(
            f"No thresholds keep the tiers as they are: too many leads share a score ({100 * off:.1f} points off)."
        )
    click.echo()
    if candidates:
        click.echo("What no rule names and might deserve one; try one or two:")
        _print_table([["", "", "", "leads", "opportunities", "lift"], *map(list, candidates)], left=3)
    verdict = trial.standings[model.PROPOSED].verdict
    click.echo(f"Verdict on the proposed rule book against the current rules: {verdict}.")


def _among(train: "LeadMonths", months: list[int]) -> "np.ndarray":
    import numpy as np

    return np.isin(train.month, months)


def _one_thread() -> Any:
    """Keep the linear algebra on one thread: its products are so small that threads wait for each other."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(1)


def _floors(root: Path, given: str) -> list[int]:
    """Return the least leads and opportunities: as given with --vars, else as the project's variables say."""
    project = Project(root, yaml.safe_load(given) or {})
    try:
        return [int(project.variable(f"review_min_{kind}")) for kind in ("leads", "opportunities")]
    except ProjectError as error:
        raise CannotStart(str(error)) from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise CannotStart(f"{path}: {error.strerror}; start in the project, or name --rules.") from error
    except UnicodeDecodeError as error:
        raise CannotStart(f'{path} is not UTF-8 text; save it as "CSV UTF-8".') from error


def _check(train: "LeadMonths", test: "LeadMonths", floors: "Floors") -> None:
    """Stop where the outcomes are too few, or a rule book has nothing to learn from."""
    for part, rows in (("training", train), ("test", test)):
        for kind, leads in (("with", rows.winners), ("without", rows.losers)):
            if leads < floors.opportunities:
                raise TooLittleData(
                    f"the {part} months have {leads} leads {kind} an opportunity, {floors.opportunities} are needed"
                )
    if not train.has_enough_data(floors).any():
        raise TooLittleData("no rule has enough leads and opportunities with it and without it in the training months")


def _print_table(rows: list[list[str]], left: int = 1) -> None:
    """Print rows in columns, the first ones to the left and the others to the right, and an empty line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
    click.echo()
