"""What the challenger computes. Needs numpy and scipy, which only the command itself imports."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from lead_scoring.challenger.scale import Scale, Tier, scaled
from lead_scoring.ranking import WithinMonths, verdict

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

BOOTSTRAP_DRAWS = 1000
SEED = 20260101
Z_95 = 1.959963984540054
# how many opportunities the points in force are worth beside those that are learned from
TRUST = (1.0, 10.0, 100.0)
# where no point in force stands for anything: a range of 4 from the least likely lead to the hand-off
WORTH = 0.05
CURRENT, REGRESSION, PROPOSED = WAYS = ("current rules", "logistic regression", "proposed rule book")


@dataclass(frozen=True)
class Floors:
    """Below these a rule's figures are chance; the variables `review_min_leads` and `review_min_opportunities`."""

    leads: int = 30
    opportunities: int = 10


@dataclass(frozen=True)
class LeadMonths:
    """One row per month and lead, as the scores stood at the month's end.

    Attributes:
        month: number of the month, rising with time.
        lead: number of the lead, the same in all its months.
        won: whether an opportunity came within the horizon.
        total_score: the score as it was, never below 0.
        raw_score: sum of the three axes, may be negative.
        awards: rows x rules: how many awards of the rule the lead holds; half of one that decayed to half.

    """

    month: Counts
    lead: Counts
    won: Flags
    total_score: Floats
    raw_score: Floats
    awards: Floats

    def where(self, chosen: Flags) -> "LeadMonths":
        """Return the rows chosen."""
        return LeadMonths(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    @cached_property
    def holds(self) -> Flags:
        """Rows x rules: whether the lead holds points of the rule."""
        return self.awards != 0

    @cached_property
    def leads_with(self) -> list[int]:
        """Per rule, distinct leads that held it at some month's end."""
        return [_distinct(self.lead[held]) for held in self.holds.T]

    def has_enough_data(self, floors: Floors) -> Flags:
        """Per rule, whether the leads with it and without, and their opportunities, are enough to judge."""
        return np.array(
            [
                min(_distinct(self.lead[held]), _distinct(self.lead[~held])) >= floors.leads
                and min(_distinct(self.lead[held & self.won]), _distinct(self.lead[~held & self.won]))
                >= floors.opportunities
                for held in self.holds.T
            ],
            dtype=bool,
        )

    @property
    def winners(self) -> int:
        """Distinct leads with an opportunity."""
        return _distinct(self.lead[self.won])

    @property
    def losers(self) -> int:
        """Distinct leads that stayed without an opportunity in some month's horizon."""
        return _distinct(self.lead[~self.won])


@dataclass(frozen=True)
class Standing:
    """How well one way of scoring ranks the leads of each test month, with 95 % bootstrap intervals."""

    auc: float
    interval: tuple[float, float]
    gain: float
    gain_interval: tuple[float, float]
    verdict: str


@dataclass(frozen=True)
class Trial:
    """What came of a challenge; per rule in the order of the rules.

    Attributes:
        known: rules with enough data.
        log_odds: evidence of each rule by itself, within months.
        free: points of the regression that may turn signs, on the scale of the proposal.
        turned: rules whose sign the regression would turn.
        scale: the proposal: points, base points, tiers and their shares.
        standings: how each way of scoring ranks the test rows.
        lost: share of the test rows whose points add up to less than 0, now and proposed.

    """

    known: Flags
    log_odds: Floats
    free: Floats
    turned: Flags
    scale: Scale
    standings: dict[str, Standing]
    lost: tuple[float, float]


def log_odds_within_months(rows: LeadMonths) -> tuple[Floats, Floats]:
    """Return each rule's log odds ratio within months and its standard error, as the model `month_evidence` does.

    Where no month allows it, 0 and infinity.
    """
    sums = np.zeros((5, rows.awards.shape[1]))
    for month in np.unique(rows.month):
        at = rows.month == month
        held, won = rows.holds[at], rows.won[at]
        leads, opportunities = len(won), won.sum()
        if not opportunities:
            continue
        won_with, held_by = held[won].sum(axis=0), held.sum(axis=0)
        lost_with, won_without = held_by - won_with, opportunities - won_with
        lost_without = leads - held_by - won_without
        r, s = won_with * lost_without / leads, lost_with * won_without / leads
        p, q = (won_with + lost_without) / leads, (lost_with + won_without) / leads
        sums += [r, s, p * r, p * s + q * r, q * s]
    r, s, pr, mixed, qs = sums
    can = (r > 0) & (s > 0)
    r, s = np.where(can, r, 1), np.where(can, s, 1)
    variance = pr / (2 * r**2) + mixed / (2 * r * s) + qs / (2 * s**2)
    return np.where(can, np.log(r / s), 0), np.where(can, np.sqrt(variance), np.inf)


def fit(
    rows: LeadMonths,
    offset: Floats,
    expected: Floats,
    trust: float,
    bounds: Sequence[tuple[float | None, float | None]],
) -> Floats:
    """Return the weights of a logistic regression with an intercept per month.

    Arguments:
        rows: what to learn from; every column of `awards` gets a weight.
        offset: per row, log odds that are given and not learned.
        expected: weights to stay near where the data say little.
        trust: how many opportunities the expected weights are worth.
        bounds: lowest and highest weight per rule, None for no bound.

    """
    months, month = np.unique(rows.month, return_inverse=True)
    spread = _spread(rows)
    matrix, goal, won = rows.awards / spread, expected * spread, rows.won.astype(float)
    rate = np.bincount(month, won, len(months)) / np.bincount(month, minlength=len(months))
    start = np.concatenate([np.log((rate + 1e-4) / (1 - rate + 1e-4)), goal])
    scaled_bounds = [
        tuple(None if end is None else end * at for end in ends) for ends, at in zip(bounds, spread, strict=True)
    ]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        intercepts, weights = parameters[: len(months)], parameters[len(months) :]
        logits = intercepts[month] + matrix @ weights + offset
        missed = expit(logits) - won
        value = np.logaddexp(0, logits).sum() - won @ logits + trust / 2 * ((weights - goal) ** 2).sum()
        slopes = [np.bincount(month, missed, len(months)), matrix.T @ missed + trust * (weights - goal)]
        return float(value), np.concatenate(slopes)

    all_bounds = [(None, None)] * len(months) + scaled_bounds
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=all_bounds, options={"maxiter": 1000})
    return found.x[len(months) :] / spread


def worth_of_a_point(rows: LeadMonths) -> float:
    """Return the log odds that one point in force stands for, within months; 0 if the score points the wrong way."""
    one = replace(rows, awards=rows.raw_score[:, np.newaxis])
    return max(float(fit(one, np.zeros(len(rows.won)), np.zeros(1), 1.0, [(None, None)])[0]), 0.0)


def trust_in_points(rows: LeadMonths, rest: Floats, points: Floats, inner: tuple[Flags, Flags]) -> float:
    """Choose how far to trust the points in force, by what would have foretold the later of the training months.

    Arguments:
        rows: the training rows; `awards` of the rules with enough data.
        rest: per row, the points of all else.
        points: points in force of these rules.
        inner: which rows are the earlier and which the later of them.

    Returns:
        One of `TRUST`; infinity where the points in force foretold best as they are.

    """
    earlier, later = (rows.where(chosen) for chosen in inner)
    if not (earlier.won.any() and later.won.any() and len(points)):
        return TRUST[len(TRUST) // 2]
    worth = worth_of_a_point(earlier)
    free = [(None, None)] * len(points)
    losses = []
    for trust in TRUST:
        weights = fit(earlier, worth * rest[inner[0]], worth * points, trust, free)
        losses.append(_loss(later, later.awards @ weights + worth * rest[inner[1]]))
    best = int(np.argmin(losses))
    return TRUST[best] if losses[best] < _loss(later, worth * later.raw_score) else np.inf


def challenge(
    train: LeadMonths,
    test: LeadMonths,
    points: Sequence[float],
    tiers: Sequence[Tier],
    floors: Floors,
    inner: tuple[Flags, Flags],
    turns_signs: bool,
) -> Trial:
    """Find new points on the training rows and compare them on the test rows.

    Arguments:
        train: rows of the older months.
        test: rows of newer months, whose outcomes came after those of the older ones.
        points: points in force, in the order of the rows' rules.
        tiers: the tiers in force.
        floors: below which a rule keeps its points.
        inner: which training rows are the earlier and which the later ones.
        turns_signs: whether a rule may get points of another sign than it has, or than its evidence has.

    """
    current, known = np.array(points, dtype=float), train.has_enough_data(floors)
    log_odds, errors = log_odds_within_months(train)
    learned, own = replace(train, awards=train.awards[:, known]), current[known]
    rest = train.raw_score - learned.awards @ own
    worth = worth_of_a_point(train)
    trust = trust_in_points(learned, rest, own, inner)
    unbound = [(None, None)] * len(own)
    free = fit(learned, worth * rest, worth * own, 1.0, unbound)
    bounds = unbound
    if not turns_signs:
        # what evidence says of a rule, and where it says nothing clearly, the sign the rule has
        is_clear = np.abs(log_odds[known]) > Z_95 * errors[known]
        evidence = np.where(is_clear, np.sign(log_odds[known]), np.sign(own))
        bounds = [(0.0 if sign >= 0 else None, 0.0 if sign <= 0 else None) for sign in (evidence + np.sign(own)) / 2]
    unit = worth or WORTH
    ones = np.ones(len(train.won), int)

    def quality(totals: Floats) -> float:
        return WithinMonths(train.month, totals.round(6), train.won).auc(ones)

    # three times the standard error of an AUC where the order means nothing: the weights were chosen on these rows
    chance = 3 / np.sqrt(12 * max(train.winners, 1))
    if trust == np.inf:
        scale = scaled(learned.awards, own, own, rest, train.total_score, tiers, quality, chance)
    else:
        weights = fit(learned, worth * rest, worth * own, trust, bounds)
        scale = scaled(learned.awards, weights / unit, own, rest, train.total_score, tiers, quality, chance)
        if scale.size != 1 and rest.any():
            # points that stay as they are mean less or more at the new size: the others make up for it
            weights = fit(learned, worth / scale.size * rest, worth * own, trust, bounds)
            scale = scaled(learned.awards, weights / unit, own, rest, train.total_score, tiers, quality, chance)
    free_points, new_points = current.copy(), current.copy()
    free_points[known] = np.round(free / unit * scale.size)
    new_points[known] = scale.points
    scale = replace(scale, points=new_points)
    raw = test.raw_score + test.awards @ (new_points - current) + scale.base
    scores = [test.total_score, test.awards[:, known] @ free + worth * (test.raw_score - test.awards[:, known] @ own)]
    scores.append(np.maximum(raw, 0))
    return Trial(
        known=known,
        log_odds=log_odds,
        free=free_points,
        turned=known & (free_points * current < 0),
        scale=scale,
        standings=dict(zip(WAYS, compare(test, scores), strict=True)),
        lost=(float((test.raw_score < 0).mean()), float((raw < 0).mean())),
    )


def compare(rows: LeadMonths, scores: list[Floats]) -> list[Standing]:
    """Compare ways of scoring the same rows with the first of them, each month with itself.

    A draw of the bootstrap takes leads with all their rows, the same for every way of scoring.
    """
    # beyond six decimals, as the scores in the warehouse have, differences are the floats' own
    rankings = [WithinMonths(rows.month, each.round(6), rows.won) for each in scores]
    leads, numbers = np.unique(rows.lead, return_inverse=True)
    random = np.random.default_rng(SEED)
    draws = np.empty((BOOTSTRAP_DRAWS, len(scores)))
    for draw in draws:
        taken = np.bincount(random.integers(len(leads), size=len(leads)), minlength=len(leads))[numbers]
        draw[:] = [ranking.auc(taken) for ranking in rankings]
    observed = [ranking.auc(np.ones(len(numbers), int)) for ranking in rankings]
    intervals, gains = (np.nanpercentile(each, [2.5, 97.5], axis=0).T for each in (draws, draws - draws[:, :1]))
    return [
        Standing(area, tuple(interval), area - observed[0], tuple(gain), verdict(gain, intervals[0], interval))
        for area, interval, gain in zip(observed, intervals, gains, strict=True)
    ]


def _loss(rows: LeadMonths, logits: Floats) -> float:
    """Return the mean log loss of given log odds, each month with the intercept that suits it best."""
    none = replace(rows, awards=np.zeros((len(rows.won), 0)))
    total = 0.0
    for month in np.unique(rows.month):
        at = rows.month == month
        low, high = -30.0, 30.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if expit(logits[at] + middle).sum() < none.won[at].sum() else (low, middle)
        shifted = logits[at] + (low + high) / 2
        total += float(np.logaddexp(0, shifted).sum() - shifted[rows.won[at]].sum())
    return total / len(rows.won)


def _spread(rows: LeadMonths) -> Floats:
    """Return the standard deviation of each rule's awards within months; 1 where there is none."""
    months, month = np.unique(rows.month, return_inverse=True)
    size = np.bincount(month, minlength=len(months))
    means = np.stack([np.bincount(month, column, len(months)) / size for column in rows.awards.T] or [size], axis=1)
    spread = np.sqrt(np.mean((rows.awards - means[month][:, : rows.awards.shape[1]]) ** 2, axis=0))
    return np.where(spread > 0, spread, 1.0)


def _distinct(leads: Counts) -> int:
    return len(np.unique(leads))
