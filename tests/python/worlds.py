"""Random worlds to score: valid rule books, and raw rows hostile to them.

A world is small, so that things collide, and its times lie on a lattice made of the
rule book's own numbers of days, so that gaps are often exactly as long as a limit, or
a second off. All cells are text, or None when blank, as in a CSV file.
"""

import re
from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from reference import CONTRACT, FollowedLead, follow_leads, local_date, stage

Row = dict[str, str | None]
Tables = dict[str, list[Row]]
Staged = dict[str, list[dict[str, Any]]]
World = tuple[Tables, Tables, datetime, str, str]

TIMEZONES = ["Asia/Tokyo", "UTC", "America/New_York", "America/Havana"]
RAW_TIMEZONES = ["UTC", "UTC", "Asia/Tokyo", "America/Havana"]
# Around the ends of summer time (in Havana of a month too, whose midnight comes twice), of a year and of February,
# and local midnights.
BASES = [datetime(2025, 3, 9, 6, 30), datetime(2025, 11, 2, 4), datetime(2026, 11, 1, 4, 30)]
BASES += [datetime(2024, 12, 31, 15), datetime(2024, 2, 29)]
JITTERS = [timedelta(seconds=1), timedelta(seconds=-1), timedelta(microseconds=-1)]
JITTERS += [timedelta(hours=hours) for hours in (3, -9, 23)]
JITTERS += [timedelta(0)] * 12
# How far a salesperson's act lies from a deadline.
NEAR = [timedelta(0)] * 12 + [timedelta(microseconds=sign) for sign in (-1, 1)]
NEAR += [timedelta(seconds=sign) for sign in (-1, 1, 1800)]
NEAR += [timedelta(days=days) for days in (-14, 1, 14)]
BLANKS = [None, "", " ", "\u3000", "\t\n", "\u00a0 "]
PADDINGS = ["", "", "", " ", "\u3000", "\t"]

JOB_TITLES = [
    "部長",
    "営業部長 ",
    "\u3000部長",
    "Director",
    "DIRECTOR of IT",
    "c_o",
    "ｃ＿Ｏ",
    "部\u200b長",
    "\ufeff部長\u2060",
]
JOB_TITLES += ["\u200b", "ｄｉｒｅｃｔｏｒ\u3000ｏｆ\u3000IT", "営業部長％"]
TEXTS = [
    "50%",
    "a|b",
    "it's",
    'say "hi"',
    "back\\slash",
    "wow!",
    "two\nlines",
    "ＩＴ･通信",
    "IT・通信",
    "５０％",
    "a｜b",
]
TEXTS += ["(missing)", "（missing）"]
SEGMENTS = ["student", " Student", "学生", "個人事業主", "corporate", "Corporate\u3000"]
NUMBER_TEXTS = ["5", " 7.5", "-3", "+12", "100", "1e3", "NaN", "１２", ".5", "1,000", "5.000", "7．5人"]
EMAILS = ["a@Example.com", "b@gmail.com ", "no-at", "x@", "@GMAIL.com", "a@b.co@x.co", "c@ gmail.com"]
EMAILS += ['"Taro" <taro@gmail.com>', "taro@gmail.com.", "taro＠ｇｍａｉｌ.com", "<a@>", "a@b.co.> "]
ALTERNATIVES = {
    "job_title": [
        "部長",
        "%部長",
        "director",
        "%DIRECTOR%",
        "c_o",
        "C%",
        "(missing)",
        "％部長％",
        "%部長％",
        "ＤＩＲＥＣＴＯＲ%",
    ],
    "industry": [text for text in TEXTS if "|" not in text]
    + ["%!%", "%\\%", "%'%", "_0%", "%", "(Missing)", "\u3000WOW! ", ""],
    "segment": ["student", "学生", "%事業主", "corp%", "STUDENT "],
    "email_domain": ["gmail.com", "EXAMPLE.com", "%.co%", "(missing)"],
    "email": ["%@gmail.com", "NO-AT", "%＠gmail.com"],
    "employee_count": ["100", "30%", "(missing)"],
    "region": ["5", "1%", "７", "12", "nan", "（ＭＩＳＳＩＮＧ）"],
}
BANDS = {"employee_count": ["0", "100", "300"], "region": ["-3", "5", "7.5", "12.25"]}

EVENT_TYPES = ["page_view", "email_open", "資料DL"]
PATTERNS = ["/pricing%", "/PRICING", "%", "_", "/a_b", "/a\\_b", "%!%", "100\\%", "%'%"]
PATTERNS += [" /pricing%", '%"%', "資料%", "a|b", "%\n%", "/ｐｒｉｃｉｎｇ％", "資料.PDF"]
ASSETS = ["/pricing", "/Pricing", "/pricing ", " /pricing", "/a_b", "/axb", "/a\\xb"]
ASSETS += ["x", "!", "100%", "100\\", "it's", '"q"', "資料.pdf", "a|b", "two\nlines", "資料．ｐｄｆ", "/pri\u200bcing"]
POINTS = ["10", "30", "-10", "0.25", "33.33", "7.5", "-0.01", "0", "100.00"]

# Opening hours as (ISO weekdays, opens_at, closes_at, hours a day); summer time begins and ends on a Sunday.
WORKING_HOURS = [("12345", "09:00", "18:00", "9"), ("1234567", "00:30", "23:30", "23"), ("67", "00:00", "23:00", "23")]
WORKING_HOURS += [("3", "10:00", "11:15", "1.25")]

COUNTS = [
    "0",
    "99",
    "100",
    " 299",
    "300",
    "+100",
    "100.",
    "100.0",
    "-0",
    "1,000",
    "９９",
    "３００ 名",
    "1,200名",
    "100.00人",
]
BAD_COUNTS = [
    "many",
    "1e3",
    "12.5",
    "NaN",
    "1234567890123456",
    "--1",
    "1.000",
    "1,00",
    "1,2345",
    "100-299",
    "約300",
    "3 00",
]
AMOUNTS = ["0", "1.0000005", "0.30000000000000004", "123456789012345", "1200000", "-0.5", "+12.000001", " 7 "]
AMOUNTS += ["1,200,000", "１，２００．５", "-0.0000001", "123,456,789,012,345"]
BAD_AMOUNTS = ["¥100", "1e5", "Infinity", ".5", "1.", "1.000", "1,200.000", "1,234,567,890,123,456"]
BOOLEANS = ["true", "FALSE", "t", "F", "1", "0", "Yes", " no ", "y", "N\u3000"]
BAD_BOOLEANS = ["maybe", "2", "はい", "tru", "-1"]
BAD_TIMES = ["soon", "now", "infinity", "2025-02-30", "2025-13-01 00:00", "2025-1-1"]
BAD_TIMES += ["20250101", "2025/01/01", "2025-01-01 24:00:00", "2025-01-01 23:59:60"]
BAD_TIMES += ["２０２５-01-01", "2025-01-01 00:00:00."]
BAD_TIMES += ["2025-01-01 00:00 JST", "2025-01-01Z", "2025-01-01  00:00", "2025-01-01 00:00 UTC+9"]
BAD_TIMES += ["2025-01-01 00", "2025-01-01 00:00+99:99", "0000-01-01"]
IMPOSSIBLE_TIMES = ["1989-12-31 23:59:59.999999", "1990-01-01 08:59:59+09:00"]
IMPOSSIBLE_TIMES += ["2101-01-01", "2100-12-31 23:00-01", "0001-01-01 00:00+09"]
IMPOSSIBLE_TIMES += ["9999-12-31 23:59-01"]


def _is_rare(draw: st.DrawFn, one_in: int = 12) -> bool:
    return draw(st.integers(1, one_in)) == one_in


def _pick(draw: st.DrawFn, values: list[Any]) -> Any:
    return draw(st.sampled_from(values))


# --- Rule books -----------------------------------------------------------------------


def _bands(draw: st.DrawFn, attribute: str) -> list[Row]:
    """Return some of the bands between the cut points: gaps, but no overlaps."""
    rule: Row = {"attribute": attribute, "value": None}
    bands = [rule | {"min_value": low, "max_value": high} for low, high in pairwise([None, *BANDS[attribute], None])]
    return [band for band in bands if _is_rare(draw, 3)]


def _text_rule(draw: st.DrawFn) -> Row:
    attribute = _pick(draw, list(ALTERNATIVES))
    choices = st.sampled_from(ALTERNATIVES[attribute])
    value = draw(st.sampled_from(["|", " | "])).join(draw(st.lists(choices, min_size=1, max_size=3)))
    if value.strip() == "":  # would be a band without ends
        value = "x"
    rule: Row = {"attribute": attribute, "value": value}
    return rule | {"min_value": None, "max_value": None}


def _lead_rules(draw: st.DrawFn, most: int) -> list[Row]:
    rules = [_text_rule(draw) for _ in range(draw(st.integers(0, most)))]
    for attribute in BANDS:
        rules += _bands(draw, attribute)
    return rules


def _behavior_rule(draw: st.DrawFn) -> Row:
    return {
        "event_type": _pick(
            draw, EVENT_TYPES * 3 + [" Page_View", "EMAIL_OPEN\u3000", "page_view | 資料ｄｌ|", "ＥＭＡＩＬ_open|x"]
        ),
        "asset_pattern": _pick(draw, [None] * 25 + PATTERNS),
        "points": _pick(draw, POINTS),
        "award_per": _pick(draw, [None, "event", "day", "item"]),
        "max_awards": _pick(draw, [None, None, "1", "2", "3"]),
        "decay_percent": _pick(draw, [None, None, "10", "33", "50", "100", "12.5"]),
        "decay_every_days": _pick(draw, ["1", "3", "10", "30", None]),
        "keeps_active": _pick(draw, [None, None, "true", "false"]),
    }


def _reset_rules(draw: st.DrawFn) -> list[Row]:
    days = _pick(draw, [1, 3, 10, 30, 90])
    marks = st.sampled_from([None, "true", "true", "false"])
    rules: list[Row] = []
    if not _is_rare(draw, 4):
        rules.append({"inactive_days": str(days), "action": "reset", "points": None})
    for other in draw(st.lists(st.sampled_from([-1, 0, 2]), max_size=2)):
        rule = {"inactive_days": str(max(1, days + other)), "action": "deduct"}
        rules.append(rule | {"points": _pick(draw, ["-50", "-0.5", "-10"])})
    return [rule | {"marks_dormant": draw(marks)} for rule in rules]


def _tiers(draw: st.DrawFn, working_hours: str) -> list[Row]:
    """Return tiers of which every lead reaches the lowest; deadlines are often whole working days."""
    scores = st.sampled_from(["0.01", "10", "20", "30", "49.5", "50", "80"])
    tiers = []
    fewest = 0 if _is_rare(draw) else 1
    for score in ["0", *draw(st.lists(scores, unique=True, min_size=fewest, max_size=3))]:
        tier = {"tier": f"from_{score}", "min_score": score, "label": f"{score}点以上"}
        tier |= {"requires_active": None, "min_attribute_score": None}
        tier |= {"sla_hours": None, "sla_clock": None, "rearm_below": None, "action": "次の一手"}
        if score != "0":
            tier["requires_active"] = _pick(draw, [None, "true", "false"])
            tier["min_attribute_score"] = _pick(draw, [None, None, "0", "10"])
            tier["sla_hours"] = _pick(
                draw,
                [None, "1", "24", "0.5", working_hours, working_hours, "0.000001", "7.333333", "400"],
            )
            tier["sla_clock"] = _pick(draw, [None, "elapsed", "business", "business"])
            tier["rearm_below"] = _pick(draw, [None, "0.01", *["10" if float(score) > 10 else score] * 2, score])
        tiers.append(tier)
    if _is_rare(draw, 3):  # a lead that climbs before the lower tier's deadline
        for tier in tiers[1:]:
            tier |= {"sla_hours": "400", "sla_clock": None}
    return draw(st.permutations(tiers))


@st.composite
def rule_books(draw: st.DrawFn) -> Tables:
    """Draw a valid rule book with opening hours: its rows by file name without ending."""
    reset_rules = _reset_rules(draw)
    limits = [r["inactive_days"] for r in reset_rules if r["action"] == "reset"]
    longest = int((limits or ["90"])[0] or 0)  # recency must not outlive an episode
    recency_rules: list[Row] = [
        {
            "window_days": str(min(longest, _pick(draw, [1, 2, 7, 30, 90]))),
            "min_active_days": _pick(draw, [None, "1", "2", "3"]),
            "points": _pick(draw, POINTS),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    behavior_rules = [_behavior_rule(draw) for _ in range(draw(st.integers(1, 6)))]
    attribute_rules = [rule | {"points": _pick(draw, POINTS)} for rule in _lead_rules(draw, 4)]
    if draw(st.booleans()):  # scores that keep rising from 10 above a tier's bound and falling below it
        everybody = {"attribute": "job_title", "value": "(missing)|%", "min_value": None, "max_value": None}
        attribute_rules.append(everybody | {"points": "10"})
        fading = {"points": "20", "decay_percent": "100", "decay_every_days": _pick(draw, ["1", "3"])}
        behavior_rules.append(_behavior_rule(draw) | fading | {"asset_pattern": None, "max_awards": None})
    book = {
        "attribute_rules": attribute_rules,
        "disqualification_rules": _lead_rules(draw, 2) if _is_rare(draw, 3) else [],
        "behavior_rules": behavior_rules,
        "recency_rules": recency_rules,
        "reset_rules": reset_rules,
    }
    number = 0
    for name, rules in book.items():
        for rule in rules:
            number += 1  # the prefix makes the order of ids unlike the order of rows
            rule["rule_id"] = f"{_pick(draw, ['a', 'B', 'z', 'é'])}{number}"
            rule["description"] = "説明, 'quoted'"
            if name == "disqualification_rules":
                rule["reason"] = f"対象外の理由{number}"
    weekdays, opens_at, closes_at, working_hours = _pick(draw, WORKING_HOURS)
    hours = [{"weekday": day, "opens_at": opens_at, "closes_at": closes_at} for day in weekdays]
    tiers = [tier | {"description": None} for tier in _tiers(draw, working_hours)]
    return book | {"tiers": tiers, "business_hours": hours, "holidays": []}


# --- Raw rows -------------------------------------------------------------------------


def _instants(draw: st.DrawFn, rule_book: Tables) -> list[datetime]:
    """Return times of which many are exactly one of the rule book's limits apart."""
    columns = ["inactive_days", "window_days", "decay_every_days"]
    rules = [rule for rows in rule_book.values() for rule in rows]
    days = [int(rule[c] or 1) for c in columns for rule in rules if c in rule]
    # Quiet stretches matter most; a gap of none repeats a time, or misses it by little.
    quiet = [int(rule["inactive_days"] or 1) for rule in rule_book["reset_rules"]]
    units = [0, 1, *sorted(set(days)), *quiet * 3]
    instants = [_pick(draw, BASES)]
    for _ in range(draw(st.integers(2, 10))):
        before = _pick(draw, [*instants, *instants[-1:] * 10])
        gap = timedelta(days=_pick(draw, units) * _pick(draw, [1, 1, 1, 2, -1]))
        instants.append(before + gap + _pick(draw, JITTERS))
    return instants


def _time_text(draw: st.DrawFn, moment: datetime, zone: ZoneInfo, raw_zone: ZoneInfo) -> str:
    """Write a UTC time in one of the ways in which raw tables hold it; sometimes only its date in `zone`."""
    if _is_rare(draw, 10):
        text = str(moment.replace(tzinfo=UTC).astimezone(zone).date())
        return _pick(draw, PADDINGS) + text + _pick(draw, PADDINGS)
    hours = _pick(draw, [None, None, 0, 9, -5, 5.5])
    if hours is not None:
        offset = timezone(timedelta(hours=hours))
        text = moment.replace(tzinfo=UTC).astimezone(offset).isoformat(sep=" ")
        if hours != 5.5 and draw(st.booleans()):
            text = text.removesuffix(":00")  # +09
        elif draw(st.booleans()):
            text = text[:-3] + text[-2:]  # +0900
        if draw(st.booleans()):
            text = re.sub(r"([+-][0-9:]{2,5})$", r" \1", text)
    else:
        suffix = _pick(draw, [None, "Z", "z", " UTC", " Z", "GMT", " gmt"])
        local = moment.replace(tzinfo=UTC).astimezone(raw_zone).replace(tzinfo=None) if suffix is None else moment
        text = local.isoformat(sep=_pick(draw, [" ", "T", "t"]))
        if "." not in text and draw(st.booleans()):
            text += ".000"
        elif draw(st.booleans()):
            text = text.removesuffix(":00")
        text += suffix or ""
    return _pick(draw, PADDINGS) + text + _pick(draw, PADDINGS)


class _Raw:
    """Draws the cells of raw rows; any cell is broken now and then."""

    def __init__(self, draw: st.DrawFn, instants: list[datetime], zones: tuple[str, str]) -> None:
        self.draw, self.instants = draw, instants
        self.zones = ZoneInfo(zones[0]), ZoneInfo(zones[1])

    def cell(self, good: list[Any], bad: list[str] | None = None) -> Any:
        """Return mostly a good text, sometimes a blank, rarely a bad one."""
        if bad and _is_rare(self.draw, 15):
            return _pick(self.draw, bad)
        return _pick(self.draw, BLANKS if _is_rare(self.draw, 8) else good)

    def key(self, good: list[str]) -> str | None:
        """Return an id, which is hardly ever blank."""
        return _pick(self.draw, BLANKS if _is_rare(self.draw, 40) else good)

    def time(self, one_in: int = 40, most: int = 99) -> str | None:
        """Return one of the first `most` times; one in so many is blank or broken."""
        if _is_rare(self.draw, one_in):
            return _pick(self.draw, BLANKS + BAD_TIMES + IMPOSSIBLE_TIMES)
        return _time_text(self.draw, _pick(self.draw, self.instants[:most]), *self.zones)

    def optional_time(self, one_in: int) -> str | None:
        """Return a time in one of so many cases, and mostly a blank."""
        return self.time() if _is_rare(self.draw, one_in) else _pick(self.draw, BLANKS)

    def recorded_time(self, moment: datetime) -> str | None:
        """Return when something that happened at `moment` was typed in: at once, or days later, or before."""
        delays = [timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=30)]
        delay = _pick(self.draw, [None] * 4 + delays + [timedelta(days=-1), timedelta(microseconds=1)])
        if delay is None:
            return self.optional_time(9)
        return _time_text(self.draw, moment + delay, *self.zones)

    def lead(self, lead_id: str) -> Row:
        """Return a row of leads."""
        return {
            "lead_id": self.key([lead_id]),
            "created_at": self.time(most=4),
            "updated_at": self.time(8),
            "email": self.cell(EMAILS),
            "company_name": self.cell(["株式会社A", *TEXTS]),
            "employee_count": self.cell(COUNTS, [*BAD_COUNTS, "-1"]),
            "industry": self.cell(TEXTS),
            "job_title": self.cell(JOB_TITLES),
            "region": self.cell(NUMBER_TEXTS),
            "segment": self.cell(["corporate"] * 6 + SEGMENTS),
            "disqualified_at": self.optional_time(9),
            "disqualified_reason": self.cell(["退職", "競合 "]),
            "an_extra_column": self.cell(TEXTS),
        }

    def event(self, number: int, lead_ids: list[str]) -> Row:
        """Return a row of events."""
        types = [
            *EVENT_TYPES * 4,
            "Page_View",
            " email_open\u3000",
            "資料dl",
            "unheard_of",
            "資料ＤＬ",
            "page\u200b_view",
        ]
        moment = _pick(self.draw, self.instants)
        is_broken = _is_rare(self.draw, 40)
        return {
            "event_id": self.key([f"{_pick(self.draw, ['e', 'E', ' e'])}{number}"]),
            "lead_id": self.key(lead_ids),
            "event_type": self.key(types),
            "occurred_at": self.time(1) if is_broken else _time_text(self.draw, moment, *self.zones),
            "recorded_at": self.recorded_time(moment),
            "loaded_at": self.time(8),
            "asset": self.cell(ASSETS),
            "is_bot": self.cell(["false"] * 20 + BOOLEANS, BAD_BOOLEANS),
        }

    def sales_activity(self, number: int, lead_ids: list[str]) -> Row:
        """Return a row of sales_activities."""
        return {
            "activity_id": self.key([f"s{number}"]),
            "lead_id": self.key(lead_ids),
            "activity_type": self.cell(["call", "訪問", " email "]),
            "occurred_at": self.time(),
            "owner": self.cell(["佐藤", "O'Neil"]),
            "updated_at": self.optional_time(3),
        }

    def opportunity(self, number: int, lead_ids: list[str]) -> Row:
        """Return a row of opportunities, half of which are closed some time after their creation."""
        moment = _pick(self.draw, self.instants)
        closed_at = _time_text(self.draw, moment + timedelta(days=_pick(self.draw, [0, 0, 1, 3, 30])), *self.zones)
        return {
            "opportunity_id": self.key([f"o{number}"]),
            "lead_id": self.key(lead_ids),
            "created_at": self.time() if _is_rare(self.draw) else _time_text(self.draw, moment, *self.zones),
            "closed_at": closed_at if _is_rare(self.draw, 2) else self.optional_time(2),
            "is_won": self.cell([*BOOLEANS, "false", "false"], BAD_BOOLEANS),
            "amount": self.cell(AMOUNTS, BAD_AMOUNTS),
            "deal_id": self.cell([" ", "D1", "D1", "D2", "o1", "D1 "]),
            "updated_at": self.optional_time(3),
        }

    def aliases(self, lead_ids: list[str]) -> list[Row]:
        """Return rows of lead_aliases: links between leads, a long chain, ids without a lead, cycles."""
        chain = [f"a{number}" for number in range(_pick(self.draw, [2, 3, 19]))]
        links = list(pairwise([*chain, lead_ids[0]]))
        links += [("c0", "c1"), ("c1", "c2"), ("c2", "c1"), ("c3", "c3")]  # c0 leads into a cycle
        others = [*lead_ids, "gone", "c0", "a1", "nobody"]
        links += [(alias, _pick(self.draw, others)) for alias in lead_ids if _is_rare(self.draw, 4)]
        kept = [link for link in links if not _is_rare(self.draw, 12)]
        return [{"alias_id": self.key([alias]), "lead_id": self.key([lead_id])} for alias, lead_id in kept]

    def shuffled(self, rows: list[Row]) -> list[Row]:
        """Return the rows in any order, some of them again with other cells."""
        copies = []
        for row in rows:
            if _is_rare(self.draw, 5):
                other, key = _pick(self.draw, rows), next(iter(row))
                taken = self.draw(st.sets(st.sampled_from(list(row)), max_size=3))
                changed = {column: other[column] for column in taken - {key}}
                copies.append(row | changed)
        return self.draw(st.permutations(rows + copies))


def _handoff_limits(leads: list[FollowedLead], instants: list[datetime], zone: ZoneInfo) -> list[datetime]:
    """Return the times around which it matters when sales acts.

    That is an entry, a hand-off, its deadline, an hour after it, when the lead may be handed over again, and
    months' ends and the ends of their horizons.
    """
    found = []
    for opening in [opening for lead in leads for opening in lead.openings]:
        times = [opening["handed_off_at"], *[opening["sla_due_at"]] * 3, opening["rearmed_at"], opening["entered_at"]]
        found += [*filter(None, times), opening["handed_off_at"] + timedelta(hours=1)]
    for moment in sorted(instants)[::3]:
        month = moment.replace(tzinfo=UTC).astimezone(zone).date().replace(day=1)
        end = datetime.combine((month + timedelta(days=31)).replace(day=1), time(0), zone)
        end = end.astimezone(UTC).replace(tzinfo=None)
        found += [end, end + timedelta(days=90)]
    return found


@st.composite
def further_rows(draw: st.DrawFn, instants: list[datetime], zones: tuple[str, str] = ("UTC", "UTC")) -> Tables:
    """Draw events, sales activities and opportunities at the given times, of the leads most worlds have."""
    raw, owners = _Raw(draw, instants, zones), ["L1", "l1", "L2 ", "L2", "nobody", "a0"]
    makers = {"events": raw.event, "sales_activities": raw.sales_activity, "opportunities": raw.opportunity}
    counts = {name: draw(st.integers(1, 9)) for name in makers}
    return {name: raw.shuffled([make(n, owners) for n in range(counts[name])]) for name, make in makers.items()}


@st.composite
def worlds(draw: st.DrawFn, max_leads: int = 6, max_events: int = 40) -> World:
    """Draw a rule book, raw rows, an `as_of` (naive UTC), and the zones of dates and of raw times by name.

    The times of events sit on the limits of the rule book, those of sales on the deadlines that
    follow from the events.

    Arguments:
        max_leads: number of different leads at most.
        max_events: number of events at most, before some are repeated.

    """
    rule_book, zones = draw(rule_books()), (_pick(draw, TIMEZONES), _pick(draw, RAW_TIMEZONES))
    instants = _instants(draw, rule_book)
    days = st.builds(
        lambda moment, later: str((moment + timedelta(days=later)).date()), st.sampled_from(instants), st.integers(0, 2)
    )
    rule_book["holidays"] = [{"holiday_date": day, "name": "休日"} for day in draw(st.sets(days, max_size=3))]
    raw = _Raw(draw, instants, zones)
    names = ["L1", "l1", "L2 ", "L2", "リード%", "L'_\\"]
    names += [f"M{number}" for number in range(max_leads)]
    lead_ids = names[: draw(st.integers(1, max_leads))]
    # Most rows go to the first lead, so that its life gets eventful.
    owners = lead_ids[:1] * 12 + lead_ids * 5 + ["nobody", "m1"]
    events = range(draw(st.integers(0, max_events)))
    tables: Tables = {"lead_aliases": [], "sales_activities": [], "opportunities": []}
    rows_of_leads = list(lead_ids)
    if _is_rare(draw, 3):
        tables["lead_aliases"] = raw.shuffled(raw.aliases(lead_ids))
        owners += ["a0", "a0", "a1", "c0", "c1", "c3"]
        rows_of_leads += [name for name in ("a0", "a1", "c0", "c1") if draw(st.booleans())]
    tables["leads"] = raw.shuffled([raw.lead(lead_id) for lead_id in rows_of_leads])
    tables["events"] = raw.shuffled([raw.event(number, owners) for number in events])
    leads = follow_leads(stage(tables, [], *zones)[0], rule_book, zones[0])
    handed_off = [follower.lead.lead_id for follower in leads if follower.openings]
    owners += handed_off * (40 // max(1, len(handed_off)))
    limits = _handoff_limits(leads, instants, ZoneInfo(zones[0]))
    near = [_pick(draw, limits) + _pick(draw, NEAR) for _ in range(10)]
    raw = _Raw(draw, near + instants[-2:], zones)
    few = st.sampled_from([1, 2, 3, max_leads, max_leads + 4])
    activities = 0 if _is_rare(draw, 4) else draw(few)  # nobody may have recorded any
    tables["sales_activities"] = raw.shuffled([raw.sales_activity(n, owners) for n in range(activities)])
    opportunities = 0 if _is_rare(draw, 5) else draw(few)
    tables["opportunities"] = raw.shuffled([raw.opportunity(n, owners + lead_ids * 9) for n in range(opportunities)])
    for row in tables["leads"]:
        if row["lead_id"] in handed_off and _is_rare(draw, 6):
            row["disqualified_at"] = raw.time()
    # The clock stands anywhere, but often late, or where a quiet stretch or a deadline ends.
    quiet = [int(rule["inactive_days"] or 1) for rule in rule_book["reset_rules"]]
    as_of = _pick(draw, [*instants, *[max(instants)] * 5]) + timedelta(days=_pick(draw, [0, 0, *quiet]))
    later = [moment + timedelta(days=days) for moment in near[:3] for days in (0, 14)]
    due = [opening["sla_due_at"] for follower in leads for opening in follower.openings]
    as_of = _pick(
        draw, [as_of] * 6 + due[:4] + later + [max(limits)] + [max(instants + near) + timedelta(days=100)] * 4
    )
    return rule_book, tables, as_of, *zones


def boundary_world(as_of: datetime = datetime(2026, 5, 2), is_recorded: bool = True) -> World:
    """Return a world in which sales acts exactly at, just before and just after every limit there is.

    A lead comes with 80 points, which is a hand-off due in 24 hours; a visit makes it 100 for a day
    (another hand-off) and then exactly 80 again. By default the clock stands where January's
    outcomes have just matured. Without `is_recorded` no sales activity is known.
    """
    month_end, matured = datetime(2026, 2, 1), datetime(2026, 5, 2)
    created, visited = month_end - timedelta(days=40), month_end - timedelta(days=20)
    tiers = [
        {"tier": "awake", "min_score": "95", "requires_active": "true", "min_attribute_score": "80"},
        {"tier": "hot", "min_score": "80", "requires_active": None, "min_attribute_score": "0"},
        {"tier": "hold", "min_score": "0", "requires_active": None, "min_attribute_score": None},
    ]
    for tier, sla_hours, rearm_below in zip(tiers, ["1", "24", None], ["80", None, None], strict=True):
        tier |= {"sla_hours": sla_hours, "sla_clock": None, "rearm_below": rearm_below, "label": "段階", "action": "次"}
    visit: Row = {"asset_pattern": None, "award_per": None, "max_awards": None, "keeps_active": None}
    sizes: Row = {"attribute": "employee_count", "value": None, "min_value": "0", "max_value": None}
    reset: Row = {"rule_id": "r", "inactive_days": "90", "action": "reset", "points": None, "marks_dormant": "true"}
    fading = {"rule_id": "f", "event_type": "visit", "points": "20", "decay_percent": "100", "decay_every_days": "1"}
    lasting = {"rule_id": "l", "event_type": "form", "points": "30", "decay_percent": None, "decay_every_days": None}
    rule_book = dict.fromkeys(["disqualification_rules", "recency_rules", "business_hours", "holidays"], [])
    small = sizes | {"rule_id": "s", "points": "-10", "max_value": "1"}
    rule_book |= {"attribute_rules": [small, sizes | {"rule_id": "a", "points": "80", "min_value": "1"}]}
    rule_book |= {"reset_rules": [reset]}
    rule_book |= {"behavior_rules": [visit | fading, visit | lasting], "tiers": tiers}
    raw: Tables = {table: [] for table in CONTRACT}

    def add(table: str, key: str, at: str, moment: datetime | None, **cells: str | None) -> None:
        """Add a row to `table` for the lead that was added last."""
        number = len(raw["leads"]) + (table == "leads")
        row = {"lead_id": f"L{number}", at: moment and str(moment), **cells}
        raw[table].append(row | {key: row["lead_id"] if table == "leads" else f"{table}{len(raw[table])}"})

    def add_lead(
        moment: datetime,
        event_type: str = "visit",
        *events: datetime,
        size: str | None = "1",
        recorded: datetime | None = None,
        disqualified: datetime | None = None,
    ) -> None:
        set_aside = {"disqualified_at": disqualified and str(disqualified), "disqualified_reason": "退職"}
        add("leads", "lead_id", "created_at", moment, employee_count=size, **set_aside)
        for event in events:
            typed_in = {"recorded_at": recorded and str(recorded)}
            add("events", "event_id", "occurred_at", event, event_type=event_type, **typed_in)

    def touch(moment: datetime, owner: str = "佐藤") -> None:
        if is_recorded:
            add("sales_activities", "activity_id", "occurred_at", moment, owner=owner)

    def sell(created_at: datetime, closed_at: datetime | None = None, is_won: str | None = None) -> None:
        add(
            "opportunities",
            "opportunity_id",
            "created_at",
            created_at,
            closed_at=closed_at and str(closed_at),
            is_won=is_won,
            amount="100",
            deal_id=f"deal {len(raw['leads']) // 3}",
        )

    def near(*moments: datetime) -> list[datetime]:
        return [moment + timedelta(microseconds=offset) for moment in moments for offset in (-1, 0, 1)]

    hour, day = timedelta(hours=1), timedelta(days=1)
    limits = near(created, created + hour, created + day, visited, month_end, matured, as_of, as_of - 14 * day)
    for moment in near(month_end, as_of, as_of - hour, as_of - day):
        add_lead(moment)
    for moment in limits:
        add_lead(created, "visit", visited)
        touch(moment)
        touch(moment, "O'Neil")  # at the same time: the lower id, here not always the earlier row, is first
        add_lead(created)
        touch(moment - day)
        add("opportunities", "opportunity_id", "created_at", moment)
        for is_won in ("true", "false"):
            for created_at, closed_at in [(moment, None), (created + 2 * hour, moment), (month_end, moment)]:
                add_lead(created)
                touch(created)
                closing = {"is_won": is_won, "closed_at": closed_at and str(closed_at)}
                add("opportunities", "opportunity_id", "created_at", created_at, **closing)
    for event in near(month_end - 90 * day, as_of - 90 * day, month_end, as_of):
        for event_type in ("visit", "form"):
            add_lead(month_end - 100 * day, event_type, event)
            touch(event)
            add("opportunities", "opportunity_id", "created_at", month_end)
    again = visited + 5 * day  # the same visit once more: another hand-off if the lead was made ready
    for moment in near(created, created + day, visited, visited + day, again, month_end, as_of):
        add_lead(created, "visit", visited, disqualified=moment)
        add_lead(created, "visit", visited, recorded=moment)  # after a day these points have faded
        touch(moment)
        add_lead(created, "form", visited, recorded=moment)
        sell(moment, moment + day, "false")
        add_lead(created, "visit", moment)  # a climb before, at and after the first deadline
        for begun, ended, is_won in [
            (moment, None, None),
            (created - day, moment, "false"),
            (created - day, moment, "true"),
            (moment, moment, "false"),
        ]:
            add_lead(created, "visit", visited, again)
            sell(begun, ended, is_won)
            touch(again + day)
    for moment in near(created.replace(hour=12), visited.replace(hour=12)):
        for table, at in [("sales_activities", "occurred_at"), ("opportunities", "created_at")]:
            add_lead(created + timedelta(hours=12), "visit", moment)
            if is_recorded or table == "opportunities":
                key = "activity_id" if table == "sales_activities" else "opportunity_id"
                add(table, key, at, None)
                raw[table][-1] |= {at: str(moment.date()), "closed_at": str(moment.date()), "is_won": "false"}
    asleep = month_end - 100 * day
    for size in (None, "0", "1"):  # four forms are enough without any size, but not with the smallest
        add_lead(asleep, "form", *[asleep] * 4, size=size)
        touch(asleep)
        add("opportunities", "opportunity_id", "created_at", asleep)
        for moment in near(month_end):  # what is known of a lead may be older than the lead
            add_lead(moment, "form", *[created] * 4, size=size)
    return rule_book, raw, as_of, "UTC", "UTC"


def known_at(staged: Staged, moment: datetime) -> Staged:
    """Return the staged rows without what happened after `moment`; an opportunity closed later is open."""
    clocks = {"leads": "created_at", "events": "occurred_at", "sales_activities": "occurred_at"}
    clocks |= {"opportunities": "created_at"}
    known = {t: [row for row in staged[t] if row[clock] <= moment] for t, clock in clocks.items()}
    exist = {row["lead_id"] for row in known["leads"]}
    known = {table: [row for row in content if row["lead_id"] in exist] for table, content in known.items()}
    for row in known["leads"]:
        if row["disqualified_at"] is not None and row["disqualified_at"] > moment:
            known["leads"] = [other for other in known["leads"] if other is not row]
            known["leads"].append(row | {"disqualified_at": None, "disqualified_reason": None})
    is_open = {"closed_at": None, "is_won": None, "amount": None}
    known["opportunities"] = [
        row | is_open if row["closed_at"] is not None and row["closed_at"] > moment else row
        for row in known["opportunities"]
    ]
    return known | {"lead_aliases": []}


def as_raw(staged: Staged, zone: ZoneInfo) -> Tables:
    """Write staged rows as raw ones: times in UTC, dates alone as such."""

    def text(row: dict[str, Any], column: str) -> str | None:
        value, flag = row[column], {"occurred_at": "is_date_only", "created_at": "is_created_date_only"}.get(column)
        if isinstance(value, datetime):
            is_date = flag is not None and row.get(flag, False)
            return str(local_date(value, zone)) if is_date else f"{value} UTC"
        return None if value is None else str(value)

    return {table: [{c: text(row, c) for c in row} for row in content] for table, content in staged.items()}
