"""What the challenger computes. Needs numpy and scikit-learn, which only the command itself imports."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from lead_scoring.ranking import auc, verdict

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

BOOTSTRAP_DRAWS = 1000
SEED = 20260101
RULE_LEADS = 30  # as the variable review_min_leads: below it a rule's figures are chance
CURRENT, SUGGESTED, REGRESSION, PROPOSED = WAYS = (
    "current rules",
    "suggested points",
    "logistic regression",
    "proposed rule book",
)


@dataclass(frozen=True)
class LeadMonths:
    """One row per month and lead, as the scores stood at the month's end."""

    lead: Counts  # number of the lead, the same in all its months
    won: Flags  # whether an opportunity came within the horizon
    raw_score: Floats  # sum of the three axes, may be negative
    points: Floats  # rows x rules: what the lead holds of the rule

    @cached_property
    def holds(self) -> Flags:
        """Rows x rules: whether the lead holds points of the rule."""
        return self.points != 0

    @cached_property
    def leads_with(self) -> list[int]:
        """Per rule, distinct leads that held it at some month's end."""
        return [len(np.unique(self.lead[held])) for held in self.holds.T]

    @cached_property
    def has_enough_data(self) -> Flags:
        """Per rule, whether the leads with it and the leads without are enough to judge."""
        leads_without = [len(np.unique(self.lead[~held])) for held in self.holds.T]
        return np.minimum(self.leads_with, leads_without) >= RULE_LEADS

    @property
    def winners(self) -> int:
        """Distinct leads with an opportunity."""
        return len(np.unique(self.lead[self.won]))

    @property
    def losers(self) -> int:
        """Distinct leads that stayed without an opportunity in some month's horizon."""
        return len(np.unique(self.lead[~self.won]))


@dataclass(frozen=True)
class Standing:
    """How well one way of scoring ranks the test rows, with 95 % bootstrap intervals."""

    auc: float
    interval: tuple[float, float]
    gain: float
    gain_interval: tuple[float, float]

    @property
    def verdict(self) -> str:
        """Whether the gain over the current rules is more than chance."""
        return verdict(self.gain_interval)


@dataclass(frozen=True)
class Trial:
    """What came of a challenge; points in the order of the rules."""

    suggested: Floats
    proposed: Floats
    standings: dict[str, Standing]


def log_odds(rows: LeadMonths) -> Floats:
    """Return each rule's smoothed log odds ratio, taken alone, as the model `rule_review` does."""
    won = rows.won[:, np.newaxis]
    won_with, not_won_with, won_without, not_won_without = (
        (held & outcome).sum(axis=0) + 0.5 for held in (rows.holds, ~rows.holds) for outcome in (won, ~won)
    )
    return np.log(won_with * not_won_without / (not_won_with * won_without))


def fit(rows: LeadMonths) -> Floats:
    """Return a coefficient per rule of a logistic regression (L2) on which rules a lead holds.

    A rule without enough data takes no part; its coefficient is 0.
    """
    known = rows.has_enough_data
    regression = LogisticRegression(max_iter=1000, random_state=SEED).fit(rows.holds[:, known], rows.won)
    coefficients = np.zeros(len(known))
    coefficients[known] = regression.coef_[0]
    return coefficients


def as_points(weights: Floats, current: Floats, known: Flags) -> Floats:
    """Scale weights to whole points that spread as far as the current ones do.

    Arguments:
        weights: one per rule, in log odds.
        current: points per rule in force.
        known: rules with enough data; the others keep their points.

    """
    spread = np.abs(weights[known]).sum()
    scaled = weights * (np.abs(current[known]).sum() / spread if spread else 0)
    return np.where(known, np.sign(scaled) * np.floor(np.abs(scaled) + 0.5), current) + 0.0  # no -0


def score(rows: LeadMonths, current: Floats, new: Floats) -> Floats:
    """Return the total scores with new points: repeated awards count, and the total is never below 0."""
    factors = np.divide(new - current, current, out=np.zeros_like(current), where=current != 0)
    return np.maximum(rows.raw_score + rows.points @ factors, 0)


def challenge(train: LeadMonths, test: LeadMonths, points: Sequence[float]) -> Trial:
    """Find new points on the training rows and compare them on the test rows.

    Arguments:
        train: rows of the older months.
        test: rows of the newest.
        points: points in force, in the order of the rows' rules.

    """
    current, known, coefficients = np.array(points, dtype=float), train.has_enough_data, fit(train)
    suggested, proposed = as_points(log_odds(train), current, known), as_points(coefficients, current, known)
    scores = [score(test, current, each) for each in (current, suggested, proposed)]
    scores.insert(WAYS.index(REGRESSION), test.holds @ coefficients)
    standings = dict(zip(WAYS, compare(test, scores), strict=True))
    return Trial(suggested, proposed, standings)


def compare(rows: LeadMonths, scores: list[Floats]) -> list[Standing]:
    """Compare ways of scoring the same rows with the first of them.

    A draw of the bootstrap takes leads with all their rows, the same for every way of scoring.
    """
    # beyond six decimals, as the scores in the warehouse have, differences are the floats' own
    ranks = [np.unique(each.round(6), return_inverse=True)[1] for each in scores]
    leads, numbers = np.unique(rows.lead, return_inverse=True)
    random = np.random.default_rng(SEED)
    draws = np.empty((BOOTSTRAP_DRAWS, len(scores)))
    for draw in draws:
        taken = np.bincount(random.integers(len(leads), size=len(leads)), minlength=len(leads))[numbers]
        draw[:] = [auc(rows.won, rank, taken) for rank in ranks]
    observed = [auc(rows.won, rank, np.ones_like(rank)) for rank in ranks]
    intervals, gains = (np.nanpercentile(each, [2.5, 97.5], axis=0).T for each in (draws, draws - draws[:, :1]))
    return [
        Standing(area, tuple(interval), area - observed[0], tuple(gain))
        for area, interval, gain in zip(observed, intervals, gains, strict=True)
    ]
