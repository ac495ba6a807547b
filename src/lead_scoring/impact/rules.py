"""Rule books as rows of text: where they come from, and what differs between two of them, in words."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lead_scoring.impact.errors import ImpactError
from lead_scoring.project import Project

# Folder of the rule csvs below the seeds.
RULES = "rules"
# which events keep a lead awake, and so where episodes end
ACTIVITY = {"event_type", "asset_pattern", "keeps_active"}
# Longer cells are cut where they are shown.
SHOWN_CHARACTERS = 120
FIRST_IN_WORDS = ("points", "min_score")

Row = dict[str, str]
Table = dict[str, Row]
Book = dict[str, Table]
Types = dict[str, dict[str, str]]


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
            return ", ".join(self.moved(name) for name in told)
        row = self.after or self.before
        return ", ".join(f"{name} {shortened(_cell(row, name))}" for name in told)

    @property
    def title(self) -> str:
        """The description a marketer knows the rule by."""
        return ((self.after or self.before) or {}).get("description", "")

    def moved(self, name: str) -> str:
        """How the cell of a column changed, as a person would say it."""
        old, new = _cell(self.before, name), _cell(self.after, name)
        moved = f"{name} {shortened(old) or '(blank)'} → {shortened(new) or '(blank)'}"
        if name == "points" and old and new:
            moved += f" ({Decimal(new) - Decimal(old):+f})".replace("-", "−")
        return moved


def shortened(text: str) -> str:
    """Cut a text that would fill a report by itself."""
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def read_files(paths: Iterable[Path], types: Types) -> Book:
    """Read rule csvs.

    Arguments:
        paths: the files.
        types: types by seed and column, the key column first.

    Returns:
        Rows by file and rule id.

    Raises:
        ImpactError: a file cannot be read.

    """
    return {path.stem: parse(path.read_bytes(), str(path), types.get(path.stem, {})) for path in paths}


def read_directory(folder: Path, types: Types) -> Book:
    """Read every rule csv of a directory.

    Arguments:
        folder: directory holding the rule csvs.
        types: types by seed and column, the key column first.

    Returns:
        Rows by file and rule id.

    Raises:
        ImpactError: the directory holds no rule csv, or one that cannot be read.

    """
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise ImpactError(f"{folder} holds no rule csv. Name a directory like seeds/rules.")
    return read_files(files, types)


def fetch_revision(project: Project, base: str, folder: Path) -> None:
    """Write the rule csvs of a git revision to a directory.

    Arguments:
        project: the dbt project, anywhere inside a git repository. Rule files of its package are no part
            of the repository, so they are taken as they are.
        base: a revision as git understands it, for example `origin/main`.
        folder: where the files go; it is created.

    Raises:
        ImpactError: git does not know the revision, or it holds no rules.

    """
    root = project.root
    if _git(root, "rev-parse", "--is-inside-work-tree") is None:
        raise ImpactError(f"{root} is no git repository. Use --base-rules DIR instead of --base.")
    if base.startswith("-") or _git(root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        raise ImpactError(
            f"git does not know '{base}'. Name a branch, tag or commit that exists here (git fetch may help), "
            "or give a directory of rule csvs with --base-rules."
        )
    listed = _git(root, "ls-tree", "-r", "--name-only", "-z", base, *_own_folders(project)) or b""
    names = [name for name in listed.decode().split("\0") if name.endswith(".csv")]
    if not names:
        raise ImpactError(f"'{base}' holds no {_own_folders(project)[0]}*.csv in {root}.")
    folder.mkdir(parents=True)
    for path in set(project.seeds(RULES)) - set(project.own.files("seed", ".csv")):
        shutil.copy2(path, folder)
    for name in names:
        (folder / Path(name).name).write_bytes(_git(root, "show", f"{base}:./{name}") or b"")


def commits_missing_here(project: Project, base: str) -> int:
    """Count the base's commits to the rule files that the working tree's branch does not have.

    Arguments:
        project: the dbt project.
        base: a revision as git understands it.

    """
    counted = _git(project.root, "rev-list", "--count", f"HEAD..{base}", "--", *_own_folders(project))
    return int(counted or 0)


def parse(content: bytes, name: str, types: dict[str, str]) -> Table:
    """Read one rule csv.

    Arguments:
        content: the file's bytes.
        name: how to call the file in messages.
        types: types by column as the seed declares them, the key column first; texts where nothing is declared.

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
    header = reader.fieldnames or []
    key = next(iter(types or header), "")
    if key not in header:
        raise ImpactError(f"{name}: the first line names no column {key}.")
    table: Table = {}
    for row in reader:
        place = f"{name}, line {reader.line_num}"
        if None in row or None in row.values():
            raise ImpactError(f"{place}: the row has not as many cells as the header. Check commas and quotes.")
        cells = {column: _plain(column, value, types.get(column, ""), place) for column, value in row.items()}
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


def _plain(column: str, value: str, kind: str, place: str) -> str:
    """Write a cell in one way, so that 20 and 20.0 are the same rule."""
    value = value.strip()
    if kind == "boolean":
        return value.lower()
    if not kind.startswith(("numeric", "integer")) or not value:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ImpactError(f"{place}: {column} is '{value}', which is no number.") from error
    if not number.is_finite():
        raise ImpactError(f"{place}: {column} is '{value}', which is no number.")
    return f"{number.normalize() + 0:f}"


def _own_folders(project: Project) -> list[str]:
    return [f"{folder}/{RULES}/" for folder in project.own.settings.get("seed-paths", ["seeds"])]


def _git(project: Path, *arguments: str) -> bytes | None:
    """Return what git prints, or None where it fails."""
    try:
        finished = subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ImpactError("git is not installed. Use --base-rules DIR instead of --base.") from error
    return finished.stdout if finished.returncode == 0 else None
