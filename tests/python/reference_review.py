"""The monthly review of scores against outcomes, told slowly: the third part of `reference`.

Like there, everything follows the definitions step by step and shares nothing with the models.
All timestamps are naive `datetime` values in UTC.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from reference_handoffs import FollowedLead

Row = dict[str, Any]
OUTCOMES = ["has_opportunity", "is_won", "is_worked"]
STALE_REASONS = ["untouched", "abandoned", "inactive_high_score"]


@dataclass
class Review:
    """The tables of the monthly review as of one clock."""

    month_ends: list[Row]
    month_end_scores: list[Row]
    month_end_rule_points: list[Row]
    score_validation: list[Row]
    score_validation_monthly: list[Row]
    stale_leads_monthly: list[Row]
    leads_by_tier_monthly: list[Row]
    kpi_leads: list[Row]
    kpi_handoffs: list[Row]


def next_month(month: date) -> date:
    """Return the first day of the month after the one whose first day is `month`."""
    return (month + timedelta(days=31)).replace(day=1)


def local_month(moment: datetime, zone: ZoneInfo) -> date:
    """Return the first day of the calendar month at `moment` in the time zone."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date().replace(day=1)


def find_month_ends(first: datetime, as_of: datetime, zone: ZoneInfo, horizon: timedelta) -> list[Row]:
    """Return the local calendar months, from that of `first`, that are over at `as_of`."""
    found = list(_ended_months(first, as_of, zone, horizon))
    newest_first = [row for row in reversed(found) if row["is_mature"]]
    for row in newest_first[:: max(1, math.ceil(horizon.days / 28))]:
        row["is_reviewed"] = True
    return found


def _ended_months(first: datetime, as_of: datetime, zone: ZoneInfo, horizon: timedelta) -> Iterator[Row]:
    month = local_month(first, zone)
    while True:
        local_end = datetime.combine(next_month(month), time(0), zone)
        end = local_end.astimezone(UTC).replace(tzinfo=None)
        if end > as_of:
            return
        yield {"month": month, "month_end_at": end, "is_mature": end + horizon <= as_of, "is_reviewed": False}
        month = next_month(month)


def month_end_score(followed: "FollowedLead", month: Row, horizon: timedelta) -> Row | None:
    """Return the lead's state just before a month's end and what came of it afterwards.

    None if the lead did not exist, was disqualified, or was an opportunity by then.
    """
    lead, end = followed.lead, month["month_end_at"]
    created = [opportunity["created_at"] for opportunity in followed.opportunities]
    if lead.created_at >= end or any(at < end for at in created):
        return None
    [state] = [p for p in lead.periods if p["valid_from"] < end and (p["valid_to"] is None or p["valid_to"] >= end)]
    if state["is_disqualified"]:
        return None
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


def share(part: int | Fraction | None, whole: int | None) -> Decimal | None:
    """Return an exact share, rounded half up to six places; None of nothing, or of what is not known."""
    if part is None or not whole:
        return None
    millionths = Fraction(part) / whole * 1_000_000
    return Decimal(math.floor(millionths + Fraction(1, 2))) / 1_000_000


def count(rows: list[Row], *columns: str) -> int:
    """Return how many rows are true in all of the columns."""
    return sum(all(row[column] for column in columns) for row in rows)


def auc(rows: list[Row]) -> Decimal | None:
    """Return how often a lead that became an opportunity scored above one that did not.

    Every pair is compared, a tie counts half; None without a pair.
    """
    gained = [row["total_score"] for row in rows if row["has_opportunity"]]
    others = [row["total_score"] for row in rows if row["has_opportunity"] is False]
    doubled = sum(2 * (score > other) + (score == other) for score in gained for other in others)
    return share(Fraction(doubled, 2), len(gained) * len(others))


def tier_validation(month: Row, rows: list[Row], tier: str) -> Row:
    """Return how many of a month's leads in a tier became opportunities and sales."""
    found = [row for row in rows if row["tier"] == tier]
    result = {"month": month["month"], "tier": tier, "is_mature": month["is_mature"], "leads": len(found)}
    columns = ["opportunities", "wins", "opportunity_rate", "win_rate", "lift"]
    columns += ["worked_leads", "worked_opportunities", "worked_opportunity_rate"]
    columns += ["unworked_leads", "unworked_opportunities", "unworked_opportunity_rate"]
    if not month["is_mature"]:
        return result | dict.fromkeys(columns)
    result |= {"opportunities": count(found, "has_opportunity"), "wins": count(found, "is_won")}
    result["opportunity_rate"] = share(result["opportunities"], len(found))
    result["win_rate"] = share(result["wins"], len(found))
    result["lift"] = share(result["opportunities"] * len(rows), len(found) * count(rows, "has_opportunity"))
    for prefix, is_worked in [("worked", True), ("unworked", False)]:
        part = [row for row in found if row["is_worked"] is is_worked]
        result |= {f"{prefix}_leads": len(part), f"{prefix}_opportunities": count(part, "has_opportunity")}
        result[f"{prefix}_opportunity_rate"] = share(result[f"{prefix}_opportunities"], len(part))
    return result


def month_validation(month: Row, rows: list[Row]) -> Row:
    """Return how well a month's scores told the leads apart that became opportunities."""
    result = {"month": month["month"], "is_mature": month["is_mature"], "leads": len(rows), "auc": auc(rows)}
    opportunities = count(rows, "has_opportunity") if month["is_mature"] else None
    in_tier = count(rows, "is_handoff_tier", "has_opportunity") if month["is_mature"] else None
    result["handoff_lead_share"] = share(count(rows, "is_handoff_tier"), len(rows))
    return result | {"opportunities": opportunities, "handoff_opportunity_share": share(in_tier, opportunities)}


def deal_outcomes(leads: "list[FollowedLead]", as_of: datetime) -> list[Row]:
    """Return the deals that had ended by `as_of`, each once: when, whether with a sale, and for how much.

    A deal may have an opportunity of several people. It is won as soon as one of them is, and worth
    the largest amount of those that are won; it is lost when the last one is, if none is won or open.
    """
    deals: dict[str, list[Row]] = {}
    for followed in [followed for followed in leads if followed.lead.created_at <= as_of]:
        for opportunity in followed.opportunities:
            if opportunity["created_at"] <= as_of:
                deals.setdefault(opportunity["deal_id"], []).append(opportunity)
    outcomes = []
    for rows in deals.values():
        ended = [(o["closed_at"] or o["created_at"], o) for o in rows if o["is_won"] is not None]
        ended = [(at, o) for at, o in ended if at <= as_of]
        won = [(at, o) for at, o in ended if o["is_won"]]
        if won:
            amount = max((o["amount"] for _, o in won if o["amount"] is not None), default=Decimal(0))
            outcomes.append({"ended_at": min(at for at, _ in won), "is_won": True, "amount": amount})
        elif len(ended) == len(rows):
            outcomes.append({"ended_at": max(at for at, _ in ended), "is_won": False, "amount": Decimal(0)})
    return outcomes


def lead_kpis(month: Row, deals: list[Row], tiers: dict[str, int], stale_leads: int, zone: ZoneInfo) -> Row:
    """Return a month's figures of leads and deals by KPI; of deals those that ended in the local month."""
    found = [deal for deal in deals if local_month(deal["ended_at"], zone) == month["month"]]
    won = [deal["amount"] for deal in found if deal["is_won"]]
    values = {"win_rate": share(len(won), len(found)), "won_amount": sum(won, Decimal(0)), "stale_leads": stale_leads}
    return values | {f"share_of_leads_{tier}": share(number, sum(tiers.values())) for tier, number in tiers.items()}


def handoff_kpis(month: Row, handoffs: list[Row], are_activities_recorded: bool, horizon: timedelta) -> Row:
    """Return figures of the hand-offs of one local month by KPI.

    Where nobody records what sales does, nothing is told of how often it kept its promises. Hand-offs
    that another one answers for (`superseded`) are no kept and no broken promise.
    """
    gained = [h for h in handoffs if h["opportunity_created_at"] is not None]
    gained = [h for h in gained if h["opportunity_created_at"] < h["handed_off_at"] + horizon]
    due = [h["sla_status"] == "met" for h in handoffs if h["sla_status"] in ("met", "late", "breached")]
    quick = [h["is_touched_within_1_hour"] for h in handoffs if h["is_touched_within_1_hour"] is not None]
    hours = [h["response_hours"] for h in handoffs if h["response_hours"] is not None]
    if not are_activities_recorded:
        due, quick = [], []
    return {
        "opportunity_rate": share(len(gained), len(handoffs)) if month["is_mature"] else None,
        "sla_compliance": share(sum(due), len(due)),
        "touched_within_1_hour_share": share(sum(quick), len(quick)),
        "first_response_median_hours": share(Fraction(median(hours)), 1) if hours else None,
    }


def review(
    leads: "list[FollowedLead]",
    tiers: list[str],
    as_of: datetime,
    zone: ZoneInfo,
    abandoned_after: timedelta,
    horizon: timedelta,
) -> Review:
    """Review all leads at every month's end up to `as_of`.

    Arguments:
        leads: all leads with what sales did, those created after `as_of` included.
        tiers: all tiers of the rule book.
        as_of: the clock, naive UTC.
        zone: the zone whose calendar months count.
        abandoned_after: after how long a lead that sales left alone is stale.
        horizon: how long after a month's end an opportunity counts as its outcome.

    """
    first = min((followed.lead.created_at for followed in leads), default=as_of)
    result = Review(find_month_ends(first, as_of, zone, horizon), [], [], [], [], [], [], [], [])
    deals = deal_outcomes(leads, as_of)
    handoffs = [row for followed in leads if followed.lead.created_at <= as_of for row in followed.handoffs(as_of)]
    are_recorded = any(followed.are_activities_recorded(as_of) for followed in leads)
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
        result.score_validation += [tier_validation(month, rows, tier) for tier in tiers]
        result.score_validation_monthly.append(month_validation(month, rows))
        just_before = end - timedelta(microseconds=1)
        known = [followed for followed in leads if followed.lead.created_at < end]
        stale = [row["stale_reason"] for lead in known if (row := lead.stale(just_before, abandoned_after))]
        result.stale_leads_monthly += [
            {"month": month["month"], "stale_reason": reason, "leads": stale.count(reason)} for reason in STALE_REASONS
        ]
        held = [followed.lead.period_at(just_before)["tier"] for followed in known]
        by_tier = {tier: held.count(tier) for tier in [*tiers, "disqualified"]}
        result.leads_by_tier_monthly += [
            {"month": month["month"], "tier": tier, "leads": number} for tier, number in by_tier.items()
        ]
        opened = [row for row in handoffs if local_month(row["handed_off_at"], zone) == month["month"]]
        kpis = lead_kpis(month, deals, by_tier, len(stale), zone)
        result.kpi_leads += [{"month": month["month"], "kpi": kpi, "value": value} for kpi, value in kpis.items()]
        kpis = handoff_kpis(month, opened, are_recorded, horizon)
        result.kpi_handoffs += [{"month": month["month"], "kpi": kpi, "value": value} for kpi, value in kpis.items()]
    return result
