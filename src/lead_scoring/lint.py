"""Check the rule book without building a model: what `dbt build` would say about it, in seconds."""

import gc
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click
import yaml

from lead_scoring.checks.rule_files import undecodable_seeds
from lead_scoring.project import Project, ProjectError, as_yaml, write_files

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

# Below the seeds: what people edit.
EDITED_FOLDERS = ("rules", "governance")
PROBLEMS = "rule_book_problems"
MAPPING_PROBLEMS = "mapping_problems"  # where a source system is connected


def lint(root: Path, variables: str) -> int:
    """Print a sentence for each problem of the rule book, and a closing line.

    Loads the seeds into a database in memory, whatever the profile says; no file, table or view of the
    user's is touched.

    Arguments:
        root: directory of the dbt project.
        variables: dbt variables as YAML, as for `dbt build --vars`.

    Returns:
        Number of errors; warnings do not count.

    Raises:
        click.ClickException: dbt failed for another reason than the rule book.

    """
    try:
        project = Project(root, yaml.safe_load(variables) or {})
        sentences = [f"ERROR {problem}" for problem in undecodable_seeds(root)] or _said_by_dbt(project, variables)
    except ProjectError as error:
        raise click.ClickException(str(error)) from error
    for sentence in sentences:
        click.echo(sentence)
    warnings = sum(sentence.startswith("WARNING ") for sentence in sentences)
    errors = len(sentences) - warnings
    click.echo(f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')} in the rule book.")
    return errors


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _said_by_dbt(project: Project, variables: str) -> list[str]:
    # only here: the other commands shall not wait for it
    from dbt.cli.main import dbtRunner

    # looking for garbage takes a sixth of the time, and there is none worth finding
    gc.disable()
    events: list[EventMsg] = []
    target = project.root / "target" / "lint"  # apart from a build's, so that neither has to parse anew
    copy = _copy(project, target / "project")
    command = ["--log-level", "none", "--log-level-file", "none", "--no-write-json", "build", "--vars", variables]
    command += ["--project-dir", copy, "--profiles-dir", copy, "--target-path", target, "--log-path", target]
    outcome = dbtRunner(callbacks=[events.append]).invoke(list(map(str, command)))
    sentences = [event.info.msg for event in events if event.info.name == "PrintEvent"]
    if not outcome.success and not any(sentence.startswith("ERROR ") for sentence in sentences):
        raise click.ClickException(_failure(outcome))
    return sentences


def _copy(project: Project, folder: Path) -> Path:
    """Copy what checks the rule book, with a profile that keeps all in memory."""
    edited = [path.stem for place in EDITED_FOLDERS for path in project.seeds(place)]
    mapping = [MAPPING_PROBLEMS] if project.variable("connectors") else []
    files = project.files_for([PROBLEMS, *mapping, *edited], lambda _, not_built: not not_built, keeps_tests=True)
    profile = {
        "target": "lint",
        "outputs": {
            "lint": {
                "type": "duckdb",
                "path": ":memory:",
                "threads": 1,
                "plugins": [{"module": "lead_scoring.preflight"}],
            }
        },
    }
    files[PurePath("profiles.yml")] = as_yaml({project.own.settings["profile"]: profile})
    write_files(files, folder)
    return folder


def _failure(outcome: "dbtRunnerResult") -> str:
    if outcome.exception:
        return str(outcome.exception)
    failed = [result for result in outcome.result if result.status in ("error", "fail")]
    return "\n".join(f"{result.node.name}: {result.message}" for result in failed)
