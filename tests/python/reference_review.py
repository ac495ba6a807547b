"""The monthly review of scores against outcomes, told slowly: the third part of `reference`.

Like there, everything follows the definitions step by step and shares nothing with the models.
All timestamps are naive `datetime` values in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from reference_handoffs import FollowedLead

Row = dict[str, Any]
OUTCOMES = ["has_opportunity", "is_won", "is_worked"]


@dataclass
class Review:
    """The tables of the monthly review as of one clock."""

    month_ends: list[Row]
    month_end_scores: list[Row]
    month_end_rule_points: list[Row]
    score_validation: list[Row]
    score_validation_monthly: list[Row]
    stale_leads_monthly: list[Row]


def next_month(month: date) -> date:
    """Return the first day of the month after the one whose first day is `month`."""
    return (month + timedelta(days=31)).replace(day=1)


def find_month_ends(first: datetime, as_of: datetime, zone: ZoneInfo, horizon: timedelta) -> list[Row]:
    """Return the local calendar months, from that of `first`, that are over at `as_of`."""
    month = first.replace(tzinfo=UTC).astimezone(zone).date().replace(day=1)
    found = []
    while True:
        local_end = datetime.combine(next_month(month), time(0), zone)
        end = local_end.astimezone(UTC).replace(tzinfo=None)
        if end > as_of:
            return found
        found.append({"month": month, "month_end_at": end, "is_mature": end + horizon <= as_of})
        month = next_month(month)


def month_end_score(followed: "FollowedLead", month: Row, horizon: timedelta) -> Row | None:
    """Return the lead's state just before a month's end and what came of it afterwards.

    None if the lead did not exist, was disqualified, or was an opportunity by then.
    """
    lead, end = followed.lead, month["month_end_at"]
    created = [opportunity["created_at"] for opportunity in followed.opportunities]
    if lead.created_at >= end or lead.disqualified_by or any(at < end for at in created):
        return None
    [state] = [p for p in lead.periods if p["valid_from"] < end and (p["valid_to"] is None or p["valid_to"] >= end)]
    row = month | {"lead_id": lead.lead_id, "tier": state["tier"]}
    row |= {column: value for column, value in state.items() if column.endswith("_score")}
    row["is_handoff_tier"] = any(tier["tier"] == state["tier"] for tier in followed.handoff_tiers)
    if not month["is_mature"]:
        return row | dict.fromkeys(OUTCOMES)
    limit = end + horizon
    foreseen = [opportunity for opportunity in followed.opportunities if end <= opportunity["created_at"] < limit]
    outcome_at = min((opportunity["created_at"] for opportunity in foreseen), default=limit)
    row["has_opportunity"] = bool(foreseen)
    row["is_won"] = any(o["is_won"] and end <= (o["closed_at"] or o["created_at"]) < limit for o in foreseen)
    row["is_worked"] = any(activity["occurred_at"] < outcome_at for activity in followed.activities)
    return row


def standing_rule_points(followed: "FollowedLead", end: datetime) -> dict[str, Decimal]:
    """Return the points by rule that stand just before `end`; those of reset episodes are gone."""
    lead = followed.lead
    gone = [episode.number for episode in lead.episodes if episode.reset_at is not None and episode.reset_at < end]
    points: dict[str, Decimal] = {}
    for entry in lead.ledger:
        is_gone = entry["entry_type"] == "reset" or (entry["axis"] == "behavior" and entry["episode"] in gone)
        if entry["effective_at"] < end and not is_gone:
            points[entry["rule_id"]] = points.get(entry["rule_id"], Decimal(0)) + entry["points"]
    return {rule_id: total for rule_id, total in points.items() if total}


def auc(rows: list[Row]) -> Fraction | None:
    """Return how often a lead that became an opportunity scored above one that did not.

    Every pair is compared, a tie counts half; None without a pair.
    """
    won = [row["total_score"] for row in rows if row["has_opportunity"]]
    others = [row["total_score"] for row in rows if row["has_opportunity"] is False]
    if not won or not others:
        return None
    doubled = sum(2 * (score > other) + (score == other) for score in won for other in others)
    return Fraction(doubled, 2 * len(won) * len(others))


def validation(month: Row, rows: list[Row], tier: str) -> Row:
    """Return how many leads of a tier became opportunities and sales."""
    found = [row for row in rows if row["tier"] == tier]
    result = {"month": month["month"], "is_mature": month["is_mature"], "tier": tier, "leads": len(found)}
    for count, rate, column in [
        ("opportunities", "opportunity_rate", "has_opportunity"),
        ("wins", "win_rate", "is_won"),
    ]:
        happened = sum(bool(row[column]) for row in found)
        result[count] = happened if month["is_mature"] else None
        result[rate] = Fraction(happened, len(found)) if month["is_mature"] else None
    return result


def review(
    leads: "list[FollowedLead]", as_of: datetime, zone: ZoneInfo, abandoned_after: timedelta, horizon: timedelta
) -> Review:
    """Review all leads at every month's end up to `as_of`.

    Arguments:
        leads: all leads with what sales did, those created after `as_of` included.
        as_of: the clock, naive UTC.
        zone: the zone whose calendar months count.
        abandoned_after: after how long a lead that sales left alone is stale.
        horizon: how long after a month's end an opportunity counts as its outcome.

    """
    first = min((followed.lead.created_at for followed in leads), default=as_of)
    result = Review(find_month_ends(first, as_of, zone, horizon), [], [], [], [], [])
    for month in result.month_ends:
        end = month["month_end_at"]
        rows = []
        for followed in leads:
            row = month_end_score(followed, month, horizon)
            if row is not None:
                rows.append(row)
                result.month_end_rule_points += [
                    {"month": month["month"], "lead_id": row["lead_id"], "rule_id": rule_id, "points": points}
                    for rule_id, points in standing_rule_points(followed, end).items()
                ]
        result.month_end_scores += rows
        result.score_validation += [validation(month, rows, tier) for tier in sorted({row["tier"] for row in rows})]
        monthly = {"month": month["month"], "is_mature": month["is_mature"], "auc": auc(rows)}
        result.score_validation_monthly.append(monthly)
        just_before = end - timedelta(microseconds=1)
        known = [followed for followed in leads if followed.lead.created_at < end]
        reasons = [
            stale["stale_reason"]
            for stale in (followed.stale(just_before, abandoned_after) for followed in known)
            if stale
        ]
        result.stale_leads_monthly += [
            {"month": month["month"], "stale_reason": reason, "leads": reasons.count(reason)}
            for reason in sorted(set(reasons))
        ]
    return result
