"""Where a command writes to."""

import tempfile
from pathlib import Path

import click


class CannotWrite(click.ClickException):
    """The directory of --out is none that can be written to."""

    exit_code = 2


def prepare(folder: Path) -> None:
    """Create a directory, before work is done whose result could not be kept.

    Arguments:
        folder: the directory; it may be there already.

    Raises:
        CannotWrite: it cannot be made, or no file can be made in it.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be written to ({error.strerror}); name another --out.") from error
