"""Would the new rules have foreseen the opportunities better? Answered on months whose outcome is known."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np

from lead_scoring.ranking import auc, verdict

# Enough for an interval whose ends hold to the third decimal, and done in about a second.
RESAMPLES = 1000
SEED = 20260630
# Fewer leads with an opportunity say nothing about a ranking, whatever the interval.
ENOUGH_LEADS = 10
WEEKS_PER_MONTH = 365.25 / 12 / 7
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class TierRate:
    """Opportunities of the leads that stood in a tier at a month's end.

    Attributes:
        tier: the tier.
        leads: leads counted once for each month they stood in it.
        opportunities: those of them with an opportunity within the horizon.

    """

    tier: str
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
class Backtest:
    """Both rule books against what happened.

    Attributes:
        months: number of mature months.
        rows: leads compared, counted once per month.
        opportunity_leads: different leads with an opportunity in some horizon.
        left_out: rows that only one of the two rule books scores, being disqualified in the other.
        left_out_opportunities: those of them with an opportunity.
        rates: opportunity rates by tier, before and after.
        auc: chance that a lead with an opportunity stands above one without, of the same month;
            before and after. None without such a pair.
        difference: AUC after minus before.
        interval: 95 % interval of the difference, from resampling leads. None if there is too little data.
        capacity: leads per month that sales can carry; None if not given.
        lift: opportunity rate of so many leads from the top, over the rate of all; before and after.

    """

    months: int
    rows: int
    opportunity_leads: int
    left_out: int
    left_out_opportunities: int
    rates: tuple[list[TierRate], list[TierRate]]
    auc: tuple[float, float] | None
    interval: tuple[float, float] | None
    capacity: float | None
    lift: tuple[float, float] | None

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


def backtest(database: duckdb.DuckDBPyConnection, tiers: list[str], per_week: Decimal | None) -> Backtest:
    """Compare both rule books on the mature months.

    Only rows that both rule books score are compared: else a rule book would look better for
    having disqualified the leads it ranks badly.

    Arguments:
        database: holds the extracts as schemas `before` and `after`.
        tiers: all tiers in the order to show them.
        per_week: hand-offs per week that sales can carry; None if not known.

    """
    both = database.execute(
        "select old.month, old.lead_id, old.total_score, new.total_score, old.tier, new.tier, new.has_opportunity"
        " from before.month_ends as old join after.month_ends as new using (month, lead_id) order by month, lead_id"
    ).fetchall()
    left_out, left_out_opportunities = database.execute(
        "select count(*), count(*) filter (coalesce(old.has_opportunity, new.has_opportunity))"
        " from before.month_ends as old full join after.month_ends as new using (month, lead_id)"
        " where old.lead_id is null or new.lead_id is null"
    ).fetchone()
    months, leads, old_scores, new_scores, old_tiers, new_tiers, outcomes = (
        zip(*both, strict=True) if both else [[]] * 7
    )
    month = _codes(months)
    outcome = np.array(outcomes, dtype=bool)
    scores = tuple(np.array(column, dtype=float) for column in (old_scores, new_scores))
    opportunity_leads = len({lead for lead, has_one in zip(leads, outcomes, strict=True) if has_one})
    ones = np.ones(len(both), int)
    rankings = tuple(_Ranking(month, score, outcome) for score in scores)
    areas = tuple(ranking.auc(ones) for ranking in rankings)
    has_pairs = not np.isnan(areas).any()
    interval = None
    if has_pairs and opportunity_leads >= ENOUGH_LEADS:
        interval = _interval(rankings, _codes(leads))
    per_month = float(per_week) * WEEKS_PER_MONTH if per_week is not None else None
    lift = None
    # where sales can carry everybody there is nobody to choose
    if per_month and outcome.any() and per_month < np.bincount(month).max():
        lift = tuple(_lift(month, score, outcome, per_month) for score in scores)
    return Backtest(
        months=len(set(months)),
        rows=len(both),
        opportunity_leads=opportunity_leads,
        left_out=left_out,
        left_out_opportunities=left_out_opportunities,
        rates=(_rates(old_tiers, outcomes, tiers), _rates(new_tiers, outcomes, tiers)),
        auc=areas if has_pairs else None,
        interval=interval,
        capacity=per_month,
        lift=lift,
    )


class _Ranking:
    """Rows sorted once by month and score, so that an AUC under any weights is a few sums."""

    def __init__(self, month: np.ndarray, score: np.ndarray, outcome: np.ndarray) -> None:
        self.outcome = outcome
        # one place per month and score; ties share a place
        places, rank = np.unique(np.column_stack([month, score]), axis=0, return_inverse=True)
        self.rank = rank.reshape(-1)
        self.month_of_rank = places[:, 0].astype(int)

    def auc(self, weights: np.ndarray) -> float:
        """Share of pairs (with, without opportunity) of the same month in the right order; nan without a pair."""
        return auc(self.outcome, self.rank, weights, self.month_of_rank)


def _interval(rankings: tuple[_Ranking, ...], lead: np.ndarray) -> tuple[float, float]:
    """Draw leads with replacement, all months of a lead together and the same leads for both."""
    random = np.random.default_rng(SEED)
    count = int(lead.max()) + 1
    differences = []
    for _ in range(RESAMPLES):
        weights = np.bincount(random.integers(0, count, count), minlength=count)[lead]
        old, new = (ranking.auc(weights) for ranking in rankings)
        differences.append(new - old)
    low, high = np.nanquantile(differences, [0.025, 0.975])
    return float(low), float(high)


def _lift(month: np.ndarray, score: np.ndarray, outcome: np.ndarray, per_month: float) -> float:
    """Return the rate of each month's best leads over the rate of all; equal scores at the cut count by share."""
    found = taken = expected = 0.0
    for each in np.unique(month):
        scores, outcomes = score[month == each], outcome[month == each]
        size = min(per_month, len(scores))
        cut = np.sort(scores)[::-1][int(np.ceil(size)) - 1]
        above, at = scores > cut, scores == cut
        share = (size - above.sum()) / at.sum()
        found += outcomes[above].sum() + share * outcomes[at].sum()
        taken += size
        expected += size * outcomes.mean()
    return float(found / expected) if taken and expected else 0.0


def _rates(of_row: Any, outcomes: Any, tiers: list[str]) -> list[TierRate]:
    held: dict[str, list[bool]] = {}
    for tier, outcome in zip(of_row, outcomes, strict=True):
        held.setdefault(tier, []).append(bool(outcome))
    return [TierRate(tier, len(held[tier]), sum(held[tier])) for tier in tiers if tier in held]


def _codes(values: Any) -> np.ndarray:
    """Number equal values alike."""
    return np.unique(np.array(values, dtype=str), return_inverse=True)[1].reshape(-1) if values else np.zeros(0, int)
