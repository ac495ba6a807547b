"""Found by dbt, by its name, at each start: names a seed that is not UTF-8, where dbt would show a traceback.

dbt calls this interface experimental. Without it the same file is named by `lead-scoring lint` only.
"""

from pathlib import Path

from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin
from dbt_common.exceptions import DbtRuntimeError

from lead_scoring.checks.rule_files import undecodable_seeds


class UndecodableSeeds(dbtPlugin):
    """Stop before dbt reads seeds that it cannot decode."""

    def initialize(self) -> None:
        """Look at all seeds of the project.

        Raises:
            DbtRuntimeError: a seed is not UTF-8; the message has a sentence for each.

        """
        folder = getattr(get_flags(), "PROJECT_DIR", None)
        problems = undecodable_seeds(Path(folder)) if folder else []
        if problems:
            raise DbtRuntimeError("\n".join(map(str, problems)))


plugins = [UndecodableSeeds]
