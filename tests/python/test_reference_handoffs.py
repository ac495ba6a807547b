"""The reference itself against small cases worked out by hand, since worlds only compare it with SQL."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from reference import Row, Scored, Tables, score
from reference_handoffs import WorkingHours
from reference_review import auc

OFFICE = {weekday: (time(9), time(18)) for weekday in range(1, 6)}
# The offices are closed from Saturday 21 to Monday 23 February 2026, the Emperor's birthday.
TOKYO = WorkingHours(ZoneInfo("Asia/Tokyo"), OFFICE, frozenset([date(2026, 2, 23)]))
NEW_YORK = WorkingHours(ZoneInfo("America/New_York"), dict.fromkeys(range(1, 8), (time(1), time(4))), frozenset())


@pytest.mark.parametrize(
    ("working_hours", "start", "hours", "expected"),
    [
        # Friday 17:00 in Tokyo, two hours: one on Friday, one on Tuesday after the three days off
        (TOKYO, datetime(2026, 2, 20, 8), 2, datetime(2026, 2, 24, 1)),
        # Friday 18:00, the moment of closing: nothing of that day is left
        (TOKYO, datetime(2026, 2, 20, 9), 2, datetime(2026, 2, 24, 2)),
        # exactly until closing is that day's closing, not the next opening
        (TOKYO, datetime(2026, 2, 20, 7), 2, datetime(2026, 2, 20, 9)),
        (TOKYO, datetime(2026, 2, 20, 9), 9, datetime(2026, 2, 24, 9)),
        # a holiday at noon and a Saturday night count from the next opening
        (TOKYO, datetime(2026, 2, 23, 3), Decimal("0.5"), datetime(2026, 2, 24, 0, 30)),
        (TOKYO, datetime(2026, 2, 21, 14), 9, datetime(2026, 2, 24, 9)),
        # 1:00 to 4:00 is two hours (6:00 to 8:00 UTC) when summer time begins, four when it ends
        (NEW_YORK, datetime(2026, 3, 8, 5), 2, datetime(2026, 3, 8, 8)),
        (NEW_YORK, datetime(2026, 3, 8, 5), 3, datetime(2026, 3, 9, 6)),
        (NEW_YORK, datetime(2026, 11, 1, 4), 4, datetime(2026, 11, 1, 9)),
    ],
)
def test_business_deadlines(
    working_hours: WorkingHours, start: datetime, hours: int | Decimal, expected: datetime
) -> None:
    """Only working hours count, on the wall clock; a closed door stops the clock."""
    assert working_hours.moment_after(start, timedelta(hours=float(hours))) == expected


def rule_book(**tier: str | None) -> Tables:
    """Return rules under which `visit` gives 2 points for a day, on top of 79 for everybody."""
    band = {"attribute": "employee_count", "value": None, "min_value": "0", "max_value": None}
    visit = {"rule_id": "visit", "event_type": "visit", "asset_pattern": None, "points": "2", "award_per": None}
    visit |= {"max_awards": None, "decay_percent": "100", "decay_every_days": "1", "keeps_active": None}
    asleep = {"rule_id": "asleep", "inactive_days": "90", "action": "reset", "points": None, "marks_dormant": "true"}
    hot = {"tier": "hot", "min_score": "80", "sla_hours": "24", "rearm_below": "70", "sla_clock": None}
    hot |= {"requires_active": None, "min_attribute_score": None, "label": "hot", "action": "call"} | tier
    hold = hot | {"tier": "hold", "min_score": "0", "sla_hours": None, "rearm_below": None}
    return {
        "attribute_rules": [band | {"rule_id": "size", "points": "79"}],
        "disqualification_rules": [],
        "behavior_rules": [visit],
        "recency_rules": [],
        "reset_rules": [asleep],
        "tiers": [hot, hold],
    }


def scored(
    as_of: str, touches: tuple[str, ...] = (), opportunities: tuple[Row, ...] = (), rules: Tables | None = None
) -> Scored:
    """Score a lead created on 1 January 2026 that visits every other day from 2 to 30 January at noon."""
    lead = {"lead_id": "L", "created_at": "2026-01-01", "employee_count": "5"}
    visits = [f"2026-01-{day:02} 12:00" for day in range(2, 31, 2)]
    raw: Tables = {
        "leads": [lead],
        "events": [{"event_id": v, "lead_id": "L", "event_type": "visit", "occurred_at": v} for v in visits],
        "sales_activities": [{"activity_id": t, "lead_id": "L", "occurred_at": t, "owner": "佐藤"} for t in touches],
        "opportunities": [{"opportunity_id": str(n), "lead_id": "L"} | row for n, row in enumerate(opportunities)],
    }
    return score(rules or rule_book(), raw, datetime.fromisoformat(as_of), "UTC")


def test_oscillation_is_one_handoff() -> None:
    """79 and 81 in turn for thirty days is one hand-off; with the bound itself to fall below it is fifteen."""
    [handoff] = scored("2026-06-30").handoffs
    assert (handoff["handed_off_at"], handoff["total_score"]) == (datetime(2026, 1, 2, 12), 81)
    # 90 days after the last visit the lead sleeps, which is the first thing that arms it again
    assert (handoff["rearmed_at"], handoff["rearm_reason"]) == (datetime(2026, 4, 30, 12), "dormant")
    assert scored("2026-04-30 11:59:59").handoffs[0]["rearmed_at"] is None
    often = scored("2026-06-30", rules=rule_book(rearm_below=None)).handoffs
    assert [handoff["rearm_reason"] for handoff in often] == ["score_fell"] * 15
    assert [handoff["is_latest"] for handoff in often] == [False] * 14 + [True]
    assert often[0]["next_handed_off_at"] == datetime(2026, 1, 4, 12)


@pytest.mark.parametrize(
    ("touches", "as_of", "status", "response_hours", "is_quick"),
    [
        ((), "2026-01-02 13:00", "open", None, None),
        ((), "2026-01-02 13:00:01", "open", None, False),
        ((), "2026-01-03 12:00", "open", None, False),
        ((), "2026-01-03 12:00:00.000001", "breached", None, False),
        (("2026-01-02 12:00",), "2026-01-05", "met", Decimal(0), True),
        (("2026-01-02 13:00",), "2026-01-05", "met", Decimal(1), True),
        (("2026-01-03 12:00", "2026-01-02 11:59:59"), "2026-01-05", "met", Decimal(24), False),
        (("2026-01-03 12:00:00.000003",), "2026-01-05", "late", Decimal("24.000000"), False),
        (("2026-01-05 00:00:01",), "2026-01-05", "breached", None, False),
    ],
)
def test_sla_states(
    touches: tuple[str, ...], as_of: str, status: str, response_hours: Decimal | None, is_quick: bool | None
) -> None:
    """Exactly at the deadline is in time; what happens after the clock has not happened."""
    [handoff] = scored(as_of, touches).handoffs
    assert handoff["sla_status"] == status
    assert handoff["response_hours"] == response_hours
    assert handoff["is_touched_within_1_hour"] is is_quick


def test_stale_kinds() -> None:
    """Untouched from the deadline on, abandoned two weeks after the last call, inactive from sleep on."""
    [stale] = scored("2026-01-03 12:00:00.000001").stale
    assert (stale["stale_reason"], stale["stale_since"]) == ("untouched", datetime(2026, 1, 3, 12))
    call = ("2026-01-02 12:00",)
    assert scored("2026-01-16 11:59:59", call).stale == []
    [stale] = scored("2026-01-16 12:00", call).stale
    assert (stale["stale_reason"], stale["stale_since"]) == ("abandoned", datetime(2026, 1, 16, 12))
    lost = {"created_at": "2026-01-04", "closed_at": "2026-01-20 13:00", "is_won": "false"}
    assert scored("2026-01-20 12:59:59", call, (lost,)).stale == []
    [stale] = scored("2026-01-20 13:00", call, (lost,)).stale
    assert stale["stale_since"] == datetime(2026, 1, 20, 13)
    # asleep with 79 points, of which none was reset: two short of being handed over
    assert scored("2026-06-30", call).stale == []
    [stale] = scored("2026-06-30", call, rules=rule_book(min_score="79", rearm_below=None)).stale
    assert (stale["stale_reason"], stale["stale_since"]) == ("abandoned", datetime(2026, 1, 16, 12))
    awake_only = rule_book(min_score="79", rearm_below=None, requires_active="true")
    [stale] = scored("2026-06-30", call, rules=awake_only).stale
    assert (stale["stale_reason"], stale["stale_since"]) == ("inactive_high_score", datetime(2026, 4, 30, 12))


def test_a_month_is_reviewed_without_foresight() -> None:
    """At the end of January the lead is at 79; what follows within 90 days is its outcome."""
    sale = {"created_at": "2026-02-01", "closed_at": "2026-05-01 23:59:59", "is_won": "true"}
    review = scored("2026-05-02", ("2026-01-31",), (sale,)).review
    assert [(row["month"], row["is_mature"]) for row in review.month_ends] == [
        (date(2026, 1, 1), True),
        (date(2026, 2, 1), False),
        (date(2026, 3, 1), False),
        (date(2026, 4, 1), False),
    ]
    [january] = review.month_end_scores  # in February it is an opportunity already
    assert (january["total_score"], january["tier"]) == (79, "hold")
    assert (january["has_opportunity"], january["is_won"], january["is_worked"]) == (True, True, True)
    assert {row["rule_id"]: row["points"] for row in review.month_end_rule_points} == {
        "size": 79
    }  # all visits have faded
    touched_later = scored("2026-05-02", ("2026-02-01",), (sale | {"closed_at": "2026-05-02"},))
    [january] = touched_later.review.month_end_scores
    assert (january["has_opportunity"], january["is_won"], january["is_worked"]) == (True, False, False)
    [january, *_] = scored("2026-05-01 23:59:59", (), (sale,)).review.month_end_scores
    assert (january["has_opportunity"], january["is_won"], january["is_worked"]) == (None, None, None)


def test_auc_counts_ties_half() -> None:
    """Of the pairs (5, 5), (5, 9), (7, 5) and (7, 9) one is tied and one in the right order: 1.5 of 4."""
    rows = [{"total_score": s, "has_opportunity": o} for s, o in [(5, True), (7, True), (5, False), (9, False)]]
    assert auc(rows) == Decimal("0.375")
    assert auc(rows[:2]) is None
