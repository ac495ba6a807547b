"""Check the rule book without building a model: what `dbt build` would say about it, in seconds."""

import os
from pathlib import Path

import click
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.events.base_types import EventMsg

EDITED_FOLDERS = ("seeds/rules", "seeds/governance", "seeds/mapping")


def undecodable_files(project: Path) -> list[str]:
    """Return a sentence for each seed that is not UTF-8.

    dbt reads every seed while parsing and stops at such a file without naming it, before any
    check of the project's own can run.

    Arguments:
        project: directory of the dbt project.

    """
    sentences = []
    for path in sorted(file for folder in EDITED_FOLDERS for file in (project / folder).glob("*.csv")):
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            sentences.append(
                f"ERROR {path.relative_to(project).as_posix()} line {line}: the file is not UTF-8; most likely it is"
                ' Shift_JIS, which Excel in Japan saves as "CSV". In Excel choose "Save as" and the type'
                ' "CSV UTF-8 (comma delimited)".'
            )
    return sentences


def lint(project: Path, variables: str) -> int:
    """Print a sentence for each problem of the rule book, and a closing line.

    Loads the seeds into a database in memory; no file, table or view of the user's is touched.

    Arguments:
        project: directory of the dbt project.
        variables: dbt variables as YAML, as for `dbt build --vars`.

    Returns:
        Number of errors; warnings do not count.

    Raises:
        click.ClickException: dbt failed for another reason than the rule book.

    """
    sentences = undecodable_files(project) or _said_by_dbt(project, variables)
    for sentence in sentences:
        click.echo(sentence)
    warnings = sum(sentence.startswith("WARNING ") for sentence in sentences)
    errors = len(sentences) - warnings
    click.echo(f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')} in the rule book.")
    return errors


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _said_by_dbt(project: Path, variables: str) -> list[str]:
    events: list[EventMsg] = []
    target = str(project / "target" / "lint")  # apart from a build's, so that neither has to parse anew
    command = ["--log-level", "none", "--log-level-file", "none", "build", "--select", "+rule_book_problems"]
    command += [f"path:{folder}" for folder in EDITED_FOLDERS]
    command += ["--indirect-selection", "cautious", "--exclude-resource-type", "unit_test", "--vars", variables]
    command += ["--project-dir", str(project), "--target-path", target, "--log-path", target]
    os.environ["LEAD_SCORING_DUCKDB"] = ":memory:"
    if (project / "profiles.yml").exists():  # dbt looks where it is started
        os.environ.setdefault("DBT_PROFILES_DIR", str(project))
    outcome = dbtRunner(callbacks=[events.append]).invoke(command)
    sentences = [event.info.msg for event in events if event.info.name == "PrintEvent"]
    if not outcome.success and not any(sentence.startswith("ERROR ") for sentence in sentences):
        raise click.ClickException(_failure(outcome))
    return sentences


def _failure(outcome: dbtRunnerResult) -> str:
    if outcome.exception:
        return str(outcome.exception)
    failed = [result for result in outcome.result if result.status in ("error", "fail")]
    return "\n".join(f"{result.node.name}: {result.message}" for result in failed)
