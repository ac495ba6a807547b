"""The rule files as text, so that a proposal differs from them in its numbers and in nothing else."""

import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

NAMES = ("attribute_rules.csv", "behavior_rules.csv", "recency_rules.csv")
TIERS = "tiers.csv"
FIELD = re.compile(r'("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|\r|\n|\Z)')
# the rule whose points everybody has, so that no total is lost at 0
BASE = "base_points"
BASE_VALUE = "%|(missing)"
BASE_DESCRIPTION = "Points for everybody, so that no score is lost at 0 (from the challenger)"
# attributes of every lead; one that no other rule looks at is best, as rules of one attribute add up
BASE_ATTRIBUTES = ("region", "segment", "company_name", "email_domain", "job_title", "industry")


def rows(content: str) -> list[dict[str, str]]:
    """Return the rows of a rule file."""
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def numbers(content: str, key: str, column: str) -> dict[str, Decimal]:
    """Return the numbers of a column that are given, by the key; none if it is no such file."""
    try:
        return {row[key]: Decimal(row[column]) for row in rows(content) if row.get(column) not in (None, "")}
    except (KeyError, TypeError, InvalidOperation, csv.Error):
        return {}


def points(content: str) -> dict[str, Decimal]:
    """Return the points by rule_id that a rule file gives; none if it is no rule file."""
    return numbers(content, "rule_id", "points")


def with_numbers(content: str, key: str, column: str, new: Mapping[str, int]) -> str:
    """Return a rule file with new numbers in a column, every other character as it was.

    Arguments:
        content: text of a rule file.
        key: the column that names a row.
        column: the column of the numbers.
        new: numbers by key; a row not named, or without a number, keeps its own.

    """
    pieces: list[str] = []
    header: list[str] = []
    row: list[re.Match[str]] = []
    for match in FIELD.finditer(content):
        row.append(match)
        if match[2] != ",":
            values = [field[1].removeprefix("\ufeff").strip('"') for field in row]
            header = header or values
            name = dict(zip(header, values, strict=False)).get(key, "")
            for i, field in enumerate(row):
                is_named = name in new and header[i : i + 1] == [column] and header != values and values[i] != ""
                is_new = is_named and Decimal(values[i]) != new[name]
                pieces.append(field[1].replace(values[i], str(new[name])) + field[2] if is_new else field[0])
            row = []
    return "".join(pieces)


def with_points(content: str, new: Mapping[str, int]) -> str:
    """Return a rule file with new points by rule_id, every other character as it was."""
    return with_numbers(content, "rule_id", "points", new)


def with_base(content: str, base: int) -> str:
    """Return the attribute rules with a last rule that gives everybody points.

    Arguments:
        content: text of the file; it has no such rule yet.
        base: the points.

    """
    first = content.removeprefix("\ufeff").splitlines()[0]
    ending = "\r\n" if "\r\n" in content else "\n"
    used = {row.get("attribute", "").strip().lower() for row in rows(content)}
    attribute = next((name for name in BASE_ATTRIBUTES if name not in used), BASE_ATTRIBUTES[0])
    cells = {
        "rule_id": BASE,
        "attribute": attribute,
        "value": BASE_VALUE,
        "points": str(base),
        "description": BASE_DESCRIPTION,
    }
    line = io.StringIO()
    csv.writer(line, lineterminator=ending).writerow([cells.get(name, "") for name in next(csv.reader([first]))])
    return content + ("" if content.endswith(("\n", "\r")) else ending) + line.getvalue()
