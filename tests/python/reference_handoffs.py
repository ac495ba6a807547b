"""Hand-offs, deadlines and stale leads, told slowly: the second part of `reference`.

Like there, everything follows the definitions step by step and shares nothing with the models.
All timestamps are naive `datetime` values in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
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


def score_rearms(period: Row, tier: Row) -> str | None:
    """Return why a period of the history makes a lead ready to be handed over again, if it does."""
    bound = tier["min_score"] if tier["rearm_below"] is None else tier["rearm_below"]
    if period["is_disqualified"]:
        return "disqualified"
    if period["is_dormant"]:
        return "dormant"
    return "score_fell" if period["total_score"] < bound else None


def find_stays(history: list[Row], tier: Row) -> list[tuple[datetime, datetime | None]]:
    """Return when the lead entered and left a tier, as hand-offs see it: only while it is awake.

    A stay holds from the moment of entering up to, and without, that of leaving. An activity at the
    very moment at which the lead would have fallen asleep keeps it awake, so no stay ends there.
    """
    stays: list[tuple[datetime, datetime | None]] = []
    for before, period in pairwise([None, *history]):
        is_inside, was_inside = (
            row is not None and row["tier"] == tier["tier"] and not row["is_dormant"] for row in (period, before)
        )
        if is_inside and not was_inside:
            stays.append((period["valid_from"], None))
        if was_inside and not is_inside:
            stays[-1] = (stays[-1][0], period["valid_from"])
    return stays


def first_rearming(
    history: list[Row], tier: Row, opportunities: list[Row], handed_off_at: datetime
) -> tuple[datetime | None, str | None]:
    """Return when and why a lead handed over at `handed_off_at` is ready to be handed over again.

    What happens at an instant has happened at that instant: an opportunity lost at `handed_off_at`
    itself made the lead ready for this hand-off, and does not for the next. Of several reasons at one
    instant the first of this order is told: disqualified, dormant, score_fell, opportunity_lost.
    """
    found = []
    for period in history:
        reason = score_rearms(period, tier)
        if reason and period["valid_from"] > handed_off_at:
            found.append((period["valid_from"], 1, reason))
    for opportunity in opportunities:
        if opportunity["is_won"] is False and closing(opportunity) > handed_off_at:
            found.append((closing(opportunity), 2, "opportunity_lost"))
    moment, _, reason = min(found, default=(None, None, None))
    return moment, reason


def find_openings(lead: "ScoredLead", tier: Row, opportunities: list[Row]) -> list[Row]:
    """Return the hand-offs of a lead to one tier, ascending.

    Each stay is looked at once, at the moment at which people can know that it began. A lead that has
    left the tier by then, or leaves it at that very moment, is not handed over; nor is one with sales,
    nor one that has not become ready since the hand-off before, at that very moment at the latest.
    None of these changes what the next entry finds.
    """
    found: list[Row] = []
    for entered_at, left_at in find_stays(lead.periods, tier):
        known_at = lead.known_at(entered_at)
        is_over = left_at is not None and left_at <= known_at
        is_armed = not found or (found[-1]["rearmed_at"] is not None and found[-1]["rearmed_at"] <= known_at)
        if is_over or not is_armed or is_with_sales(opportunities, known_at):
            continue
        rearmed_at, reason = first_rearming(lead.periods, tier, opportunities, known_at)
        opening = {"lead_id": lead.lead_id, "tier": tier["tier"], "min_score": tier["min_score"]}
        opening |= {"entered_at": entered_at, "known_at": known_at, "handed_off_at": known_at}
        opening |= {"sla_hours": tier["sla_hours"], "sla_clock": tier.get("sla_clock") or "elapsed"}
        period = lead.period_at(known_at)
        opening |= {column: period[column] for column in period if column.endswith("_score")}
        found.append(opening | {"rearmed_at": rearmed_at, "rearm_reason": reason})
    return found


def closing(opportunity: Row) -> datetime:
    """Return when a decided opportunity was decided."""
    return opportunity["closed_at"] or opportunity["created_at"]


def is_closed(opportunity: Row, moment: datetime) -> bool:
    """Tell whether the opportunity had ended at `moment`, at that very moment at the latest."""
    return opportunity["is_won"] is not None and closing(opportunity) <= moment


def is_lost(opportunity: Row, moment: datetime) -> bool:
    """Tell whether the opportunity had ended without a sale at `moment`."""
    return opportunity["is_won"] is False and is_closed(opportunity, moment)


def is_won(opportunity: Row, moment: datetime) -> bool:
    """Tell whether the opportunity had ended with a sale at `moment`."""
    return opportunity["is_won"] is True and is_closed(opportunity, moment)


def opportunity_status(opportunities: list[Row], moment: datetime) -> str | None:
    """Return how the lead's opportunities stand at `moment`: won, else open, else lost; None without any."""
    created = [o for o in opportunities if o["created_at"] <= moment]
    if any(is_won(o, moment) for o in created):
        return "won"
    if any(not is_closed(o, moment) for o in created):
        return "open"
    return "lost" if created else None


def is_with_sales(opportunities: list[Row], moment: datetime) -> bool:
    """Tell whether sales already has the lead at `moment`: an opportunity is open or won."""
    return opportunity_status(opportunities, moment) in ("won", "open")


def first_activity_known(leads: list[Row], activities: list[Row]) -> datetime | None:
    """Return from when on it is known that sales records what it does: an activity of a lead that exists."""
    created_at = {lead["lead_id"]: lead["created_at"] for lead in leads}
    return min((max(a["occurred_at"], created_at[a["lead_id"]]) for a in activities), default=None)


class FollowedLead:
    """One scored lead with what sales did: its hand-offs and its staleness at any time."""

    def __init__(
        self,
        lead: "ScoredLead",
        activities: list[Row],
        opportunities: list[Row],
        working_hours: WorkingHours,
        recorded_since: datetime | None,
    ) -> None:
        """Find the hand-offs in all of the lead's history, the future included.

        `recorded_since`: from when on the firm records sales activities, of any lead; None for never.
        """
        self.lead, self.working_hours, self.recorded_since = lead, working_hours, recorded_since
        self.activities = sorted(activities, key=lambda row: (row["occurred_at"], row["activity_id"]))
        self.opportunities = sorted(opportunities, key=lambda row: row["created_at"])
        self.handoff_tiers = [tier for tier in lead.rules["tiers"] if tier["sla_hours"] is not None]
        openings = [o for tier in self.handoff_tiers for o in find_openings(lead, tier, opportunities)]
        # two tiers never share an instant, since a lead is in one at a time
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

    def are_activities_recorded(self, moment: datetime) -> bool:
        """Tell whether any sales activity of any lead is known at `moment`."""
        return self.recorded_since is not None and self.recorded_since <= moment

    def handoffs(self, as_of: datetime) -> list[Row]:
        """Return the hand-offs up to `as_of`, ascending, with what had become of them by then."""
        openings = [opening for opening in self.openings if opening["handed_off_at"] <= as_of]
        return [self.followed(number, openings, as_of) for number in range(len(openings))]

    def answered_at(self, moment: datetime, is_date_only: bool, start: datetime, end: datetime | None) -> bool:
        """Tell whether something that sales did at `moment` answers a hand-off at `start`, the next being at `end`.

        Of a date alone (its `moment` is the midnight before) nobody knows the hour: it answers every
        hand-off of that date, besides one before that date that was the latest at midnight.
        """
        if is_date_only and self.local_date(moment) == self.local_date(start):
            return True
        return start <= moment and (end is None or moment < end)

    def local_date(self, moment: datetime) -> date:
        """Return the calendar date at `moment` where the firm is."""
        return moment.replace(tzinfo=UTC).astimezone(self.working_hours.zone).date()

    def followed(self, number: int, openings: list[Row], as_of: datetime) -> Row:
        """Return one of the hand-offs up to `as_of` with what happened before the next one and by then."""
        later = openings[number + 1 :]
        next_at = later[0]["handed_off_at"] if later else None
        row = openings[number] | {"next_handed_off_at": next_at, "is_latest": not later}
        if row["rearmed_at"] is not None and row["rearmed_at"] > as_of:
            row |= {"rearmed_at": None, "rearm_reason": None}
        start, due_at = row["handed_off_at"], row["sla_due_at"]
        touches = [
            (max(a["occurred_at"], start), 1, a["activity_id"], a["owner"])
            for a in self.activities
            if a["occurred_at"] <= as_of and self.answered_at(a["occurred_at"], a["is_date_only"], start, next_at)
        ]
        gained = [
            o
            for o in self.opportunities
            if o["created_at"] <= as_of and self.answered_at(o["created_at"], o["is_created_date_only"], start, next_at)
        ]
        touches += [(max(o["created_at"], start), 2, o["opportunity_id"], None) for o in gained]
        # at one instant an activity comes before an opportunity, for it has an owner
        touch_at, _, _, owner = min(touches, default=(None, None, None, None))
        row |= {"first_touch_at": touch_at, "first_touch_owner": owner}
        climbed = [o for o in later if o["min_score"] > row["min_score"] and o["handed_off_at"] < due_at]
        if touch_at is not None:
            row["sla_status"] = "met" if touch_at <= due_at else "late"
        elif climbed:
            row["sla_status"] = "superseded"
        elif not self.are_activities_recorded(as_of):
            row["sla_status"] = "unknown"
        else:
            row["sla_status"] = "breached" if as_of > due_at else "open"
        row["response_hours"] = row["is_touched_within_1_hour"] = None
        if touch_at is not None:
            hours = Decimal((touch_at - start) // MICROSECOND) / 3_600_000_000
            row["response_hours"] = hours.quantize(Decimal("0.000001"), ROUND_HALF_UP)
            row["is_touched_within_1_hour"] = touch_at <= start + HOUR
        elif row["sla_status"] in ("breached", "open") and as_of > start + HOUR:
            row["is_touched_within_1_hour"] = False
        row["opportunity_created_at"] = min((max(o["created_at"], start) for o in gained), default=None)
        row["is_won"] = any(is_won(opportunity, as_of) for opportunity in gained)
        return row

    def queued(self, as_of: datetime, late_days: timedelta) -> Row | None:
        """Return the lead's row in the queue of sales at `as_of`, if it has one.

        Where nobody records what sales does, the queue goes by the deadline alone. A disqualified lead
        is nobody's task.
        """
        handoffs = self.handoffs(as_of)
        if not handoffs or handoffs[-1]["sla_status"] not in ("open", "breached", "unknown"):
            return None
        if is_with_sales(self.opportunities, as_of) or self.lead.is_disqualified(as_of):
            return None
        due_at = handoffs[-1]["sla_due_at"]
        if due_at + late_days < as_of:
            return None
        status = "open" if as_of <= due_at else "overdue"
        opening = {column: handoffs[-1][column] for column in ("lead_id", "tier", "handed_off_at", "sla_due_at")}
        return opening | {"queue_status": status}

    def mart_columns(self, as_of: datetime, abandoned_after: timedelta) -> Row:
        """Return the columns that sales, hand-offs and staleness add to the lead's row of the mart."""
        columns = ["handed_off_at", "sla_due_at", "first_touch_at", "sla_status"]
        latest = (self.handoffs(as_of) or [dict.fromkeys(columns)])[-1]
        stale = self.stale(as_of, abandoned_after)
        row = {column: latest[column] for column in columns}
        row["opportunity_status"] = opportunity_status(self.opportunities, as_of)
        return row | {"is_stale": stale is not None, "stale_reason": stale and stale["stale_reason"]}

    # --- Stale leads ------------------------------------------------------------------

    def stale(self, moment: datetime, abandoned_after: timedelta) -> Row | None:
        """Return why and since when the lead, which exists, is stale at `moment`, if it is.

        A disqualified lead is not: its score is 0, and nobody should follow it up.
        """
        if self.lead.is_disqualified(moment):
            return None
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
        """Return since when sales, having reacted once, has let a good and wakeful lead lie for so long.

        The creation of an opportunity is something that sales did, like an activity.
        """
        handoffs = self.handoffs(moment)
        if not handoffs or handoffs[-1]["first_touch_at"] is None or not self.are_activities_recorded(moment):
            return None
        stays = [stay for tier in self.handoff_tiers for stay in find_stays(self.lead.periods, tier)]
        entered_at = [begin for begin, end in stays if begin <= moment and (end is None or moment < end)]
        known = [o for o in self.opportunities if o["created_at"] <= moment]
        acts = [a["occurred_at"] for a in self.activities if a["occurred_at"] <= moment]
        given_up_at = max([*acts, *(o["created_at"] for o in known)]) + abandoned_after
        if not entered_at or given_up_at > moment or is_with_sales(known, moment):
            return None
        return max([given_up_at, *entered_at, *map(closing, known)])

    def inactive_since(self, moment: datetime) -> datetime | None:
        """Return since when a lead sleeps that would be handed over had it not been reset.

        One that sales had until it lost the last opportunity is stale from then on.
        """
        period = self.lead.period_at(moment)
        if not period["is_dormant"] or is_with_sales(self.opportunities, moment):
            return None
        resets = [e for e in self.lead.ledger if e["entry_type"] == "reset" and e["effective_at"] <= moment]
        taken = -max(resets, key=lambda e: e["effective_at"])["points"] if resets else Decimal(0)
        for tier in self.handoff_tiers:
            attribute = tier["min_attribute_score"]
            fits = attribute is None or attribute <= period["attribute_score"]
            if fits and period["raw_score"] + taken >= tier["min_score"]:
                asleep_since = self.lead.latest_activity(moment) + self.lead.dormant_after
                return max([asleep_since, *(closing(o) for o in self.opportunities if o["created_at"] <= moment)])
        return None
