"""`lead-scoring connect`: the command line, what it prints and what it writes."""

import csv
import tempfile
from pathlib import Path
from typing import Any

import click
import yaml

from lead_scoring import output
from lead_scoring.connect.look import Answer, Look

SOURCES = ("account_engagement", "hubspot", "salesforce")
# What people decide in each file of seeds/mapping: its columns, and how the codes found fill them.
MAPPINGS = {
    "event_types": ("source", "kind", "code", "event_type", "note"),
    "sales_touches": ("source", "kind", "code", "is_touch", "note"),
    "deal_stages": ("source", "pipeline", "stage", "is_opportunity", "note"),
    "attribute_values": ("source", "attribute", "code", "value", "note"),
}
PEOPLE = """
select
    (select count(*) from connected_records where connector = '{source}'),
    (select count(*) from connected_records where connector = '{source}' and moved_to_id is not null),
    (select count(*) from connected_records where connector = '{source}' and is_deleted and moved_to_id is null),
    (select count(distinct survivor_id) from connected_survivors where connector = '{source}')
"""
EVENTS = """
select event_type, count(*), sum(case when people.lead_id is null then 0 else 1 end)
from {source}_events as events
left join (select distinct lead_id from connected_people) as people on events.lead_id = people.lead_id
group by event_type
order by 2 desc, 1
"""
SALES = """
select
    (select count(*) from connected_engagements where connector = '{source}'),
    (select count(*) from connected_touches where connector = '{source}'),
    (select count(*) from {source}_sales_activities),
    (select count(*) from connected_deals where connector = '{source}'),
    (select count(*) from connected_deal_spans where connector = '{source}'),
    (select count(*) from {source}_opportunities)
"""
UNDECIDED = """
select mapping, kind, code, label, row_count
from undecided_codes
where connector = '{source}'
order by 1, 2, 3
"""


@click.command()
@click.argument("source", type=click.Choice(SOURCES))
@click.option("--schema", help="Schema the source lies in.  [default: its name]")
@click.option("--database", help="Database it lies in.  [default: that of the target]")
@click.option("--vars", "variables", default="{}", metavar="YAML", help="Variables for dbt, as in `dbt build --vars`.")
@click.option("--target", default="", help="Target of profiles.yml; its default target if not given.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("target/connect"),
    show_default=True,
    help="Where the variables and the rows to fill in go.",
)
@click.option(
    "--project-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("."),
    help="Root of the dbt project.  [default: here]",
)
def connect(
    source: str, schema: str | None, database: str | None, variables: str, target: str, out: Path, project_dir: Path
) -> None:
    """Look at SOURCE in the warehouse: what is there, whom it is about, what has to be decided. Builds nothing."""
    given = dict(yaml.safe_load(variables) or {})
    sources = ["salesforce", source] if source == "account_engagement" else [source]
    given |= {"connectors": sources}
    prefix = "pardot" if source == "account_engagement" else source  # Fivetran's names of the variables
    given |= {f"{prefix}_schema": schema} if schema else {}
    given |= {f"{prefix}_database": database} if database else {}
    output.prepare(out)
    with tempfile.TemporaryDirectory() as folder:
        look = Look(project_dir.resolve(), source, given, target, Path(folder))
        _say_tables(look.tables())
        click.echo("Reading the columns ...")
        look.prepare()
        if source != "account_engagement":
            _say_people(_ask(look, "Counting people ...", PEOPLE, source))
        _say_events(_ask(look, "Finding whose the events are ...", EVENTS, source))
        if source != "account_engagement":
            _say_sales(_ask(look, "Counting activities of sales and deals ...", SALES, source))
        undecided = _ask(look, "Looking for codes without a decision ...", UNDECIDED, source)
    _say_undecided(undecided)
    _write(out, source, given, undecided)


def _ask(look: Look, progress: str, question: str, source: str) -> Answer:
    click.echo(progress)
    return look.ask(question.format(source=source))


def _say_tables(tables: list[dict[str, Any]]) -> None:
    found = [table["place"] for table in tables if table["is_there"]]
    click.echo(f"Tables found ({len(found)} of {len(tables)}): {', '.join(found) or 'none'}")
    for table in tables:
        if not table["is_there"]:
            click.echo(f"  missing {table['place']}: {table['without'] or 'nothing can be read without it'}")
    needed = [table["place"] for table in tables if table["is_required"] and not table["is_there"]]
    if needed:
        raise click.ClickException(
            f"{needed[0]} does not exist. Give --schema or --database, or --vars with the name it has, as in the yml"
            " beside the models."
        )


def _say_people(answer: Answer) -> None:
    records, merged, deleted, people = answer[0]
    click.echo(f"  {people} people from {records} records: {merged} merged or converted, {deleted} deleted")


def _say_events(answer: Answer) -> None:
    for event_type, rows, owned in answer:
        click.echo(f"  {event_type}: {rows} events, {rows - owned} of nobody known")
    if not answer:
        click.echo("  no events")


def _say_sales(answer: Answer) -> None:
    engagements, touches, activities, deals, opportunities, pairs = answer[0]
    click.echo(f"  {engagements} activities of sales, {touches} of them touches, {activities} with a person")
    click.echo(f"  {deals} deals, {opportunities} of them opportunities, {pairs} pairs of opportunity and person")


def _say_undecided(answer: Answer) -> None:
    click.echo(f"{len(answer)} codes have no decision{':' if answer else '.'}")
    for _, kind, code, label, count in answer:
        click.echo(f"  {kind} {code}{f' ({label})' if label else ''}: {count} rows")


def _write(out: Path, source: str, variables: dict[str, Any], undecided: Answer) -> None:
    """Write the variables for dbt_project.yml, and a row per code without a decision for each mapping."""
    text = yaml.safe_dump({"vars": variables}, allow_unicode=True, sort_keys=False)
    (out / f"{source}_vars.yml").write_text(text, encoding="utf-8")
    click.echo(f"Put the variables of {out / f'{source}_vars.yml'} into dbt_project.yml.")
    for mapping, header in MAPPINGS.items():
        rows = [row for row in undecided if row[0] == mapping]
        if not rows:
            continue
        path = out / f"{source}_{mapping}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for _, kind, code, label, count in rows:
                writer.writerow([source, kind, code, "", f"{label or ''} {count} rows".strip()])
        click.echo(f"Fill in {header[3]} in {path} and add its rows to seeds/mapping/{mapping}.csv.")
