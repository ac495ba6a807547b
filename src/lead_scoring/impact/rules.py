"""Rule books as rows of text: where they come from, and what differs between two of them, in words."""

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lead_scoring.impact.errors import ImpactError

RULES = Path("seeds/rules")
# what the challenger writes beside the rules it proposes
PROPOSAL = "proposal.json"
# cells that are numbers: 20 and 20.0 are the same rule
NUMBERS = {
    *("min_value", "max_value", "points", "max_awards", "decay_percent", "decay_every_days", "window_days"),
    *("min_active_days", "inactive_days", "min_score", "min_attribute_score", "sla_hours", "rearm_below"),
}
BOOLEANS = {"keeps_active", "marks_dormant", "requires_active"}
# which events keep a lead awake, and so where episodes end
ACTIVITY = {"event_type", "asset_pattern", "keeps_active"}
# what decides into which tier a score falls
THRESHOLDS = {"min_score", "requires_active", "min_attribute_score"}
FIRST_IN_WORDS = ("points", "min_score")

Row = dict[str, str]
Table = dict[str, Row]
Book = dict[str, Table]


@dataclass(frozen=True)
class Change:
    """One line of one rule file that was added, removed or changed.

    Attributes:
        file: the seed's name, for example `behavior_rules`.
        rule_id: the rule, or the tier.
        before: its cells under the base, None if it was added.
        after: its cells now, None if it was removed.

    """

    file: str
    rule_id: str
    before: Row | None
    after: Row | None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def columns(self) -> list[str]:
        """The columns whose cells differ, the most telling first."""
        names = dict.fromkeys([*FIRST_IN_WORDS, *(self.before or {}), *(self.after or {})])
        return [name for name in names if _cell(self.before, name) != _cell(self.after, name)]

    @property
    def words(self) -> str:
        """What differs, as a person would say it: `points 30 → 40`."""
        told = [name for name in self.columns if name != "description" or self.kind == "changed"]
        if self.kind == "changed":
            return ", ".join(f"{name} {self._moved(name)}" for name in told)
        row = self.after or self.before
        return ", ".join(f"{name} {_cell(row, name)}" for name in told)

    @property
    def title(self) -> str:
        """The description a marketer knows the rule by."""
        return ((self.after or self.before) or {}).get("description", "")

    def _moved(self, name: str) -> str:
        old, new = _cell(self.before, name), _cell(self.after, name)
        moved = f"{old or '(blank)'} → {new or '(blank)'}"
        if name == "points" and old and new:
            moved += f" ({Decimal(new) - Decimal(old):+f})".replace("-", "−")
        return moved


def read_directory(folder: Path) -> Book:
    """Read every rule csv of a directory.

    Arguments:
        folder: directory holding the rule csvs.

    Returns:
        Rows by file and rule id.

    Raises:
        ImpactError: the directory holds no rule csv, or one that cannot be read.

    """
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise ImpactError(f"{folder} holds no rule csv. Name a directory like seeds/rules.")
    return {path.stem: parse(path.read_bytes(), str(path)) for path in files}


def fetch_revision(project: Path, base: str, folder: Path) -> None:
    """Write the rule csvs of a git revision to a directory.

    Arguments:
        project: root of the dbt project, anywhere inside a git repository.
        base: a revision as git understands it, for example `origin/main`.
        folder: where the files go; it is created.

    Raises:
        ImpactError: git does not know the revision, or it holds no rules.

    """
    if _git(project, "rev-parse", "--is-inside-work-tree") is None:
        raise ImpactError(f"{project} is no git repository. Use --base-rules DIR instead of --base.")
    if base.startswith("-") or _git(project, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        raise ImpactError(
            f"git does not know '{base}'. Name a branch, tag or commit that exists here (git fetch may help), "
            "or give a directory of rule csvs with --base-rules."
        )
    listed = _git(project, "ls-tree", "--name-only", "-z", base, f"{RULES.as_posix()}/") or b""
    listed_names = listed.decode().split("\0")
    names = [name for name in listed_names if name.endswith(".csv")]
    if not names:
        raise ImpactError(
            f"'{base}' holds no {RULES}/*.csv in {project}. Start in the dbt project, or name --project-dir."
        )
    folder.mkdir(parents=True)
    for name in [*names, *(name for name in listed_names if Path(name).name == PROPOSAL)]:
        (folder / Path(name).name).write_bytes(_git(project, "show", f"{base}:./{name}") or b"")


def learned_until(*folders: Path) -> datetime | None:
    """Return until when outcomes taught the points of some rule books, as the challenger's proposals say; UTC.

    Arguments:
        folders: directories of rule csvs; a proposal copied there brought its `proposal.json`.

    Returns:
        The latest time; None if no rule book says that it learned.

    Raises:
        ImpactError: a `proposal.json` cannot be read.

    """
    found = []
    for path in (folder / PROPOSAL for folder in folders):
        if path.is_file():
            try:
                found.append(datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["learned_until"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ImpactError(
                    f"{path} does not say learned_until like 2026-01-31 15:00:00; write the proposal anew with "
                    "`lead-scoring challenger`, or delete the file."
                ) from error
    return max(found, default=None)


def commits_missing_here(project: Path, base: str) -> int:
    """Count the base's commits to the rule files that the working tree's branch does not have.

    Arguments:
        project: root of the dbt project.
        base: a revision as git understands it.

    """
    counted = _git(project, "rev-list", "--count", f"HEAD..{base}", "--", RULES.as_posix())
    return int(counted or 0)


def parse(content: bytes, name: str) -> Table:
    """Read one rule csv.

    Arguments:
        content: the file's bytes.
        name: how to call the file in messages.

    Returns:
        Rows by rule id; cells stripped, numbers in plain form, blank cells left out.

    Raises:
        ImpactError: the file is not UTF-8, has no key column, or a row that does not fit its header.

    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImpactError(f"{name}, line {line}: not UTF-8. Save it as “CSV UTF-8”.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    key = next((column for column in ("rule_id", "tier") if column in (reader.fieldnames or [])), None)
    if key is None:
        raise ImpactError(f"{name}: the first line names neither a column rule_id nor tier.")
    table: Table = {}
    for row in reader:
        place = f"{name}, line {reader.line_num}"
        if None in row or None in row.values():
            raise ImpactError(f"{place}: the row has not as many cells as the header. Check commas and quotes.")
        cells = {column: _plain(column, value, place) for column, value in row.items()}
        if not cells[key]:
            raise ImpactError(f"{place}: {key} is blank.")
        if cells[key] in table:
            raise ImpactError(f"{place}: {key} '{cells[key]}' is there twice.")
        table[cells[key]] = {column: value for column, value in cells.items() if value and column != key}
    return table


def differences(before: Book, after: Book) -> list[Change]:
    """Return every line that differs between two rule books, by file and in the order of the files."""
    return list(_differences(before, after))


def _differences(before: Book, after: Book) -> Iterator[Change]:
    for file in sorted(before.keys() | after.keys()):
        old, new = before.get(file, {}), after.get(file, {})
        for rule_id in dict.fromkeys([*new, *old]):
            if old.get(rule_id) != new.get(rule_id):
                yield Change(file, rule_id, old.get(rule_id), new.get(rule_id))


def _cell(row: Row | None, name: str) -> str:
    return (row or {}).get(name, "")


def _plain(column: str, value: str, place: str) -> str:
    value = value.strip()
    if column in BOOLEANS:
        return value.lower()
    if column not in NUMBERS or not value:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ImpactError(f"{place}: {column} is '{value}', which is no number.") from error
    if not number.is_finite():
        raise ImpactError(f"{place}: {column} is '{value}', which is no number.")
    return f"{number.normalize() + 0:f}"


def _git(project: Path, *arguments: str) -> bytes | None:
    """Return what git prints, or None where it fails."""
    try:
        finished = subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ImpactError("git is not installed. Use --base-rules DIR instead of --base.") from error
    return finished.stdout if finished.returncode == 0 else None
