"""The rule files as text, so that a proposal differs from them in `points` and in nothing else."""

import csv
import io
import re
from decimal import Decimal, InvalidOperation

NAMES = ("attribute_rules.csv", "behavior_rules.csv", "recency_rules.csv")
FIELD = re.compile(r'("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|\r|\n|\Z)')


def points(content: str) -> dict[str, Decimal]:
    """Return the points by rule_id that a rule file gives; none if it is no rule file."""
    try:
        rows = csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
        return {row["rule_id"]: Decimal(row["points"]) for row in rows}
    except (KeyError, TypeError, InvalidOperation, csv.Error):
        return {}


def with_points(content: str, new: dict[str, int]) -> str:
    """Return a rule file with new points, every other character as it was.

    Arguments:
        content: text of a rule file.
        new: points by rule_id; a rule not named keeps its own.

    """
    pieces: list[str] = []
    header: list[str] = []
    row: list[re.Match[str]] = []
    for match in FIELD.finditer(content):
        row.append(match)
        if match[2] != ",":
            values = [field[1].removeprefix("\ufeff").strip('"') for field in row]
            header = header or values
            rule = dict(zip(header, values, strict=False)).get("rule_id", "")
            for i, field in enumerate(row):
                is_new = rule in new and header[i : i + 1] == ["points"] and Decimal(values[i]) != new[rule]
                pieces.append(field[1].replace(values[i], str(new[rule])) + field[2] if is_new else field[0])
            row = []
    return "".join(pieces)
