"""One fault of a file, and how it is said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A fault with its place.

    Attributes:
        file: path of the file as the reader of the sentence knows it.
        problem: what is wrong, a clause without a full stop.
        remedy: what to do, a clause without a full stop.
        line: line of the file, 1 for the header; none if the file as a whole is meant.
        rule_id: name of the rule on that line, if it is known.

    """

    file: str
    problem: str
    remedy: str
    line: int | None = None
    rule_id: str | None = None

    def __str__(self) -> str:
        """Say it: `seeds/rules/tiers.csv line 3, rule hot: what is wrong. What to do.`."""
        line = f" line {self.line}" if self.line else ""
        rule = f", rule {self.rule_id}" if self.rule_id else ""
        return f"{self.file}{line}{rule}: {self.problem}. {self.remedy}."
