"""What is published: the public models of the last complete build, and how a set names itself."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lead_scoring.project import NAME, Project

# What the published set says of itself: one row, and one row per table.
PUBLICATION = {
    "build_id": "varchar",
    "as_of": "timestamp",
    "built_at": "timestamp",
    "published_at": "timestamp",
    "rules_version": "varchar",
    "publication_number": "integer",
    "timezone": "varchar",
    "learned_until": "timestamp",
}
CATALOGUE = {"table_name": "varchar", "description": "varchar"}
DESCRIPTIONS = {
    "publication": "One row: which build this set is, as of when (`as_of`), under which rules, and since when readers"
    " see it (`published_at`). All times are UTC; `timezone` is the zone of calendar dates. `publication_number` is the"
    " highest in `published_scores`; outcomes until `learned_until` taught the points, so months before prove nothing.",
    "published_tables": "One row per table of this set, with what it holds.",
}


class NotPublished(click.ClickException):
    """Readers still see what they saw before; the message says why and what to do."""


@dataclass(frozen=True)
class Relation:
    """A model or seed that is published.

    Attributes:
        name: its name in the published set.
        schema: where the build has it.
        identifier: its name there.
        description: what it holds.
        columns: descriptions by column.

    """

    name: str
    schema: str
    identifier: str
    description: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Facts:
    """What a set says of its project: the zone of calendar dates, and until when outcomes taught its points (UTC)."""

    timezone: str
    learned_until: datetime | None = None


@dataclass(frozen=True)
class Publication:
    """What a published set says of itself; see `PUBLICATION` for the columns, times are naive UTC."""

    build_id: str
    as_of: datetime
    built_at: datetime
    published_at: datetime
    rules_version: str
    publication_number: int
    timezone: str
    learned_until: datetime | None

    @classmethod
    def of(cls, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> "Publication | None":
        """Return what the rows of the table `publication` say, also of an older version; None without a row."""
        found = dict(zip(columns, rows[0], strict=True)) if rows else {}
        return cls(**{name: found.get(name) for name in PUBLICATION}) if rows else None

    def __str__(self) -> str:
        """Say which build it is."""
        return f"the build of {self.built_at:%Y-%m-%d %H:%M:%S}, as of {self.as_of:%Y-%m-%d %H:%M:%S}"


def public_relations(project: Project, target_path: Path, adapter: str) -> tuple[list[Relation], Relation]:
    """Return what is published, and the model that tells whether a build is complete.

    Arguments:
        project: the project whose models are published.
        target_path: where dbt put its artifacts.
        adapter: kind of the warehouse, such as `duckdb`.

    Raises:
        NotPublished: dbt left no `manifest.json` there, or one of another warehouse.

    """
    path = target_path / "manifest.json"
    if not path.is_file():
        raise NotPublished(f"{path} does not exist, so nothing was built here. Run `dbt build` first.")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest["metadata"]["adapter_type"] != adapter:
        raise NotPublished(
            f"the last dbt command was for {manifest['metadata']['adapter_type']}, and this target is {adapter}."
            " Name the --target that was built."
        )
    rule_files = {path.stem for path in project.seeds("rules")}
    found = []
    completed = None
    for node in manifest["nodes"].values():
        is_ours = node["package_name"] == NAME
        if is_ours and node["name"] == "completed_build" and node["resource_type"] == "model":
            completed = _relation(node)
        is_public = is_ours and node["resource_type"] == "model" and node["config"].get("access") == "public"
        is_rules = node["resource_type"] == "seed" and node["name"] in rule_files
        if is_public or is_rules:
            found.append(_relation(node))
    if completed is None:
        raise NotPublished("the project has no model completed_build, which tells whether a build is complete.")
    return sorted(found, key=lambda relation: relation.name), completed


def completed(rows: Sequence[Sequence[Any]], publication_number: int, facts: Facts) -> Publication:
    """Return what is to be published, if the last build is complete.

    Arguments:
        rows: `build_id, as_of, built_at, rules_version, is_whole` of `completed_build`.
        publication_number: the highest of `published_scores`.
        facts: what the project says of itself.

    Raises:
        NotPublished: it is not.

    """
    if not rows:
        raise NotPublished(
            "the last build was not finished, or a test failed. Mend what it named and build again, all of it."
        )
    [(build_id, as_of, built_at, rules_version, is_whole)] = rows
    if not is_whole:
        raise NotPublished(
            "the last build left out some models, seeds or data tests. Run `dbt build` without a selection."
        )
    now = datetime.now(UTC).replace(tzinfo=None)
    return Publication(
        build_id, as_of, built_at, now, rules_version, publication_number, facts.timezone, facts.learned_until
    )


def still_seen(standing: Publication | None) -> str:
    """Say in a sentence what readers see, where nothing new was published."""
    if standing is None:
        return "Nothing was published before, so readers see nothing."
    return f"Readers still see {standing}, since {standing.published_at:%Y-%m-%d %H:%M:%S} (UTC)."


@contextmanager
def or_readers_keep(standing: Publication | None, *failures: type[Exception]) -> Iterator[None]:
    """Say of whatever stops a publication what readers see meanwhile.

    Arguments:
        standing: what they saw before.
        failures: what the engine raises, beside `NotPublished`.

    Raises:
        NotPublished: the body raised any of them.

    """
    try:
        yield
    except (NotPublished, *failures) as error:
        said = error.message if isinstance(error, NotPublished) else in_one_line(error)
        raise NotPublished(f"Nothing was published: {said} {still_seen(standing)}") from error


def in_one_line(error: Exception) -> str:
    """Give what an engine says of a failure, without the stack that Java adds."""
    return " ".join(str(error).split("\n\tat ", 1)[0].split())


def not_ours(schema: str) -> NotPublished:
    """Return what to raise where a schema holds what this project did not publish."""
    return NotPublished(
        f"the schema {schema} is not empty and was not published by this project. Set the variable"
        " published_schema to another name."
    )


def _relation(node: dict[str, Any]) -> Relation:
    columns = {name: " ".join(column["description"].split()) for name, column in node["columns"].items()}
    return Relation(node["name"], node["schema"], node["alias"], " ".join(node["description"].split()), columns)
