"""A project of its own, whose raw rows and rules change between builds."""

import csv
import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from compiled import CompiledProject, Row, Tables, rows
from conftest import DBT, ONLY_MODELS, Built
from reference import CONTRACT

RunDbt = Callable[..., Built]
# The text of the seeds, in which the in-memory copy writes blanks differently.
RULE_TEXTS = ("rules_version", "content", "content_hash")


def write(path: Path, header: list[str], content: list[Row]) -> None:
    """Write rows as a csv file; None is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)


class Warehouse:
    """A project of its own, whose raw rows and rules change between builds."""

    def __init__(self, folder: Path, run_dbt: RunDbt, compiled: CompiledProject) -> None:
        """Take the copied project in `folder`; `compiled` tells what one clean build would give."""
        self.folder, self.run_dbt, self.compiled = folder, run_dbt, compiled
        self.raw: Tables = {}
        self.rule_book: Tables = {}
        self.as_of, self.timezone = datetime(2026, 6, 30, 15), "Asia/Tokyo"
        (folder / "raw").mkdir()

    def load(self, raw: Tables, rule_book: Tables | None = None) -> None:
        """Replace the raw files, and the rules if given."""
        self.raw = raw
        for table, columns in CONTRACT.items():
            write(
                self.folder / "raw" / f"{table}.csv", [name.strip("*") for name in columns.split()], raw.get(table, [])
            )
        for name, content in (rule_book or {}).items():
            [path] = (self.folder / "seeds").glob(f"*/{name}.csv")
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            write(path, header, content)
            self.rule_book[name] = content

    def command(self, *arguments: str) -> list[str]:
        """Return a dbt command line with this warehouse's variables."""
        values = {"raw_data": "raw", "as_of": str(self.as_of), "timezone": self.timezone}
        return [*arguments, "--vars", json.dumps(values)]

    def build(self, *arguments: str) -> Built:
        """Run dbt, by default a plain build of seeds and models."""
        built = self.run_dbt(self.folder, *self.command(*(arguments or ONLY_MODELS)), project=self.folder)
        assert built.exit_code == 0, built.output
        return built

    def refuse(self, *arguments: str) -> str:
        """Run dbt where it must stop; return what it said, in one line."""
        built = self.run_dbt(self.folder, *arguments, project=self.folder)
        assert built.exit_code != 0, built.output
        assert "Traceback" not in built.output
        return " ".join(built.output.split())

    def build_killed_after(self, model: str, arguments: tuple[str, ...] = ONLY_MODELS) -> None:
        """Start a build and kill it as soon as `model` is done."""
        environment = {"LEAD_SCORING_DUCKDB": str(self.folder / "lead_scoring.duckdb"), "NO_COLOR": "1"}
        command = [DBT, *self.command(*arguments), "--target-path", "target", "--log-path", "logs"]
        with subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            done = any(re.search(rf"OK created .*\.{model} ", line) for line in process.stdout)
            process.kill()
        assert done
        assert process.returncode != 0

    def differences(self) -> list[str]:
        """Name the tables whose rows are not those of one clean build; records of what was said are not among them."""
        of_models = [
            relation for relation in self.compiled.relations if relation.folder not in ("source", "seed", "review")
        ]
        # how the clock was chosen and which build it was the in-memory copy does not know
        tables = [relation.name for relation in of_models if relation.kind == "table"]
        compared = [name for name in tables if name not in ("scoring_clock", "completed_build")]
        found = []
        with self.compiled.score(self.rule_book, self.raw, self.as_of, self.timezone, models=compared) as clean:
            clean.execute(f"attach '{self.folder / 'lead_scoring.duckdb'}' as built (read_only)")
            # rows in any order; a hash tells null from nothing
            columns = f"columns(lambda name: name not in {RULE_TEXTS})"
            content = f"select count(*), sum(hash(content)) from (select {columns} from {{}}) as content"
            for name in compared:
                expected, actual = (rows(clean, content.format(table)) for table in (name, f"built.main.{name}"))
                if expected != actual:
                    found.append(name)
        return found
