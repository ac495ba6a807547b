"""The checks of files as a plugin of dbt-duckdb, for macros that look at files before anything runs.

A profile names it with `plugins: [{module: lead_scoring.preflight}]`.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt_common.exceptions import DbtRuntimeError

from lead_scoring.checks import raw_files, rule_files


class Plugin(BasePlugin):
    """Let macros call the checks.

    `adapter.store_relation` is the one call that dbt-duckdb passes from a macro to a plugin. What it hands over as
    the configuration of a table is here a dictionary with the question; the answer is put beside it. A function in
    DuckDB would do the same and take numpy, and a quarter of a second of each command.
    """

    connection: duckdb.DuckDBPyConnection

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Refuse a database file that DuckDB cannot tell from something in it; its own message tells nothing.

        Arguments:
            plugin_config: what the profile gives the plugin; nothing is asked for.

        Raises:
            DbtRuntimeError: the file is called like that.

        """
        name = Path(self.creds.path).stem.lower() if self.creds else ""
        if name in {self.creds.schema.lower() if self.creds else "", "raw", "raw_files", "system", "temp"}:
            raise DbtRuntimeError(
                f"The DuckDB file is called {name}, like something in it, and DuckDB cannot tell the two apart. "
                "Set LEAD_SCORING_DUCKDB to a file of another name."
            )

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Keep the connection: raw files are described by the DuckDB that will read them."""
        self.connection = conn

    def store(self, target_config: TargetConfig) -> None:
        """Answer a question of a macro.

        Arguments:
            target_config: its `config` is a dictionary with either

                * `seeds`, nodes of dbt's graph; then `problems` is set to a list of sentences;
                * `sources`, of dbt's graph, and `raw_data`, a directory; then `problems` is set to a list of
                  sentences, and `tables` to a dictionary with `reader` and `types` of each table by its name.

        """
        question: dict[str, Any] = target_config.config
        with self.connection.cursor() as cursor:
            if "seeds" in question:
                files = map(rule_files.RuleFile.of_seed, question["seeds"])
                question["problems"] = list(map(str, rule_files.problems(files, cursor)))
            else:
                tables = map(raw_files.RawTable.of_source, question["sources"])
                found = {table.name: raw_files.find(question["raw_data"], table, cursor) for table in tables}
                question["problems"] = [sentence for table in found.values() for sentence in table.problems]
                question["tables"] = {name: asdict(table) for name, table in found.items()}
