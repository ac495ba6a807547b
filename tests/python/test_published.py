"""What only a warehouse that was built before can know: published scores and the rules then in force."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, Row, read_rows, rows
from conftest import ONLY_MODELS, Built, copy_project
from warehouse import RunDbt, Warehouse

SELECTED = ("--select", "+published_scores", "+rule_book_history", "rule_book_periods")
RULES = {path.stem: read_rows(path) for path in (PROJECT / "seeds" / "rules").glob("*.csv")}
LEADS = [
    {"lead_id": "maker", "created_at": "2026-01-01", "industry": "製造業", "job_title": "部長"},
    {"lead_id": "maker too", "created_at": "2026-01-01", "industry": "製造業"},
    {"lead_id": "other", "created_at": "2026-01-01", "industry": "小売"},
    {"lead_id": "student", "created_at": "2026-01-01", "industry": "製造業", "segment": "学生"},
]


class Records(Warehouse):
    """A small warehouse, and what its records gained with each build."""

    def __init__(self, folder: Path, run_dbt: RunDbt, compiled: CompiledProject) -> None:
        """Take the copied project in `folder`."""
        super().__init__(folder, run_dbt, compiled)
        self.known: dict[str, list[Row]] = {"published_scores": [], "rule_book_history": []}

    def next(self, day: int, *arguments: str, **changes: list[Row]) -> tuple[list[Row], list[Row]]:
        """Build as of a day of February 2026; return the new rows of both records, none having changed.

        Arguments:
            day: day of the month, the build's clock.
            arguments: dbt's command line, by default a plain build.
            changes: rows of `leads`, or of rule files by name, that replace those before.

        """
        leads = changes.pop("leads", self.raw.get("leads", LEADS))
        self.load({"leads": leads, "events": [], "sales_activities": [], "opportunities": []}, RULES | changes)
        self.as_of = datetime(2026, 2, day)
        self.build(*(arguments or ONLY_MODELS), *SELECTED)
        gained = []
        for name, before in self.known.items():
            self.known[name] = self.query(f"from {name} order by rowid")
            assert self.known[name][: len(before)] == before
            gained.append(self.known[name][len(before) :])
        return gained[0], gained[1]

    def query(self, query: str) -> list[Row]:
        """Return a query's rows."""
        with duckdb.connect(str(self.folder / "lead_scoring.duckdb"), read_only=True) as connection:
            return rows(connection, query)


@pytest.fixture
def records(clone_without_tests: Path, tmp_path: Path, run_dbt: RunDbt, project: CompiledProject) -> Records:
    """Give an empty warehouse with the shipped rules."""
    return Records(copy_project(clone_without_tests, tmp_path / "project"), run_dbt, project)


def reweighted(points: str) -> list[Row]:
    """Return the shipped attribute rules with another weight for the target industry."""
    return [
        row | ({"points": points} if row["rule_id"] == "target_industry" else {}) for row in RULES["attribute_rules"]
    ]


@pytest.mark.slow
def test_only_differences_are_recorded(records: Records) -> None:
    """A lead is published when its score or tier moves, a rule recorded when it changes, and nothing else."""
    published, changes = records.next(1)
    assert [(row["lead_id"], row["tier"], int(row["total_score"])) for row in sorted_by_lead(published)] == [
        ("maker", "nurture", 50),
        ("maker too", "hold", 20),
        ("other", "hold", 0),
        ("student", "disqualified", 0),
    ]
    assert {row["change_type"] for row in changes} == {"added"}
    assert len(changes) == sum(map(len, RULES.values()))
    (content,) = [row["content"] for row in changes if row["rule_id"] == "employees_100_to_299"]
    assert content == (
        "rule_id=employees_100_to_299, attribute=employee_count, min_value=100, max_value=300, points=10,"
        " description=従業員100〜299名"
    )

    assert records.next(2) == ([], [])

    published, changes = records.next(3, attribute_rules=reweighted("25.5"))
    assert [(row["lead_id"], float(row["total_score"])) for row in sorted_by_lead(published)] == [
        ("maker", 55.5),
        ("maker too", 25.5),
    ]
    assert {(row["publication_number"], row["published_at"]) for row in published} == {(2, datetime(2026, 2, 3))}
    assert [(row["change_number"], row["rule_id"], row["change_type"], float(row["points"])) for row in changes] == [
        (2, "target_industry", "changed", 25.5)
    ]

    # the former state again, with a rule less: published anew, also by a full refresh
    published, changes = records.next(4, *ONLY_MODELS, "--full-refresh", recency_rules=RULES["recency_rules"][1:])
    assert [row["lead_id"] for row in sorted_by_lead(published)] == ["maker", "maker too"]
    assert {(row["rule_id"], row["change_type"]) for row in changes} == {
        ("target_industry", "changed"),
        ("active_within_7_days", "removed"),
    }
    in_force = "from rule_book_periods where rule_id = '{}' and valid_from <= '{}' and coalesce(valid_to > '{}', true)"
    for day, points in ((1, [20]), (2, [20]), (3, [25.5]), (4, [20])):
        moment = datetime(2026, 2, day)
        found = records.query(in_force.format("target_industry", moment, moment))
        assert [float(row["points"]) for row in found] == points
    assert records.query(in_force.format("active_within_7_days", moment, moment)) == []


@pytest.mark.slow
def test_records_survive_accidents_and_forget_the_erased(records: Records) -> None:
    """No run without rows wipes them, a clock set back keeps the order, an erased lead leaves no row."""
    records.next(10)
    assert records.next(11, "run", "--empty") == ([], [])
    assert records.next(11, "run") == ([], [])
    assert records.next(12, leads=[]) == ([], [])
    # a time written another way: the lead leaves the scores, its record stays
    assert records.next(12, leads=[LEADS[0] | {"created_at": "2026/01/01"}, *LEADS[1:]]) == ([], [])

    # an earlier clock: nothing is rewritten, and the later build is the one that holds
    published, changes = records.next(5, leads=LEADS, attribute_rules=reweighted("30"))
    assert {(row["publication_number"], row["published_at"].day) for row in published} == {(2, 5)}
    assert [(row["change_number"], row["changed_at"].day) for row in changes] == [(2, 5)]
    (period,) = records.query("from rule_book_periods where rule_id = 'target_industry'")
    assert (period["valid_from"].day, period["valid_to"], int(period["points"])) == (5, None, 30)

    remaining = [row for row in records.known["published_scores"] if row["lead_id"] != "maker"]
    records.known["published_scores"] = remaining
    assert records.next(13, leads=LEADS[1:], attribute_rules=reweighted("30")) == ([], [])


@pytest.mark.slow
def test_scores_that_nobody_saw_are_not_on_record(records: Records) -> None:
    """Once something was published, a build that was not leaves no trace in `published_scores`."""
    records.next(1)
    see(records)
    records.next(2, attribute_rules=reweighted("30"))
    assert numbers(records) == [(1, 20), (2, 30)]
    records.known["published_scores"] = [r for r in records.known["published_scores"] if r["publication_number"] == 1]
    records.next(3, attribute_rules=reweighted("40"))
    assert numbers(records) == [(1, 20), (2, 40)]
    see(records)
    records.next(4, attribute_rules=reweighted("50"))
    assert numbers(records) == [(1, 20), (2, 40), (3, 50)]


def see(records: Records) -> None:
    """Record that the last build was published."""
    with duckdb.connect(str(records.folder / "lead_scoring.duckdb")) as connection:
        connection.execute("create table if not exists publications as select 0 as publication_number limit 0")
        connection.execute("insert into publications select max(publication_number) from published_scores")


def numbers(records: Records) -> list[tuple[int, int]]:
    """Return publication and score of one lead."""
    found = records.query("from published_scores where lead_id = 'maker too' order by publication_number")
    return [(row["publication_number"], int(row["total_score"])) for row in found]


def sorted_by_lead(found: list[Row]) -> list[Row]:
    """Return the rows in the order of lead_id."""
    return sorted(found, key=lambda row: row["lead_id"])


def test_the_sample_publishes_what_the_mart_shows(sample: Built) -> None:
    """After a first build every lead was published once, as the mart shows it."""
    columns = "lead_id, tier, total_score, attribute_score, behavior_score, recency_score, rules_version"
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        published = connection.execute(f"select {columns}, published_at from published_scores order by all").fetchall()
        shown = connection.execute(f"select {columns}, as_of from lead_mart order by all").fetchall()
    assert published == shown
