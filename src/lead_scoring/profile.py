"""Where a dbt target builds to, as its profile says."""

import argparse
import os
from pathlib import Path
from typing import Any

import click


class ProfileError(click.ClickException):
    """The profile cannot be read, or what it names cannot be reached; the message names the remedy."""

    exit_code = 2


def credentials(project: Path, target: str | None) -> Any:
    """Return where a target builds to, as dbt itself reads it.

    Arguments:
        project: root of the dbt project whose profile it is.
        target: target of the profile; None or blank for its default.

    Raises:
        ProfileError: dbt cannot read the profile.

    """
    from dbt.config.runtime import load_profile
    from dbt.exceptions import DbtRuntimeError
    from dbt.flags import set_from_args
    from dbt_common.context import set_invocation_context

    places = [os.environ.get("DBT_PROFILES_DIR", ""), str(project), str(Path.home() / ".dbt")]
    folder = next((place for place in places if place and (Path(place) / "profiles.yml").is_file()), str(project))
    try:
        set_invocation_context(dict(os.environ))
        set_from_args(argparse.Namespace(PROFILES_DIR=folder, PROJECT_DIR=str(project)), None)
        return load_profile(str(project), {}, None, target or None).credentials
    except DbtRuntimeError as error:
        raise ProfileError(f"the profile of {project} cannot be read: {' '.join(str(error).split())}") from error


def connect_postgres(given: Any) -> Any:
    """Open a connection to PostgreSQL.

    Arguments:
        given: what `credentials` returned.

    Raises:
        ProfileError: the server does not answer.

    """
    import psycopg2

    try:
        return psycopg2.connect(
            host=given.host,
            port=given.port,
            user=given.user,
            password=given.password,
            dbname=given.database,
            sslmode=given.sslmode,
        )
    except psycopg2.OperationalError as error:
        said = str(error).splitlines()[0]
        raise ProfileError(f"PostgreSQL at {given.host} cannot be reached ({said}); is it running?") from error
