"""`lead-scoring publish` and `lead-scoring build`: the command lines."""

from pathlib import Path
from typing import Any

import click
import yaml

from lead_scoring.impact.errors import ImpactError
from lead_scoring.impact.rules import learned_until
from lead_scoring.project import NAME, Project, ProjectError
from lead_scoring.publish.contents import Facts, NotPublished, public_relations, still_seen
from lead_scoring.publish.embedded import Embedded
from lead_scoring.publish.running import run
from lead_scoring.publish.summary import lines

PROJECT_DIR = click.option(
    "--project-dir", default=".", type=click.Path(exists=True, path_type=Path), help="The dbt project."
)
TARGET = click.option("--target", default="", help="Target of profiles.yml; its default target if not given.")
VARIABLES = click.option("--vars", "variables", default="{}", help="dbt variables as YAML, as for `dbt build`.")
TARGET_PATH = click.option("--target-path", default="target", help="Where dbt puts its artifacts.")


@click.command()
@VARIABLES
@TARGET
@PROJECT_DIR
@TARGET_PATH
def publish(variables: str, target: str, project_dir: Path, target_path: str) -> None:
    """Show readers the last build, all of it in one moment, if it came to its end with no test failed.

    DuckDB: writes published/<name of the database> and a parquet file per table. PostgreSQL: replaces the rows of the
    schema that the variable published_schema names, for the roles that published_roles lists. Spark: replaces the
    tables of that schema one by one, each with its build_id. Readers are never in the way of a build, nor a build in
    theirs.
    """
    root = project_dir.resolve()
    project = _project(root, variables)
    _publish(project, _store(project, target), root / target_path, None)


@click.command(context_settings={"ignore_unknown_options": True})
@VARIABLES
@TARGET
@PROJECT_DIR
@TARGET_PATH
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def build(variables: str, target: str, project_dir: Path, target_path: str, arguments: tuple[str, ...]) -> None:
    """Run `dbt build`, then publish, and end with ten lines: leads, queue, what was left out, where to look.

    Further ARGUMENTS are those of `dbt build`. If the build fails, readers go on seeing what they saw, and the last
    line says since when.
    """
    root = project_dir.resolve()
    project = _project(root, variables)
    store = _store(project, target)
    if store.credentials.type == "spark":
        raise NotPublished(
            "on Spark dbt runs in the session's own process: `python -m lead_scoring.spark build`, then"
            " `lead-scoring publish --target spark`."
        )
    store.catch_up()
    given = ["--vars", variables, "--target-path", target_path, *(["--target", target] if target else [])]
    built = run([*given, *arguments], root)
    if built.exit_code:
        for sentence in built.errors:
            click.echo(sentence)
        raise NotPublished(f"the build failed, so nothing was published. {still_seen(store.standing())}")
    _publish(project, store, root / target_path, built.warnings)


def _publish(project: Project, store: Any, target_path: Path, warnings: list[str] | None) -> None:
    relations, marker = public_relations(project, target_path, store.credentials.type)
    new = store.publish(relations, marker)
    for line in lines(store.query, new, store.places, warnings):
        click.echo(line)


def _project(root: Path, variables: str) -> Project:
    try:
        project = Project(root, yaml.safe_load(variables) or {})
        assert project.packages
    except (ProjectError, yaml.YAMLError) as error:
        raise click.ClickException(" ".join(str(error).split())) from error
    return project


def _store(project: Project, target: str) -> Any:
    """Return the published set of a target."""
    # only here: the other commands shall not wait for dbt
    from lead_scoring import profile

    credentials = profile.credentials(project.root, target)
    facts = _facts(project)
    if credentials.type == "duckdb":
        return Embedded(credentials, project.root, facts)
    schema = project.variable("published_schema") or f"{credentials.schema}_published"
    if credentials.type == "postgres":
        from lead_scoring.publish.postgres import Postgres

        return Postgres(credentials, schema, project.variable("published_roles") or [], facts)
    if credentials.type == "spark" and credentials.method == "session":
        from lead_scoring.publish.spark import Spark
        from lead_scoring.spark import session_of_environment

        return Spark(credentials, schema, facts, session_of_environment())
    raise NotPublished(
        f"the target builds to {credentials.type}; {NAME} publishes on duckdb, postgres, and spark in a session."
    )


def _facts(project: Project) -> Facts:
    try:
        until = learned_until(*{path.parent for path in project.seeds("rules")})
    except ImpactError as error:
        raise NotPublished(str(error)) from error
    return Facts(str(project.variable("timezone") or "UTC"), until)
