"""The reference itself: values worked out by hand, and laws that hold in every world."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from reference import (
    CONTRACT,
    ImpossibleError,
    Row,
    Tables,
    UnparsableError,
    attribute_value,
    matches_event,
    matches_lead,
    parse_count,
    parse_decimal,
    parse_timestamp,
    score,
    stage,
    tell,
)
from worlds import World, boundary_world, known_at, worlds

TOKYO, NEW_YORK, HAVANA = (ZoneInfo(name) for name in ("Asia/Tokyo", "America/New_York", "America/Havana"))
UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("text", "zone", "raw_zone", "expected"),
    [
        ("2026-06-01 09:00", TOKYO, UTC, datetime(2026, 6, 1, 9)),
        ("2026-06-01 09:00", TOKYO, TOKYO, datetime(2026, 6, 1)),
        ("2026-06-01 09:00 ", UTC, NEW_YORK, datetime(2026, 6, 1, 13)),
        # with an offset neither zone matters
        ("2026-06-01t09:00:00z", TOKYO, TOKYO, datetime(2026, 6, 1, 9)),
        ("2026-06-01 09:00 GMT", TOKYO, TOKYO, datetime(2026, 6, 1, 9)),
        ("2026-06-01 09:00:00.25utc", TOKYO, TOKYO, datetime(2026, 6, 1, 9, 0, 0, 250000)),
        ("2026-06-01T09:00+0530", TOKYO, TOKYO, datetime(2026, 6, 1, 3, 30)),
        ("2026-06-01 09:00 -05", TOKYO, TOKYO, datetime(2026, 6, 1, 14)),
        # a date alone is a day where the firm is, wherever the source system stands
        ("2026-06-01", TOKYO, NEW_YORK, datetime(2026, 5, 31, 15)),
        (" 2026-06-01\u3000", NEW_YORK, TOKYO, datetime(2026, 6, 1, 4)),
        # summer time begins at midnight in Havana, so that 8 March begins at 1:00, and midnight comes twice in November
        ("2026-03-08", HAVANA, UTC, datetime(2026, 3, 8, 5)),
        ("2026-11-01", HAVANA, UTC, datetime(2026, 11, 1, 4)),
        ("2026-11-01 00:30", UTC, HAVANA, datetime(2026, 11, 1, 4, 30)),
    ],
)
def test_times(text: str, zone: ZoneInfo, raw_zone: ZoneInfo, expected: datetime) -> None:
    """A time without an offset is in the source's zone, a date alone begins where the firm is."""
    assert parse_timestamp(text, zone, raw_zone) == expected


@pytest.mark.parametrize(
    "text", ["2026/06/01", "2026-06-01Z", "2026-06-01 09:00 JST", "2026-06-01 24:00", "２０２６-06-01", "2026-06-31"]
)
def test_no_times(text: str) -> None:
    """What nobody can be sure of is no time."""
    with pytest.raises(UnparsableError):
        parse_timestamp(text, TOKYO, UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200名", 1200),
        ("３００\u3000人", 300),
        ("+1,000,000", 1000000),
        ("100.00", 100),
        ("１，２００", 1200),
        ("-0", 0),
    ],
)
def test_counts(text: str, expected: int) -> None:
    """Wide digits, commas and a unit are read."""
    assert parse_count(text) == expected


@pytest.mark.parametrize(
    "text", ["1.000", "1．０００名", "12.5", "1,00", "1,2000", ",100", "300名様", "100-299", "1 200", "名"]
)
def test_no_counts(text: str) -> None:
    """A thousand and one are told apart by nobody, nor are ranges numbers."""
    with pytest.raises(UnparsableError):
        parse_count(text)


def test_decimals() -> None:
    """Three zeros after the point are refused, two and four are not; less than nothing is no number of people."""
    assert parse_decimal("1,200,000.5") == Decimal("1200000.5")
    assert [parse_decimal(text) for text in ("1.00", "1.0000", "1.200")] == [1, 1, Decimal("1.2")]
    for text in ("1.000", "1,200.000", "1.", "1.2E6", "¥100"):
        with pytest.raises(UnparsableError):
            parse_decimal(text)
    with pytest.raises(ImpossibleError):
        parse_count("-1名")


@pytest.mark.parametrize(
    ("given_value", "rule_value", "is_match"),
    [
        ("ＣＥＯ", "ceo", True),
        ("ceo", " ＣＥＯ | x", True),
        ("IT･通信", "ＩＴ・通信", True),
        ("営業\u200b部長", "%部長", True),
        ("50%", "５０％", True),
        # a wide sign is no sign of the rule book, but a text like any other
        ("営業部長", "％部長％", False),
        ("製造業", "製造業｜金融", False),
        ("製造業|金融", "製造業｜金融", True),
        ("営業部長", "％部長%", True),
        (None, "（missing）", True),
        ("\u200b", "(missing)", True),
        ("(missing)", "(missing)", False),
        ("", "||", False),
    ],
)
def test_text_matching(given_value: str | None, rule_value: str, is_match: bool) -> None:
    """Neither case nor width matters, on neither side."""
    rule = {"attribute": "job_title", "value": rule_value, "min_value": None, "max_value": None}
    assert matches_lead(rule, {"job_title": given_value}, missing_matches=True) is is_match


def test_event_types_are_alternatives() -> None:
    """A rule names one type or several; type and asset are compared without case, the width of signs counts."""
    rule = {"event_type": "page_view | 資料DL|", "asset_pattern": "/Pricing%"}
    assert matches_event(rule, {"event_type": "資料dl", "asset": "/pricing/x"})
    assert not matches_event(rule, {"event_type": "資料ｄｌ", "asset": "/pricing/x"})
    assert not matches_event(rule, {"event_type": "資料dl", "asset": "/ｐｒｉｃｉｎｇ/x"})
    assert not matches_event(rule, {"event_type": "資料dl", "asset": " /pricing"})
    assert not matches_event(rule, {"event_type": "page_view | 資料dl", "asset": "/pricing"})
    assert not matches_event(rule, {"event_type": "page_view", "asset": None})


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ('"Taro" <taro@gmail.com>', "gmail.com"),
        ("taro@gmail.com.", "gmail.com"),
        ("taro＠ＧＭＡＩＬ.com", "gmail.com"),
        ("a@b@c.jp ", "c.jp"),
        ("<a@>", None),
        ("nobody", None),
        (None, None),
    ],
)
def test_email_domains(email: str | None, domain: str | None) -> None:
    """A display name and a dot at the end are no part of the domain."""
    assert attribute_value({"email": email}, "email_domain") == domain


def raw_rows(**tables: list[Row]) -> Tables:
    """Return raw tables of leads that were created on 1 January unless they say otherwise."""
    leads = [{"created_at": "2026-01-01 00:00"} | lead for lead in tables.pop("leads", [])]
    return {"leads": leads, **tables}


def links(*pairs: tuple[str, str]) -> list[Row]:
    """Return rows of lead_aliases."""
    return [{"alias_id": alias, "lead_id": lead_id} for alias, lead_id in pairs]


def event(number: int, lead_id: str, event_type: str = "visit", at: str = "2026-01-02 12:00") -> Row:
    """Return a raw event."""
    return {"event_id": f"e{number}", "lead_id": lead_id, "event_type": event_type, "occurred_at": at}


def test_aliases_make_one_person() -> None:
    """Chains of any length lead to the id that survives, whose own row gives the attributes."""
    chain = [(f"a{number}", f"a{number + 1}") for number in range(40)]
    early = {"lead_id": "a0", "created_at": "2025-01-01 00:00", "updated_at": "2026-05-01 00:00", "job_title": "x"}
    raw = raw_rows(
        lead_aliases=links(*chain, ("a40", "L")),
        leads=[early, {"lead_id": "L", "job_title": "y"}, {"lead_id": "M"}],
        events=[event(1, "a0"), event(2, "a39"), event(3, "L"), event(4, "nobody")],
    )
    staged, rejected, duplicates = stage(raw)
    [lead] = [row for row in staged["leads"] if row["lead_id"] == "L"]
    assert (lead["created_at"], lead["job_title"]) == (datetime(2025, 1, 1), "y")
    assert [row["lead_id"] for row in staged["events"]] == ["L", "L", "L"]
    assert {row["lead_id"] for row in staged["lead_aliases"]} == {"L"}
    assert duplicates["leads"] == 1
    assert [(row["record_id"], row["reason"]) for row in rejected] == [("e4", "unknown_lead")]


def test_a_person_without_a_row_of_the_surviving_id() -> None:
    """The latest row gives the attributes, and the surviving id is the person's."""
    leads: list[Row] = [
        {"lead_id": "a", "updated_at": "2026-02-01 00:00", "job_title": "x"},
        {"lead_id": "b", "updated_at": "2026-03-01 00:00", "job_title": "y", "disqualified_at": "2026-03-01 00:00"},
        {"lead_id": "c", "created_at": "2025-12-01 00:00", "job_title": "z"},
    ]
    [lead] = stage(raw_rows(lead_aliases=links(("a", "b"), ("b", "L"), ("c", "L")), leads=leads))[0]["leads"]
    assert (lead["lead_id"], lead["job_title"]) == ("L", "y")
    assert (lead["created_at"], lead["disqualified_at"]) == (datetime(2025, 12, 1), datetime(2026, 3, 1))


def test_a_cycle_of_aliases_is_rejected() -> None:
    """The links of the cycle are, one that leads into it is not."""
    aliases = links(("a", "b"), ("b", "c"), ("c", "b"), ("d", "d"), ("d", "d"))
    raw = raw_rows(lead_aliases=aliases, leads=[{"lead_id": lead_id} for lead_id in "abcd"])
    staged, rejected, duplicates = stage(raw)
    assert staged["lead_aliases"] == [{"alias_id": "a", "lead_id": "b"}]
    assert sorted(row["lead_id"] for row in staged["leads"]) == ["b", "c", "d"]
    assert sorted((row["record_id"], row["reason"], row["is_row_kept"]) for row in rejected) == [
        (alias, "alias_cycle", False) for alias in "bcd"
    ]
    assert (duplicates["lead_aliases"], duplicates["leads"]) == (1, 1)


@pytest.mark.parametrize(
    ("cells", "closed_at", "is_won", "reasons"),
    [
        ({"is_won": "true"}, None, True, []),
        ({"is_won": "false"}, None, None, ["contradictory_is_won"]),
        ({"is_won": "true", "closed_at": "2026-03-09 00:00"}, None, True, ["contradictory_closed_at"]),
        (
            {"is_won": "false", "closed_at": "2026-03-09 00:00"},
            None,
            None,
            ["contradictory_closed_at", "contradictory_is_won"],
        ),
        ({"closed_at": "2026-09-30 00:00"}, datetime(2026, 9, 30), None, []),
        # created at 12:00 UTC, 21:00 in Tokyo, and closed on that date, whose midnight is nine hours before
        ({"is_won": "false", "closed_at": "2026-03-10"}, datetime(2026, 3, 10, 12), False, []),
        ({"is_won": "true", "closed_at": "2026-03-09"}, None, True, ["contradictory_closed_at"]),
        ({"is_won": "失注", "closed_at": "2026-04-01 00:00"}, datetime(2026, 4, 1), None, ["unparsable_is_won"]),
        ({"amount": "-1"}, None, None, ["negative_amount"]),
    ],
)
def test_contradictory_opportunities(
    cells: Row, closed_at: datetime | None, is_won: bool | None, reasons: list[str]
) -> None:
    """What contradicts is emptied and reported, the row stays."""
    row = {"opportunity_id": "o", "lead_id": "L", "created_at": "2026-03-10 12:00"} | cells
    staged, rejected, _ = stage(raw_rows(leads=[{"lead_id": "L"}], opportunities=[row]))
    [opportunity] = staged["opportunities"]
    assert (opportunity["closed_at"], opportunity["is_won"], opportunity["amount"]) == (closed_at, is_won, None)
    assert opportunity["deal_id"] == "o"
    assert [record["reason"] for record in rejected] == reasons
    assert all(record["is_row_kept"] for record in rejected)


def test_duplicates_are_told_apart_by_their_update() -> None:
    """Of two versions of one activity, and of one opportunity, the later update stays."""
    act = {"activity_id": "s", "lead_id": "L", "occurred_at": "2026-02-01 00:00", "owner": "old"}
    sale = {"opportunity_id": "o", "lead_id": "L", "created_at": "2026-02-01 00:00", "closed_at": "2026-03-01 00:00"}
    raw = raw_rows(
        leads=[{"lead_id": "L"}],
        sales_activities=[
            act | {"updated_at": "2026-03-01 00:00"},
            act | {"owner": "new", "updated_at": "2026-04-01 00:00"},
        ],
        opportunities=[sale | {"is_won": "false"}, sale | {"closed_at": None, "updated_at": "2026-04-01 00:00"}],
    )
    staged, _, duplicates = stage(raw)
    assert [row["owner"] for row in staged["sales_activities"]] == ["new"]
    assert [row["is_won"] for row in staged["opportunities"]] == [None]
    assert (duplicates["sales_activities"], duplicates["opportunities"]) == (1, 1)


def test_an_event_is_recorded_when_it_happens_unless_it_says_otherwise() -> None:
    """A blank or unreadable time of recording is the event's own."""
    events = [event(1, "L"), event(2, "L") | {"recorded_at": "soon"}, event(3, "L") | {"recorded_at": "2026-01-05"}]
    staged, rejected, _ = stage(raw_rows(leads=[{"lead_id": "L"}], events=events), timezone="UTC")
    assert [row["recorded_at"].day for row in staged["events"]] == [2, 2, 5]
    assert [record["reason"] for record in rejected] == ["unparsable_recorded_at"]


# --- Laws -----------------------------------------------------------------------------


def told(rule_book: Tables, staged: dict[str, list[Row]], as_of: datetime, timezone: str) -> dict[str, list[str]]:
    """Return everything that is told as of a clock, in a fixed order."""
    scored = tell(rule_book, staged, as_of, timezone)
    tables: dict[str, Any] = {name: getattr(scored, name) for name in ("mart", "handoffs", "queue", "stale")}
    tables |= vars(scored.review)
    return {name: sorted(str(sorted(row.items())) for row in content) for name, content in tables.items()}


@given(world=worlds())
@example(world=boundary_world())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_after_the_clock_changes_what_is_told(world: World) -> None:
    """Rows after the clock are in no figure as of the clock."""
    rule_book, raw, as_of, *zones = world
    staged, _, _ = stage(raw, [], *zones)
    assert told(rule_book, staged, as_of, zones[0]) == told(rule_book, known_at(staged, as_of), as_of, zones[0])


@given(world=worlds())
@example(world=boundary_world())
@example(world=boundary_world(is_recorded=False))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_handoff_was_in_a_queue(world: World) -> None:
    """A build at the instant of a hand-off asks sales for it, unless sales was there at that very instant."""
    rule_book, raw, as_of, *zones = world
    staged, _, _ = stage(raw, [], *zones)
    openings = tell(rule_book, staged, as_of, zones[0]).openings
    for moment in sorted({opening["handed_off_at"] for opening in openings})[:12]:
        known = known_at(staged, moment)
        scored = tell(rule_book, known, moment, zones[0])
        queued = {row["lead_id"] for row in scored.queue if row["handed_off_at"] == moment}
        answered = {row["lead_id"] for row in scored.handoffs if row["first_touch_at"] == moment}
        expected = {opening["lead_id"] for opening in openings if opening["handed_off_at"] == moment}
        assert expected <= queued | answered
        assert all(row["queue_status"] == "open" for row in scored.queue if row["handed_off_at"] == moment)
        recorded = [row for row in staged["events"] if row["lead_id"] in expected and not row["is_bot"]]
        for opening in [o for o in openings if o["handed_off_at"] == moment]:
            awarded = {
                entry["event_id"]
                for entry in scored.ledger
                if entry["lead_id"] == opening["lead_id"]
                and entry["entry_type"] == "award"
                and entry["effective_at"] <= opening["entered_at"]
            }
            assert all(row["recorded_at"] <= moment for row in recorded if row["event_id"] in awarded)


@given(world=worlds())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_under_an_alias_are_the_persons_own(world: World) -> None:
    """It makes no difference whether what a lead did names the lead or a former id of it."""
    rule_book, raw, as_of, *zones = world
    alias = "L1\x01"  # in the order of ids it has the place of L1, for ties
    renamed = {
        table: [row | {"lead_id": alias} if row["lead_id"] == "L1" and table != "leads" else row for row in content]
        for table, content in raw.items()
    }
    as_given, as_alias = raw | {"lead_aliases": []}, renamed | {"lead_aliases": links((alias, "L1"))}
    staged = [stage(tables, [], *zones)[0] | {"lead_aliases": []} for tables in (as_given, as_alias)]
    assert told(rule_book, staged[0], as_of, zones[0]) == told(rule_book, staged[1], as_of, zones[0])


def field_reasons(table: str) -> set[str]:
    """Return the reasons that are about a field of a row that is otherwise good."""
    optional = [column for column in CONTRACT[table].split() if "*" not in column]
    contradictions = {"contradictory_closed_at", "contradictory_is_won", "negative_amount"}
    return contradictions | {f"unparsable_{column}" for column in optional}


@given(world=worlds())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_loading_every_row_twice_changes_nothing(world: World) -> None:
    """Copies are removed and counted, and no row is lost."""
    rule_book, raw, as_of, *zones = world
    twice = {table: content + content[::-1] for table, content in raw.items()}
    once, again = (score(rule_book, rows, as_of, zones[0], raw_timezone=zones[1]) for rows in (raw, twice))
    assert sorted(map(str, once.mart)) == sorted(map(str, again.mart))
    assert sorted(map(str, once.handoffs)) == sorted(map(str, again.handoffs))
    for scored, tables in ((once, raw), (again, twice)):
        for table, content in tables.items():
            reasons = [row["reason"] for row in scored.rejected if row["source_table"] == table]
            refused = sum(reason not in field_reasons(table) for reason in reasons)
            assert len(content) == len(scored.staged[table]) + scored.duplicates[table] + refused
