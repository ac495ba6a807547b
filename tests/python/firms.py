"""Firms whose true weights are known: leads that collect awards month by month, and opportunities drawn from them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from lead_scoring.challenger.model import LeadMonths
from lead_scoring.challenger.scale import Tier

MONTHS, LEARNING, STAY = 16, 11, 6
TIERS = [Tier("hot", 80), Tier("nurture", 50), Tier("hold", 0)]

Floats = NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True)
class Firm:
    """What a firm's leads do, and what its rule book makes of it.

    Attributes:
        new_awards: how many awards of each rule leads collect in a month, from a random source, the leads'
            hidden interest and the month's number; what does not change with the month is in `traits`.
        traits: rows x rules of awards that a lead has from the beginning.
        weights: log odds that an award is worth.
        points: points that the firm gives for it.
        base_rate: log odds of an opportunity in a month without any award.

    """

    new_awards: Callable[[Random, Floats, int], Floats]
    traits: Callable[[Random, Floats], Floats]
    weights: tuple[float, ...]
    points: tuple[float, ...]
    base_rate: Callable[[int], float] = field(default=lambda month: -3.5)


def overlapping() -> Firm:
    """Seminar, download, visit and click: all follow interest, two of them mean something."""
    strength = np.array([0.9, 0.8, 1.0, 0.7])
    return Firm(
        new_awards=lambda random, interest, month: _poisson(random, -3.0 + np.outer(interest, strength)),
        traits=_none,
        weights=(0.9, 0.6, 0.0, 0.0),
        points=(30, 20, 25, 20),
    )


def exclusive_bands() -> Firm:
    """Small, middle, large and unknown size: each is better or worse than the others, the middle like the rest."""

    def traits(random: Random, interest: Floats) -> Floats:
        size = random.choice(4, len(interest), p=[0.4, 0.3, 0.2, 0.1])
        industry = random.random(len(interest)) < 0.3
        visits = random.poisson(1.5, len(interest))
        return np.column_stack([size == 0, size == 1, size == 2, industry, visits]).astype(float)

    return Firm(_no_new, traits, weights=(-0.9, 0.3, 1.2, 0.6, 0.25), points=(-20, 20, 20, 30, 10))


def seasonal() -> Firm:
    """The base rate falls from month to month while a campaign that helps spreads: pooled, it seems to harm."""

    def new_awards(random: Random, interest: Floats, month: int) -> Floats:
        rates = np.tile([-5.0 + 0.35 * month, -2.5, -2.0, 0.0], (len(interest), 1))
        return _poisson(random, rates)

    weights, points = (0.8, 0.5, -0.3, 0.1), (10, 30, 20, 5)
    return Firm(new_awards, _none, weights, points, base_rate=lambda month: -1.0 - 0.34 * month)


def repeated_awards() -> Firm:
    """Visits that come by the dozen and are paid one by one, beside a seminar that comes once."""

    def new_awards(random: Random, interest: Floats, month: int) -> Floats:
        return _poisson(random, np.column_stack([0.6 * interest, -2.5 + 0.4 * interest, -3 - 0 * interest]))

    return Firm(new_awards, _none, weights=(0.06, 0.9, -1.0), points=(5, 15, -5))


def mostly_bad_signs() -> Firm:
    """Every rule but one is about leads that rarely buy: on the scale of the evidence most points are negative."""

    def traits(random: Random, interest: Floats) -> Floats:
        return (random.random((len(interest), 5)) < [0.5, 0.4, 0.6, 0.3, 0.4]).astype(float)

    return Firm(
        _no_new,
        traits,
        weights=(-0.8, -0.6, -0.7, -0.9, 0.5),
        points=(-10, -10, -10, -10, 60),
        base_rate=lambda month: -2.0,
    )


def no_signal() -> Firm:
    """What leads do has nothing to do with what becomes of them."""
    return Firm(overlapping().new_awards, _none, weights=(0.0,) * 4, points=(30, 20, 25, 20))


FIRMS = {each.__name__: each for each in (overlapping, exclusive_bands, seasonal, repeated_awards, mostly_bad_signs)}


def live(firm: Firm, seed: int, new_leads: int = 400) -> LeadMonths:
    """Let a firm's leads come, collect awards, stay some months and perhaps have an opportunity.

    Arguments:
        firm: the firm.
        seed: of the random numbers.
        new_leads: leads that come in each month.

    Returns:
        One row per month and lead without an opportunity so far, months 0 to `MONTHS` - 1.

    """
    random = np.random.default_rng(seed)
    weights, points = np.array(firm.weights), np.array(firm.points, dtype=float)
    born = np.repeat(np.arange(-STAY, MONTHS), new_leads)
    interest = random.normal(size=len(born))
    awards = firm.traits(random, interest) + np.zeros((1, len(weights)))
    is_open = np.ones(len(born), dtype=bool)
    parts = []
    for month in range(-STAY, MONTHS):
        here = is_open & (born <= month) & (month < born + STAY)
        awards[here] += firm.new_awards(random, interest[here], month)
        won = random.random(here.sum()) < expit(firm.base_rate(max(month, 0)) + awards[here] @ weights)
        is_open[here] = ~won
        if month >= 0:
            raw = awards[here] @ points
            parts.append((np.full(here.sum(), month), np.flatnonzero(here), won, raw, awards[here].copy()))
    month, lead, outcome, raw, held = (np.concatenate(part) for part in zip(*parts, strict=True))
    return LeadMonths(month, lead, outcome, np.maximum(raw, 0), raw, held)


def _poisson(random: Random, log_rates: Floats) -> Floats:
    return random.poisson(np.exp(log_rates)).astype(float)


def _none(random: Random, interest: Floats) -> Floats:
    return np.zeros((len(interest), 1))


def _no_new(random: Random, interest: Floats, month: int) -> Floats:
    return np.zeros((len(interest), 1))
