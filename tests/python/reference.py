"""A slow reference for lead scores, to compare the SQL models with.

It follows the scoring rules as docs/how-a-score-comes-about.md tells them, by
definition and in plain Python: one lead at a time, every time point tried out, exact
decimals. Nothing here is meant to be fast, and nothing is shared with the models, so
that a mistake in one is not a mistake in the other. What follows from a score is told by
`reference_handoffs` and `reference_review`.

All timestamps are naive `datetime` values in UTC. Numbers are `int` or `Decimal`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, partial
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from reference_handoffs import FollowedLead, WorkingHours, first_activity_known
from reference_review import Review, review

Row = dict[str, Any]
TextRow = dict[str, str | None]
Tables = dict[str, list[TextRow]]


@dataclass
class Scored:
    """Everything that follows from a rule book and the raw rows.

    Up to `openings` (of hand-offs) all reaches into the future; from `mart` on there is a clock.
    """

    rejected: list[Row]
    staged: dict[str, list[Row]]
    duplicates: dict[str, int]
    ledger: list[Row]
    episodes: list[Row]
    history: list[Row]
    openings: list[Row]
    mart: list[Row]
    handoffs: list[Row]
    queue: list[Row]
    stale: list[Row]
    review: Review


# --- Raw text to values ---------------------------------------------------------------


class UnparsableError(ValueError):
    """The text does not denote a value of the column's type."""


class ImpossibleError(ValueError):
    """The text denotes a value that cannot be true, such as the year 1066."""


TIMESTAMP = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([ T](?P<clock>(?!24)[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)"
    r"( ?(?P<utc>Z|UTC|GMT)| ?(?P<offset>[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?)?",
    re.IGNORECASE | re.ASCII,
)
BOOLEANS = dict.fromkeys(["true", "t", "1", "yes", "y"], True)
BOOLEANS |= dict.fromkeys(["false", "f", "0", "no", "n"], False)

# How text is compared: the wide forms of ASCII and the narrow middle dot are the usual ones, what has no width is
# not there.
WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFF65: "\u30fb"}
WIDTHS |= dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


def folded(text: str) -> str:
    """Return `text` in the form in which texts are compared: without regard to width and to case."""
    return text.translate(WIDTHS).lower()


def parse_timestamp(text: str, zone: ZoneInfo, raw_zone: ZoneInfo) -> datetime:
    """Return the UTC time that `text` denotes.

    A date alone is that day's midnight in `zone`. A time without an offset is in `raw_zone`; of an
    hour that comes twice there the first is meant, and an hour that is skipped counts from the
    change of the clocks.
    """
    found = TIMESTAMP.fullmatch(text.strip())
    if found is None:
        raise UnparsableError(text)
    clock, offset = found["clock"] or "00:00", "+00:00" if found["utc"] else found["offset"] or ""
    try:
        local = datetime.fromisoformat(f"{found['date']}T{clock}{offset}")
    except ValueError as error:  # no such day, or no such time of day
        raise UnparsableError(text) from error
    try:
        if not offset:
            local = local.replace(tzinfo=raw_zone if found["clock"] else zone)
        moment = local.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:  # before year 1 or after year 9999 in UTC
        raise ImpossibleError(text) from error
    if not 1990 <= moment.year <= 2100:
        raise ImpossibleError(text)
    return moment


def is_date_only(text: str | None) -> bool:
    """Tell whether a readable time is a date alone."""
    return text is not None and len(text.strip()) == len("2026-06-01")


NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]+|[0-9]{1,3}(,[0-9]{3})+)(?P<rest>\.[0-9]*)?\s*[名人]?", re.ASCII)


def plain_number(text: str) -> str:
    """Return the number in `text` as a sign, digits and perhaps a point with digits.

    It may be in wide digits, with a comma every three digits, and followed by 名 or 人. Exactly
    three zeros after the point are refused: `1.000` is one here and a thousand elsewhere.
    """
    found = NUMBER.fullmatch(folded(text).strip())
    if found is None or found["rest"] == ".000":
        raise UnparsableError(text)
    whole = found["whole"].replace(",", "")
    if len(whole) > 15:
        raise UnparsableError(text)
    return found["sign"] + whole + (found["rest"] or "")


def parse_count(text: str) -> int:
    """Return the whole number in `text`; a spreadsheet's `100.0` is one, too."""
    whole, _, rest = plain_number(text).partition(".")
    if rest.strip("0"):
        raise UnparsableError(text)
    if int(whole) < 0:
        raise ImpossibleError(text)
    return int(whole)


def parse_decimal(text: str) -> Decimal:
    """Return the decimal number in `text`, rounded to six places."""
    number = plain_number(text)
    if number.endswith("."):
        raise UnparsableError(text)
    return Decimal(number).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def parse_boolean(text: str) -> bool:
    """Return the truth value in `text`."""
    if text.strip().lower() not in BOOLEANS:
        raise UnparsableError(text)
    return BOOLEANS[text.strip().lower()]


# The columns of each raw table, `*` = required. The first is the key. Problems are
# looked for, and ties between duplicates broken, in this order.
CONTRACT = {
    "lead_aliases": "alias_id* lead_id*",
    "leads": "lead_id* created_at* updated_at email company_name employee_count industry job_title region segment"
    " disqualified_at disqualified_reason",
    "events": "event_id* lead_id* event_type* occurred_at* recorded_at loaded_at asset is_bot",
    "sales_activities": "activity_id* lead_id* activity_type occurred_at* owner updated_at",
    "opportunities": "opportunity_id* lead_id* created_at* closed_at is_won amount deal_id updated_at",
}
# Of two rows with the same key, the one that is later by this column wins.
VERSION_COLUMN = dict.fromkeys(["leads", "sales_activities", "opportunities"], "updated_at") | {"events": "loaded_at"}
# Whether this column's text is a date alone is known of a staged row, and breaks ties last.
DATE_ONLY = {
    "sales_activities": ("occurred_at", "is_date_only"),
    "opportunities": ("created_at", "is_created_date_only"),
}

TIMES = ["created_at", "updated_at", "occurred_at", "recorded_at", "loaded_at", "closed_at", "disqualified_at"]
# Ids and assets stay as they are (they differ if a single blank differs). Text that is
# not listed here is kept without the white space around it.
AS_IS = ["lead_id", "alias_id", "event_id", "activity_id", "opportunity_id", "deal_id", "asset"]
PARSERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(AS_IS, str),
    "event_type": lambda text: text.strip().lower(),
    "employee_count": parse_count,
    "amount": parse_decimal,
    "is_bot": parse_boolean,
    "is_won": parse_boolean,
}


def is_blank(text: str | None) -> bool:
    """Tell whether `text` is missing or nothing but white space."""
    return text is None or text.strip() == ""


class Reader:
    """Reads raw rows of text, with the zones that times without an offset and dates are in."""

    def __init__(self, timezone: str, raw_timezone: str, scored_attributes: Sequence[str]) -> None:
        """Take names of zones and the further columns of leads."""
        self.zone = ZoneInfo(timezone)
        parse_time = partial(parse_timestamp, zone=self.zone, raw_zone=ZoneInfo(raw_timezone))
        self.parsers = PARSERS | dict.fromkeys(TIMES, parse_time)
        self.columns = {table: contract.replace("*", "").split() for table, contract in CONTRACT.items()}
        self.columns["leads"] += [name for name in scored_attributes if name not in self.columns["leads"]]

    def parse_row(self, table: str, raw_row: TextRow) -> tuple[Row | None, list[str]]:
        """Return the row's values and the reasons why it, or a field of it, is refused.

        The values are None when the whole row is refused; there is one reason then.
        """
        required = [name.strip("*") for name in CONTRACT[table].split() if "*" in name]
        values: Row = dict.fromkeys(self.columns[table])
        missing, unparsable, impossible = [], [], []
        for column in values:
            text = raw_row.get(column)
            if text is None or is_blank(text):
                missing.append(column)
                continue
            try:
                values[column] = self.parsers.get(column, str.strip)(text)
            except UnparsableError:
                unparsable.append(column)
            except ImpossibleError:
                impossible.append(column)
        refusals = [f"missing_{column}" for column in missing if column in required]
        refusals += [f"unparsable_{column}" for column in unparsable if column in required]
        refusals += [f"impossible_{column}" for column in impossible]
        if refusals:
            return None, refusals[:1]
        reasons = [f"unparsable_{column}" for column in unparsable]
        if table in DATE_ONLY:
            column, flag = DATE_ONLY[table]
            values[flag] = is_date_only(raw_row[column])
        if table == "events":  # what a blank means
            values["is_bot"] = bool(values["is_bot"])
            values["recorded_at"] = values["recorded_at"] or values["occurred_at"]
        if table == "opportunities":
            values["deal_id"] = values["deal_id"] or values["opportunity_id"]
            reasons += self.contradictions(values, is_date_only(raw_row.get("closed_at")))
        return values, reasons

    def contradictions(self, opportunity: Row, is_closed_date_only: bool) -> list[str]:
        """Empty the fields of an opportunity that contradict each other, and return the reasons.

        First the time of closing, then the outcome, judged by what is left: lost, but at no time, is
        not closed. A deal closed on the very date on which it was created is no contradiction where
        nobody wrote the hour; it was closed as soon as it was created.
        """
        reasons = []
        created_at, closed_at = opportunity["created_at"], opportunity["closed_at"]
        if closed_at is not None and closed_at < created_at:
            is_same_day = local_date(closed_at, self.zone) == local_date(created_at, self.zone)
            opportunity["closed_at"] = created_at if is_closed_date_only and is_same_day else None
            reasons += [] if opportunity["closed_at"] else ["contradictory_closed_at"]
        if opportunity["is_won"] is False and opportunity["closed_at"] is None:
            opportunity["is_won"] = None
            reasons.append("contradictory_is_won")
        if opportunity["amount"] is not None and opportunity["amount"] < 0:
            opportunity["amount"] = None
            reasons.append("negative_amount")
        return reasons


def surviving_row(rows: list[Row], order: list[str]) -> Row:
    """Return the row that wins: greatest by the first column, then by the next, ...

    A null loses against any value.
    """
    for column in order:
        present = [row[column] for row in rows if row[column] is not None]
        if present:
            rows = [row for row in rows if row[column] == max(present)]
    return rows[0]  # those left are equal in every column


def surviving_id(lead_id: str, successors: dict[str, str]) -> str:
    """Return the id at the end of the chain of aliases that begins with `lead_id`; there is no cycle."""
    while lead_id in successors:
        lead_id = successors[lead_id]
    return lead_id


def is_in_cycle(alias_id: str, successors: dict[str, str]) -> bool:
    """Tell whether the aliases lead from `alias_id` back to it; a chain that ends in a cycle is not in it."""
    lead_id: str | None = alias_id
    for _ in successors:
        lead_id = successors.get(lead_id) if lead_id is not None else None
        if lead_id == alias_id:
            return True
    return False


def merged(rows: list[Row], lead_id: str, order: list[str]) -> Row:
    """Return one row for a person's rows of leads: that of the surviving id, else the latest.

    Only the time of creation is that of the earliest row.
    """
    own = [row for row in rows if row["lead_id"] == lead_id]
    row = own[0] if own else surviving_row(rows, order)
    return row | {"lead_id": lead_id, "created_at": min(row["created_at"] for row in rows)}


def stage(
    raw: Tables, scored_attributes: Sequence[str] = (), timezone: str = "Asia/Tokyo", raw_timezone: str = "UTC"
) -> tuple[Row, list[Row], Row]:
    """Return staged rows by table, rejected records, and duplicates (merged leads included) by table.

    The staged `lead_aliases` name the surviving id, at the end of the chain. Of rows with one key the
    one that stays is found first, with the ids as they are given, then aliases are replaced.
    """
    reader = Reader(timezone, raw_timezone, scored_attributes)
    staged: dict[str, list[Row]] = {}
    duplicates: dict[str, int] = {}
    rejected: list[Row] = []
    lost: set[tuple[str, str]] = set()  # records no version of which is staged
    successors: dict[str, str] = {}

    def reject(table: str, record_id: str | None, reason: str, kept: bool) -> None:
        record = {"source_table": table, "record_id": record_id, "reason": reason}
        rejected.append(record | {"is_row_kept": kept})

    def reject_row(table: str, record_id: str, reason: str) -> None:
        reject(table, record_id, reason, kept=False)
        lost.add((table, record_id))

    for table, columns in reader.columns.items():
        key = columns[0]
        by_key: dict[str, list[Row]] = {}
        for raw_row in raw.get(table, []):
            values, reasons = reader.parse_row(table, raw_row)
            record_id = None if is_blank(raw_row[key]) else raw_row[key]
            for reason in reasons:
                reject(table, record_id, reason, kept=values is not None)
            if values is not None:
                by_key.setdefault(values[key], []).append(values)
        order = [VERSION_COLUMN[table]] if table in VERSION_COLUMN else []
        order += [name for name in columns if name not in order]
        order += [DATE_ONLY[table][1]] if table in DATE_ONLY else []
        duplicates[table] = sum(len(rows) - 1 for rows in by_key.values())
        found = [surviving_row(rows, order) for rows in by_key.values()]
        if table == "lead_aliases":
            links = {row["alias_id"]: row["lead_id"] for row in found}
            for alias_id, lead_id in links.items():
                if is_in_cycle(alias_id, links):
                    reject_row(table, alias_id, "alias_cycle")
                else:
                    successors[alias_id] = lead_id
            staged[table] = [{"alias_id": a, "lead_id": surviving_id(a, successors)} for a in successors]
        elif table == "leads":
            people: dict[str, list[Row]] = {}
            for row in found:
                people.setdefault(surviving_id(row["lead_id"], successors), []).append(row)
            staged[table] = [merged(rows, lead_id, order) for lead_id, rows in people.items()]
            duplicates[table] += len(found) - len(people)
        else:
            staged[table] = []
            for row in found:
                row["lead_id"] = surviving_id(row["lead_id"], successors)
                if any(row["lead_id"] == known["lead_id"] for known in staged["leads"]):
                    staged[table].append(row)
                else:
                    reject_row(table, row[key], "unknown_lead")
    for record in rejected:
        record["is_row_kept"] &= (record["source_table"], record["record_id"]) not in lost
    return staged, rejected, duplicates


# --- Rules ----------------------------------------------------------------------------

RULE_NUMBERS = ["min_value", "max_value", "points", "max_awards", "decay_percent"]
RULE_NUMBERS += ["min_active_days", "min_score", "min_attribute_score"]
RULE_NUMBERS += ["sla_hours", "rearm_below"]
RULE_DAYS = ["decay_every_days", "window_days", "inactive_days"]
RULE_FLAGS = ["keeps_active", "marks_dormant", "requires_active"]


def typed_rule(rule: TextRow) -> Row:
    """Return a rule's cells as values: days as elapsed time, blank cells as None."""
    values: Row = {}
    for column, text in rule.items():
        if text is None or is_blank(text):
            values[column] = None
        elif column in RULE_NUMBERS:
            values[column] = Decimal(text.strip())
        elif column in RULE_DAYS:
            values[column] = timedelta(days=int(text))
        elif column in RULE_FLAGS:
            values[column] = parse_boolean(text)
        else:
            values[column] = text
    return values


def is_like(text: str, pattern: str) -> bool:
    """Tell whether all of `text` fits `pattern`, whatever the case of letters.

    `%` stands for any run of characters, `_` for any one; all others for themselves.
    """
    wildcards = {"%": ".*", "_": "."}
    regex = "".join(wildcards.get(c, re.escape(c)) for c in pattern.lower())
    return re.fullmatch(regex, text.lower(), re.DOTALL) is not None


def attribute_value(lead: Row, attribute: str) -> str | int | None:
    """Return the lead's value of an attribute that rules may name.

    The domain of an e-mail address is what comes after the last @, without the bracket and the dots
    at its end. Text of nothing but characters without width is no value.
    """
    value = lead[attribute if attribute != "email_domain" else "email"]
    if attribute == "email_domain":
        _, _, value = folded(value or "").rpartition("@") if "@" in folded(value or "") else ("", "", "")
        value = value.strip().rstrip("> .")
    return None if isinstance(value, str) and not folded(value).strip() else value


def alternatives(rule_text: str) -> list[str]:
    """Return what a rule lists between bars, those that are empty left out."""
    return [part.strip() for part in rule_text.split("|") if folded(part).strip()]


def matches_lead(rule: Row, lead: Row, missing_matches: bool) -> bool:
    """Tell whether an attribute or disqualification rule matches the lead.

    Bars and percent signs count as signs of the rule book where they are written in the usual width;
    in a pattern the wide ones do, too. `missing_matches`: whether the reserved value `(missing)` means
    a null attribute.
    """
    value = attribute_value(lead, rule["attribute"])
    if rule["value"] is not None:
        listed = alternatives(rule["value"])
        if value is None:
            return missing_matches and "(missing)" in [folded(text).strip() for text in listed]
        return any(
            is_like(folded(str(value)).strip(), folded(text).strip())
            if "%" in text
            else folded(str(value)).strip() == folded(text).strip()
            for text in listed
            if folded(text).strip() != "(missing)"
        )
    if value is None:
        return False
    try:
        number = Decimal(value) if isinstance(value, int) else parse_decimal(value)
    except UnparsableError:
        return False
    low, high = rule["min_value"], rule["max_value"]
    return (low is None or low <= number) and (high is None or number < high)


def matches_event(rule: Row, event: Row) -> bool:
    """Tell whether a behavior rule matches the event's type and asset."""
    types = [text.lower() for text in alternatives(rule["event_type"])]
    if event["event_type"] not in types:
        return False
    if rule["asset_pattern"] is None:
        return True
    return event["asset"] is not None and is_like(event["asset"], rule["asset_pattern"])


# --- Activity and episodes ------------------------------------------------------------


@dataclass
class Episode:
    """A stretch of a lead's life without a gap that resets its behavior score."""

    number: int
    started_at: datetime
    last_activity_at: datetime
    reset_at: datetime | None

    def holds_activity(self, moment: datetime) -> bool:
        """Tell whether an activity at `moment` is one of this episode's."""
        return self.started_at <= moment <= self.last_activity_at

    def is_awake(self, moment: datetime) -> bool:
        """Tell whether the episode has begun and is not reset yet at `moment`."""
        is_reset = self.reset_at is not None and self.reset_at <= moment
        return self.started_at <= moment and not is_reset


def find_episodes(times: list[datetime], reset: timedelta | None) -> list[Episode]:
    """Cut activity times (ascending) into episodes at every gap of `reset` or more."""
    groups = [[times[0]]]
    for earlier, later in pairwise(times):
        if reset is not None and later - earlier >= reset:
            groups.append([])
        groups[-1].append(later)
    return [
        Episode(n, group[0], group[-1], None if reset is None else group[-1] + reset)
        for n, group in enumerate(groups, start=1)
    ]


# --- Ledger ---------------------------------------------------------------------------


def entry(at: datetime, axis: str, rule: Row, kind: str, points: Decimal) -> Row:
    """Return a ledger row that belongs to no event and to no episode yet."""
    row = {"effective_at": at, "axis": axis, "rule_id": rule["rule_id"]}
    row |= {"entry_type": kind, "points": points}
    return row | {"event_id": None, "asset": None, "episode": None}


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the calendar date at `moment` in the time zone."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


def awarded_events(rule: Row, events: list[Row], zone: ZoneInfo) -> list[Row]:
    """Return those of one episode's events to which the rule gives points."""
    matching = [event for event in events if matches_event(rule, event)]
    matching.sort(key=lambda event: (event["occurred_at"], event["event_id"]))
    awarded: list[Row] = []
    counted: set[Any] = set()
    for event in matching:
        counts_as = {
            "event": event["event_id"],
            "day": local_date(event["occurred_at"], zone),
            "item": event["asset"],
        }[rule["award_per"] or "event"]
        if counts_as not in counted:
            counted.add(counts_as)
            awarded.append(event)
    limit = rule["max_awards"]
    return awarded if limit is None else awarded[: int(limit)]


def award_entries(rule: Row, event: Row, episode: Episode) -> list[Row]:
    """Return an event's award and the steps by which it fades before the reset."""
    at, points = event["occurred_at"], rule["points"]
    rows = [entry(at, "behavior", rule, "award", points)]
    percent, every = rule["decay_percent"], rule["decay_every_days"]
    if percent and every:
        gone = Decimal(0)  # percent of the award that earlier steps took
        while gone < 100:
            at += every
            step = min(percent, 100 - gone)
            gone += step
            if episode.is_awake(at):
                loss = -points * step / 100
                rows.append(entry(at, "behavior", rule, "decay", loss))
    origin = {"event_id": event["event_id"], "asset": event["asset"]}
    return [row | origin for row in rows]


def deduct_entries(rule: Row, times: list[datetime], episode: Episode) -> list[Row]:
    """Return a deduct for each stretch of the episode that is quiet for too long.

    `times` are all activities of the lead, ascending; the last is followed by nothing.
    """
    rows = []
    for last, following in zip(times, [*times[1:], None], strict=True):
        due = last + rule["inactive_days"]
        is_quiet = following is None or following >= due
        # At the time of the reset, or later, there is nothing left to deduct from.
        if is_quiet and episode.holds_activity(last) and episode.is_awake(due):
            rows.append(entry(due, "behavior", rule, "deduct", rule["points"]))
    return rows


def recency_entries(rule: Row, active: list[datetime], zone: ZoneInfo) -> list[Row]:
    """Return where a recency rule starts and stops to hold.

    `active` are the times of activity events; the lead's creation is none. Each row's
    `episode` is, for now, the time of the activity whose episode it belongs to.
    """
    window, needed = rule["window_days"], rule["min_active_days"] or 1
    rows = []
    held = False
    for moment in sorted({*active, *(activity + window for activity in active)}):
        counted = [a for a in active if a <= moment < a + window]
        holds = len({local_date(activity, zone) for activity in counted}) >= needed
        if holds and not held:
            row = entry(moment, "recency", rule, "start", rule["points"])
            rows.append(row | {"episode": moment})
        if held and not holds:
            row = entry(moment, "recency", rule, "end", -rule["points"])
            rows.append(row | {"episode": max(a for a in active if a < moment)})
        held = holds
    return rows


# --- One lead -------------------------------------------------------------------------


class ScoredLead:
    """One staged lead with its events: its ledger, and its state at any time."""

    def __init__(self, lead: Row, events: list[Row], rules: Row, zone: ZoneInfo) -> None:
        """Find activities, episodes and ledger rows; `rules` hold typed values."""
        self.lead_id, self.created_at = lead["lead_id"], lead["created_at"]
        self.rules, self.zone = rules, zone
        self.disqualified_at, self.disqualified_reason = lead["disqualified_at"], lead["disqualified_reason"]
        self.recorded_at = {event["event_id"]: event["recorded_at"] for event in events}
        humans = [event for event in events if not event["is_bot"]]
        keeping = [r for r in rules["behavior_rules"] if r["keeps_active"] is not False]
        self.active = sorted(
            event["occurred_at"] for event in humans if any(matches_event(rule, event) for rule in keeping)
        )
        # The creation starts the clock, although it earns nothing.
        self.times = sorted([self.created_at, *self.active])
        resets = [r for r in rules["reset_rules"] if r["action"] == "reset"]
        self.reset = resets[0]["inactive_days"] if resets else None
        self.episodes = find_episodes(self.times, self.reset)
        sleep = [r["inactive_days"] for r in rules["reset_rules"] if r["marks_dormant"]]
        self.dormant_after = min(sleep, default=None)
        failed = [rule for rule in rules["disqualification_rules"] if matches_lead(rule, lead, missing_matches=False)]
        self.disqualified_by = min(failed, key=lambda r: r["rule_id"], default=None)
        rows = self.behavior_entries(humans) + [
            entry(self.created_at, "attribute", rule, "award", rule["points"])
            for rule in rules["attribute_rules"]
            if matches_lead(rule, lead, missing_matches=True)
        ]
        for rule in rules["recency_rules"]:
            for row in recency_entries(rule, self.active, zone):
                at = row["episode"]
                episode = next(e for e in self.episodes if e.holds_activity(at))
                rows.append(row | {"episode": episode.number})
        self.ledger = [{"lead_id": self.lead_id} | row for row in rows if row["points"]]

    def behavior_entries(self, events: list[Row]) -> list[Row]:
        """Return what the events (no bots) earn and lose, episode by episode."""
        result = []
        for episode in self.episodes:
            rows: list[Row] = []
            earning = [e for e in events if episode.is_awake(e["occurred_at"])]
            for rule in self.rules["behavior_rules"]:
                for event in awarded_events(rule, earning, self.zone):
                    rows += award_entries(rule, event, episode)
            for rule in self.rules["reset_rules"]:
                if rule["action"] == "deduct":
                    rows += deduct_entries(rule, self.times, episode)
            balance = sum((row["points"] for row in rows), Decimal(0))
            for rule in self.rules["reset_rules"]:
                if rule["action"] == "reset":
                    at = episode.reset_at
                    rows.append(entry(at, "behavior", rule, "reset", -balance))
            result += [row | {"episode": episode.number} for row in rows]
        return result

    def is_disqualified(self, moment: datetime) -> bool:
        """Tell whether a rule sets the lead aside for ever, or somebody has set it aside by `moment`."""
        is_set_aside = self.disqualified_at is not None and self.disqualified_at <= moment
        return self.disqualified_by is not None or is_set_aside

    def known_at(self, entered_at: datetime) -> datetime:
        """Return when people could know what made the score at `entered_at`.

        That is when the lead had been created and every award of a behavior rule up to then, also one
        that a reset has taken back, was recorded.
        """
        awards = [e for e in self.ledger if e["axis"] == "behavior" and e["entry_type"] == "award"]
        recorded = [self.recorded_at[e["event_id"]] for e in awards if e["effective_at"] <= entered_at]
        return max([entered_at, self.created_at, *recorded])

    def latest_activity(self, moment: datetime) -> datetime:
        """Return the latest activity up to `moment`, the creation included."""
        return max(activity for activity in self.times if activity <= moment)

    def state(self, moment: datetime) -> Row:
        """Return scores, tier and flags at `moment`, not before the first activity."""
        state: Row = {}
        for axis in ("attribute", "behavior", "recency"):
            rows = [row for row in self.ledger if row["axis"] == axis]
            past = [row["points"] for row in rows if row["effective_at"] <= moment]
            state[f"{axis}_score"] = sum(past, Decimal(0))
        raw_score = sum(state.values(), Decimal(0))
        state["raw_score"] = raw_score
        state["total_score"] = max(Decimal(0), raw_score)
        state["is_disqualified"] = self.is_disqualified(moment)
        if state["is_disqualified"]:
            state["total_score"] = Decimal(0)
        state["is_dormant"] = (
            self.dormant_after is not None and self.latest_activity(moment) + self.dormant_after <= moment
        )
        state["tier"] = self.tier(state)
        return state

    def tier(self, state: Row) -> str | None:
        """Return the highest tier that the score reaches and whose conditions hold."""
        if state["is_disqualified"]:
            return "disqualified"
        reached = []
        for tier in self.rules["tiers"]:
            attribute = tier["min_attribute_score"]
            is_reached = tier["min_score"] <= state["total_score"]
            is_too_quiet = tier["requires_active"] and state["is_dormant"]
            fits = attribute is None or attribute <= state["attribute_score"]
            if is_reached and not is_too_quiet and fits:
                reached.append(tier)
        best = max(reached, key=lambda tier: tier["min_score"], default=None)
        return best and best["tier"]

    @cached_property
    def periods(self) -> list[Row]:
        """Return the periods, ascending, in which the lead's state does not change."""
        changes = [row["effective_at"] for row in self.ledger]
        start = min([self.created_at, *changes])
        moments = {start, *changes, *self.times}
        if self.dormant_after is not None:
            moments |= {activity + self.dormant_after for activity in self.times}
        if self.disqualified_at is not None:
            moments.add(self.disqualified_at)
        rows: list[Row] = []
        previous = None
        for moment in sorted(moment for moment in moments if moment >= start):
            state = self.state(moment)
            if state != previous:
                if rows:
                    rows[-1]["valid_to"] = moment
                row = {"lead_id": self.lead_id, "valid_from": moment, "valid_to": None}
                rows.append(row | state)
            previous = state
        return rows

    def period_at(self, moment: datetime) -> Row:
        """Return the period of the history that holds at `moment`."""
        return max((p for p in self.periods if p["valid_from"] <= moment), key=lambda p: p["valid_from"])

    def tier_since(self, moment: datetime) -> datetime:
        """Return since when the lead has been in the tier in which it is at `moment`."""
        past = [period for period in self.periods if period["valid_from"] <= moment]
        since = past[0]["valid_from"]
        for before, period in pairwise(past):
            if period["tier"] != before["tier"]:
                since = period["valid_from"]
        return since

    def mart_row(self, as_of: datetime) -> Row:
        """Return what the mart says about the lead at `as_of`."""
        row = {"lead_id": self.lead_id, "created_at": self.created_at}
        row |= self.state(as_of)
        tiers = [tier for tier in self.rules["tiers"] if tier["tier"] == row["tier"]]
        row["tier_label"] = tiers[0]["label"] if tiers else None
        row["next_action"] = tiers[0]["action"] if tiers else None
        row["disqualification_reason"] = None
        if row["is_disqualified"]:
            row["tier_label"], row["next_action"] = "対象外", "スコアリング対象外"
            by_rule = self.disqualified_by
            row["disqualification_reason"] = by_rule["reason"] if by_rule else self.disqualified_reason

        last = max((a for a in self.active if a <= as_of), default=None)
        row["last_activity_at"] = last
        quiet = as_of - (last or self.created_at)
        row["days_since_activity"] = quiet // timedelta(days=1)
        row["resets_at"] = None
        if self.reset is not None and self.latest_activity(as_of) + self.reset > as_of:
            row["resets_at"] = self.latest_activity(as_of) + self.reset
        past = [entry for entry in self.ledger if entry["effective_at"] <= as_of]
        lost = [-entry["points"] for entry in past if entry["entry_type"] == "reset"]
        row["points_lost_to_resets"] = sum(lost, Decimal(0))
        row["tier_since"] = self.tier_since(as_of)
        return row


def follow_leads(staged: dict[str, list[Row]], rule_book: Tables, timezone: str) -> list[FollowedLead]:
    """Score the staged leads and find their hand-offs; the arguments are those of `score`."""
    rules = {name: [typed_rule(r) for r in rows] for name, rows in rule_book.items()}
    zone = ZoneInfo(timezone)
    working_hours = WorkingHours.from_rows(rules, zone)
    recorded_since = first_activity_known(staged["leads"], staged["sales_activities"])
    followed = []
    for lead in staged["leads"]:
        events, activities, opportunities = (
            [row for row in staged[table] if row["lead_id"] == lead["lead_id"]]
            for table in ("events", "sales_activities", "opportunities")
        )
        scored = ScoredLead(lead, events, rules, zone)
        followed.append(FollowedLead(scored, activities, opportunities, working_hours, recorded_since))
    return followed


def score(
    rule_book: Tables,
    raw: Tables,
    as_of: datetime,
    timezone: str = "Asia/Tokyo",
    scored_attributes: Sequence[str] = (),
    raw_timezone: str = "UTC",
    **days: int,
) -> Scored:
    """Score all leads. The lists in the result come in no particular order.

    Arguments:
        rule_book: the rows of each rule file, of `business_hours` and of `holidays`, by file name
            without ending; every cell text, or None when it is blank.
        raw: the rows of each raw table by table name; cells as in the rule book. A table left out is empty.
        as_of: the time for which the mart is told, naive UTC.
        timezone: IANA name of the zone whose calendar dates count as days.
        scored_attributes: columns of leads beyond the usual ones that rules may name.
        raw_timezone: IANA name of the zone of times without an offset.
        days: numbers of days of `tell`.

    """
    staged, rejected, duplicates = stage(raw, scored_attributes, timezone, raw_timezone)
    scored = tell(rule_book, staged, as_of, timezone, **days)
    scored.rejected, scored.duplicates = rejected, duplicates
    return scored


def tell(
    rule_book: Tables,
    staged: dict[str, list[Row]],
    as_of: datetime,
    timezone: str = "Asia/Tokyo",
    abandoned_after_days: int = 14,
    outcome_horizon_days: int = 90,
    queue_late_days: int = 7,
) -> Scored:
    """Score staged rows; nothing is rejected any more.

    Arguments:
        rule_book: as for `score`.
        staged: the rows that `stage` returns.
        as_of: the time for which the mart is told, naive UTC.
        timezone: IANA name of the zone whose calendar dates count as days.
        abandoned_after_days: a lead that sales left alone for so long is stale.
        outcome_horizon_days: how long after a month an opportunity still counts as its outcome.
        queue_late_days: how long after its deadline a hand-off is still asked for.

    """
    followed = follow_leads(staged, rule_book, timezone)
    leads = [follower.lead for follower in followed]
    abandoned_after = timedelta(days=abandoned_after_days)
    known = [follower for follower in followed if follower.lead.created_at <= as_of]
    return Scored(
        rejected=[],
        staged=staged,
        duplicates={},
        ledger=[row for lead in leads for row in lead.ledger],
        episodes=[
            {
                "lead_id": lead.lead_id,
                "episode": episode.number,
                "started_at": episode.started_at,
                "last_activity_at": episode.last_activity_at,
                "reset_at": episode.reset_at,
            }
            for lead in leads
            for episode in lead.episodes
        ],
        history=[row for lead in leads for row in lead.periods],
        openings=[row for follower in followed for row in follower.openings],
        mart=[follower.lead.mart_row(as_of) | follower.mart_columns(as_of, abandoned_after) for follower in known],
        handoffs=[row for follower in known for row in follower.handoffs(as_of)],
        queue=[row for follower in known if (row := follower.queued(as_of, timedelta(days=queue_late_days)))],
        stale=[row for follower in known if (row := follower.stale(as_of, abandoned_after))],
        review=review(
            followed,
            [t["tier"] for t in rule_book["tiers"] if t["tier"]],
            as_of,
            ZoneInfo(timezone),
            abandoned_after,
            timedelta(days=outcome_horizon_days),
        ),
    )
