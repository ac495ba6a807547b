"""Whom the change moves now, and why: two builds compared lead by lead."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from lead_scoring.impact.rules import ACTIVITY, Book, Change
from lead_scoring.project import Project

DISQUALIFIED = "disqualified"
WEEKS = 13
# Classes in which changes of the score are counted, in points.
CLASSES = (
    ("down 40 or more", lambda change: change <= -40),
    ("down 20 to under 40", lambda change: -40 < change <= -20),
    ("down 10 to under 20", lambda change: -20 < change <= -10),
    ("down under 10", lambda change: -10 < change < 0),
    ("unchanged", lambda change: change == 0),
    ("up under 10", lambda change: 0 < change < 10),
    ("up 10 to under 20", lambda change: 10 <= change < 20),
    ("up 20 to under 40", lambda change: 20 <= change < 40),
    ("up 40 or more", lambda change: change >= 40),
)


@dataclass(frozen=True)
class Mover:
    """A lead that changes its tier, or whose tier becomes or ceases to be a hand-off.

    Attributes:
        lead_id: the lead.
        tier_before: its tier under the base's rules.
        tier_after: its tier under the new rules.
        score_before: its total score under the base's rules, in points.
        score_after: its total score under the new rules, in points.
        causes: what moved it, in words.
        reasons: its best rules: now if it enters the hand-off tier, before if it leaves it.

    """

    lead_id: str
    tier_before: str
    tier_after: str
    score_before: Decimal
    score_after: Decimal
    causes: tuple[str, ...]
    reasons: str


@dataclass(frozen=True)
class Move:
    """All leads that change from one tier to another."""

    tier_before: str
    tier_after: str
    leads: int
    causes: list[tuple[str, int]]


@dataclass(frozen=True)
class Week:
    """Hand-offs of one local calendar week, which begins on a Monday."""

    begins: date
    before: int
    after: int


@dataclass(frozen=True)
class Comparison:
    """What differs between the two builds.

    Attributes:
        as_of: the clock of both builds, UTC.
        tiers: all tiers, the highest first, then `disqualified`.
        handoff_tiers: tiers with a time limit for sales, before and after.
        leads: number of leads scored.
        matrix: number of leads by tier before and after.
        moves: the changes of tier, most leads first.
        entering: leads entering a hand-off tier, highest score first.
        leaving: leads leaving it, highest former score first.
        weeks: hand-offs of the last complete weeks, the oldest first.
        capacity: hand-offs per week that sales can carry; None if not given.
        sla: number of hand-offs so far by status of the deadline, before and after.
        warnings: what is said of the new rule book and was not said of the old one.
        score_changes: number of leads by class of change of the total score.
        changed_scores: number of leads whose total score changes.

    """

    as_of: datetime
    tiers: list[str]
    handoff_tiers: tuple[list[str], list[str]]
    leads: int
    matrix: dict[tuple[str, str], int]
    moves: list[Move]
    entering: list[Mover]
    leaving: list[Mover]
    weeks: list[Week]
    capacity: Decimal | None
    sla: list[tuple[str, int, int]]
    warnings: list[str]
    score_changes: list[tuple[str, int]]
    changed_scores: int

    @property
    def movers(self) -> int:
        """Number of leads that change tier."""
        return sum(count for (before, after), count in self.matrix.items() if before != after)

    def matrix_cell(self, before: str, after: str) -> int:
        """Number of leads in a tier before and in a tier after."""
        return self.matrix.get((before, after), 0)

    def row_total(self, tier: str) -> int:
        """Number of leads in a tier before."""
        return sum(count for (before, _), count in self.matrix.items() if before == tier)

    def column_total(self, tier: str) -> int:
        """Number of leads in a tier after."""
        return sum(count for (_, after), count in self.matrix.items() if after == tier)

    @property
    def mover_share(self) -> float:
        """Share of leads that change tier."""
        return self.movers / self.leads if self.leads else 0.0

    @property
    def weekly_before(self) -> float:
        """Hand-offs per week under the base's rules, mean of the weeks."""
        return sum(week.before for week in self.weeks) / len(self.weeks)

    @property
    def weekly_after(self) -> float:
        """Hand-offs per week under the new rules, mean of the weeks."""
        return sum(week.after for week in self.weeks) / len(self.weeks)


def compare(
    database: duckdb.DuckDBPyConnection,
    before: Book,
    after: Book,
    changes: list[Change],
    bands: str,
    project: Project,
) -> Comparison:
    """Compare two builds.

    Arguments:
        database: holds the extracts as schemas `before` and `after`.
        before: the base's rule book.
        after: the new rule book.
        changes: what differs between the two.
        bands: SQL that tells each score's tier; `{tiers}` stands for the table of tiers.
        project: the dbt project, for its variables and for what its columns may hold.

    Returns:
        Everything the report says about leads, except the back-test.

    """
    as_of = database.execute("select max(as_of) from after.lead_mart").fetchone()[0]
    timezone = str(project.variable("timezone") or "UTC")
    handoff_tiers = handoffs_of(before), handoffs_of(after)
    movers = _movers(database, before, after, Causes(changes, TierChanges(database, changes, bands)))
    entering = [m for m in movers if m.tier_after in handoff_tiers[1] and m.tier_before not in handoff_tiers[0]]
    leaving = [m for m in movers if m.tier_before in handoff_tiers[0] and m.tier_after not in handoff_tiers[1]]
    matrix = database.execute(
        "select old.tier, new.tier, count(*) from before.lead_mart as old join after.lead_mart as new using (lead_id)"
        " group by all"
    ).fetchall()
    score_changes, changed_scores = _score_changes(database)
    return Comparison(
        as_of=as_of,
        tiers=_tier_order(before, after),
        handoff_tiers=handoff_tiers,
        leads=sum(count for _, _, count in matrix),
        matrix={(old, new): count for old, new, count in matrix},
        moves=_moves(movers),
        entering=sorted(entering, key=lambda m: (-m.score_after, m.lead_id)),
        leaving=sorted(leaving, key=lambda m: (-m.score_before, m.lead_id)),
        weeks=_weeks(database, as_of, timezone),
        capacity=_capacity(database, as_of, timezone),
        sla=_sla(database, project.accepted_values("sales_handoffs", "sla_status")),
        warnings=_warnings(database),
        score_changes=score_changes,
        changed_scores=changed_scores,
    )


def handoffs_of(book: Book) -> list[str]:
    """Return the tiers that hand leads to sales, the highest first."""
    return [tier for tier in _by_score(book) if book["tiers"][tier].get("sla_hours")]


def _by_score(book: Book) -> list[str]:
    tiers = book.get("tiers", {})
    return sorted(tiers, key=lambda tier: -Decimal(tiers[tier].get("min_score", "0")))


def _tier_order(before: Book, after: Book) -> list[str]:
    both = before.get("tiers", {}) | after.get("tiers", {})
    return [*_by_score({"tiers": both}), DISQUALIFIED]


def _movers(database: duckdb.DuckDBPyConnection, before: Book, after: Book, causes: "Causes") -> list[Mover]:
    differing = _point_differences(database)
    rows = database.execute(
        "select old.lead_id, old.tier, new.tier, old.total_score, new.total_score, old.attribute_score,"
        " new.attribute_score, old.is_dormant, new.is_dormant, old_rule.rule_id, new_rule.rule_id,"
        " coalesce(old.top_reasons, ''), coalesce(new.top_reasons, '')"
        " from before.lead_mart as old join after.lead_mart as new using (lead_id)"
        " left join before.disqualified as old_rule using (lead_id)"
        " left join after.disqualified as new_rule using (lead_id)"
        " where old.tier is distinct from new.tier"
        " or list_contains($old_handoffs, old.tier) <> list_contains($new_handoffs, new.tier) order by old.lead_id",
        {"old_handoffs": handoffs_of(before), "new_handoffs": handoffs_of(after)},
    ).fetchall()
    handed = handoffs_of(after)
    movers = []
    for row in rows:
        lead_id, old_tier, new_tier, old_score, new_score = row[:5]
        old, new = Stand(old_score, row[5], row[7]), Stand(new_score, row[6], row[8])
        why = causes.of(old_tier, new_tier, row[9], row[10], old, new, differing.get(lead_id, {}))
        reasons = row[12] if new_tier in handed else row[11]
        movers.append(Mover(lead_id, old_tier, new_tier, old_score, new_score, tuple(why), reasons))
    return movers


def _point_differences(database: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Decimal]]:
    """Return by lead that changes tier: the rules that give it more or fewer points than before."""
    rows = database.execute(
        "with movers as (select lead_id from before.lead_mart as old join after.lead_mart as new using (lead_id)"
        " where old.tier is distinct from new.tier),"
        " sides as (select lead_id, rule_id, -points as points from before.reasons"
        " union all select lead_id, rule_id, points from after.reasons)"
        " select lead_id, rule_id, sum(points) from sides semi join movers using (lead_id)"
        " group by lead_id, rule_id having sum(points) <> 0 order by lead_id, rule_id"
    ).fetchall()
    found: dict[str, dict[str, Decimal]] = {}
    for lead_id, rule_id, points in rows:
        found.setdefault(lead_id, {})[rule_id] = points
    return found


@dataclass(frozen=True)
class Stand:
    """What a lead's tier depends on: its scores in points, and whether it sleeps."""

    total_score: Decimal
    attribute_score: Decimal
    is_dormant: bool


class Bands:
    """In which tier each score is, as `tier_bands` says."""

    def __init__(self, database: duckdb.DuckDBPyConnection, query: str) -> None:
        """Take the rows that a query gives."""
        self.rows = set(
            database.execute(
                "select is_dormant, min_total_score, below_total_score, min_attribute_score, below_attribute_score,"
                f" tier from ({query})"
            ).fetchall()
        )

    def tier(self, stand: Stand) -> str | None:
        """Return a lead's tier; None if no tier accepts it."""
        for is_dormant, low, below, low_attribute, below_attribute, tier in self.rows:
            is_inside = low <= stand.total_score < below and low_attribute <= stand.attribute_score < below_attribute
            if is_inside and is_dormant == stand.is_dormant:
                return tier
        return None


class TierChanges:
    """The changes of the tiers that decide which score is in which tier, and what would be without each."""

    def __init__(self, database: duckdb.DuckDBPyConnection, changes: list[Change], sql: str) -> None:
        """Ask the project's own SQL.

        Arguments:
            database: holds the extracts as schemas `before` and `after`.
            changes: what differs between the rule books.
            sql: the query of `tier_bands`; `{tiers}` stands for the table of tiers.

        """
        self.before, self.after = (Bands(database, f"from {schema}.tier_bands") for schema in ("before", "after"))
        self.without: list[tuple[Change, Bands]] = []
        for change in (change for change in changes if change.file == "tiers"):
            database.execute(
                "create or replace temp table undone as select * from after.tiers where tier <> $tier"
                " union all by name select * from before.tiers where tier = $tier",
                {"tier": change.rule_id},
            )
            bands = Bands(database, sql.replace("{tiers}", "undone"))
            if bands.rows != self.after.rows:
                self.without.append((change, bands))
        # the columns of a tier that the query names
        self.columns = set(re.findall(r"\w+", sql))


class Causes:
    """Names what moved a lead: the changes without which it would not have moved."""

    def __init__(self, changes: list[Change], tiers: TierChanges) -> None:
        """Sort the changes by what they can do.

        Arguments:
            changes: what differs between the rule books.
            tiers: those of them that move the bounds of tiers.

        """
        self.tiers = tiers
        self.changed = {change.rule_id for change in changes if change.file != "tiers"}
        resets = [change.rule_id for change in changes if change.file == "reset_rules"]
        # an event rule can change when a lead was active, and with it what a rule left alone gives
        awake = [c.rule_id for c in changes if c.file == "behavior_rules" and (c.kind != "changed" or _wakes(c))]
        self.indirect = resets or awake
        self.handoffs = [c for c in changes if c.file == "tiers" and "sla_hours" in c.columns]

    def of(
        self,
        old_tier: str,
        new_tier: str,
        old_rule: str | None,
        new_rule: str | None,
        old: Stand,
        new: Stand,
        differing: dict[str, Decimal],
    ) -> list[str]:
        """Return the causes of one lead's move.

        Arguments:
            old_tier: its tier before.
            new_tier: its tier after.
            old_rule: the rule that disqualified it before.
            new_rule: the rule that disqualifies it after.
            old: how it stood before.
            new: how it stands after.
            differing: points after minus before, by rule.

        """
        if new_tier == old_tier:
            return [f"`{change.rule_id}`: {change.words}" for change in self.handoffs if change.rule_id == new_tier]
        if new_tier == DISQUALIFIED:
            return [f"`{new_rule}` disqualifies"]
        if old_tier == DISQUALIFIED:
            return [f"`{old_rule}` no longer disqualifies"]
        needs_thresholds = self.tiers.before.tier(new) != new_tier
        needs_points = self.tiers.after.tier(old) != new_tier
        points = self._points(differing) or [f"`{rule_id}`" for rule_id in self.indirect]
        thresholds = [f"`{change.rule_id}`: {self._bounds(change)}" for change in self._needed(new_tier, new)]
        # where either alone would do, both are named
        if needs_points == needs_thresholds:
            return points + thresholds
        return points if needs_points else thresholds

    def _needed(self, new_tier: str, new: Stand) -> list[Change]:
        """Return the tiers whose bounds had to change; all that did where none of them alone matters."""
        needed = [change for change, bands in self.tiers.without if bands.tier(new) != new_tier]
        return needed or [change for change, _ in self.tiers.without]

    def _bounds(self, change: Change) -> str:
        if change.kind != "changed":
            return f"tier {change.kind}"
        return ", ".join(change.moved(name) for name in change.columns if name in self.tiers.columns)

    def _points(self, differing: dict[str, Decimal]) -> list[str]:
        own = [f"`{rule_id}` {signed(points)}" for rule_id, points in differing.items() if rule_id in self.changed]
        others = [f"`{rule_id}` {signed(p)}" for rule_id, p in differing.items() if rule_id not in self.changed]
        if not others:
            return own
        by = ", ".join(f"`{rule_id}`" for rule_id in self.indirect)
        return own + [f"{by}: {', '.join(others)}" if by else ", ".join(others)]


def _wakes(change: Change) -> bool:
    return bool(ACTIVITY & set(change.columns))


def signed(points: Decimal | float) -> str:
    """Write a difference with its sign: `+10`, `−2.5`."""
    number = Decimal(points).normalize() + 0
    return f"{number:+f}".replace("-", "−")


def _moves(movers: Iterable[Mover]) -> list[Move]:
    found: dict[tuple[str, str], list[Mover]] = {}
    for mover in movers:
        if mover.tier_before == mover.tier_after:
            continue
        found.setdefault((mover.tier_before, mover.tier_after), []).append(mover)
    moves = []
    for (before, after), leads in found.items():
        causes = Counter(cause for lead in leads for cause in lead.causes)
        ranked = sorted(causes.items(), key=lambda item: (-item[1], item[0]))
        moves.append(Move(before, after, len(leads), ranked))
    return sorted(moves, key=lambda move: (-move.leads, move.tier_before, move.tier_after))


def _weeks(database: duckdb.DuckDBPyConnection, as_of: datetime, timezone: str) -> list[Week]:
    def monday(moment: str) -> str:
        return f"cast(date_trunc('week', ({moment} at time zone 'UTC') at time zone $zone) as date)"

    rows = database.execute(
        f"with weeks as (select {monday('$as_of')} - to_days(7 * cast(n as integer)) as begins"
        f" from range(1, {WEEKS + 1}) as counted(n)),"
        f" sides as (select {monday('handed_off_at')} as begins, 1 as old, 0 as new from before.handoffs"
        f" union all select {monday('handed_off_at')}, 0, 1 from after.handoffs)"
        " select cast(weeks.begins as date), coalesce(sum(old), 0), coalesce(sum(new), 0)"
        " from weeks left join sides on weeks.begins = sides.begins group by all order by 1",
        {"as_of": as_of, "zone": timezone},
    ).fetchall()
    return [Week(begins, int(old), int(new)) for begins, old, new in rows]


def _capacity(database: duckdb.DuckDBPyConnection, as_of: datetime, timezone: str) -> Decimal | None:
    row = database.execute(
        "select handoffs_per_week from after.capacity"
        " where valid_from_date <= cast(($as_of at time zone 'UTC') at time zone $zone as date)"
        " order by valid_from_date desc limit 1",
        {"as_of": as_of, "zone": timezone},
    ).fetchone()
    return row[0] if row else None


def _sla(database: duckdb.DuckDBPyConnection, statuses: list[str]) -> list[tuple[str, int, int]]:
    before, after = (
        dict(database.execute(f"select sla_status, count(*) from {schema}.handoffs group by sla_status").fetchall())
        for schema in ("before", "after")
    )
    return [(status, before.get(status, 0), after.get(status, 0)) for status in statuses]


def _warnings(database: duckdb.DuckDBPyConnection) -> list[str]:
    rows = database.execute("from after.warnings except from before.warnings order by all").fetchall()
    return [
        f"{file}{f', `{rule_id}`' if rule_id else ''}: {problem}. {remedy}." for file, rule_id, problem, remedy in rows
    ]


def _score_changes(database: duckdb.DuckDBPyConnection) -> tuple[list[tuple[str, int]], int]:
    """Count leads by class of change; the class of no change is one of its own."""
    rows = database.execute(
        "select new.total_score - old.total_score as change, count(*)"
        " from before.lead_mart as old join after.lead_mart as new using (lead_id) group by change"
    ).fetchall()
    counted = [(name, sum(n for change, n in rows if holds(change))) for name, holds in CLASSES]
    return counted, sum(n for change, n in rows if change)
