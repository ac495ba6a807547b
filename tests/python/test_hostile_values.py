"""Values that nobody wants to meet: each is read exactly, or said in one sentence, and nothing else happens."""

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, Row, Tables, read_rows
from conftest import ONLY_MODELS
from test_build import RunDbt, as_vars
from test_publish import AS_OF

LONG = "長" * 10_000
SQL = "x'); drop table lead_mart; --"
JINJA = "{{ exceptions.raise_compiler_error('run') }}"
BIDI = "\u202egro.elpmaxe"
NFC, NFD = "\u304c", "\u304b\u3099"  # が, in one character and in two
TEXTS = [
    *(
        SQL,
        JINJA,
        BIDI,
        NFC,
        NFD,
        LONG,
        "{% do 1 %}",
        "{# x #}",
        "a\x00b",
        "a\x01b",
        "=cmd|' /C calc'!A0",
        '"',
        "'",
        "\\",
        "\\'",
        "%",
    ),
    *(
        "_",
        "a\nb",
        "a\r\nb",
        "a\tb",
        "😀👩‍👩‍👧",
        "¥",
        "～",
        "∥",
        "－",
        "null",
        "NaN",
        "None",
        "true",
        "0",
        "-0",
        "1e308",
        "<b>x</b>",
    ),
    *(
        "${PATH}",
        "$(id)",
        "`id`",
        "%s",
        "{0}",
        "?",
        ":name",
        "$1",
        "/*",
        "*/",
        ";",
        "a b",
        "株式会社　山田",
        "ſ",
        "İ",
        "ß",
    ),
]
# of `employee_count`: the number, or the reason with which it is reported
NUMBERS: dict[str, int | str] = {
    **{
        "300": 300,
        " 300 ": 300,
        "３００": 300,
        "1,200": 1200,
        "1,200名": 1200,
        "１，２００人": 1200,
        "300.0": 300,
        "300.": 300,
    },
    **{
        "+7": 7,
        "-0": 0,
        "0007": 7,
        "1,234,567": 1234567,
        "999999999999999": 999999999999999,
        "　５０　": 50,
        "5 名": 5,
    },
    **dict.fromkeys(
        ("1.000", "1.5", "1e3", "1e308", "0x1F", "NaN", "Infinity", "-Infinity", "12,34", "1,2345"), "unparsable"
    ),
    **dict.fromkeys(
        ("--5", "+-5", "1 200", "9999999999999999", "1" * 10_000, "٣٠٠", "³", "Ⅲ", "百", "1/2", "50-99"), "unparsable"
    ),
    **dict.fromkeys(
        (SQL, JINJA, BIDI, LONG, "null", "N/A", "-", ".", ",", "1,", ",1", "1..0", "5名様", "'5'"), "unparsable"
    ),
    **dict.fromkeys(("-1", "-1,200", "－５"), "impossible"),
}
# of an event's `occurred_at`, which is required: the time in UTC, or the reason with which the row is left out
TIMES: dict[str, datetime | str] = {
    "2026-01-02": datetime(2026, 1, 1, 15),  # the local day begins
    "2026-01-02T03:04": datetime(2026, 1, 2, 3, 4),
    "2026-01-02 03:04:05Z": datetime(2026, 1, 2, 3, 4, 5),
    "2026-01-02t03:04:05.000001z": datetime(2026, 1, 2, 3, 4, 5, 1),
    "2026-01-02 03:04:05 +0900": datetime(2026, 1, 1, 18, 4, 5),
    "2026-01-02 03:04:05-14:00": datetime(2026, 1, 2, 17, 4, 5),
    "2026-01-02 03:04:05 UTC": datetime(2026, 1, 2, 3, 4, 5),
    "2024-02-29": datetime(2024, 2, 28, 15),
    "1990-01-01T00:00:00Z": datetime(1990, 1, 1),
    "2100-12-31T23:59:59.999999Z": datetime(2100, 12, 31, 23, 59, 59, 999999),
    **dict.fromkeys(("1989-12-31T23:59:59.999999Z", "2101-01-01T00:00:00Z", "0001-01-01", "9999-12-31"), "impossible"),
    **dict.fromkeys(
        ("0000-01-01", "10000-01-01", "-0001-01-01", "2026-02-30", "2023-02-29", "1900-02-29"), "unparsable"
    ),
    **dict.fromkeys(("2026-13-01", "2026-00-10", "2026-01-00", "2026-1-2", "2026-01-02T24:00:00"), "unparsable"),
    **dict.fromkeys(("2026-01-02T23:59:60", "2026-01-02T03:04:05+15:00", "2026-01-02T03:04:05 JST"), "unparsable"),
    **dict.fromkeys(
        ("now()", "now", "today", "yesterday", "epoch", "infinity", "-infinity", "1767312000"), "unparsable"
    ),
    **dict.fromkeys(("令和8年1月2日", "Jan 2 2026", "2026-01-02; drop", SQL, JINJA, BIDI, LONG, "1e308"), "unparsable"),
}
# of an event's `is_bot`
TRUTHS: dict[str, bool | str] = {
    **{"true": True, "TRUE": True, "False": False, "1": True, "0": False, "": False, "　": False},
    **dict.fromkeys(("maybe", "2", "-1", "tru", SQL, JINJA, BIDI, LONG, "null"), "unparsable"),
}
AMOUNTS: dict[str, Decimal | str] = {
    **{"0.30000000000000004": Decimal("0.3"), "1,000,000": Decimal(1000000), "１２３": Decimal(123), "0": Decimal(0)},
    **dict.fromkeys(("1.000", "￥1000", "1e10", "NaN", SQL, JINJA, BIDI, LONG), "unparsable"),
    **dict.fromkeys(("-0.01", "-100"), "negative"),
}
# Variables that are refused. dbt itself runs Jinja in a variable, so what it leaves is what is checked.
LEFT = "{{ 'x' * 3 }}'; drop table lead_mart; --"
VARIABLES = [
    *(
        (name, value)
        for name in ("abandoned_after_days", "queue_late_days", "review_min_leads")
        for value in (SQL, LEFT)
    ),
    *(("outcome_horizon_days", value) for value in ("1e308", "-1", BIDI)),
    *(("max_vanished_share", value) for value in ("1.5", SQL)),
    *(("raw_schema", value) for value in (LEFT, LONG + " x")),
    *(("timezone", value) for value in (LEFT, "../../etc/passwd")),
    *(("as_of", value) for value in (SQL, LEFT, "0000-01-01")),
]
# of each file that people edit, a column of free text
FILES = {
    **{f"rules/{kind}_rules": "description" for kind in ("attribute", "behavior", "disqualification", "recency")},
    **{"rules/reset_rules": "description", "rules/tiers": "label", "governance/kpi_targets": "description"},
    **{"governance/review_log": "outcome", "governance/scoring_agreements": "decided_by"},
    **{"governance/holidays": "name", "governance/ignored_event_types": "reason", "governance/sales_capacity": "note"},
    **{"mapping/attribute_values": "value", "mapping/deal_stages": "stage", "mapping/event_types": "code"},
    **{"mapping/owners": "owner", "mapping/sales_touches": "note"},
}


def test_there_are_many() -> None:
    """The list is what it is said to be."""
    given = [TEXTS, TEXTS, NUMBERS, TIMES, TRUTHS, AMOUNTS, VARIABLES]
    assert sum(map(len, given)) >= 200


@pytest.fixture(scope="module")
def staged(project: CompiledProject) -> Any:
    """Stage all values at once, each in a row of its own, among the shipped rules."""
    lead: Row = {"created_at": "1990-01-01T00:00:00Z"}
    leads = [lead | {"lead_id": f"number {n}", "employee_count": raw} for n, raw in enumerate(NUMBERS)]
    leads += [lead | {"lead_id": f"text {n}", "company_name": raw, "industry": raw} for n, raw in enumerate(TEXTS)]
    leads += [lead | {"lead_id": raw} for raw in TEXTS]
    event: Row = {"lead_id": "number 0", "event_type": "page_view", "occurred_at": "2026-01-02T00:00:00Z"}
    events = [event | {"event_id": f"time {n}", "occurred_at": raw} for n, raw in enumerate(TIMES)]
    events += [event | {"event_id": f"truth {n}", "is_bot": raw} for n, raw in enumerate(TRUTHS)]
    events += [event | {"event_id": raw, "lead_id": raw, "asset": raw, "event_type": raw} for raw in TEXTS]
    deal: Row = {"lead_id": "number 0", "created_at": "2026-01-02T00:00:00Z"}
    deals = [deal | {"opportunity_id": f"amount {n}", "amount": raw} for n, raw in enumerate(AMOUNTS)]
    book = {path.stem: read_rows(path) for path in (PROJECT / "seeds" / "rules").glob("*.csv")}
    raw: Tables = {"leads": leads, "events": events, "opportunities": deals}
    models = ["rejected_records", "row_accounting", "lead_mart", "lead_score_reasons"]
    with project.score(book, raw, AS_OF, models=models) as database:
        yield database


def found(database: Any, query: str) -> dict[str, Any]:
    """Return the two columns of a query as a dictionary."""
    return dict(database.execute(query).fetchall())


@pytest.mark.parametrize(
    ("kind", "values", "model", "id_column", "column", "is_row_kept"),
    [
        ("number", NUMBERS, "stg_leads", "lead_id", "employee_count", True),
        ("time", TIMES, "stg_events", "event_id", "occurred_at", False),
        ("truth", TRUTHS, "stg_events", "event_id", "is_bot", True),
        ("amount", AMOUNTS, "stg_opportunities", "opportunity_id", "amount", True),
    ],
)
def test_a_value_is_read_exactly_or_reported(
    staged: Any, kind: str, values: dict[str, Any], model: str, id_column: str, column: str, is_row_kept: bool
) -> None:
    """No value becomes another one: what cannot be read is listed with its reason, and the row stays if it can."""
    stored = found(staged, f"select {id_column}, {column} from {model}")
    reasons = found(staged, f"select record_id, reason from rejected_records where record_id like '{kind} %'")
    wrong = {}
    for number, (raw, expected) in enumerate(values.items()):
        key = f"{kind} {number}"
        if isinstance(expected, str):
            is_as_told = reasons.get(key) == f"{expected}_{column}"
            is_kept = is_row_kept and expected != "impossible"
            is_as_told &= (key in stored) == is_kept and stored.get(key) in (None, False)
        else:
            is_as_told = key not in reasons and stored.get(key) == expected
        if not is_as_told:
            wrong[raw[:40]] = (expected, stored.get(key, "no row"), reasons.get(key))
    assert wrong == {}


def test_texts_come_through_unchanged(staged: Any) -> None:
    """As ids, names, assets and event types; two forms of one letter are two ids and one word to a rule."""
    named = found(staged, "select lead_id, company_name from stg_leads where lead_id like 'text %'")
    assert named == {f"text {n}": raw.strip() for n, raw in enumerate(TEXTS)}
    assert set(TEXTS) <= found(staged, "select lead_id, 1 from lead_mart").keys()
    assert set(TEXTS) <= found(staged, "select event_id, 1 from stg_events").keys()
    owners = found(staged, "select event_id, lead_id from stg_events where event_id = lead_id")
    assert owners == {raw: raw for raw in TEXTS}


def test_nothing_is_lost(staged: Any) -> None:
    """Every row is staged, rejected or a duplicate, and no text was run."""
    for table, rows_in, *ways_out in staged.execute("from row_accounting").fetchall():
        assert rows_in == sum(ways_out), table
    assert staged.execute("select count(*) from lead_mart").fetchall() == [(len(NUMBERS) + 2 * len(TEXTS) - 3,)]


@pytest.mark.slow
def test_texts_in_files_come_through_unchanged(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """What is written in a file of rules, governance or mapping is in its table as it was written."""
    readable = [text for text in TEXTS if "\x00" not in text]
    for file, column in FILES.items():
        path = project_copy / "seeds" / f"{file}.csv"
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        with path.open("a", encoding="utf-8", newline="") as lines:
            csv.DictWriter(lines, header, lineterminator="\n").writerows({column: text} for text in readable)
    built = run_dbt(tmp_path, "seed", "--vars", as_vars(connectors=["hubspot"]), project=project_copy)
    assert built.exit_code == 0, built.output
    with duckdb.connect(str(built.database), read_only=True) as database:
        for file, column in FILES.items():
            stored = {text for (text,) in database.execute(f"select {column} from {Path(file).name}").fetchall()}
            assert set(readable) - stored == set(), file


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), VARIABLES)
def test_a_hostile_variable_is_one_sentence(run_dbt: RunDbt, tmp_path: Any, name: str, value: str) -> None:
    """It is named and refused before any model runs; no SQL of it is run."""
    built = run_dbt(tmp_path, *ONLY_MODELS, "--vars", as_vars(**{name: value}))
    assert built.exit_code != 0
    assert f"{name} is '" in built.output
    assert "OK loaded" not in built.output and "OK created" not in built.output
    assert "Traceback" not in built.output
