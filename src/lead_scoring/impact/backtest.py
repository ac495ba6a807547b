"""Would the new rules have foreseen the opportunities better? Answered on months whose outcome is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np

from lead_scoring.ranking import WithinMonths, verdict

# Enough for an interval whose ends hold to the third decimal, and done in about a second.
RESAMPLES = 1000
SEED = 20260630
# Fewer leads with an opportunity say nothing about a ranking, whatever the interval.
ENOUGH_LEADS = 10
WEEKS_PER_MONTH = 365.25 / 12 / 7
Z_95 = 1.959963984540054
# as in the model score_calibration
BANDS = range(0, 101, 10)


@dataclass(frozen=True)
class GroupRate:
    """Opportunities of the leads that stood in a tier, or in a band of scores, at a month's end.

    Attributes:
        group: the tier, or the band's lowest score.
        leads: leads counted once for each month they stood in it.
        opportunities: those of them with an opportunity within the horizon.

    """

    group: Any
    leads: int
    opportunities: int

    @property
    def rate(self) -> float | None:
        """Share with an opportunity; None without leads."""
        return self.opportunities / self.leads if self.leads else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the rate."""
        if not self.leads:
            return None
        n, p = self.leads, self.opportunities / self.leads
        middle = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = Z_95 / (1 + Z_95**2 / n) * (p * (1 - p) / n + Z_95**2 / (4 * n**2)) ** 0.5
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class MonthRanking:
    """How both rule books rank the leads of one month.

    Attributes:
        month: its first day.
        is_learned: whether its outcomes taught the points, so that it cannot judge them.
        opportunities: leads with an opportunity within the horizon.
        auc: AUC before and after; None without both kinds of leads.

    """

    month: date
    is_learned: bool
    opportunities: int
    auc: tuple[float, float] | None


@dataclass(frozen=True)
class Backtest:
    """Both rule books against what happened, on months that taught neither of them.

    Attributes:
        by_month: every mature month, the oldest first.
        learned_until: until when outcomes taught the points; None if nothing says that they did.
        months: number of mature months that judge.
        rows: leads compared, counted once per month.
        opportunity_leads: different leads with an opportunity in some horizon.
        left_out: rows that only one of the two rule books scores, being disqualified in the other.
        left_out_opportunities: those of them with an opportunity.
        rates: opportunity rates by tier, before and after.
        bands: opportunity rates by band of ten points, before and after, as in `score_calibration`.
        auc: chance that a lead with an opportunity stands above one without, of the same month;
            before and after. None without such a pair.
        difference: AUC after minus before.
        interval: 95 % interval of the difference, from resampling leads. None if there is too little data.
        capacity: leads per month that sales can carry; None if not given.
        lift: opportunity rate of so many leads from the top, over the rate of all; before and after.
        lift_interval: 95 % interval of its difference, from resampling leads. None if there is too little data.

    """

    by_month: list[MonthRanking]
    learned_until: datetime | None
    months: int
    rows: int
    opportunity_leads: int
    left_out: int
    left_out_opportunities: int
    rates: tuple[list[GroupRate], list[GroupRate]]
    bands: tuple[list[GroupRate], list[GroupRate]]
    auc: tuple[float, float] | None
    interval: tuple[float, float] | None
    capacity: float | None
    lift: tuple[float, float] | None
    lift_interval: tuple[float, float] | None

    @property
    def lift_verdict(self) -> str:
        """The verdict on the best leads that sales can carry, in the words of `verdict`."""
        if self.lift_interval == (0, 0):
            return "as before"
        return verdict(self.lift_interval) if self.lift_interval else "cannot tell"

    @property
    def difference(self) -> float | None:
        """AUC after minus before."""
        return self.auc[1] - self.auc[0] if self.auc else None

    @property
    def verdict(self) -> str:
        """`better`, `worse`, `as before` where no draw of leads differs, or `cannot tell`."""
        if self.interval == (0, 0):
            return "as before"
        return verdict(self.interval) if self.interval else "cannot tell"

    @property
    def is_enough(self) -> bool:
        """Whether there are opportunities enough for an interval."""
        return self.interval is not None


def backtest(
    database: duckdb.DuckDBPyConnection,
    tiers: list[str],
    per_week: Decimal | None,
    learned_until: datetime | None = None,
) -> Backtest:
    """Compare both rule books on the mature months.

    Only rows that both rule books score are compared: else a rule book would look better for
    having disqualified the leads it ranks badly.

    Arguments:
        database: holds the extracts as schemas `before` and `after`.
        tiers: all tiers in the order to show them.
        per_week: hand-offs per week that sales can carry; None if not known.
        learned_until: month ends before it taught the points and judge nothing, UTC; None: all judge.

    """
    both = database.execute(
        "select old.month, old.lead_id, old.total_score, new.total_score, old.tier, new.tier, new.has_opportunity,"
        " coalesce(new.month_end_at < $until, false)"
        " from before.month_ends as old join after.month_ends as new using (month, lead_id) order by month, lead_id",
        {"until": learned_until},
    ).fetchall()
    left_out, left_out_opportunities = database.execute(
        "select count(*), count(*) filter (coalesce(old.has_opportunity, new.has_opportunity))"
        " from before.month_ends as old full join after.month_ends as new using (month, lead_id)"
        " where (old.lead_id is null or new.lead_id is null)"
        " and not coalesce(coalesce(old.month_end_at, new.month_end_at) < $until, false)",
        {"until": learned_until},
    ).fetchone()
    by_month = _by_month(both)
    both = [row for row in both if not row[-1]]
    months, leads, old_scores, new_scores, old_tiers, new_tiers, outcomes, _ = (
        zip(*both, strict=True) if both else [[]] * 8
    )
    month, lead = _codes(months), _codes(leads)
    outcome = np.array(outcomes, dtype=bool)
    scores = tuple(np.array(column, dtype=float) for column in (old_scores, new_scores))
    opportunity_leads = len({lead for lead, has_one in zip(leads, outcomes, strict=True) if has_one})
    ones = np.ones(len(both), int)
    rankings = tuple(WithinMonths(month, score, outcome) for score in scores)
    areas = tuple(ranking.auc(ones) for ranking in rankings)
    has_pairs = not np.isnan(areas).any()
    is_enough = has_pairs and opportunity_leads >= ENOUGH_LEADS
    per_month = float(per_week) * WEEKS_PER_MONTH if per_week is not None else None
    lift = lift_interval = None
    # where sales can carry everybody there is nobody to choose
    if per_month and outcome.any() and per_month < np.bincount(month).max():
        lift = tuple(_lift(month, score, outcome, per_month, ones) for score in scores)
        if is_enough:
            lift_interval = _interval(
                lambda weights: [_lift(month, score, outcome, per_month, weights) for score in scores], lead
            )
    return Backtest(
        by_month=by_month,
        learned_until=learned_until,
        months=len(set(months)),
        rows=len(both),
        opportunity_leads=opportunity_leads,
        left_out=left_out,
        left_out_opportunities=left_out_opportunities,
        rates=(_rates(old_tiers, outcomes, tiers), _rates(new_tiers, outcomes, tiers)),
        bands=(_rates(_bands(scores[0]), outcomes, BANDS), _rates(_bands(scores[1]), outcomes, BANDS)),
        auc=areas if has_pairs else None,
        interval=_interval(lambda weights: [each.auc(weights) for each in rankings], lead) if is_enough else None,
        capacity=per_month,
        lift=lift,
        lift_interval=lift_interval,
    )


def _by_month(both: list[tuple[Any, ...]]) -> list[MonthRanking]:
    """Rank each month by itself."""
    found = []
    for month in dict.fromkeys(row[0] for row in both):
        rows = [row for row in both if row[0] == month]
        outcome, ones = np.array([row[6] for row in rows], dtype=bool), np.ones(len(rows), int)
        areas = tuple(
            WithinMonths(np.zeros(len(rows), int), np.array([row[place] for row in rows], dtype=float), outcome).auc(
                ones
            )
            for place in (2, 3)
        )
        can = 0 < outcome.sum() < len(rows)
        found.append(MonthRanking(month, rows[0][-1], int(outcome.sum()), areas if can else None))
    return found


def _interval(both: Callable[[np.ndarray], Sequence[float]], lead: np.ndarray) -> tuple[float, float]:
    """Draw leads with replacement, all months of a lead together and the same leads for both figures."""
    random = np.random.default_rng(SEED)
    count = int(lead.max()) + 1
    differences = []
    for _ in range(RESAMPLES):
        weights = np.bincount(random.integers(0, count, count), minlength=count)[lead]
        old, new = both(weights)
        differences.append(new - old)
    low, high = np.nanquantile(differences, [0.025, 0.975])
    return float(low), float(high)


def _lift(month: np.ndarray, score: np.ndarray, outcome: np.ndarray, per_month: float, weights: np.ndarray) -> float:
    """Return the rate of each month's best leads over the rate of all; equal scores at the cut count by share.

    Arguments:
        month: number of each row's month.
        score: what ranks the rows.
        outcome: whether an opportunity came.
        per_month: how many leads are taken in a month.
        weights: how often each row counts.

    """
    # leads of one month and score are one step
    scores, place = np.unique(-score, return_inverse=True)
    steps, step = np.unique(month * len(scores) + place, return_inverse=True)
    month_of_step = steps // max(len(scores), 1)
    leads, found = np.bincount(step, weights), np.bincount(step, weights * outcome)
    in_month, won_in_month = np.bincount(month_of_step, leads), np.bincount(month_of_step, found)
    begins = in_month.cumsum() - in_month
    above = leads.cumsum() - leads - begins[month_of_step]
    share = np.clip(np.divide(per_month - above, leads, out=np.zeros(len(leads)), where=leads > 0), 0, 1)
    size = np.minimum(per_month, in_month)
    rate = np.divide(won_in_month, in_month, out=np.zeros(len(in_month)), where=in_month > 0)
    expected = float(size @ rate)
    return float(found @ share) / expected if expected else 0.0


def _rates(of_row: Any, outcomes: Any, groups: Sequence[Any]) -> list[GroupRate]:
    held: dict[Any, list[bool]] = {}
    for group, outcome in zip(of_row, outcomes, strict=True):
        held.setdefault(group, []).append(bool(outcome))
    return [GroupRate(group, len(held[group]), sum(held[group])) for group in groups if group in held]


def _bands(scores: np.ndarray) -> list[int]:
    """Return the lowest score of each score's band."""
    return [min(int(score // 10) * 10, BANDS[-1]) for score in scores]


def _codes(values: Any) -> np.ndarray:
    """Number equal values alike."""
    return np.unique(np.array(values, dtype=str), return_inverse=True)[1].reshape(-1) if values else np.zeros(0, int)
