"""How well a score ranks leads: the area under the ROC curve, and what an interval of a gain says."""

import numpy as np
from numpy.typing import NDArray

COIN = 0.5


def auc(
    won: NDArray[np.bool_],
    rank: NDArray[np.int64],
    weight: NDArray[np.int64],
    group_of_rank: NDArray[np.int64] | None = None,
) -> float:
    """Return the area under the ROC curve, ties counting half; nan if no pair has different outcomes.

    scikit-learn's function says the same and takes a hundred times as long, which a bootstrap cannot afford.

    Arguments:
        won: outcome per row.
        rank: place of the row's score among the distinct scores, lowest 0.
        weight: how often the row counts.
        group_of_rank: group of each place, in ascending order, where only rows of one group are compared.

    """
    winners, losers = np.bincount(rank, weight * won), np.bincount(rank, weight * ~won)
    groups = np.zeros(len(losers), int) if group_of_rank is None else group_of_rank
    in_group = np.bincount(groups, losers)
    # losers below a place, counted from the beginning of its group
    below = losers.cumsum() - losers - (in_group.cumsum() - in_group)[groups]
    pairs = winners @ in_group[groups]
    return float(winners @ (below + losers / 2) / pairs) if pairs else float("nan")


class WithinMonths:
    """Rows sorted once by month and score, so that an AUC under any weights is a few sums."""

    def __init__(self, month: NDArray[np.int64], score: NDArray[np.float64], won: NDArray[np.bool_]) -> None:
        """Sort the rows.

        Arguments:
            month: number of each row's month.
            score: what ranks the rows.
            won: outcome per row.

        """
        self.won = won
        scores, place = np.unique(score, return_inverse=True)
        # one place per month and score; ties share a place
        places, self.rank = np.unique(month * len(scores) + place, return_inverse=True)
        self.month_of_rank = np.unique(places // max(len(scores), 1), return_inverse=True)[1]

    def auc(self, weight: NDArray[np.int64]) -> float:
        """Return the share of pairs (with, without opportunity) of the same month in the right order."""
        return auc(self.won, self.rank, weight, self.month_of_rank)


def verdict(
    gain: tuple[float, float], before: tuple[float, float] = (1.0, 1.0), after: tuple[float, float] = (1.0, 1.0)
) -> str:
    """Say whether a gain with this interval is more than chance: `better`, `worse` or `cannot tell`.

    Of two ways of scoring the winner must also do better than a coin: else chance is compared with chance.

    Arguments:
        gain: 95 % interval of the gain in AUC.
        before: 95 % interval of the AUC that was.
        after: 95 % interval of the AUC that would be.

    """
    if gain[0] > 0 and after[0] > COIN:
        return "better"
    return "worse" if gain[1] < 0 and before[0] > COIN else "cannot tell"
