"""The reference itself against small cases worked out by hand, since worlds only compare it with SQL."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reference import Row, Scored, Tables, score
from reference_handoffs import WorkingHours
from reference_review import auc

# An act of sales before any hand-off: what it does is recorded.
BEFORE = "2026-01-01 00:00"
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
    as_of: str,
    touches: tuple[str, ...] = (),
    opportunities: tuple[Row, ...] = (),
    rules: Tables | None = None,
    lead: Row | None = None,
    recorded: dict[str, str] | None = None,
) -> Scored:
    """Score a lead created on 1 January 2026 that visits every other day from 2 to 30 January at noon.

    `recorded`: when a visit was typed in, by when it was made.
    """
    lead = {"lead_id": "L", "created_at": "2026-01-01", "employee_count": "5"} | (lead or {})
    visits = [f"2026-01-{day:02} 12:00" for day in range(2, 31, 2)]
    recorded = recorded or {}
    raw: Tables = {
        "leads": [lead],
        "events": [
            {"event_id": v, "lead_id": "L", "event_type": "visit", "occurred_at": v, "recorded_at": recorded.get(v)}
            for v in visits
        ],
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
    [handoff] = scored(as_of, (BEFORE, *touches)).handoffs
    assert handoff["sla_status"] == status
    assert handoff["response_hours"] == response_hours
    assert handoff["is_touched_within_1_hour"] is is_quick


def handed_off(**arguments: Any) -> list[str]:
    """Return when the lead was handed over in the first half of 2026."""
    return [str(row["handed_off_at"])[:16] for row in scored("2026-06-30", **arguments).handoffs]


def test_nobody_hands_over_what_nobody_knows() -> None:
    """The points of 2 January hold until noon of the 3rd: typed in by then they are a hand-off, later they are not."""
    visit = "2026-01-02 12:00"
    late = scored("2026-06-30", recorded={visit: "2026-01-03 11:59:59"}).handoffs[0]
    assert (late["entered_at"], late["handed_off_at"]) == (datetime(2026, 1, 2, 12), datetime(2026, 1, 3, 11, 59, 59))
    assert late["known_at"] == late["handed_off_at"]
    assert late["sla_due_at"] == datetime(2026, 1, 4, 11, 59, 59)
    assert handed_off(recorded={visit: "2026-01-03 12:00"}) == ["2026-01-04 12:00"]
    # what is typed in very late keeps the entries after it unknown as well, until one of them is still there
    assert handed_off(recorded={visit: "2026-01-08 15:00"}) == ["2026-01-08 15:00"]
    assert handed_off(recorded={visit: "2026-03-01 00:00"}) == []
    assert handed_off(recorded={visit: "2025-03-01 00:00"}) == ["2026-01-02 12:00"]
    # what sales has by then counts, not what it had at the entry
    for begun, ended, expected in [("15:00", None, []), ("09:00", "15:00", ["2026-01-02 18:00"])]:
        closing = {"closed_at": f"2026-01-02 {ended}", "is_won": "false"} if ended else {}
        opportunity = {"created_at": f"2026-01-02 {begun}"} | closing
        assert handed_off(recorded={visit: "2026-01-02 18:00"}, opportunities=(opportunity,)) == expected
    # nor a lead that is not there yet; its visits before count, as long as their points last
    assert handed_off(lead={"created_at": "2026-01-11 11:59:59"}) == ["2026-01-11 11:59"]
    assert handed_off(lead={"created_at": "2026-01-11 12:00"}) == ["2026-01-12 12:00"]
    everybody = rule_book(min_score="2", rearm_below=None)
    assert handed_off(lead={"created_at": "2026-01-10 18:00"}, rules=everybody) == ["2026-01-10 18:00"]


def test_a_lead_with_sales_is_not_handed_over() -> None:
    """While an opportunity is open or won no hand-off opens, and the switch stays as it was."""

    def sale(begun: str, ended: str | None = None, is_won: str | None = None) -> tuple[Row, ...]:
        return ({"created_at": begun, "closed_at": ended, "is_won": is_won},)

    assert handed_off(opportunities=sale("2026-01-02 12:00")) == []
    assert handed_off(opportunities=sale("2026-01-01", "2026-01-01", "true")) == []
    # lost at the very moment of an entry: free again by then
    assert handed_off(opportunities=sale("2026-01-01", "2026-01-04 12:00", "false")) == ["2026-01-04 12:00"]
    assert handed_off(opportunities=sale("2026-01-01", "2026-01-04 12:00:01", "false")) == ["2026-01-06 12:00"]
    # an opportunity after the hand-off answers it, and lets the lead be handed over again once it is lost
    twice = scored("2026-06-30", opportunities=sale("2026-01-02 13:00", "2026-01-10 12:00", "false")).handoffs
    assert [row["handed_off_at"].day for row in twice] == [2, 10]
    assert [row["sla_status"] for row in twice] == ["met", "unknown"]
    assert (twice[0]["rearmed_at"], twice[0]["rearm_reason"]) == (datetime(2026, 1, 10, 12), "opportunity_lost")
    assert (twice[0]["response_hours"], twice[0]["first_touch_owner"]) == (1, None)
    # lost at the moment of the hand-off itself it made ready for this one only
    assert handed_off(opportunities=sale("2026-01-01", "2026-01-02 12:00", "false")) == ["2026-01-02 12:00"]


def test_setting_a_lead_aside() -> None:
    """From the moment on the score is 0, the stay ends and nothing is asked for any more."""
    aside = {"disqualified_at": "2026-01-02 12:30", "disqualified_reason": "退職"}
    before, after = (scored(as_of, lead=aside) for as_of in ("2026-01-02 12:29:59", "2026-01-02 12:30"))
    assert (before.mart[0]["total_score"], before.mart[0]["tier"]) == (81, "hot")
    assert (before.mart[0]["disqualification_reason"], len(before.queue)) == (None, 1)
    assert (after.mart[0]["total_score"], after.mart[0]["raw_score"], after.mart[0]["tier"]) == (0, 81, "disqualified")
    assert (after.mart[0]["disqualification_reason"], after.queue) == ("退職", [])
    [handoff] = scored("2026-06-30", lead=aside).handoffs
    assert (handoff["rearmed_at"], handoff["rearm_reason"]) == (datetime(2026, 1, 2, 12, 30), "disqualified")
    assert handed_off(lead={"disqualified_at": "2026-01-02 12:00"}) == []
    months = scored("2026-06-30", lead={"disqualified_at": "2026-02-01 00:00"}).review.month_end_scores
    assert [row["month"] for row in months] == [date(2026, 1, 1)]


def test_waking_up_is_an_entry() -> None:
    """A lead that always has 79 points is handed over when it comes and whenever it wakes up."""
    everybody = rule_book(min_score="79", rearm_below=None)
    assert handed_off(rules=everybody) == ["2026-01-01 00:00"]
    [handoff] = scored("2026-06-30", rules=everybody).handoffs
    assert (handoff["rearmed_at"], handoff["rearm_reason"]) == (datetime(2026, 4, 30, 12), "dormant")
    # created 90 days and one second before the first visit it sleeps for that second; exactly 90 days keep it awake
    assert handed_off(rules=everybody, lead={"created_at": "2025-10-04 11:59:59"})[1:] == ["2026-01-02 12:00"]
    assert handed_off(rules=everybody, lead={"created_at": "2025-10-04 12:00"}) == ["2025-10-04 12:00"]


def test_a_date_alone_answers_at_once() -> None:
    """A call or a lost opportunity of the hand-off's date, nobody knows at what hour, answers it after 0 hours."""
    [handoff] = scored("2026-01-02 12:00", ("2026-01-02",)).handoffs
    assert (handoff["first_touch_at"], handoff["response_hours"]) == (datetime(2026, 1, 2, 12), 0)
    assert (handoff["sla_status"], handoff["is_touched_within_1_hour"]) == ("met", True)
    assert scored("2026-01-05", ("2026-01-02 00:00",)).handoffs[0]["first_touch_at"] is None
    [handoff] = scored("2026-01-05", ("2026-01-03",)).handoffs
    assert handoff["response_hours"] == 12
    lost = {"created_at": "2026-01-02", "closed_at": "2026-01-02", "is_won": "false"}
    [handoff] = scored("2026-01-05", opportunities=(lost,)).handoffs
    assert (handoff["response_hours"], handoff["opportunity_created_at"]) == (0, datetime(2026, 1, 2, 12))
    assert handed_off(opportunities=(lost | {"closed_at": None, "is_won": None},)) == []


def test_a_later_handoff_to_a_higher_tier_answers() -> None:
    """Before the deadline the climb supersedes the first promise, at the deadline it no longer does."""
    rules = rule_book()
    rules["tiers"].append(rules["tiers"][0] | {"tier": "warm", "min_score": "79", "rearm_below": "79"})
    soon, early = {"created_at": "2026-01-01 12:00:01"}, {"created_at": "2026-01-01 12:00"}
    warm, hot = scored("2026-01-20", ("2025-12-01 00:00",), rules=rules, lead=early).handoffs
    assert (warm["sla_due_at"], warm["sla_status"]) == (hot["handed_off_at"], "breached")
    for touches, status in (((), "unknown"), (("2025-12-01 00:00",), "breached")):
        warm, hot = scored("2026-01-20", touches, rules=rules, lead=soon).handoffs
        assert (warm["sla_status"], hot["sla_status"]) == ("superseded", status)
        assert warm["is_touched_within_1_hour"] is None
    [warm] = scored("2026-01-02 11:59:59", ("2025-12-01 00:00",), rules=rules, lead=soon).handoffs
    assert (warm["sla_status"], warm["is_touched_within_1_hour"]) == ("open", False)


def test_what_is_not_recorded_is_not_undone() -> None:
    """Until the first act of sales is known nobody is said to be late, but the queue asks all the same."""
    unknown = scored("2026-01-05", ("2026-01-06 00:00",))
    assert [row["sla_status"] for row in unknown.handoffs] == ["unknown"]
    assert (unknown.handoffs[0]["is_touched_within_1_hour"], unknown.stale) == (None, [])
    assert [row["queue_status"] for row in unknown.queue] == ["overdue"]
    assert [row["queue_status"] for row in scored("2026-01-03 12:00").queue] == ["open"]
    later = scored("2026-02-15")
    kpis = {(row["month"].month, row["kpi"]): row["value"] for row in later.review.kpi_handoffs}
    assert kpis[1, "sla_compliance"] is None
    assert later.queue == []
    known = scored("2026-02-15", (BEFORE,))
    kpis = {(row["month"].month, row["kpi"]): row["value"] for row in known.review.kpi_handoffs}
    assert kpis[1, "sla_compliance"] == 0
    assert scored("2026-01-10 12:00", (BEFORE,)).queue != []
    assert scored("2026-01-10 12:00:00.000001", (BEFORE,)).queue == []


def test_deals_count_once() -> None:
    """A deal with two people is one deal, won as soon as one row is, and worth its largest amount."""

    def row(deal: str, ended: str | None, is_won: str | None, amount: str) -> Row:
        return {
            "created_at": "2026-01-01",
            "closed_at": ended,
            "is_won": is_won,
            "amount": amount,
            "deal_id": deal,
        }

    won, lost = "2026-01-20 00:00", "2026-01-21 00:00"
    opportunities = (
        row("A", won, "true", "100"),
        row("A", lost, "true", "1,000"),
        row("B", won, "false", "70"),
        row("B", lost, "false", "70"),
        row("C", won, "false", "9"),
        row("C", None, None, "9"),
        row(" ", "2026-02-10 00:00", "true", "5"),
    )
    kpis = scored("2026-03-01", opportunities=opportunities).review.kpi_leads
    found = {(row["month"].month, row["kpi"]): row["value"] for row in kpis}
    assert (found[1, "win_rate"], found[1, "won_amount"]) == (Decimal("0.5"), 1000)
    assert (found[2, "win_rate"], found[2, "won_amount"]) == (1, 5)


def test_stale_kinds() -> None:
    """Untouched from the deadline on, abandoned two weeks after the last call, inactive from sleep on."""
    [stale] = scored("2026-01-03 12:00:00.000001", (BEFORE,)).stale
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
    everybody = rule_book(min_score="79", rearm_below=None)
    [stale] = scored("2026-04-30 11:59:59", call, rules=everybody).stale
    assert (stale["stale_reason"], stale["stale_since"]) == ("abandoned", datetime(2026, 1, 16, 12))
    # asleep it is in no tier as far as hand-offs go, with sales it is nobody's
    [stale] = scored("2026-04-30 12:00", call, rules=everybody).stale
    assert (stale["stale_reason"], stale["stale_since"]) == ("inactive_high_score", datetime(2026, 4, 30, 12))
    sale = {"created_at": "2026-05-01 12:00"}
    assert scored("2026-06-30", call, (sale,), rules=everybody).stale == []
    gone = sale | {"closed_at": "2026-05-02 12:00", "is_won": "false"}
    [stale] = scored("2026-06-30", call, (gone,), rules=everybody).stale
    assert stale["stale_since"] == datetime(2026, 5, 2, 12)
    # set aside by hand, a lead is no longer looked after
    aside = {"disqualified_at": "2026-06-01 00:00"}
    assert scored("2026-06-30", call, rules=everybody, lead=aside).stale == []


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
