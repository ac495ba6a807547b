"""A build after a build: whatever arrived, vanished or broke in between, it equals one clean build."""

import csv
import json
import os
import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled import CompiledProject, Row, Tables, read_rows, rows
from conftest import BOOKKEEPING, DBT, ONLY_MODELS, PROJECT, Built, copy_project
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reference import CONTRACT
from worlds import World, rule_books, worlds

RunDbt = Callable[..., Built]
# The text of the seeds, in which the in-memory copy writes blanks differently.
RULE_TEXTS = ("rules_version", "content", "content_hash")
# Other reviews are computed whole by every build, from the tables compared here.
WITHOUT_REVIEWS = (*ONLY_MODELS, "--exclude", "path:models/review/*.sql")


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
            write(self.folder / "raw" / f"{table}.csv", [name.strip("*") for name in columns.split()], raw[table])
        for name, content in (rule_book or {}).items():
            [path] = (self.folder / "seeds").glob(f"*/{name}.csv")
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            write(path, header, content)
            self.rule_book[name] = content

    def date_files(self, seconds: int) -> None:
        """Let the raw files have been written so many seconds from now, negative for earlier."""
        for path in (self.folder / "raw").iterdir():
            os.utime(path, (time.time() + seconds,) * 2)

    def command(self, *arguments: str) -> list[str]:
        """Return a dbt command line with this warehouse's variables."""
        values = {"raw_data": "raw", "as_of": str(self.as_of), "timezone": self.timezone}
        return [*arguments, "--vars", json.dumps(values)]

    def build(self, *arguments: str) -> Built:
        """Run dbt, by default a plain build of seeds and models."""
        built = self.run_dbt(self.folder, *self.command(*(arguments or WITHOUT_REVIEWS)), project=self.folder)
        assert built.exit_code == 0, built.output
        return built

    def build_killed_after(self, model: str, arguments: tuple[str, ...] = WITHOUT_REVIEWS) -> None:
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
        """Name the models whose rows are not those of one clean build."""
        skipped = {"source", "seed", "review"}
        by_lead = [relation.name for relation in self.compiled.relations if relation.folder not in skipped]
        compared = [name for name in by_lead if name not in BOOKKEEPING and not name.startswith("base_")]
        found = []
        with self.compiled.score(self.rule_book, self.raw, self.as_of, self.timezone, compared) as clean:
            clean.execute(f"attach '{self.folder / 'lead_scoring.duckdb'}' as built (read_only)")
            # rows in any order; a hash tells null from nothing
            columns = f"columns(lambda name: name not in {RULE_TEXTS})"
            content = f"select count(*), sum(hash(content)) from (select {columns} from {{}}) as content"
            for name in compared:
                expected, actual = (rows(clean, content.format(table)) for table in (name, f"built.main.{name}"))
                if expected != actual:
                    found.append(name)
        return found


@pytest.fixture
def warehouse(clone_without_tests: Path, tmp_path: Path, run_dbt: RunDbt, project: CompiledProject) -> Warehouse:
    """Give an empty warehouse with the shipped rules."""
    return Warehouse(copy_project(clone_without_tests, tmp_path / "project"), run_dbt, project)


def merged(worlds_: list[World]) -> Tables:
    """Return the raw rows of all worlds, their identifiers kept apart."""
    tables: Tables = {table: [] for table in CONTRACT}
    for number, (_, raw, _, _) in enumerate(worlds_):
        for table, content in raw.items():
            for row in content:
                ids = {k: f"{number}-{v}" for k, v in row.items() if k.endswith("_id") and v and v.strip()}
                tables[table].append(row | ids)
    return tables


def some(chance: random.Random, raw: Tables, share: float) -> Tables:
    """Return a random share of the rows."""
    return {table: [row for row in content if chance.random() < share] for table, content in raw.items()}


def disturbed(chance: random.Random, raw: Tables) -> Tables:
    """Return the rows after a rough day: leads erased and edited, events edited, repeated, moved to another lead."""
    leads = [row["lead_id"] for row in raw["leads"]] or [None]
    erased = chance.choice(leads)
    result = {table: [dict(row) for row in content if row["lead_id"] != erased] for table, content in raw.items()}
    if chance.random() < 0.5:
        result["events"] += [dict(row) for row in raw["events"] if row["lead_id"] == erased]
    for row in chance.sample(result["leads"], len(result["leads"]) // 4):
        row |= {"job_title": chance.choice(["部長", None]), "employee_count": chance.choice(["50", "400"])}
    for row in chance.sample(result["events"], len(result["events"]) // 6):
        change = chance.choice([{"is_bot": "true"}, {"lead_id": chance.choice(leads)}, {"loaded_at": None}, {}])
        if chance.random() < 0.5:
            result["events"].append(row | change)
        else:
            row |= change
    return result


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[tuple[Tables, Tables | None]], datetime, str]:
    """Draw what a warehouse meets: raw rows, and rules where they change, build by build."""
    drawn = draw(st.lists(worlds(max_leads=4, max_events=30), min_size=5, max_size=8))
    rule_book, _, as_of, timezone = drawn[0]
    chance = random.Random(draw(st.integers(0, 2**32)))
    everything = merged(drawn)
    first = some(chance, everything, 0.6)
    steps = [(first, rule_book), (disturbed(chance, some(chance, everything, 0.9)), None)]
    steps.append((disturbed(chance, everything), draw(rule_books()) if draw(st.booleans()) else None))
    return [*steps, (first, None)], as_of, timezone


@given(story=stories())
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_any_arrival_equals_a_clean_build(
    clone_without_tests: Path,
    tmp_path_factory: pytest.TempPathFactory,
    run_dbt: RunDbt,
    project: CompiledProject,
    story: Any,
) -> None:
    """Late, repeated, moved, edited and erased rows, and new rules: no order of arrival changes a row."""
    folder = tmp_path_factory.mktemp("story") / "project"
    copy_project(clone_without_tests, folder)
    warehouse = Warehouse(folder, run_dbt, project)
    steps, warehouse.as_of, warehouse.timezone = story
    for raw, rule_book in steps:
        warehouse.load(raw, rule_book)
        warehouse.build()
        assert warehouse.differences() == []
        warehouse.as_of += timedelta(days=1)


@pytest.fixture(scope="module")
def sample_days() -> list[Tables]:
    """Return some leads of the bundled sample as of two days: before the last month's rows, and with them."""
    raw = {table: read_rows(PROJECT / "sample_data" / f"{table}.csv") for table in CONTRACT}
    few = {table: [row for row in content if (row["lead_id"] or "0")[-1] in "03"] for table, content in raw.items()}
    before = few | {"events": [row for row in few["events"] if (row["loaded_at"] or "") < "2026-06"]}
    return [before, disturbed(random.Random(1), few)]


def test_interrupted_builds_are_made_good(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """A build killed after any model is completed by the next plain build, whatever raw has become since."""
    before, after = sample_days
    warehouse.load(before)
    warehouse.build_killed_after("screened_events")
    warehouse.build()
    assert warehouse.differences() == []
    for model in ("changed_leads", "repeated_events", "score_changes"):
        warehouse.load(after)
        warehouse.build_killed_after(model)
        # the raw rows are again those of the last finished build: nothing seems to have changed
        warehouse.load(before)
        warehouse.build()
        assert warehouse.differences() == [], model
    leads = [row["lead_id"] for row in before["leads"]]
    for number, interrupted in enumerate((WITHOUT_REVIEWS, (*WITHOUT_REVIEWS, "--full-refresh")), start=1):
        gone = leads[:number]
        warehouse.load(
            {table: [row for row in content if row["lead_id"] not in gone] for table, content in before.items()}
        )
        warehouse.build_killed_after("changed_leads", interrupted)
        warehouse.build()
        assert warehouse.differences() == []


def test_partial_and_empty_runs_are_made_good(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """After `run --empty`, an empty raw table or half the models, a plain build gives every row."""
    before, after = sample_days
    warehouse.load(before)
    warehouse.build("seed")
    warehouse.build("run", "--empty")
    warehouse.build()
    assert warehouse.differences() == []
    warehouse.build("run", "--empty")
    warehouse.load(after)
    warehouse.build()
    assert warehouse.differences() == []
    warehouse.load(after | {"events": []})
    warehouse.build()
    assert warehouse.differences() == []
    warehouse.load(before)
    models = sorted(relation.name for relation in warehouse.compiled.relations if relation.kind in ("table", "view"))
    for half in (models[::2], models[1::2], ["scored_leads+"]):
        warehouse.build("run", "--select", *half)
    warehouse.load(after)
    warehouse.build("run", "--exclude", *models[::3])
    warehouse.build()
    assert warehouse.differences() == []


def made_anew(built: Built) -> list[str]:
    """Name the tables, one of staging and one of scoring, that a build replaced and did not add to."""
    statements = {path.stem: path.read_text(encoding="utf-8") for path in (built.target / "run").rglob("*.sql")}
    return [name for name in ("screened_events", "score_history") if "delete from" not in statements[name]]


def test_only_touched_leads_are_recomputed(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """One new event touches one lead, nothing new touches none; a new rule touches all, and so does a changed macro.

    Where all leads are touched, the tables are made anew, which is quicker.
    """
    before, _ = sample_days
    lead = before["leads"][0]["lead_id"]
    event = {"event_id": "new", "lead_id": lead, "event_type": "page_view", "occurred_at": "2026-01-01", "asset": "/"}
    path = warehouse.folder / "lead_scoring.duckdb"
    touched, anew = [], []
    for raw in (before, before | {"events": [*before["events"], event]}):
        warehouse.load(raw)
        anew.append(made_anew(warehouse.build()))
        with duckdb.connect(str(path), read_only=True) as connection:
            touched.append(connection.execute("select lead_id from touched_leads").fetchall())
    assert touched[1] == [(lead,)]
    assert anew == [["screened_events", "score_history"], []]
    warehouse.build()
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from touched_leads").fetchone() == (0,)
    tiers = read_rows(PROJECT / "seeds" / "rules" / "tiers.csv")
    warehouse.load(warehouse.raw, {"tiers": [row | {"label": "変更"} for row in tiers]})
    assert made_anew(warehouse.build()) == ["score_history"]
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from touched_leads").fetchone() == (len(touched[0]),)
    assert warehouse.differences() == []
    plant(warehouse, "macros/rules.sql", "{% endmacro %}", "{# changed #}{% endmacro %}")
    assert made_anew(warehouse.build()) == ["screened_events", "score_history"]
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from touched_leads").fetchone() == (len(touched[0]),)


def kept(built: Built) -> set[str]:
    """Return the tables that a build left as they were."""
    return {result["unique_id"].split(".")[-1] for result in built.results if result["message"] == "KEPT"}


def test_a_build_keeps_what_is_not_new(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """Nothing new: all stays. A later clock: what no clock reaches stays. Anything else: nothing stays."""
    before, after = sample_days
    clockless = {"stg_opportunities", "rejected_records", "screened_events", "score_history", "score_ledger"}
    told = {"lead_mart", "sales_handoffs", "stale_leads", "handoff_queue"}
    warehouse.load(before)
    warehouse.date_files(-10)
    assert not kept(warehouse.build(*ONLY_MODELS))
    assert kept(warehouse.build(*ONLY_MODELS)) >= clockless | told
    assert warehouse.differences() == []
    warehouse.as_of += timedelta(days=9)
    later = kept(warehouse.build(*ONLY_MODELS))
    assert later >= clockless
    assert not later & (told | {"lead_activity"})
    assert warehouse.differences() == []
    # made with a later clock, and half-way back: nothing that a clock reaches is what it was
    warehouse.as_of += timedelta(days=1)
    warehouse.build_killed_after("lead_activity", ONLY_MODELS)
    warehouse.as_of -= timedelta(days=1)
    assert "lead_activity" not in kept(warehouse.build(*ONLY_MODELS))
    assert warehouse.differences() == []
    # as long as before and as it was read, but not the same
    moved = [row | {"lead_id": after["leads"][0]["lead_id"]} for row in before["opportunities"][:1]]
    warehouse.load(before | {"opportunities": moved + before["opportunities"][1:]})
    warehouse.date_files(-10)
    assert not kept(warehouse.build(*ONLY_MODELS))
    assert warehouse.differences() == []


def test_a_build_with_news_keeps_nothing(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """Another project, variable or kind of run, and files that may still be written to, keep no table."""
    warehouse.load({table: content[:20] for table, content in sample_days[0].items()})
    warehouse.date_files(-10)
    warehouse.build(*ONLY_MODELS)
    plant(warehouse, "models/marts/lead_mart.yml", "models:", "# edited\nmodels:")
    assert not kept(warehouse.build(*ONLY_MODELS))
    warehouse.timezone = "Asia/Seoul"
    assert not kept(warehouse.build(*ONLY_MODELS))
    assert not kept(warehouse.build(*ONLY_MODELS, "--full-refresh"))
    warehouse.build("run", "--empty")
    assert not kept(warehouse.build(*ONLY_MODELS))
    warehouse.date_files(60)
    for _ in range(2):
        assert not kept(warehouse.build(*ONLY_MODELS))


def days_of_scores(warehouse: Warehouse, sample_days: list[Tables], first: int = 0) -> Iterator[list[str]]:
    """Build after a rough day, an event that changed hands and fewer rules; yield what is not as in a clean build.

    `first` is the day to begin with.
    """
    before, after = sample_days
    leads = sorted({row["lead_id"] for row in after["leads"] if row["lead_id"]})
    # one that earned points, so that its loss shows in the scores
    seminars = [row for row in after["events"] if row["event_type"] == "seminar_attendance" and row["is_bot"] != "true"]
    event = next(row for row in seminars if row["lead_id"] in leads[:-1])
    moved = event | {"lead_id": leads[-1], "loaded_at": "2026-06-30 14:59:59"}
    fewer_rules = read_rows(PROJECT / "seeds" / "rules" / "behavior_rules.csv")[:3]
    moves = after | {"events": [*after["events"], moved]}
    days = [(before, None), (after, None), (moves, None), (moves, {"behavior_rules": fewer_rules})]
    for raw, rule_book in days[first:]:
        warehouse.load(raw, rule_book)
        warehouse.build()
        yield warehouse.differences()


def days_of_reviews(warehouse: Warehouse, raw: Tables, first: int = 0) -> Iterator[list[str]]:
    """Build on days on which reviews change though no lead does; yield what is not as in a clean build.

    `first` is the day to begin with.
    """
    without = raw | {"opportunities": raw["opportunities"][::2], "sales_activities": raw["sales_activities"][::2]}
    days = [
        (datetime(2026, 6, 29, 14), without),
        (datetime(2026, 6, 29, 14), raw),
        (datetime(2026, 6, 29, 15), raw),  # the outcomes of March are known from now on
        (datetime(2026, 6, 30, 15), raw),  # June is over
        (datetime(2026, 3, 31, 14), raw),
    ]
    for as_of, rows_ in days[first:]:
        warehouse.as_of = as_of
        warehouse.load(rows_)
        warehouse.build()
        yield warehouse.differences()


def test_reviews_follow_the_clock_and_the_outcomes(warehouse: Warehouse, sample_days: list[Tables]) -> None:
    """Months that end or come to be known, opportunities and contacts that arrive later, and a clock set back."""
    assert [different for different in days_of_reviews(warehouse, sample_days[0]) if different] == []


# file: the day before the one that shows the fault, what is replaced, and by what
FAULTS = {
    # the watermark of many projects: a late row, or one without load time, is never read
    "models/staging/base/base_fingerprints.sql": (
        0,
        "{{ content_sum(contract_columns('events')) }}",
        "coalesce(max(epoch(try_cast(loaded_at as timestamp))), 0)",
    ),
    # who lost an event to another lead is forgotten
    "models/staging/changes/restaged_leads.sql": (
        1,
        "known.scored_repeats <>",
        "known.scored_repeats = '?' and '' <=",
    ),
    # a lead that lost an event keeps its score
    "models/scoring/score_changes.sql": (1, "{{ is_among('touched_leads') }}", "{{ is_among('changed_leads') }}"),
    # a changed rule does not reach leads without new rows
    "models/staging/changes/touched_leads.sql": (
        2,
        "leads.scoring_version <> current_version.scoring_version",
        "leads.scoring_version = ''",
    ),
}


REVIEW_FAULTS = {
    # an opportunity that arrives later is not seen
    "models/staging/changes/touched_leads.sql": (0, "or leads.outcomes_fingerprint is distinct from", "and '' <>"),
    # the outcomes of a month stay unknown
    "macros/incremental.sql": (1, "['true', 'is_mature']", "['true']"),
    # the scores of a month that ended are missing
    "models/review/month_ends/month_end_scores.sql": (2, "has_new_month()", "'1 = 0'"),
}


def plant(warehouse: Warehouse, file: str, sound: str, faulty: str) -> None:
    """Replace a part of a file's SQL."""
    path = warehouse.folder / file
    text = path.read_text(encoding="utf-8")
    assert sound in text
    path.write_text(text.replace(sound, faulty), encoding="utf-8")


@pytest.mark.parametrize("file", REVIEW_FAULTS)
def test_planted_faults_of_reviews_are_caught(warehouse: Warehouse, sample_days: list[Tables], file: str) -> None:
    """Missing what arrived later, what is known now or what is over turns the comparison red."""
    first, *fault = REVIEW_FAULTS[file]
    plant(warehouse, file, *fault)
    assert any(days_of_reviews(warehouse, sample_days[0], first))


@pytest.mark.parametrize("file", FAULTS)
def test_planted_faults_are_caught(warehouse: Warehouse, sample_days: list[Tables], file: str) -> None:
    """Forgetting late rows, rivals of an event or leads moved by a rule turns the comparison red."""
    first, *fault = FAULTS[file]
    plant(warehouse, file, *fault)
    assert any(days_of_scores(warehouse, sample_days, first))
