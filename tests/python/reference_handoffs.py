"""Hand-offs, deadlines and stale leads, told slowly: the second part of `reference`.

Like there, everything follows the definitions step by step and shares nothing with the models.
All timestamps are naive `datetime` values in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from reference import ScoredLead

Row = dict[str, Any]

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


# --- Working hours --------------------------------------------------------------------


@dataclass(frozen=True)
class WorkingHours:
    """When sales is at work: hours on the wall clock by ISO weekday, and days off."""

    zone: ZoneInfo
    hours: dict[int, tuple[time, time]]
    holidays: frozenset[date]

    @classmethod
    def from_rows(cls, rows: dict[str, list[Row]], zone: ZoneInfo) -> "WorkingHours":
        """Read the rows of `business_hours` and `holidays`; a table that is absent is empty."""
        hours = {
            int(row["weekday"]): (time.fromisoformat(row["opens_at"]), time.fromisoformat(row["closes_at"]))
            for row in rows.get("business_hours", [])
        }
        days = [date.fromisoformat(row["holiday_date"]) for row in rows.get("holidays", [])]
        return cls(zone, hours, frozenset(days))

    def to_utc(self, day: date, clock: time) -> datetime:
        """Return the moment at which the wall clock shows this time on this date."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC).replace(tzinfo=None)

    def moment_after(self, start: datetime, needed: timedelta) -> datetime:
        """Return when sales has been at work for `needed` (more than nothing) since `start`.

        The end of one working day is that day's closing, not the next one's opening.

        Raises:
            OverflowError: if no day is ever a working day.

        """
        day = start.replace(tzinfo=UTC).astimezone(self.zone).date()
        while True:
            if day.isoweekday() in self.hours and day not in self.holidays:
                opens_at, closes_at = (self.to_utc(day, clock) for clock in self.hours[day.isoweekday()])
                begin = max(start, opens_at)
                if needed <= closes_at - begin:
                    return begin + needed
                needed -= max(closes_at - begin, timedelta(0))
            day += timedelta(days=1)


# --- Hand-offs ------------------------------------------------------------------------


def hours_long(hours: Decimal) -> timedelta:
    """Return an exact decimal number of hours (at most six places) as a duration."""
    return MICROSECOND * int(hours * 3_600_000_000)


def rearm_reason(period: Row, tier: Row) -> str | None:
    """Return why a period of the history makes a lead ready to be handed over again, if it does."""
    bound = tier["min_score"] if tier["rearm_below"] is None else tier["rearm_below"]
    if period["is_disqualified"]:
        return "disqualified"
    if period["is_dormant"]:
        return "dormant"
    return "score_fell" if period["total_score"] < bound else None


def find_openings(history: list[Row], tier: Row) -> list[Row]:
    """Return the hand-offs to one tier in a lead's history (its periods, ascending)."""
    found: list[Row] = []
    is_armed, tier_before = True, None
    for period in history:
        reason = rearm_reason(period, tier)
        if reason and found and found[-1]["rearmed_at"] is None:
            found[-1] |= {"rearmed_at": period["valid_from"], "rearm_reason": reason}
        if reason:
            is_armed = True
        if is_armed and period["tier"] == tier["tier"] != tier_before:
            is_armed = False
            scores = {column: period[column] for column in period if column.endswith("_score")}
            opening = {"lead_id": period["lead_id"], "tier": tier["tier"], "handed_off_at": period["valid_from"]}
            opening |= {"sla_hours": tier["sla_hours"], "sla_clock": tier.get("sla_clock") or "elapsed"}
            found.append(opening | scores | {"rearmed_at": None, "rearm_reason": None})
        tier_before = period["tier"]
    return found


def is_lost(opportunity: Row, moment: datetime) -> bool:
    """Tell whether the opportunity had ended without a sale at `moment`."""
    return opportunity["is_won"] is False and closing(opportunity) <= moment


def is_won(opportunity: Row, moment: datetime) -> bool:
    """Tell whether the opportunity had ended with a sale at `moment`."""
    return opportunity["is_won"] is True and closing(opportunity) <= moment


def closing(opportunity: Row) -> datetime:
    """Return when a decided opportunity was decided."""
    return opportunity["closed_at"] or opportunity["created_at"]


def sla_status(due_at: datetime, touch_at: datetime | None, as_of: datetime) -> str:
    """Return whether a promise was kept: met, late, breached, or open as long as it can be."""
    if touch_at is not None:
        return "met" if touch_at <= due_at else "late"
    return "breached" if as_of > due_at else "open"


class FollowedLead:
    """One scored lead with what sales did: its hand-offs and its staleness at any time."""

    def __init__(
        self,
        lead: "ScoredLead",
        activities: list[Row],
        opportunities: list[Row],
        working_hours: WorkingHours,
    ) -> None:
        """Find the hand-offs in all of the lead's history, the future included."""
        self.lead, self.working_hours = lead, working_hours
        self.activities = sorted(activities, key=lambda row: (row["occurred_at"], row["activity_id"]))
        self.opportunities = sorted(opportunities, key=lambda row: row["created_at"])
        self.handoff_tiers = [tier for tier in lead.rules["tiers"] if tier["sla_hours"] is not None]
        openings = [opening for tier in self.handoff_tiers for opening in find_openings(lead.periods, tier)]
        self.openings = sorted(openings, key=lambda opening: opening["handed_off_at"])
        following = [opening["handed_off_at"] for opening in self.openings[1:]]
        for opening, next_at in zip(self.openings, [*following, None], strict=False):
            opening |= {"sla_due_at": self.due_at(opening), "next_handed_off_at": next_at}

    def due_at(self, opening: Row) -> datetime:
        """Return until when sales should have reacted."""
        allowed = hours_long(opening["sla_hours"])
        if opening["sla_clock"] == "business":
            return self.working_hours.moment_after(opening["handed_off_at"], allowed)
        return opening["handed_off_at"] + allowed

    def handoffs(self, as_of: datetime) -> list[Row]:
        """Return the hand-offs up to `as_of`, ascending, with what had become of them by then."""
        openings = [opening for opening in self.openings if opening["handed_off_at"] <= as_of]
        following = [opening["handed_off_at"] for opening in openings[1:]]
        return [
            self.followed(opening, next_at, as_of)
            for opening, next_at in zip(openings, [*following, None], strict=False)
        ]

    def followed(self, opening: Row, next_at: datetime | None, as_of: datetime) -> Row:
        """Return a hand-off with what happened before the next one and up to `as_of`."""
        row = opening | {"next_handed_off_at": next_at, "is_latest": next_at is None}
        if row["rearmed_at"] is not None and row["rearmed_at"] > as_of:
            row |= {"rearmed_at": None, "rearm_reason": None}
        start = row["handed_off_at"]

        def is_inside(moment: datetime) -> bool:
            return start <= moment <= as_of and (next_at is None or moment < next_at)

        touches = [activity for activity in self.activities if is_inside(activity["occurred_at"])]
        touch_at = touches[0]["occurred_at"] if touches else None
        row |= {"first_touch_at": touch_at, "first_touch_owner": touches[0]["owner"] if touches else None}
        row["sla_status"] = sla_status(row["sla_due_at"], touch_at, as_of)
        row["response_hours"] = None
        row["is_touched_within_1_hour"] = False if as_of > start + HOUR else None
        if touch_at is not None:
            hours = Decimal((touch_at - start) // MICROSECOND) / 3_600_000_000
            row["response_hours"] = hours.quantize(Decimal("0.000001"), ROUND_HALF_UP)
            row["is_touched_within_1_hour"] = touch_at <= start + HOUR
        gained = [opportunity for opportunity in self.opportunities if is_inside(opportunity["created_at"])]
        row["opportunity_created_at"] = gained[0]["created_at"] if gained else None
        row["is_won"] = any(is_won(opportunity, as_of) for opportunity in gained)
        return row

    def mart_columns(self, as_of: datetime, abandoned_after: timedelta) -> Row:
        """Return the columns that hand-offs and staleness add to the lead's row of the mart."""
        columns = ["handed_off_at", "sla_due_at", "first_touch_at", "sla_status"]
        latest = (self.handoffs(as_of) or [dict.fromkeys(columns)])[-1]
        stale = self.stale(as_of, abandoned_after)
        row = {column: latest[column] for column in columns}
        return row | {"is_stale": stale is not None, "stale_reason": stale and stale["stale_reason"]}

    # --- Stale leads ------------------------------------------------------------------

    def stale(self, moment: datetime, abandoned_after: timedelta) -> Row | None:
        """Return why and since when the lead, which exists, is stale at `moment`, if it is."""
        since = {
            "untouched": self.untouched_since(moment),
            "abandoned": self.abandoned_since(moment, abandoned_after),
            "inactive_high_score": self.inactive_since(moment),
        }
        for reason, stale_since in since.items():
            if stale_since is not None:
                row = {"lead_id": self.lead.lead_id, "stale_reason": reason, "stale_since": stale_since}
                return row | {"total_score": self.lead.period_at(moment)["total_score"]}
        return None

    def untouched_since(self, moment: datetime) -> datetime | None:
        """Return when the latest hand-off was due if nobody has reacted to it."""
        handoffs = self.handoffs(moment)
        is_breached = bool(handoffs) and handoffs[-1]["sla_status"] == "breached"
        return handoffs[-1]["sla_due_at"] if is_breached else None

    def abandoned_since(self, moment: datetime, abandoned_after: timedelta) -> datetime | None:
        """Return since when sales, having reacted once, has let a good lead lie for so long."""
        handoffs = self.handoffs(moment)
        if not handoffs or handoffs[-1]["first_touch_at"] is None:
            return None
        known = [o for o in self.opportunities if o["created_at"] <= moment]
        last = max(a["occurred_at"] for a in self.activities if a["occurred_at"] <= moment)
        given_up_at = last + abandoned_after
        is_good = self.lead.period_at(moment)["tier"] in [tier["tier"] for tier in self.handoff_tiers]
        if not is_good or given_up_at > moment or not all(is_lost(o, moment) for o in known):
            return None
        return max([given_up_at, self.lead.tier_since(moment), *map(closing, known)])

    def inactive_since(self, moment: datetime) -> datetime | None:
        """Return since when a lead sleeps that would be handed over had it not been reset."""
        period = self.lead.period_at(moment)
        if period["is_disqualified"] or not period["is_dormant"]:
            return None
        resets = [e for e in self.lead.ledger if e["entry_type"] == "reset" and e["effective_at"] <= moment]
        taken = -max(resets, key=lambda e: e["effective_at"])["points"] if resets else Decimal(0)
        for tier in self.handoff_tiers:
            attribute = tier["min_attribute_score"]
            fits = attribute is None or attribute <= period["attribute_score"]
            if fits and period["raw_score"] + taken >= tier["min_score"]:
                return self.lead.latest_activity(moment) + self.lead.dormant_after
        return None
