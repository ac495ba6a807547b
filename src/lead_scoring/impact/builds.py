"""The project built out of the user's sight: a copy of it, a database or schema of its own, one rule book."""

import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

import duckdb
import jinja2

from lead_scoring import dbt_process
from lead_scoring.impact.errors import ImpactError
from lead_scoring.impact.rules import RULES
from lead_scoring.project import NAME, Files, Project, as_yaml, read_yaml, write_files

# What the comparison reads of a build, by the name it has there.
EXTRACTS = {
    "lead_mart": "select lead_id, attribute_score, total_score, tier, is_disqualified, is_dormant, top_reasons, as_of,"
    " created_at, last_activity_at from {schema}.lead_mart",
    "reasons": "select lead_id, rule_id, points from {schema}.lead_rule_points where points <> 0",
    "disqualified": "select lead_id, rule_id from {schema}.disqualified_leads",
    "handoffs": "select lead_id, tier, handed_off_at, sla_status from {schema}.sales_handoffs",
    "warnings": "select file, rule_id, problem, remedy from {schema}.rule_book_problems where severity = 'warn'"
    " union all select file, rule_id, problem, remedy from {schema}.rule_use_problems",
    "month_ends": "select month, month_end_at, lead_id, total_score, tier, has_opportunity"
    " from {schema}.month_end_scores where is_mature",
    "capacity": "select valid_from_date, handoffs_per_week from {schema}.sales_capacity",
    "tiers": "select * from {schema}.tiers",
    "tier_bands": "select is_dormant, min_total_score, below_total_score, min_attribute_score, below_attribute_score,"
    " tier from {schema}.tier_bands",
}
READ = re.compile(r"{schema}\.(\w+)")
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
        database: a DuckDB file.
        queries: how each of `EXTRACTS` is read from it.
        promises: rows that break each promise, by the test's name; empty where all hold.
        bands: SQL by which the build found each score's tier; `{tiers}` stands for the table of tiers.

    """

    database: Path
    queries: dict[str, str]
    promises: dict[str, int]
    bands: str

    def load(self, database: duckdb.DuckDBPyConnection, schema: str) -> None:
        """Load the rows as tables of a schema.

        Arguments:
            database: where the comparison is made.
            schema: name of the schema; it is created.

        """
        path = str(self.database).replace("'", "''")
        # under the name it had, which its views store
        database.execute(f"create schema {schema}; attach '{path}' as \"{self.database.stem}\" (read_only)")
        for name, query in self.queries.items():
            database.execute(f"create table {schema}.{name} as {query}")
        database.execute(f'detach "{self.database.stem}"')


@dataclass
class Scratch:
    """Copies of the project, each of which builds into a place of its own.

    Attributes:
        project: the user's project; it is only read.
        folder: a directory for the copies, the databases and the artifacts.
        target: name of the profile's target; blank for its default.

    """

    project: Project
    folder: Path
    target: str = ""

    def __post_init__(self) -> None:
        """Read the profile, and fix one clock for all builds."""
        name = self.project.own.settings["profile"]
        self.profile = read_yaml(_profiles_file(self.project.root)).get(name)
        if not self.profile:
            raise ImpactError(f"profiles.yml has no profile '{name}'.")
        self.target = self.target or str(_render(self.profile.get("target", "default")))
        outputs = self.profile.get("outputs", {})
        if self.target not in outputs:
            raise ImpactError(f"profiles.yml has no target '{self.target}'. It has {', '.join(outputs)}.")
        self.credentials = {key: _render(value) for key, value in outputs[self.target].items()}
        if self.credentials["type"] not in ("duckdb", "postgres"):
            raise ImpactError(
                f"target '{self.target}' is {self.credentials['type']}; the report can be made on duckdb and postgres."
            )
        self.variables = self.project.variables | self._places_and_clock()
        self.files = self._files()

    def build(self, rules: Path | None, name: str) -> Extract:
        """Build what the report reads under a rule book, and keep what the comparison needs.

        Several builds may run at a time.

        Arguments:
            rules: directory with the rule csvs; None for those of the project.
            name: what to call the rule book in messages, for example `origin/main`.

        Returns:
            Rows of the build, and the promises it breaks.

        Raises:
            ImpactError: dbt could not build it.

        """
        folder = self.folder / uuid.uuid4().hex
        copy = folder / "project"
        write_files(self.files | (self._placed(rules) if rules else {}), copy)
        database = self._database(folder)
        schema = self.credentials.get("schema", "main")
        if self.credentials["type"] == "postgres":
            schema = f"lead_scoring_impact_{folder.name[:12]}"
        (copy / "profiles.yml").write_bytes(self._profile(database, schema))
        try:
            results = self._run_dbt(folder, name)
            queries = self._extract(database, schema)
        finally:
            if self.credentials["type"] == "postgres":
                with self._postgres() as connection, connection.cursor() as cursor:
                    cursor.execute(f'drop schema if exists "{schema}" cascade')
        broken = {result["test"]: result["failures"] or 1 for result in results if result["status"] in ("fail", "warn")}
        promises = {test: rows for test, rows in broken.items() if test in PROMISES}
        (bands,) = (folder / "target" / "compiled").rglob("tier_bands.sql")
        sql = re.sub(r'(?:"[^"]+"\.)*"tiers"', "{tiers}", bands.read_text(encoding="utf-8"))
        return Extract(database, queries, promises, sql)

    def _files(self) -> Files:
        """Return the files of a copy, without its profile."""
        read = {name for query in EXTRACTS.values() for name in READ.findall(query)}
        files = self.project.files_for(read, lambda test, _: test in PROMISES or test in RULE_TESTS, keeps_tests=False)
        for package in self.project.packages:
            placed = {kind: _in_one_schema(package.settings.get(kind) or {}) for kind in ("models", "seeds")}
            settings = package.settings | placed
            if package is self.project.own:
                # a broken promise is a line of the report, not the end of the build
                warned = {test: {"+severity": "warn"} for test in PROMISES}
                tests = settings.get("data_tests") or {}
                settings = settings | {"data_tests": tests | {NAME: (tests.get(NAME) or {}) | warned}}
            files[(package.root / "dbt_project.yml").relative_to(self.project.root)] = as_yaml(settings)
        return files

    def _placed(self, rules: Path) -> Files:
        """Return a rule book's csvs in the places of the project's own."""
        placed = {}
        for own in self.project.seeds(RULES):
            given = rules / own.name
            # a file younger than the rule book: it held no rule then
            content = given.read_bytes() if given.exists() else own.read_bytes().split(b"\n")[0] + b"\n"
            placed[PurePath(own.relative_to(self.project.root))] = content
        return placed

    def _places_and_clock(self) -> dict[str, str]:
        """Give all builds one explicit clock, and a path to the raw files that holds from everywhere."""
        raw_data = str(self.project.variable("raw_data") or "") if self.credentials["type"] == "duckdb" else ""
        as_of = self.project.variable("as_of")
        if not as_of and raw_data.rstrip("/") == "sample_data":
            as_of = self.project.variable("sample_as_of")
        as_of = as_of or datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        return {"as_of": str(as_of)} | ({"raw_data": str(self.project.root / raw_data)} if raw_data else {})

    def _database(self, folder: Path) -> Path:
        """Name the build's file as the user's is named: its views store the name."""
        given = str(self.credentials.get("path", ""))
        stem = self.credentials.get("database") if self.credentials["type"] == "duckdb" else ""
        database = folder / f"{stem or (Path(given).stem if given.strip(':') != 'memory' else '') or NAME}.duckdb"
        # without `raw_data` the raw tables are in the user's own file
        if self.credentials["type"] == "duckdb" and not self.project.variable("raw_data"):
            own = self.project.root / given
            if not own.is_file():
                raise ImpactError(f"raw_data is blank, so the raw tables should be in {own}, which does not exist.")
            shutil.copy2(own, database)
        return database

    def _profile(self, database: Path, schema: str) -> bytes:
        """Return a profile that is turned away from the user's data."""
        # passwords stay where they are: what is written still names the environment's variables
        output = dict(self.profile["outputs"][self.target])
        if output["type"] == "duckdb":
            output["path"] = str(database)
            limit = _render((output.get("config_options") or {}).get("memory_limit"))
            if limit:  # two builds share it
                output["config_options"] = output["config_options"] | {"memory_limit": _half(str(limit))}
        else:
            output["schema"] = schema
        return as_yaml(
            {self.project.own.settings["profile"]: {"target": self.target, "outputs": {self.target: output}}}
        )

    def _run_dbt(self, folder: Path, name: str) -> list[dict[str, Any]]:
        results, copy = folder / "target" / "run_results.json", folder / "project"
        command = [*dbt_process.COMMAND, "--no-use-colors", "--no-send-anonymous-usage-stats"]
        command += ["--log-level-file", "none", "build", "--project-dir", copy, "--profiles-dir", copy]
        command += ["--target-path", folder / "target", "--log-path", folder / "target"]
        command += ["--vars", json.dumps(self.variables, default=str)]
        finished = subprocess.run(
            list(map(str, command)),
            cwd=copy,
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

    def _extract(self, database: Path, schema: str) -> dict[str, str]:
        """Tell how to read the rows; those of a warehouse are fetched into a file first."""
        if self.credentials["type"] == "duckdb":
            place = f'"{database.stem}"."{schema}"'
            return {name: query.format(schema=place) for name, query in EXTRACTS.items()}
        with self._postgres() as connection, connection.cursor() as cursor, duckdb.connect(str(database)) as kept:
            for name, query in EXTRACTS.items():
                query = query.format(schema=f'"{schema}"')
                path = database.with_name(f"{name}.csv")
                with path.open("w", encoding="utf-8", newline="") as file:
                    cursor.copy_expert(f"copy ({query}) to stdout (format csv, header, encoding 'utf8')", file)
                cursor.execute(f"select * from ({query}) as described limit 0")
                described = [(column.name, column.type_code) for column in cursor.description]
                columns = {}
                for column, code in described:
                    cursor.execute("select format_type(%s, null)", (code,))
                    # DuckDB's numeric has three decimals where none are named
                    columns[column] = cursor.fetchone()[0].replace("numeric", "decimal(28, 6)")
                kept.execute(
                    f"create table {name} as from read_csv($path, header = true, delim = ',', quote = '\"',"
                    f" escape = '\"', columns = {columns})",
                    {"path": str(path)},
                )
        return {name: f'select * from "{database.stem}".{name}' for name in EXTRACTS}

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


def _half(limit: str) -> str:
    """Halve an amount such as `6GB`; an amount of another form stays as it is."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(\w+)\s*", limit)
    return f"{float(found[1]) / 2:g}{found[2]}" if found else limit


def _in_one_schema(settings: Any) -> Any:
    """Leave out where folders are written to: all of a scratch build lies, and is dropped, together."""
    if not isinstance(settings, dict):
        return settings
    places = ("+schema", "+database", "schema", "database")
    return {
        key: _in_one_schema(value) for key, value in settings.items() if key not in places or isinstance(value, dict)
    }


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
