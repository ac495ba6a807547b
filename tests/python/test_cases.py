"""Small exports of the kind that source systems write, with the right figures worked out by hand.

Each is told by the slow reference and by the models, which may be wrong in different ways.
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from compiled import PROJECT, CompiledProject, Row, Tables, read_rows, rows
from reference import Scored, score
from test_build import RunDbt, as_vars
from test_rule_lint import shipped

CASES = PROJECT / "tests" / "python" / "cases"
AS_OF = datetime(2026, 6, 30, 15)

TOLD: dict[str, Callable[[Scored], list[Row]]] = {
    "lead_mart": lambda scored: scored.mart,
    "sales_handoffs": lambda scored: scored.handoffs,
    "score_ledger": lambda scored: scored.ledger,
    "stg_leads": lambda scored: scored.staged["leads"],
    "stg_events": lambda scored: scored.staged["events"],
    "stg_opportunities": lambda scored: scored.staged["opportunities"],
    "rejected_records": lambda scored: scored.rejected,
    "kpi_leads": lambda scored: scored.review.kpi_leads,
    "kpi_handoffs": lambda scored: scored.review.kpi_handoffs,
}
Teller = Callable[..., dict[str, list[Row]]]


def case(name: str) -> Tables:
    """Return the rows of a case's files by table."""
    return {path.stem: read_rows(path) for path in sorted((CASES / name).glob("*.csv"))}


@pytest.fixture(params=["reference", "models"])
def teller(request: pytest.FixtureRequest) -> Teller:
    """Give what tells the shipped rules' figures of a case: its clock, and the zones of dates and of raw times."""

    def by_reference(name: str, as_of: datetime = AS_OF, *zones: str) -> dict[str, list[Row]]:
        zone, raw_zone = (*zones, *("Asia/Tokyo", "UTC")[len(zones) :])
        scored = score(shipped(), case(name), as_of, zone, raw_timezone=raw_zone)
        return {model: told(scored) for model, told in TOLD.items()}

    def by_models(name: str, as_of: datetime = AS_OF, *zones: str) -> dict[str, list[Row]]:
        project: CompiledProject = request.getfixturevalue("project")
        with project.score({}, case(name), as_of, *zones, models=list(TOLD)) as database:
            return {model: rows(database, f"from {model}") for model in TOLD}

    return by_reference if request.param == "reference" else by_models


def by_lead(found: list[Row], *columns: str) -> dict[str, object]:
    """Return one column, or several, by lead."""
    return {row["lead_id"]: row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns) for row in found}


def refused(told: dict[str, list[Row]]) -> list[tuple[str, str]]:
    """Return records and reasons for which a field was emptied, ascending."""
    assert all(row["is_row_kept"] for row in told["rejected_records"])
    return sorted((row["record_id"], row["reason"]) for row in told["rejected_records"])


def kpi(told: dict[str, list[Row]], name: str) -> dict[int, object]:
    """Return the values of a KPI by month of 2026, those that are null left out."""
    found = [row for model in ("kpi_leads", "kpi_handoffs") for row in told[model] if row["kpi"] == name]
    return {row["month"].month: row["value"] for row in found if row["value"] is not None}


def test_active_before_created(teller: Teller) -> None:
    """Seminars before the person is in the CRM are handed over when the person is there, not when nobody knew."""
    told = teller("active_before_created")
    handoffs = by_lead(told["sales_handoffs"], "entered_at", "handed_off_at", "sla_status", "response_hours")
    assert handoffs == {
        "B1": (datetime(2026, 5, 8), datetime(2026, 6, 20), "breached", None),
        "B3": (datetime(2026, 5, 8), datetime(2026, 6, 29), "met", 1),
    }
    assert kpi(told, "sla_compliance") == {6: Decimal("0.5")}
    # activity from January on, the first episode of which was reset before the lead was created
    entries = [row for row in told["score_ledger"] if row["lead_id"] == "B2" and row["axis"] == "behavior"]
    resets = [(row["effective_at"], row["points"]) for row in entries if row["entry_type"] == "reset"]
    assert resets == [(datetime(2026, 4, 1), -10)]
    assert by_lead(told["lead_mart"], "behavior_score")["B2"] == 0


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_dates_without_a_time(teller: Teller, zone: str) -> None:
    """A deal of 1 June is one of June wherever the firm is, and a lead of 1 June begins at its midnight."""
    midnight = {"Asia/Tokyo": datetime(2026, 5, 31, 15), "America/New_York": datetime(2026, 6, 1, 4)}
    told = teller("date_only_west", datetime(2026, 7, 2), zone)
    assert kpi(told, "win_rate") == {6: 1}
    assert kpi(told, "won_amount") == dict.fromkeys([2, 3, 4, 5], 0) | {6: 1}
    [opportunity] = told["stg_opportunities"]
    assert opportunity["closed_at"] == midnight.get(zone, datetime(2026, 6, 1))
    assert by_lead(told["stg_leads"], "created_at")["M2"] == midnight.get(zone, datetime(2026, 6, 1))


def test_employee_counts(teller: Teller) -> None:
    """What can only mean one number is that number; everything else is emptied and reported."""
    told = teller("employee_forms")
    counts = {lead[1:]: count for lead, count in by_lead(told["stg_leads"], "employee_count").items()}
    assert {lead: count for lead, count in counts.items() if count is not None} == {
        **dict.fromkeys(["00", "01", "02"], 1200),
        **dict.fromkeys(["03", "06", "07", "11", "12", "19"], 300),
        "16": 0,
        "17": 7000000000,
    }
    unreadable = ["04", "05", "08", "09", "10", "13", "14", "15", "18", "20", "21", "22", "23"]
    assert refused(told) == [(f"L{number}", "unparsable_employee_count") for number in unreadable]
    assert len(counts) == 25  # a blank is no problem


def test_whole_columns_in_another_form(teller: Teller) -> None:
    """All rows are kept, unreadable fields are emptied and reported, and deals of unknown outcome are open."""
    told = teller("every_field_emptied")
    assert set(by_lead(told["stg_leads"], "employee_count", "updated_at").values()) == {(1200, None)}
    assert [row["amount"] for row in told["stg_opportunities"]] == [1000000] * 12
    expected = [(f"Q{number}", "unparsable_is_won") for number in range(12)]
    expected += [(f"X{number}", "unparsable_updated_at") for number in range(12)]
    assert refused(told) == sorted(expected)
    assert set(by_lead(told["lead_mart"], "opportunity_status").values()) == {"open"}
    assert kpi(told, "win_rate") == {}


@pytest.mark.slow
def test_a_build_says_that_a_column_is_lost(run_dbt: RunDbt, tmp_path: Path) -> None:
    """One line for each column of which a tenth of the values cannot be read."""
    raw = shutil.copytree(CASES / "every_field_emptied", tmp_path / "raw")
    (raw / "sales_activities.csv").write_text("activity_id,lead_id,occurred_at\n", encoding="utf-8")
    variables = as_vars(raw_data=str(raw), as_of=str(AS_OF))
    built = run_dbt(tmp_path / "built", "build", "--exclude-resource-type", "unit_test", "--vars", variables)
    lines = built.output.splitlines()
    for table, column in [("opportunities", "is_won"), ("leads", "updated_at")]:
        assert len([line for line in lines if table in line and column in line and "12" in line]) == 1, built.output
    assert not any("employee_count" in line and "12 of 12" in line for line in lines)


def test_wide_signs_in_rules(project: CompiledProject) -> None:
    """A wide bar or percent sign is legal text that nearly surely is not meant, so its rule gets a warning."""
    book = shipped() | {"attribute_rules": case("fullwidth_in_rules")["attribute_rules"]}
    with project.score(book, {}, AS_OF, models=["rule_book_problems"]) as database:
        found = rows(database, "from rule_book_problems")
    warned = {row["rule_id"] for row in found if "｜" in row["problem"] or "％" in row["problem"]}
    assert warned == {"f", "g", "h", "i"}
    assert not any(row["rule_id"] == "e" for row in found)
    assert {row["severity"] for row in found} <= {"warn"}


def test_wall_clock_times(teller: Teller) -> None:
    """Times without an offset are where the source system stands; taken as UTC they lie after the clock."""
    as_utc, as_tokyo = teller("local_wall_clock"), teller("local_wall_clock", AS_OF, "Asia/Tokyo", "Asia/Tokyo")
    assert by_lead(as_utc["lead_mart"], "behavior_score") == {"W2": 0}
    assert by_lead(as_tokyo["lead_mart"], "created_at", "behavior_score") == {
        "W1": (datetime(2026, 6, 30, 9), 40),
        "W2": (datetime(2026, 6, 29, 1), 40),
    }
    assert by_lead(as_tokyo["stg_events"], "occurred_at")["W1"] == datetime(2026, 6, 30, 10)


def test_forms_of_opportunities(teller: Teller) -> None:
    """Only what is surely won or lost is closed; contradictions and unreadable fields are emptied and reported."""
    told = teller("opportunity_forms")
    assert by_lead(told["lead_mart"], "opportunity_status") == {
        "P1": "open",  # its close date is an expected one
        "P2": "open",
        "P3": "open",
        "P4": "open",
        "P5": "lost",  # two versions without an update time: rather closed than open
        **dict.fromkeys(["P6", "P7", "P8"], "won"),
        "P9": "open",
        "P10": "won",
        "P11": "won",
    }
    found = by_lead(told["stg_opportunities"], "amount", "is_won", "closed_at")
    assert found["P6"] == (1200000, True, datetime(2026, 6, 15))
    assert found["P7"] == (None, True, datetime(2026, 6, 15))
    assert found["P8"] == (1200000, True, datetime(2026, 6, 15))
    assert found["P9"] == (None, None, datetime(2026, 6, 15))
    assert found["P2"] == (100, None, None)
    assert found["P10"] == found["P11"] == (5, True, None)
    assert refused(told) == [
        ("O10", "contradictory_closed_at"),
        ("O2", "contradictory_is_won"),
        ("O3", "unparsable_is_won"),
        ("O4", "unparsable_is_won"),
        ("O7", "unparsable_amount"),
        ("O9", "unparsable_amount"),
        ("O9", "unparsable_is_won"),
    ]
    assert kpi(told, "won_amount") == {3: 0, 4: 0, 5: 10, 6: 2400000}
