"""How the command says that it cannot work."""

import click


class CannotStart(click.ClickException):
    """Something needed is not there; the message names the remedy."""

    exit_code = 2


class TooLittleData(click.ClickException):
    """The months there are do not allow a judgement."""

    exit_code = 1

    def __init__(self, lacking: str) -> None:
        """Say what is lacking."""
        super().__init__(f"Too little data to judge: {lacking}.")
