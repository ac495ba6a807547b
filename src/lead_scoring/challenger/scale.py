"""From weights in log odds to whole points, so that as many leads reach each tier as now and no total is lost at 0."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# how far the share of leads in a tier may move: before its threshold moves, and before weights give way
NEAR, FAR = 0.01, 0.015
# AUC on the learning rows that may be given up for that
LOSS = 0.0075
STEPS = np.geomspace(1 / 4, 4, 41)
# where weights put too many leads on one total: how far they give way to the points in force, and how far
# each is varied by chance, in search of others that fit and rank as well
BLENDS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
VARIED, SEED = 60, 20260101
# rows that a scale is looked for with; more make no difference that shows
ROWS = 40_000


@dataclass(frozen=True)
class Tier:
    """A tier of the rule book, by its lower bound."""

    name: str
    min_score: float


@dataclass(frozen=True)
class Scale:
    """A proposal's numbers.

    Attributes:
        points: whole points per rule.
        base: whole points for everybody, so that no total is below 0.
        size: what the weights were multiplied by.
        tiers: the tiers, highest first, with new lower bounds where the old ones do not fit.
        shares: per tier, share of the learning rows in it by score, now and proposed.

    """

    points: Floats
    base: int
    size: float
    tiers: list[Tier]
    shares: list[tuple[str, float, float]]


def scaled(
    awards: Floats,
    weights: Floats,
    points: Floats,
    rest: Floats,
    total_score: Floats,
    tiers: Sequence[Tier],
    quality: Callable[[Floats], float],
    chance: float,
) -> Scale:
    """Scale weights so that as many of the rows reach each tier as now.

    First the thresholds stay: two thresholds can be met by a scale and points for everybody, if these do
    not leave anybody below 0. Else the highest stays near what it is, and the others move. Few distinct
    totals may fit no thresholds: then of similar weights that do, those that rank best.

    Arguments:
        awards: rows x rules.
        weights: points per award, of any size.
        points: points in force.
        rest: per row, points that do not change.
        total_score: per row, the total as it is.
        tiers: the tiers in force.
        quality: how well totals rank the rows; more is better.
        chance: gain in quality over the points in force that may be chance.

    """
    ordered = sorted(tiers, key=lambda tier: -tier.min_score)
    bounds = np.array([tier.min_score for tier in ordered[:-1]])
    goals = np.array([(total_score >= bound).mean() for bound in bounds])
    few = slice(None, None, max(1, len(rest) // ROWS))
    tried = [_best_step(awards[few], weights, rest[few], bounds, goals)]
    if tried[0][0] > FAR:
        random = np.random.default_rng(SEED)
        others = [(1 - blend) * weights + blend * points for blend in BLENDS]
        for place in range(VARIED):
            others.append(others[place % 3] * np.exp(random.normal(0, 0.25, len(weights))))
        tried += [_best_step(awards[few], each, rest[few], bounds, goals) for each in others]
    best = tried[0]
    if len(tried) > 1:
        ranked = [(quality(awards @ each[3] + rest), each) for each in tried]
        first = ranked[0][0]
        fitting = [each for each in ranked if each[1][0] <= FAR]
        is_clear = first - quality(awards @ points + rest) > chance
        # a tier that is suddenly twice as large means something else to sales, so what ranks best of what fits; but a
        # clear gain is not given up for that, since thresholds can be moved by hand
        if fitting and (not is_clear or max(each[0] for each in fitting) >= first - LOSS):
            _, best = max(fitting, key=lambda each: each[0])
        else:
            _, best = min((each for each in ranked if each[0] >= first - LOSS), key=lambda each: each[1][0])
    _, base, size, chosen, new = best
    raw = awards @ chosen + rest
    # a row that was not among the few
    base = max(base, int(np.ceil(-raw.min())))
    renewed = [
        Tier(tier.name, float(bound)) for tier, bound in zip(ordered, [*new, ordered[-1].min_score], strict=True)
    ]
    shares = [
        (tier.name, now, then)
        for tier, now, then in zip(ordered, _shares(total_score, ordered), _shares(raw + base, renewed), strict=True)
    ]
    return Scale(chosen, base, size, renewed, shares)


def _best_step(
    awards: Floats, weights: Floats, rest: Floats, bounds: Floats, goals: Floats
) -> tuple[float, int, float, Floats, Sequence[float]]:
    """Return how far off, points for everybody, size, whole points and thresholds of the best size."""
    kept, moved = [], []
    for step in STEPS:
        points = np.round(weights * step) + 0.0  # no -0
        raw = np.sort(awards @ points + rest)
        least = max(0, int(np.ceil(-raw[0])))
        # everybody's points: as few as there must be, or as many as the highest threshold asks for
        wanted = int(bounds[0]) - _threshold(raw, goals[0]) if len(bounds) else 0
        for base in {least, wanted - 1, wanted, wanted + 1}:
            if base >= least:
                kept.append((_off(raw + base, bounds, goals), abs(np.log(step)), base, step, points, bounds))
        new = _falling([_threshold(raw, goal) + least for goal in goals])
        distance = abs(new[0] - bounds[0]) if len(new) else 0.0
        moved.append((_off(raw + least, new, goals), distance, least, step, points, new))
    fitting = [each for each in kept if each[0] <= NEAR]
    if fitting:
        off, _, *rest_of_it = min(fitting, key=lambda each: (each[1], each[2]))
    else:
        # of sizes that fit about as well, the one that leaves the highest threshold where it is
        within = max(FAR, min(each[0] for each in moved))
        off, _, *rest_of_it = min((each for each in moved if each[0] <= within), key=lambda each: each[1])
    return off, *rest_of_it


def _threshold(raw: Floats, goal: float) -> int:
    """Return the whole number that a share of the sorted totals nearest to the goal reach."""
    if not len(raw):
        return 0
    cut = raw[min(len(raw) - 1, max(0, round(len(raw) * (1 - goal))))]
    around = (int(np.floor(cut)), int(np.ceil(cut)), int(np.floor(cut)) + 1)
    return min(around, key=lambda bound: abs(_reach(raw, bound) - goal))


def _falling(bounds: list[int]) -> list[int]:
    """Return thresholds of which each is above the next and all are above 0, none lower than needed."""
    for place in range(len(bounds) - 1, -1, -1):
        least = bounds[place + 1] + 1 if place + 1 < len(bounds) else 1
        bounds[place] = max(bounds[place], least)
    return bounds


def _reach(raw: Floats, bound: float) -> float:
    """Return the share of sorted totals that reach a bound."""
    return 1 - float(np.searchsorted(raw, bound, side="left")) / len(raw)


def _off(raw: Floats, bounds: Sequence[float], goals: Floats) -> float:
    """Return how far the share of a tier is from its goal, at the most."""
    reached = np.array([_reach(raw, bound) for bound in bounds])
    ends = np.concatenate([[0.0], reached - goals, [0.0]])
    return float(np.abs(np.diff(ends)).max())


def _shares(totals: Floats, tiers: Sequence[Tier]) -> list[float]:
    """Return the share of the totals in each tier, highest first."""
    reached = [float((totals >= tier.min_score).mean()) for tier in tiers[:-1]] + [1.0]
    return list(np.diff([0.0, *reached]))


def matched(before: Floats, after: Floats, bound: float) -> int:
    """Return the whole number that as many values reach after as reach the bound before."""
    return _threshold(np.sort(after), float((before >= bound).mean()))
