"""What the macros that differ between engines must give, value by value: one list, asked of every engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from conftest import Built

# The columns of the table `given`, with DuckDB's and PostgreSQL's names of their types.
COLUMNS = {
    "case_number": "integer",
    "t": "timestamp",
    "u": "timestamp",
    "s": "text",
    "x": "double precision",
    "d": "date",
    "n": "numeric(18, 6)",
    "i": "integer",
    "b": "boolean",
}


@dataclass(frozen=True)
class Case:
    """An expression, the rows it is worked out over (one, or the group of an aggregate), and its value."""

    expression: str
    value: Any
    rows: list[dict[str, Any]] = field(default_factory=list)


def case(expression: str, value: Any, **given: Any) -> Case:
    """Describe a case of one row."""
    return Case(expression, value, [given])


def at(text: str) -> datetime:
    """Read a time."""
    return datetime.fromisoformat(text)


MOVED = [
    case("add_days('t', 'i')", at("2026-05-01 12:00:00.5"), t=at("2026-01-31 12:00:00.5"), i=90),
    case("add_days('t', 'i')", at("2024-02-29 00:00"), t=at("2024-02-28 00:00"), i=1),
    case("add_days('t', 'i')", at("2023-12-31 23:59:59.999999"), t=at("2024-02-29 23:59:59.999999"), i=-60),
    case("add_days('t', 'i')", None, t=None, i=1),
    case("add_days('t', 40000)", at("2135-07-09 00:00"), t=at("2026-01-01 00:00")),
    case("add_hours('t', 'n')", at("2026-02-01 00:00:00.000001"), t=at("2026-01-31 12:00:00.000001"), n=Decimal(12)),
    case("add_hours('t', 'n')", at("2026-01-31 00:00:00.0036"), t=at("2026-01-31"), n=Decimal("0.000001")),
    case("add_seconds('t', 'n')", at("2026-03-01 12:00:00.5"), t=at("2026-03-01"), n=Decimal("43200.5")),
    case("add_seconds('t', 'n')", at("2065-12-13 00:00"), t=at("2025-12-23"), n=Decimal(14600 * 86400)),
    case("add_months('t', 'i')", at("2026-02-28 12:00:00.123456"), t=at("2026-01-31 12:00:00.123456"), i=1),
    case("add_months('t', 'i')", at("2024-02-29"), t=at("2024-01-31"), i=1),
    case("add_months('t', 'i')", at("2025-11-30"), t=at("2025-12-31"), i=-1),
    case("add_months('d', 1)", at("2026-05-01"), d=date(2026, 4, 1)),
    case("just_before('t')", at("2025-12-31 23:59:59.999999"), t=at("2026-01-01")),
    case("just_before('t')", None, t=None),
]
ELAPSED = [
    case("elapsed_microseconds('t', 'u')", 1, t=at("2026-01-01"), u=at("2026-01-01 00:00:00.000001")),
    case("elapsed_microseconds('t', 'u')", -86400000001, t=at("2024-03-01 00:00:00.000001"), u=at("2024-02-29")),
    case("elapsed_microseconds('t', 'u')", None, t=at("2026-01-01"), u=None),
    case("elapsed_seconds('t', 'u')", Decimal("0.500000"), t=at("2026-01-01"), u=at("2026-01-01 00:00:00.5")),
    # half a millionth of an hour goes up
    case("elapsed_hours('t', 'u')", Decimal("12.000001"), t=at("2026-01-01"), u=at("2026-01-01 12:00:00.0018")),
    case("elapsed_hours('t', 'u')", Decimal("12.000000"), t=at("2026-01-01"), u=at("2026-01-01 12:00:00.001799")),
    case("elapsed_days('t', 'u')", 0, t=at("2024-02-28"), u=at("2024-02-28 23:59:59.999999")),
    case("elapsed_days('t', 'u')", 2, t=at("2024-02-28"), u=at("2024-03-01")),
    case("elapsed_days('t', 'u')", -1, t=at("2026-01-03"), u=at("2026-01-01 12:00")),
]
ZONES = [
    case("utc_to_local('t', 'America/New_York')", at("2026-07-01 08:00:00.25"), t=at("2026-07-01 12:00:00.25")),
    case("utc_to_local('t', 'America/New_York')", at("2026-01-01 07:00"), t=at("2026-01-01 12:00")),
    # an hour that is skipped, an hour that comes twice
    case("local_to_utc('t', 'America/New_York')", at("2026-03-08 07:30"), t=at("2026-03-08 02:30")),
    case("local_to_utc('t', 'America/New_York')", at("2026-11-01 05:30"), t=at("2026-11-01 01:30")),
    case("local_to_utc('t', 'America/Havana')", at("2026-11-01 04:00"), t=at("2026-11-01 00:00")),
    case("local_to_utc('t', 'Asia/Tokyo')", at("2025-12-31 15:00:00.999999"), t=at("2026-01-01 00:00:00.999999")),
    case("local_date('t')", date(2024, 3, 1), t=at("2024-02-29 15:00")),
    case("local_month('t')", date(2024, 2, 1), t=at("2024-02-29 14:59:59.999999")),
]
TEXTS = [
    case("strip('s')", "営業 部長", s="\u3000営業 部長\t\n"),
    case("strip('s')", "", s="\u3000 \u00a0"),
    case("strip('s')", None, s=None),
    case("clean_text('s')", None, s="\u3000"),
    case("clean_category('s')", "資料dl", s=" 資料DL\u3000"),
    case("json_text('s', ['a', 'b'])", "値", s='{"a": {"b": "値"}}'),
    case("json_text('s', ['(i)', 'b'])", "true", s='[{"b": 1}, {"b": true}]', i=2),
    case("json_text('s', ['(i)', 'b'])", "2.0", s='[{"b": 1}, {"b": 2.0}]', i=2),
    case("json_text('s', ['(i)', 'b'])", None, s='[{"b": 1}]', i=2),
    case("json_text('s', ['b'])", None, s='{"b": null}'),
    case("json_text('s', ['b'])", None, s=None),
    case("nth_part('s', '/', 2)", "b", s="a/b/c"),
    case("nth_part('s', '/', -1)", "c", s="a/b/c"),
    case("nth_part('s', '/', 5)", "", s="a/b/c"),
    case("nth_part('s', '（', 1)", "導入事例", s="導入事例（2件まで）"),
    case("nth_part('s', '?', 1)", "/price.x", s="/price.x?a=1"),
    case("has_form('s', '[a-c]+')", True, s="abc"),
    case("has_form('s', '[a-c]+')", False, s="abc\n"),
    case("has_form('s', 'a|b')", False, s="ab"),
    case("has_form('s', '[a-c]+')", None, s=None),
    case("fold_width('s')", "Abc\\['] 1・", s="Ａｂｃ＼［＇］\u3000１･\u200b"),
    case("folded_text('s')", "部長", s="\u3000部\u200b長 "),
    case("email_domain('s')", "b.co", s='"a" <x@B.co.> '),
    case("bare_id('s')", "12", s=" ００12.0"),
    case("one_line('s')", "a b|c", s="a\nb|\u202ec"),
    case("text_literal('it\\'s \\\\ \"x\" 部')", 'it\'s \\ "x" 部'),
    case("dbt.hash('s')", "4c85610e16f5f788333f75a4cd26b1b4", s="部長"),
    case("reason_text('s', 'n')", "資料請求 +7.5", s="資料請求（月2回）", n=Decimal("7.5")),
    Case(
        "joined_text('s', ' / ', ['-n', 's'])",
        "う / あ / い / え",
        [{"s": s, "n": Decimal(n)} for s, n in (("い", 10), ("え", "9.5"), ("う", 100), ("あ", 10))],
    ),
]
PARSED = [
    case("parse_timestamp('s')", at("2026-01-01 00:00"), s="2026-01-01T09:00+09"),
    case("parse_timestamp('s')", at("2026-01-01 00:00:00.123456"), s="2026-01-01 09:00:00.1234567 +0900"),
    case("parse_timestamp('s')", at("2025-12-31 23:59:59.999999"), s=" 2025-12-31 23:59:59.9999999 "),
    case("parse_timestamp('s')", at("2026-01-01 05:30"), s="2026-01-01 00:00-05:30"),
    case("parse_timestamp('s')", at("2026-01-01 09:00"), s="2026-01-01 09:00 UTC"),
    case("parse_timestamp('s')", at("2026-01-01 09:00:00.5"), s="2026-01-01t09:00:00.5z"),
    case("parse_timestamp('s')", at("2024-02-28 15:00"), s="2024-02-29"),
    case("parse_timestamp('s')", None, s="2026-02-29 00:00"),
    case("parse_timestamp('s')", None, s="２０２６-01-01"),
    case("parse_timestamp('t')", at("2026-01-01 09:00:00.5"), t=at("2026-01-01 09:00:00.5")),
    case("parse_timestamp('d')", at("2025-12-31 15:00"), d=date(2026, 1, 1)),
    case("is_date('d')", True, d=date(2026, 1, 1)),
    case("is_date('d')", False, d=None),
    case("is_date('t')", False, t=at("2026-01-01")),
    case("is_date_only('s')", True, s="2026-01-01 "),
    case("is_date_only('s')", False, s=None),
    case("is_text('s')", True, s="1"),
    case("is_text('x')", False, x=1.0),
    case("verbatim_text('s')", " a", s=" a"),
    case("verbatim_text('s')", None, s="\u3000\t"),
    case("verbatim_text('x')", "12000000", x=12000000.0),
    case("verbatim_text('x')", "123456789012", x=123456789012.0),
    case("verbatim_text('i')", "7", i=7),
    case("parse_integer('x')", 12000000, x=12000000.0),
    case("parse_integer('s')", 1200, s="１,２００ 名"),
    case("parse_integer('s')", None, s="1.000"),
    case("parse_decimal('x')", Decimal("12345678.900000"), x=12345678.9),
    case("parse_decimal('x')", Decimal("0.300000"), x=0.30000000000000004),
    case("parse_decimal('s')", Decimal("1200.500000"), s="１，２００．５"),
    case("parse_boolean('b')", False, b=False),
    case("parse_boolean('s')", False, s="N\u3000"),
    case("parse_boolean('s')", None, s="はい"),
    case("is_given('x')", False, x=None),
    case("is_given('x')", True, x=0.0),
    case("is_given('s')", False, s="\u3000"),
]
NUMBERS = [
    case("plain_number('n')", "30", n=Decimal("30.000000")),
    case("plain_number('n')", "-7.5", n=Decimal("-7.5")),
    case("plain_number('n')", "0", n=Decimal("0")),
    case("as_float('n')", 0.1, n=Decimal("0.1")),
    case("share_of('i', '3')", Decimal("0.666667"), i=2),
    case("share_of('i', '0')", None, i=2),
    case("wilson_low('i', '30')", Decimal("0.018477"), i=2),
]
CASES = MOVED + ELAPSED + ZONES + TEXTS + PARSED + NUMBERS


def inline_query(expressions: list[str]) -> str:
    """Put expressions into one text for dbt to compile."""
    return "\n---\n".join("{{ " + expression + " }}" for expression in expressions)


def compiled_expressions(built: Built) -> list[str]:
    """Take apart what dbt compiled."""
    assert built.exit_code == 0, built.output
    return built.results[0]["compiled_code"].split("\n---\n")


CREATE = f"create table given ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"


def given_rows() -> list[tuple[Any, ...]]:
    """Return the rows of the table `given`, all cases in one."""
    return [
        tuple(row.get(column) if column != "case_number" else number for column in COLUMNS)
        for number, case in enumerate(CASES)
        for row in case.rows
    ]


def differences(ask: Callable[[str], Any], written: list[str], cases: list[Case] = CASES) -> list[str]:
    """Ask an engine for each case; tell where value or type is another."""
    found = []
    for case, expression in zip(cases, written, strict=True):
        value = ask(f"select {expression} as value from given where case_number = {CASES.index(case)}")
        if value != case.value or type(value) is not type(case.value):
            found.append(f"{case.expression} of {case.rows}: {value!r}, not {case.value!r}")
    return found
