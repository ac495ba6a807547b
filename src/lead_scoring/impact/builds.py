"""The project built out of the user's sight: a copy of it, a database or schema of its own, two rule books."""

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

from lead_scoring.impact.errors import ImpactError
from lead_scoring.impact.rules import RULES

# What the comparison reads of a build, and as which types.
EXTRACTS = {
    "lead_mart": (
        "select lead_id, attribute_score, total_score, tier, is_disqualified, is_dormant, top_reasons, as_of,"
        " created_at, last_activity_at from {schema}.lead_mart",
        {
            "lead_id": "varchar",
            "attribute_score": "decimal(18, 6)",
            "total_score": "decimal(18, 6)",
            "tier": "varchar",
            "is_disqualified": "boolean",
            "is_dormant": "boolean",
            "top_reasons": "varchar",
            "as_of": "timestamp",
            "created_at": "timestamp",
            "last_activity_at": "timestamp",
        },
    ),
    "reasons": (
        "select lead_id, rule_id, points from {schema}.lead_rule_points where points <> 0",
        {"lead_id": "varchar", "rule_id": "varchar", "points": "decimal(18, 6)"},
    ),
    "disqualified": (
        "select lead_id, rule_id from {schema}.disqualified_leads",
        {"lead_id": "varchar", "rule_id": "varchar"},
    ),
    "handoffs": (
        "select lead_id, tier, handed_off_at, sla_status from {schema}.sales_handoffs",
        {"lead_id": "varchar", "tier": "varchar", "handed_off_at": "timestamp", "sla_status": "varchar"},
    ),
    "warnings": (
        "select file, rule_id, problem, remedy from {schema}.rule_book_problems where severity = 'warn'"
        " union all select file, rule_id, problem, remedy from {schema}.rule_use_problems",
        {"file": "varchar", "rule_id": "varchar", "problem": "varchar", "remedy": "varchar"},
    ),
    "month_ends": (
        "select month, month_end_at, lead_id, total_score, tier, has_opportunity"
        " from {schema}.month_end_scores where is_mature",
        {
            "month": "date",
            "month_end_at": "timestamp",
            "lead_id": "varchar",
            "total_score": "decimal(18, 6)",
            "tier": "varchar",
            "has_opportunity": "boolean",
        },
    ),
    "capacity": (
        "select valid_from_date, handoffs_per_week from {schema}.sales_capacity",
        {"valid_from_date": "date", "handoffs_per_week": "decimal(18, 6)"},
    ),
}

# What the extracts stand on, and everything a later build asks for before it reuses a row.
SELECTED = ("resource_type:seed",) + tuple(
    f"{models},resource_type:model"
    for models in (
        *("path:models/rules", "path:models/staging", "path:models/ledger", "path:models/history"),
        *("+lead_mart", "+sales_handoffs", "+rule_use_problems", "+month_end_scores"),
    )
)
# Checked in both builds; a rule change must not be able to break them.
PROMISES = {
    "disqualified_leads_score_zero": "disqualified leads have score 0",
    "no_points_survive_an_episode": "after a reset the behavior score is 0, and old points do not come back",
    "mart_scores_are_ledger_sums": "every score is the sum of its ledger rows",
    "history_agrees_with_the_mart": "the score history ends in the score shown",
}
# A rule book that fails one of these is not worth comparing.
RULE_TESTS = ("rule_book_has_no_errors", "tiers_leave_no_score_out")


@dataclass(frozen=True)
class Extract:
    """What the comparison needs of one build.

    Attributes:
        folder: one csv per name in `EXTRACTS`.
        promises: rows that break each promise, by the test's name; empty where all hold.

    """

    folder: Path
    promises: dict[str, int]

    def load(self, database: duckdb.DuckDBPyConnection, schema: str) -> None:
        """Load the csv files as tables of a schema.

        Arguments:
            database: where the comparison is made.
            schema: name of the schema; it is created.

        """
        database.execute(f"create schema {schema}")
        for name, (_, types) in EXTRACTS.items():
            columns = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
            path = str(self.folder / f"{name}.csv").replace("'", "''")
            database.execute(
                f"create table {schema}.{name} as select * from read_csv("
                f"'{path}', header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}})"
            )


@dataclass
class Scratch:
    """A copy of the project that builds into a place of its own.

    Attributes:
        project: root of the user's project; it is only read.
        folder: an empty directory for the copy, the database file and the artifacts.
        variables: dbt variables, as given with `--vars`.
        target: name of the profile's target; blank for its default.

    """

    project: Path
    folder: Path
    variables: dict[str, Any] = field(default_factory=dict)
    target: str = ""

    def __post_init__(self) -> None:
        """Copy the project and turn its profile away from the user's data."""
        self.copy = self.folder / "project"
        self.settings = _read_yaml(self.project / "dbt_project.yml")
        self.credentials: dict[str, Any] = {}
        self.schema = "main"
        self._copy_project()
        self._turn_profile()
        self._fix_clock()

    @property
    def timezone(self) -> str:
        """The zone of calendar dates and weeks."""
        return str(self._variable("timezone") or "UTC")

    def build(self, rules: Path, name: str) -> Extract:
        """Build all models under a rule book and keep what the comparison needs.

        A second build reuses the first one's staging; like every build of the project it gives
        what a build from nothing gives.

        Arguments:
            rules: directory with the rule csvs.
            name: what to call the rule book in messages, for example `origin/main`.

        Returns:
            Rows of the build, and the promises it breaks.

        Raises:
            ImpactError: dbt could not build it.

        """
        is_same_shape = self._place_rules(rules)
        results = self._run_dbt(name, full_refresh=not is_same_shape)
        folder = self.folder / f"extract_{uuid.uuid4().hex}"
        folder.mkdir()
        self._extract(folder)
        broken = {result["test"]: result["failures"] or 1 for result in results if result["status"] in ("fail", "warn")}
        return Extract(folder, {test: rows for test, rows in broken.items() if test in PROMISES})

    def __enter__(self) -> "Scratch":
        """Use it in a `with` block, so that nothing is left in a warehouse."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the scratch schema of a warehouse; a file goes with its directory."""
        if self.credentials["type"] == "postgres":
            with self._postgres() as connection, connection.cursor() as cursor:
                cursor.execute(f'drop schema if exists "{self.schema}" cascade')

    def _variable(self, name: str) -> Any:
        declared = self.settings.get("vars") or {}
        return self.variables.get(name, (declared.get(self.settings["name"]) or {}).get(name, declared.get(name)))

    def _copy_project(self) -> None:
        self.copy.mkdir(parents=True)
        paths = {"model": "models", "seed": "seeds", "macro": "macros", "test": "tests"}
        for kind, usual in paths.items():
            for path in self.settings.get(f"{kind}-paths", [usual]):
                if (self.project / path).is_dir():
                    shutil.copytree(
                        self.project / path, self.copy / path, ignore=shutil.ignore_patterns("python", "__pycache__")
                    )
        packages = self.settings.get("packages-install-path", "dbt_packages")
        if (self.project / packages).is_dir():
            shutil.copytree(self.project / packages, self.copy / packages)
        for name in ("packages.yml", "dependencies.yml"):
            if (self.project / name).exists():
                shutil.copy2(self.project / name, self.copy / name)
        # a broken promise is a line of the report, not the end of the build
        warned = {test: {"+severity": "warn"} for test in PROMISES}
        own = (self.settings.get("data_tests") or {}).get(self.settings["name"], {})
        tests = {"data_tests": {self.settings["name"]: own | warned}}
        placed = {kind: _in_one_schema(self.settings.get(kind) or {}) for kind in ("models", "seeds")}
        _write_yaml(self.copy / "dbt_project.yml", self.settings | placed | tests)

    def _turn_profile(self) -> None:
        profiles = _read_yaml(_profiles_file(self.project))
        profile = profiles.get(self.settings["profile"])
        if not profile:
            raise ImpactError(f"profiles.yml has no profile '{self.settings['profile']}'.")
        self.target = self.target or str(_render(profile.get("target", "default")))
        output = profile.get("outputs", {}).get(self.target)
        if output is None:
            there = ", ".join(profile.get("outputs", {}))
            raise ImpactError(f"profiles.yml has no target '{self.target}'. It has {there}.")
        self.credentials = {key: _render(value) for key, value in output.items()}
        if self.credentials["type"] == "duckdb":
            database = self.folder / f"{self.credentials.get('database', 'lead_scoring')}.duckdb"
            if not self._variable("raw_data"):
                self._copy_users_database(database)
            output["path"] = self.credentials["path"] = str(database)
            self.schema = self.credentials.get("schema", "main")
        elif self.credentials["type"] == "postgres":
            self.schema = output["schema"] = f"lead_scoring_impact_{uuid.uuid4().hex[:12]}"
        else:
            raise ImpactError(
                f"target '{self.target}' is {self.credentials['type']}; the report can be made on duckdb and postgres."
            )
        # passwords stay where they are: what is written still names the environment's variables
        _write_yaml(self.copy / "profiles.yml", {self.settings["profile"]: profile})

    def _copy_users_database(self, database: Path) -> None:
        """Without `raw_data` the raw tables are in the user's own file; read a copy of it."""
        own = self.project / self.credentials["path"]
        if not own.is_file():
            raise ImpactError(f"raw_data is blank, so the raw tables should be in {own}, which does not exist.")
        shutil.copy2(own, database)

    def _fix_clock(self) -> None:
        """Give both builds one explicit clock, and a path to the raw files that holds from everywhere."""
        raw_data = str(self._variable("raw_data") or "")
        as_of = self._variable("as_of")
        is_duckdb = self.credentials["type"] == "duckdb"
        if not as_of and is_duckdb and raw_data.rstrip("/") == "sample_data":
            as_of = self._variable("sample_as_of")
        as_of = as_of or datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        self.variables = self.variables | {"as_of": str(as_of)}
        if is_duckdb and raw_data:
            self.variables["raw_data"] = str(self.project / raw_data)

    def _place_rules(self, rules: Path) -> bool:
        """Put a rule book's csvs in place; tell whether a seed of a warehouse can take them as they are."""
        is_same_shape = True
        for own in sorted((self.project / RULES).glob("*.csv")):
            given, placed = rules / own.name, self.copy / RULES / own.name
            header = own.read_bytes().split(b"\n")[0] + b"\n"
            # a file younger than the rule book: it held no rule then
            content = given.read_bytes() if given.exists() else header
            is_same_shape = is_same_shape and _header(content) == _header(placed.read_bytes())
            placed.write_bytes(content)
        return is_same_shape or self.credentials["type"] == "duckdb"

    def _run_dbt(self, name: str, full_refresh: bool) -> list[dict[str, Any]]:
        artifacts = self.folder / "target"
        results = artifacts / "run_results.json"
        results.unlink(missing_ok=True)
        command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "--no-send-anonymous-usage-stats", "build"]
        command += ["--project-dir", self.copy, "--profiles-dir", self.copy, "--target", self.target]
        command += ["--target-path", artifacts, "--log-path", self.folder / "logs"]
        command += ["--vars", json.dumps(self.variables, default=str), "--indirect-selection", "empty"]
        command += ["--select", *SELECTED, *PROMISES, *RULE_TESTS]
        command += ["--full-refresh"] if full_refresh else []
        finished = subprocess.run(
            list(map(str, command)),
            cwd=self.copy,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        ran = json.loads(results.read_text(encoding="utf-8"))["results"] if results.exists() else []
        if finished.returncode != 0:
            raise ImpactError(f"dbt could not build the rules of {name}: {_complaint(ran, finished.stdout)}")
        return [
            {"test": node["unique_id"].split(".")[2], "status": node["status"], "failures": node["failures"]}
            for node in ran
            if node["unique_id"].startswith("test.")
        ]

    def _extract(self, folder: Path) -> None:
        if self.credentials["type"] == "duckdb":
            with duckdb.connect(self.credentials["path"], read_only=True) as database:
                for name, (query, _) in EXTRACTS.items():
                    path = str(folder / f"{name}.csv").replace("'", "''")
                    database.execute(f"copy ({query.format(schema=self.schema)}) to '{path}' (format csv, header)")
            return
        with self._postgres() as connection, connection.cursor() as cursor:
            for name, (query, _) in EXTRACTS.items():
                with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                    query = query.format(schema=f'"{self.schema}"')
                    cursor.copy_expert(f"copy ({query}) to stdout (format csv, header, encoding 'utf8')", file)

    @contextmanager
    def _postgres(self) -> Iterator[Any]:
        import psycopg2

        given = self.credentials
        connection = psycopg2.connect(
            host=given["host"],
            port=given.get("port", 5432),
            user=given["user"],
            password=given.get("password") or given.get("pass"),
            dbname=given.get("dbname") or given.get("database"),
            sslmode=given.get("sslmode"),
        )
        try:
            with connection:
                yield connection
        finally:
            connection.close()


def _profiles_file(project: Path) -> Path:
    """Find profiles.yml where dbt would."""
    folders = [os.environ.get("DBT_PROFILES_DIR"), project, Path.home() / ".dbt"]
    for folder in filter(None, folders):
        if (Path(folder) / "profiles.yml").exists():
            return Path(folder) / "profiles.yml"
    raise ImpactError("there is no profiles.yml, neither in the project nor in ~/.dbt.")


def _render(value: Any) -> Any:
    """Render a profile's value as dbt does, as far as profiles use its functions."""
    if not isinstance(value, str):
        return value
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    environment.filters |= {"as_number": lambda text: text, "as_text": str, "as_bool": lambda text: text}
    return environment.from_string(value).render(env_var=_env_var)


def _env_var(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImpactError(f"profiles.yml needs the environment variable {name}.")
    return value


def _in_one_schema(settings: Any) -> Any:
    """Leave out where folders are written to: all of a scratch build lies, and is dropped, together."""
    if not isinstance(settings, dict):
        return settings
    places = ("+schema", "+database", "schema", "database")
    return {
        key: _in_one_schema(value) for key, value in settings.items() if key not in places or isinstance(value, dict)
    }


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise ImpactError(f"{path} does not exist. Run this in the project's root.")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _header(content: bytes) -> bytes:
    return content.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].strip()


def _complaint(results: list[dict[str, Any]], output: str) -> str:
    """Say in one or two lines why dbt failed."""
    # the project's own sentences about a rule book, as its build prints them
    said = [line.strip() for line in output.splitlines() if re.match(r"ERROR \S*\.csv", line)]
    for node in () if said else results:
        if node["status"] in ("error", "fail", "runtime error"):
            name = node["unique_id"].split(".")[2]
            said.append(f"{name}: {' '.join(str(node['message']).split())}")
    if not said:
        told = output.split("Encountered an error:")[-1].strip().splitlines()
        said = [" ".join(line.split()) for line in told[:6]]
    return "\n".join(said[:5])
