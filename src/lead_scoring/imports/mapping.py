"""The mapping file: from the columns of a tool's export to those of the raw contract."""

import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says.

    Attributes:
        name: the file's name without ending; it names what is written.
        table: raw table to fill, such as leads.
        columns: column of the export by column of the table.
        values: text that stands in every row, by column of the table.
        timezone: IANA zone of times without an offset.
        encoding: encoding of the files; blank to find it.
        delimiter: what stands between two cells.
        types: `data_type` of the raw contract by column of the table.

    """

    name: str
    table: str
    columns: dict[str, str]
    values: dict[str, str]
    timezone: str
    encoding: str
    delimiter: str
    types: dict[str, str]


def read(path: Path, project: Path) -> Mapping:
    """Read a mapping file and check it against the raw contract.

    Arguments:
        path: the yml file, with table, columns and, if need be, values, timezone, encoding, delimiter.
        project: directory of the dbt project whose contract counts.

    Returns:
        The mapping.

    Raises:
        click.ClickException: the file says something the contract does not know.

    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    known = {"table", "columns", "values", "timezone", "encoding", "delimiter"}
    if unknown := sorted(content.keys() - known):
        raise click.ClickException(f"{path}: nothing reads {unknown[0]}; write one of {', '.join(sorted(known))}.")
    contract = raw_contract(project)
    table = contract.get(content.get("table"))
    if table is None:
        raise click.ClickException(f"{path}: table is {content.get('table')!r}; write one of {', '.join(contract)}.")
    columns, values = content.get("columns") or {}, content.get("values") or {}
    required = {column["name"] for column in table if column.get("config", {}).get("meta", {}).get("required")}
    if missing := sorted(required - columns.keys() - values.keys()):
        raise click.ClickException(f"{path}: {content['table']} needs {missing[0]}; name its column under columns.")
    zone = content.get("timezone", "Asia/Tokyo")
    if zone not in zoneinfo.available_timezones():
        raise click.ClickException(f"{path}: timezone is {zone!r}; write an IANA name such as Asia/Tokyo.")
    return Mapping(
        name=path.stem,
        table=content["table"],
        columns={str(column): str(name) for column, name in columns.items()},
        values={str(column): str(value) for column, value in values.items()},
        timezone=zone,
        encoding=content.get("encoding", ""),
        delimiter=content.get("delimiter", ","),
        types={column["name"]: column["data_type"] for column in table},
    )


def raw_contract(project: Path) -> dict[str, list[dict[str, Any]]]:
    """Give the columns of each raw table, as the project's yml declares them.

    Arguments:
        project: directory of the project, or of one that has it as a package.

    Returns:
        Columns by table.

    Raises:
        click.ClickException: there is no such yml.

    """
    for path in sorted([*project.glob("models/**/*.yml"), *project.glob("dbt_packages/*/models/**/*.yml")]):
        for source in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("sources", []):
            if source["name"] == "raw":
                return {table["name"]: table["columns"] for table in source["tables"]}
    raise click.ClickException(
        f"{project} has no yml that declares the raw tables; name the project with --project-dir."
    )
