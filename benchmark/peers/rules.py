"""The shipped rule book for the peers that are no SQL: read from the seeds, points in millionths, so exact.

The peers know what the shipped book uses and no more: no deductions, one reset, tiers without conditions.
"""

import csv
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

SEEDS = Path(__file__).parents[2] / "seeds" / "rules"
MILLION = 1_000_000
FIRST_MOMENT, LAST_MOMENT = datetime(1990, 1, 1), datetime(2101, 1, 1)  # possible: first <= t < last
JST = timedelta(hours=9)  # Tokyo has no summer time
ATTRIBUTES = ("employee_count", "industry", "job_title", "email_domain", "segment")
VERSION_ORDER = {  # which of several rows with one id is taken: the greatest, nulls last
    "leads": "updated_at created_at email company_name employee_count industry job_title region segment".split(),
    "events": "loaded_at lead_id event_type occurred_at asset is_bot".split(),
}


@dataclass(frozen=True)
class AttributeRule:
    """One line of `attribute_rules` or `disqualification_rules`: a regular expression or a band."""

    attribute: str
    regex: str
    min_value: float
    below_value: float
    points: int


@dataclass(frozen=True)
class BehaviorRule:
    """One line of `behavior_rules`."""

    event_type: str
    regex: str
    points: int
    award_per: str
    max_awards: int | None
    decay_percent: int
    decay_every: timedelta
    keeps_active: bool


@dataclass(frozen=True)
class RecencyRule:
    """One line of `recency_rules`."""

    window: timedelta
    min_days: int
    points: int


def attribute_rules(seed: str) -> list[AttributeRule]:
    """Return the rules of a seed about attributes; those without points have 0."""
    return [
        AttributeRule(
            row["attribute"],
            "|".join(like_regex(part) for part in row["value"].split("|")) if row["value"] else "",
            float(row["min_value"] or "-inf"),
            float(row["max_value"] or "inf"),
            millionths(row.get("points") or "0"),
        )
        for row in read(seed)
    ]


def behavior_rules() -> list[BehaviorRule]:
    """Return the rules about events."""
    return [
        BehaviorRule(
            row["event_type"],
            like_regex(row["asset_pattern"] or "%"),
            millionths(row["points"]),
            row["award_per"],
            int(row["max_awards"]) if row["max_awards"] else None,
            int(row["decay_percent"] or 0),
            timedelta(days=int(row["decay_every_days"] or 1)),
            row["keeps_active"] == "true",
        )
        for row in read("behavior_rules")
    ]


def recency_rules() -> list[RecencyRule]:
    """Return the rules about how lately a lead was active."""
    return [
        RecencyRule(timedelta(days=int(row["window_days"])), int(row["min_active_days"]), millionths(row["points"]))
        for row in read("recency_rules")
    ]


def reset_after() -> timedelta:
    """Return after how long without activity the behavior score is reset."""
    (row,) = read("reset_rules")
    return timedelta(days=int(row["inactive_days"]))


def tiers() -> list[tuple[str, int]]:
    """Return names and lower bounds of the tiers, the lowest first."""
    return sorted(((row["tier"], millionths(row["min_score"])) for row in read("tiers")), key=lambda tier: tier[1])


def read(seed: str) -> list[dict[str, str]]:
    """Return the lines of a rule file."""
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def millionths(points: str) -> int:
    """Return points as a whole number of millionths."""
    return int(Decimal(points) * MILLION)


def like_regex(pattern: str) -> str:
    """Return the regular expression, for lower-case text, of a LIKE pattern."""
    return "^" + re.escape(pattern.strip().lower()).replace("%", ".*").replace("_", ".") + "$"
