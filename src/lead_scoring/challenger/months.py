"""Which months train and which test."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

# months are added to the test as long as it stays within this share of the rows used
TEST_SHARE = 1 / 3


@dataclass(frozen=True)
class Month:
    """A mature month: its first day, when it and its horizon ended (UTC), and how many leads were scored."""

    month: date
    ended_at: datetime
    horizon_ended_at: datetime
    rows: int


def split(months: Sequence[Month]) -> tuple[list[Month], list[Month]]:
    """Divide mature months into training and test so that the horizons of the two do not overlap.

    The test is the newest month, and earlier ones a horizon apart while it stays a small share. Training
    is every month whose horizon is over when the first test month ends.

    Arguments:
        months: the mature months, oldest first.

    Returns:
        Training months and test months, oldest first.

    """
    test = list(months[-1:])
    training = _over(months, test)
    while training:
        longer = [training[-1], *test]
        rest = _over(training, longer)
        tested, trained = (sum(month.rows for month in part) for part in (longer, rest))
        if tested > TEST_SHARE * (tested + trained):
            break
        training, test = rest, longer
    return training, test


def _over(months: Sequence[Month], test: Sequence[Month]) -> list[Month]:
    return [month for month in months if month.horizon_ended_at <= test[0].ended_at]
