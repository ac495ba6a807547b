"""The report: what the numbers say, in words."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from lead_scoring.impact.backtest import ENOUGH_LEADS, Backtest, GroupRate
from lead_scoring.impact.builds import PROMISES
from lead_scoring.impact.comparison import Comparison
from lead_scoring.impact.rules import Change, shortened

# Longer than this, what a rule's change is in words is no part of a heading.
HEADING_CHARACTERS = 200
PREDICTS = {
    "better": "Predicts better",
    "worse": "Predicts worse",
    "as before": "Predicts as before",
    "cannot tell": "Cannot tell whether it predicts better",
}
IN_WORDS = {
    "better": "chosen better",
    "worse": "chosen worse",
    "as before": "as before",
    "cannot tell": "cannot tell whether better",
}


@dataclass(frozen=True)
class Limits:
    """What a change may do at most before it is stopped.

    Attributes:
        tier_changes: share of leads that change tier.
        handoffs_per_week: hand-offs per week; None: the capacity in force.
        auc_loss: loss of AUC; it counts only where the whole 95 % interval lies beyond it.

    """

    tier_changes: float = 0.2
    handoffs_per_week: float | None = None
    auc_loss: float = 0.0


@dataclass(frozen=True)
class Check:
    """One limit or promise, and whether it is kept."""

    name: str
    is_kept: bool
    found: str


@dataclass(frozen=True)
class Report:
    """Everything both templates show.

    Attributes:
        base: name of the rule book compared with.
        changes: what differs in the rule files.
        commits_missing: commits of the base to the rule files that the branch does not have.
        comparison: whom the change moves.
        backtest: whether it predicts better.
        limits: what it may do at most.
        broken: rows that break a promise, by its test, before and after.

    """

    base: str
    changes: list[Change]
    commits_missing: int
    comparison: Comparison
    backtest: Backtest
    limits: Limits
    broken: tuple[dict[str, int], dict[str, int]]

    @property
    def most_handoffs(self) -> float | None:
        """The limit of hand-offs per week; None if nobody gave one."""
        if self.limits.handoffs_per_week is not None:
            return self.limits.handoffs_per_week
        return float(self.comparison.capacity) if self.comparison.capacity is not None else None

    @property
    def checks(self) -> list[Check]:
        """The limits, each with what was found."""
        share, most = self.comparison.mover_share, self.most_handoffs
        before, after = self.comparison.weekly_before, self.comparison.weekly_after
        found = [
            Check(
                f"at most {percent(self.limits.tier_changes)} of the leads change tier",
                share <= self.limits.tier_changes,
                percent(share),
            )
        ]
        if most is not None:
            # who was above the limit before is not stopped on the way down
            found.append(
                Check(f"at most {number(most)} hand-offs per week", after <= max(most, before), f"{after:.1f}"),
            )
        interval = self.backtest.interval
        lost = interval is not None and interval[1] < -self.limits.auc_loss
        at_most = f" of more than {self.limits.auc_loss:.3f}" if self.limits.auc_loss else ""
        found.append(
            Check(
                f"no significant loss of AUC{at_most}",
                not lost,
                points_of_auc(self.backtest.difference) if self.backtest.auc else "unknown",
            )
        )
        return found

    @property
    def tones(self) -> tuple[str, str, str]:
        """How to colour the figures of the three limits: `good`, `bad` or nothing."""
        checks = self.checks
        moved, foreseen = ("" if check.is_kept else "bad" for check in (checks[0], checks[-1]))
        carried = "bad" if len(checks) == 3 and not checks[1].is_kept else ""
        return moved, carried, {"better": "good", "worse": "bad"}.get(self.backtest.verdict, foreseen)

    @property
    def promises(self) -> list[tuple[str, int, int]]:
        """The promises in words, with the rows that break them before and after."""
        return [(words, self.broken[0].get(test, 0), self.broken[1].get(test, 0)) for test, words in PROMISES.items()]

    @property
    def changed_share(self) -> float:
        """Share of leads whose score changes."""
        return self.comparison.changed_scores / self.comparison.leads if self.comparison.leads else 0.0

    @property
    def handoff_tiers(self) -> str:
        """The tiers whose leads sales has to call, before or after."""
        return (
            " or ".join(dict.fromkeys(tier for tiers in self.comparison.handoff_tiers for tier in tiers)) or "no tier"
        )

    @property
    def rates(self) -> list[tuple[str, GroupRate | None, GroupRate | None]]:
        """Opportunity rates by tier, before beside after."""
        before, after = ({rate.group: rate for rate in rates} for rates in self.backtest.rates)
        tiers = [tier for tier in self.comparison.tiers if tier in before or tier in after]
        return [(tier, before.get(tier), after.get(tier)) for tier in tiers]

    @property
    def prediction(self) -> str:
        """Whether the new rules predict better, with the evidence, in a few sentences."""
        past = self.backtest
        if past.auc is None and past.learned_until and past.by_month:
            return f"{PREDICTS['cannot tell']}: outcomes of every month there is taught the points."
        if past.auc is None:
            return f"{PREDICTS['cannot tell']}: no month has passed its horizon with an opportunity in it."
        auc = f"AUC {past.auc[0]:.3f} → {past.auc[1]:.3f}"
        if past.interval is None:
            found = several(past.opportunity_leads, "lead")
            return (
                f"{PREDICTS['cannot tell']}: {found} with an opportunity, at least {ENOUGH_LEADS} are needed ({auc})."
            )
        if past.verdict == "as before":
            return f"{PREDICTS[past.verdict]}: the leads stand in the same order ({auc})."
        low, high = (points_of_auc(end) for end in past.interval)
        order = f"{auc}; 95 % interval of the change {low} to {high}."
        if past.lift is None or past.lift_interval is None:
            return f"{PREDICTS[past.verdict]}: {order}"
        low, high = (f"{end:+.2f}".replace("-", "−") for end in past.lift_interval)
        return (
            f"The {past.capacity:.0f} best leads of a month, as many as sales can call: {IN_WORDS[past.lift_verdict]}. "
            f"{past.lift[0]:.2f} → {past.lift[1]:.2f} times as many of them become an opportunity as of all leads; "
            f"95 % interval of the change {low} to {high}. "
            f"The order of all leads: {IN_WORDS[past.verdict]}. {order}"
        )

    @property
    def foresight(self) -> str:
        """The same in one short sentence: first the leads that sales will call, then all."""
        past = self.backtest
        auc = f" (AUC {past.auc[0]:.3f} → {past.auc[1]:.3f})" if past.auc else ""
        if past.lift is None or past.lift_interval is None:
            return f"{PREDICTS[past.verdict]}{auc}."
        lift = f"{past.lift[0]:.2f} → {past.lift[1]:.2f} times the mean"
        return (
            f"The {past.capacity:.0f} leads a month that sales can call: {IN_WORDS[past.lift_verdict]} ({lift}); "
            f"the order of all leads: {IN_WORDS[past.verdict]}{auc}."
        )

    @property
    def learned(self) -> str:
        """Which months cannot judge the points, as they taught them; blank if none did."""
        past = self.backtest
        months = [f"{each.month:%Y-%m}" for each in past.by_month if each.is_learned]
        if not months:
            return ""
        span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
        return f"Outcomes until {past.learned_until} UTC taught these points, so {span} judge nothing."

    @property
    def handoff_weeks(self) -> str:
        """Which weeks the hand-offs per week are of."""
        now = self.comparison
        empty = f"{several(now.empty_weeks, 'week')} before the clock without any data"
        if not now.weeks:
            return f"unknown: {empty}"
        left_out = f"; left out: {empty}" if now.empty_weeks else ""
        return f"mean of {several(len(now.weeks), 'complete week')} from {now.weeks[0].begins}{left_out}"

    @property
    def verdict(self) -> str:
        """The whole report in one line."""
        now = self.comparison
        most = f" (limit {number(self.most_handoffs)})" if self.most_handoffs is not None else ""
        count = len(self.exceeded)
        return " ".join(
            [
                f"{self.changed_rules}.",
                f"{several(now.movers, 'lead changes', 'leads change')} tier ({percent(now.mover_share)}).",
                f"{several(now.changed_scores, 'score changes', 'scores change')} ({percent(self.changed_share)}).",
                f"Hand-offs per week {now.weekly_before:.1f} → {now.weekly_after:.1f}{most}.",
                self.foresight,
                "All limits kept." if not count else f"{several(count, 'limit')} exceeded.",
            ]
        )

    @property
    def changed_rules(self) -> str:
        """What changed, in words where it is little, else counted."""
        if len(self.changes) <= 2:
            told = "; ".join(
                f"`{shortened(change.rule_id)}` {change.words if change.kind == 'changed' else change.kind}"
                for change in self.changes
            )
            if len(told) <= HEADING_CHARACTERS:
                return told
        counts = Counter(change.kind for change in self.changes)
        if len(counts) == 1:
            return f"{len(self.changes)} rules {self.changes[0].kind}"
        told = [f"{counts[kind]} {kind}" for kind in ("changed", "added", "removed") if counts[kind]]
        return f"{len(self.changes)} rules: {', '.join(told)}"

    @property
    def by_file(self) -> list[tuple[str, list[Change]]]:
        """The changes, file by file."""
        files = dict.fromkeys(change.file for change in self.changes)
        return [(f"{file}.csv", [change for change in self.changes if change.file == file]) for file in files]

    @property
    def exceeded(self) -> list[Check]:
        """The limits that the change exceeds, and promises it breaks."""
        broken = [Check(words, False, f"{rows} rows") for words, _, rows in self.promises if rows]
        return [check for check in self.checks if not check.is_kept] + broken


def percent(share: float, digits: int = 1) -> str:
    """Write a share as a percentage."""
    return f"{100 * share:.{digits}f} %"


def points_of_auc(difference: float) -> str:
    """Write a difference of two AUCs with its sign."""
    return f"{difference:+.3f}".replace("-", "−")


def number(value: float) -> str:
    """Write a number without needless zeros."""
    return f"{Decimal(str(value)).normalize() + 0:,f}"


def several(count: int, singular: str, plural: str = "") -> str:
    """Write a count with its noun: `1 lead`, `2 leads`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
