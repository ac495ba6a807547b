"""Every fault a rule book can have, and the sentence that its author is shown for it."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled import PROJECT, CompiledProject, Row, Tables, read_rows, rows
from hypothesis import HealthCheck, example, given, settings
from test_build import RunDbt, as_vars, edit
from worlds import rule_books

AS_OF = datetime(2026, 6, 30, 15)
NO_ROWS: Tables = {"leads": [], "events": [], "sales_activities": [], "opportunities": []}
FILES = ["attribute_rules", "behavior_rules", "disqualification_rules", "recency_rules", "reset_rules", "tiers"]


def shipped() -> Tables:
    """Return the rule book as it is shipped."""
    return {name: read_rows(PROJECT / "seeds" / "rules" / f"{name}.csv") for name in FILES}


def problems(project: CompiledProject, book: Tables) -> list[tuple[str, str]]:
    """Return severity and sentence of each problem of the rule book."""
    with project.score(book, NO_ROWS, AS_OF, models=["rule_book_problems"]) as database:
        return [said(row) for row in rows(database, "from rule_book_problems")]


def said(row: Row) -> tuple[str, str]:
    """Return severity and sentence of a row, as they are printed."""
    line = f" line {row['line']}" if row["line"] else ""
    rule = f", rule {row['rule_id']}" if row["rule_id"] else ""
    return row["severity"], f"{row['file']}{line}{rule}: {row['problem']}. {row['remedy']}."


def changed(file: str, changed_rule: str, /, **cells: str | None) -> Callable[[Tables], Any]:
    """Return what changes some cells of one rule."""
    key = "tier" if file == "tiers" else "rule_id"
    return lambda book: [row.update(cells) for row in book[file] if row[key] == changed_rule]


def added(file: str, count: int = 1, **cells: str | None) -> Callable[[Tables], Any]:
    """Return what adds a rule with these cells; of several, each has an id of its own."""
    rule: Row = {"rule_id": "new", "points": "10", "description": "新しいルール", "attribute": "industry"}
    rule |= {"reason": "対象外", "event_type": "page_view", "window_days": "30", "inactive_days": "60"}
    rule |= {"label": "新", "action": "連絡する", "marks_dormant": None} | cells
    rules = [rule if number == 0 else rule | {"rule_id": f"new_{number}"} for number in range(count)]
    return lambda book: book[file].extend(rules)


def only(file: str) -> Callable[[Tables], Any]:
    """Return what empties a file."""
    return lambda book: book[file].clear()


# fault: what breaks the shipped book, and what is then said about it
ERRORS: dict[str, tuple[Callable[[Tables], Any], str]] = {
    "blank line": (
        added("recency_rules", rule_id=None),
        "recency_rules.csv line 5: the first cell, the name of the rule, is empty."
        " Give the rule a name of letters, digits and underscores, or delete the line.",
    ),
    "white space around a name": (
        changed("behavior_rules", "email_open", rule_id="email_open "),
        'behavior_rules.csv line 8, rule email_open : the name "email_open " begins or ends with white space.'
        " Delete the white space around the name.",
    ),
    "full-width space around a tier": (
        changed("tiers", "hot", tier="hot\u3000"),
        'tiers.csv line 2, rule hot\u3000: the name "hot\u3000" begins or ends with white space.'
        " Delete the white space around the name.",
    ),
    "name used twice in a file": (
        changed("behavior_rules", "email_click", rule_id="email_open"),
        "behavior_rules.csv line 8, rule email_open: the name is used already in seeds/rules/behavior_rules.csv line 7."
        " Give one of the two rules another name; history and reports tell rules apart by it.",
    ),
    "name used twice across files": (
        changed("behavior_rules", "email_open", rule_id="student"),
        "disqualification_rules.csv line 2, rule student: the name is used already in seeds/rules/behavior_rules.csv"
        " line 8. Give one of the two rules another name; history and reports tell rules apart by it.",
    ),
    "attribute blank": (
        changed("attribute_rules", "target_industry", attribute=" "),
        "attribute_rules.csv line 5, rule target_industry: attribute is blank. Name the column of leads to look at.",
    ),
    "attribute unknown": (
        changed("disqualification_rules", "student", attribute="segmnet"),
        'disqualification_rules.csv line 2, rule student: leads have no attribute "segmnet".'
        " Write one of email, email_domain, company_name, employee_count, industry, job_title, region, segment,"
        " or add the column to the variable scored_attributes.",
    ),
    "neither value nor band": (
        changed("attribute_rules", "target_industry", value="\u3000"),
        "attribute_rules.csv line 5, rule target_industry: value, min_value and max_value are all blank, so the rule"
        " matches nobody. Fill value for a text, or min_value and max_value for a number band.",
    ),
    "value and band": (
        changed("attribute_rules", "target_industry", max_value="5"),
        "attribute_rules.csv line 5, rule target_industry: value is filled and so is min_value or max_value."
        " Keep value for a text, or the bounds for a number band; make two rules for both.",
    ),
    "band without numbers": (
        changed("attribute_rules", "employees_100_to_299", min_value="300.5"),
        "attribute_rules.csv line 3, rule employees_100_to_299: the band from 300.5 up to, not including, 300 holds no"
        " number. Write min_value lower than max_value.",
    ),
    "too many alternatives": (
        changed("attribute_rules", "target_industry", value="a|" * 1000),
        "attribute_rules.csv line 5, rule target_industry: value lists more than 1000 alternatives."
        " Split the rule into several.",
    ),
    "attribute points blank": (
        changed("attribute_rules", "target_industry", points=None),
        "attribute_rules.csv line 5, rule target_industry: points is blank. Write a number such as 10 or -10.",
    ),
    "reason blank": (
        changed("disqualification_rules", "student", reason=None),
        "disqualification_rules.csv line 2, rule student: reason is blank."
        " Write the reason BI is to show for such leads.",
    ),
    "overlapping bands": (
        changed("attribute_rules", "employees_100_to_299", min_value="90", attribute=" Employee_Count"),
        "attribute_rules.csv line 3, rule employees_100_to_299: its band of employee_count and that of"
        " employees_under_100 (line 2) share the numbers from 90 up to 100."
        " Let one band begin where the other ends; max_value itself is not in the band.",
    ),
    "bands overlapping without end": (
        changed("attribute_rules", "employees_100_to_299", max_value=None),
        "attribute_rules.csv line 4, rule employees_300_plus: its band of employee_count and that of"
        " employees_100_to_299 (line 3) overlap without end."
        " Fill min_value and max_value so that one band begins where the other ends.",
    ),
    "event type blank": (
        changed("behavior_rules", "site_visit", event_type="\t"),
        "behavior_rules.csv line 6, rule site_visit: event_type is blank, so the rule matches no event."
        " Write the event type as the tracking calls it.",
    ),
    "behavior points blank": (
        changed("behavior_rules", "site_visit", points=None),
        "behavior_rules.csv line 6, rule site_visit: points is blank."
        " Write a number such as 10; 0 if the rule is only to keep leads active.",
    ),
    "award_per unknown": (
        changed("behavior_rules", "site_visit", award_per="week"),
        'behavior_rules.csv line 6, rule site_visit: award_per is "week".'
        " Write event, day or item, or leave it blank for event.",
    ),
    "negative cap": (
        changed("behavior_rules", "site_visit", max_awards="-1"),
        "behavior_rules.csv line 6, rule site_visit: max_awards is -1, so the rule never gives points."
        " Write a whole number from 1, or leave it blank for no limit; to retire a rule, delete its line.",
    ),
    "cap of 0": (
        changed("behavior_rules", "site_visit", max_awards="0"),
        "behavior_rules.csv line 6, rule site_visit: max_awards is 0, so the rule never gives points."
        " Write a whole number from 1, or leave it blank for no limit; to retire a rule, delete its line.",
    ),
    "decay without days": (
        changed("behavior_rules", "site_visit", decay_every_days=None),
        "behavior_rules.csv line 6, rule site_visit: points decay by 50 % but decay_every_days is blank."
        " Write the days between two steps, for example 30, or clear decay_percent.",
    ),
    "decay without percent": (
        changed("behavior_rules", "site_visit", decay_percent=None),
        "behavior_rules.csv line 6, rule site_visit: points decay every 30 days but decay_percent is blank."
        " Write the percent lost at each step, for example 50, or clear decay_every_days.",
    ),
    "decay of more than all": (
        changed("behavior_rules", "site_visit", decay_percent="100.5"),
        "behavior_rules.csv line 6, rule site_visit: decay_percent is 100.5. Write a percentage from 0.1 to 100.",
    ),
    "decay every 0 days": (
        changed("behavior_rules", "site_visit", decay_every_days="0"),
        "behavior_rules.csv line 6, rule site_visit: decay_every_days is 0. Write a whole number of days from 1.",
    ),
    "decay with too many decimals": (
        changed("behavior_rules", "site_visit", points="0.0001", decay_percent="0.1"),
        "behavior_rules.csv line 6, rule site_visit: 0.1 % of 0.0001 points needs more than six decimals."
        " Use rounder figures.",
    ),
    "window blank": (
        changed("recency_rules", "active_within_7_days", window_days=None),
        "recency_rules.csv line 2, rule active_within_7_days: window_days is blank or below 1."
        " Write a whole number of days from 1.",
    ),
    "0 active days": (
        changed("recency_rules", "active_within_7_days", min_active_days="0"),
        "recency_rules.csv line 2, rule active_within_7_days: min_active_days is 0."
        " Write a whole number of days from 1, or leave it blank for 1.",
    ),
    "recency points blank": (
        changed("recency_rules", "active_within_7_days", points=None),
        "recency_rules.csv line 2, rule active_within_7_days: points is blank. Write a number such as 10.",
    ),
    "window longer than the reset": (
        changed("recency_rules", "active_within_7_days", window_days="91"),
        "recency_rules.csv line 2, rule active_within_7_days: the window of 91 days is longer than the 90 days after"
        " which dormant_reset resets. Write window_days of 90 or less, so that no points outlive a reset.",
    ),
    "inactive_days blank": (
        changed("reset_rules", "dormant_reset", inactive_days=None),
        "reset_rules.csv line 2, rule dormant_reset: inactive_days is blank or below 1."
        " Write a whole number of days from 1.",
    ),
    "action unknown": (
        changed("reset_rules", "dormant_reset", action="Reset "),
        'reset_rules.csv line 2, rule dormant_reset: action is "Reset ".'
        " Write reset or deduct, in small letters and without blanks.",
    ),
    "second reset": (
        added("reset_rules", action="reset", points=None),
        "reset_rules.csv line 3, rule new: this is a second line with action reset, after dormant_reset in line 2."
        " Keep one of the two; to take points earlier, use action deduct.",
    ),
    "deduction that gives": (
        added("reset_rules", action="deduct"),
        "reset_rules.csv line 3, rule new: a deduction takes points, but points is blank or not negative."
        " Write a negative number such as -50.",
    ),
    "no tier": (only("tiers"), "tiers.csv: there is no tier, so no lead has one. Write a tier with min_score 0."),
    "tier with a name of ours": (
        changed("tiers", "hold", tier="Disqualified"),
        "tiers.csv line 4, rule Disqualified: disqualified is the tier of leads a disqualification rule matches."
        " Choose another name.",
    ),
    "min_score blank": (
        changed("tiers", "nurture", min_score=None),
        "tiers.csv line 3, rule nurture: min_score is blank. Write the lowest score of the tier.",
    ),
    "min_score twice": (
        changed("tiers", "nurture", min_score="80.0"),
        "tiers.csv line 3, rule nurture: min_score 80 is that of tier hot too. Give each tier a min_score of its own.",
    ),
    "lowest tier above 0": (
        changed("tiers", "hold", min_score="1"),
        "tiers.csv line 4, rule hold: the lowest tier is not open to every lead, so some leads have no tier."
        " Write min_score 0 and clear requires_active and min_attribute_score.",
    ),
    "lowest tier with a condition": (
        changed("tiers", "hold", requires_active="true"),
        "tiers.csv line 4, rule hold: the lowest tier is not open to every lead, so some leads have no tier."
        " Write min_score 0 and clear requires_active and min_attribute_score.",
    ),
    "label blank": (
        changed("tiers", "hold", label=None),
        "tiers.csv line 4, rule hold: label is blank. Write the name people are to see.",
    ),
    "tier action blank": (
        changed("tiers", "hold", action=None),
        "tiers.csv line 4, rule hold: action is blank. Write what is to be done with such leads.",
    ),
    "no sla_hours": (
        changed("tiers", "hot", sla_hours="0"),
        "tiers.csv line 2, rule hot: sla_hours is 0. Write hours above 0, or leave it blank.",
    ),
    "sla_clock unknown": (
        changed("tiers", "hot", sla_clock="office"),
        'tiers.csv line 2, rule hot: sla_clock is "office".'
        " Write elapsed or business, or leave it blank for elapsed.",
    ),
    "rearm_below above min_score": (
        changed("tiers", "hot", rearm_below="80.5"),
        "tiers.csv line 2, rule hot: rearm_below 80.5 is above min_score 80, so a lead could be handed over again"
        " without ever leaving the tier. Write 80 or less, or leave it blank for min_score.",
    ),
}  # fmt: skip

WARNINGS: dict[str, tuple[Callable[[Tables], Any], str]] = {
    "wide sign in a value": (
        changed("attribute_rules", "target_industry", value="製造業｜金融"),
        'attribute_rules.csv line 5, rule target_industry: value "製造業｜金融" holds ｜, ％, 、 or *, which stand for'
        " themselves here. Write | between alternatives and % for any text.",
    ),
    "wide sign in an event type": (
        changed("behavior_rules", "site_visit", event_type="page_view｜page_leave"),
        'behavior_rules.csv line 6, rule site_visit: event_type "page_view｜page_leave" holds ｜, ％, 、 or *, which'
        " stand for themselves here. Write | between event types.",
    ),
    "wide sign in an asset": (
        changed("behavior_rules", "site_visit", asset_pattern="/news*"),
        'behavior_rules.csv line 6, rule site_visit: asset_pattern "/news*" holds ｜, ％, 、 or *, which stand for'
        " themselves here. Write % for any text.",
    ),
    "description blank": (
        changed("tiers", "hot", description=None),
        "tiers.csv line 2, rule hot: the description is blank."
        " Write in a sentence what the rule means; it is what BI shows as reason.",
    ),
    "more than 10 rules on an axis": (
        added("behavior_rules", count=3),
        "behavior_rules.csv: 11 rules on one axis are more than anybody reviews."
        " Start with 5 to 10; merge or drop rules that move nobody.",
    ),
    "gap between bands": (
        changed("attribute_rules", "employees_300_plus", min_value="500"),
        "attribute_rules.csv line 4, rule employees_300_plus: employee_count from 300 up to, not including, 500 is in"
        " no band and earns nothing. Lower min_value to 300 if that is not meant.",
    ),
    "value without a text": (
        changed("attribute_rules", "target_industry", value="| |"),
        'attribute_rules.csv line 5, rule target_industry: value "| |" lists no text, so the rule matches nobody.'
        " Write a text between the bars.",
    ),
    "missing as disqualification": (
        changed("disqualification_rules", "student", value=" (Missing)"),
        "disqualification_rules.csv line 2, rule student: an empty value never disqualifies, so the rule matches"
        " nobody. Delete the rule, or take points for (missing) in seeds/rules/attribute_rules.csv.",
    ),
    "text where numbers are": (
        changed("attribute_rules", "target_industry", attribute="employee_count", value="1-99|約300%"),
        "attribute_rules.csv line 5, rule target_industry: employee_count is a whole number from 0, so the rule matches"
        " nobody. Use a band: min_value 100 and max_value 300 are 100 to 299 employees.",
    ),
    "domain with @": (
        changed("attribute_rules", "free_email", value="@gmail.com|@yahoo.co.jp"),
        'attribute_rules.csv line 7, rule free_email: email_domain is what stands after the @, so'
        ' "@gmail.com|@yahoo.co.jp" matches nobody. Write the domain without @.',
    ),
    "rule that does nothing": (
        changed("behavior_rules", "email_open", points="0"),
        "behavior_rules.csv line 8, rule email_open: the rule gives 0 points and keeps nobody active, so it does"
        " nothing. Give it points or delete it.",
    ),
    "white space around a pattern": (
        changed("behavior_rules", "pricing_page", asset_pattern="/pricing% "),
        'behavior_rules.csv line 5, rule pricing_page: asset_pattern "/pricing% " begins or ends with white space,'
        " and assets are compared exactly. Delete the white space around the pattern.",
    ),
    "rule for an ignored event type": (
        changed("behavior_rules", "email_open", event_type=" Email_Bounce"),
        "behavior_rules.csv line 8, rule email_open: event type  Email_Bounce has a rule and is also listed in"
        " seeds/governance/ignored_event_types.csv. Delete the line in one of the two files.",
    ),
    "more active days than days": (
        changed("recency_rules", "active_within_7_days", min_active_days="10"),
        "recency_rules.csv line 2, rule active_within_7_days: 10 active days do not fit into 7 days, so nobody earns"
        " the points. Lower min_active_days or raise window_days.",
    ),
    "recency of 0 points": (
        changed("recency_rules", "active_within_7_days", points="0"),
        "recency_rules.csv line 2, rule active_within_7_days: the rule gives 0 points, so it changes no score."
        " Give it points or delete it.",
    ),
    "reset with points": (
        changed("reset_rules", "dormant_reset", points="-50"),
        "reset_rules.csv line 2, rule dormant_reset: a reset brings the axis to 0, and its -50 points are not used."
        " Clear points, or write deduct as action.",
    ),
    "deduction after the reset": (
        added("reset_rules", action="deduct", points="-50", inactive_days="90"),
        "reset_rules.csv line 3, rule new: nothing is left to take after 90 days: dormant_reset resets after 90."
        " Write inactive_days below 90, or delete the line.",
    ),
    "clock without hours": (
        changed("tiers", "nurture", sla_clock="business"),
        "tiers.csv line 3, rule nurture: sla_clock or rearm_below is filled but sla_hours is blank, so nothing is"
        " handed over. Fill sla_hours, or clear the other two.",
    ),
    "tiers exchanged": (
        lambda book: (
            changed("tiers", "hot", min_score="50", rearm_below=None)(book),
            changed("tiers", "nurture", min_score="80")(book),
        ),
        "tiers.csv line 2, rule hot: the tier is handed to sales from 50 points, but a tier from 80 points is not."
        " Check that no two min_score are exchanged, or fill sla_hours of the higher tier too.",
    ),
    "tier out of reach": (
        lambda book: [row.update(max_awards="1") for row in book["behavior_rules"]]
        and changed("tiers", "hot", min_score="230.5")(book),
        # 20 + 20 + 30 for attributes, 30 + 40 + 5 * 10 for behavior, 30 for recency
        "tiers.csv line 2, rule hot: no lead reaches 230.5 points: all rules together give at most 220."
        " Lower min_score, or give more points.",
    ),
    "attribute score out of reach": (
        changed("tiers", "hot", min_attribute_score="71"),
        "tiers.csv line 2, rule hot: no lead reaches 71 attribute points: the attribute rules give at most 70."
        " Lower min_attribute_score, or give more points for attributes.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(project: CompiledProject) -> dict[str, list[tuple[str, str]]]:
    """Return what is said about the shipped book after each fault."""
    said_about = {}
    for fault, (change, _) in (ERRORS | WARNINGS).items():
        book = shipped()
        change(book)
        said_about[fault] = problems(project, book)
    return said_about


def test_the_shipped_book_has_no_problem(project: CompiledProject) -> None:
    """Nothing is said about a good rule book."""
    assert problems(project, shipped()) == []


@pytest.mark.parametrize("fault", ERRORS)
def test_an_error_is_named_with_its_place_and_remedy(found: dict[str, list[tuple[str, str]]], fault: str) -> None:
    """The sentence names file, line, rule, fault and remedy."""
    assert ("error", f"seeds/rules/{ERRORS[fault][1]}") in found[fault]


@pytest.mark.parametrize("fault", WARNINGS)
def test_a_warning_is_named_with_its_place_and_remedy(found: dict[str, list[tuple[str, str]]], fault: str) -> None:
    """The same for what is legal but probably not meant; nothing about it is an error."""
    assert ("warn", f"seeds/rules/{WARNINGS[fault][1]}") in found[fault]
    assert "error" not in dict(found[fault])


def test_every_check_has_a_fault(project: CompiledProject, found: dict[str, list[tuple[str, str]]]) -> None:
    """No check has never been seen: the words of each are among the sentences found."""
    sentences = [sentence for said_about in found.values() for _, sentence in said_about]
    check = re.compile(r"' as severity,\s+file,\s+line,\s+rule_id,\s+(.*?) as problem,\s+(.*?) as remedy", re.DOTALL)
    sql = "".join(relation.sql for relation in project.relations if relation.name.startswith("rule_book_problems_"))
    checks = check.findall(sql)
    assert len(checks) > 50
    for words in checks:
        parts = " || '. ' || ".join(words).split(" || ")
        pattern = ".*".join(re.escape(part[1:-1].replace("''", "'")) for part in parts if part[0] == "'")
        assert any(re.search(pattern, sentence) for sentence in sentences), pattern


TRIMMED: Tables = {
    "attribute_rules": [
        {"rule_id": "a", "attribute": " Industry\u3000", "value": " x | y ", "points": "60", "description": "a"}
    ],
    "behavior_rules": [
        {"rule_id": "b", "event_type": " Page_View ", "points": "90", "award_per": " Day ", "description": "b"}
    ],
}


LARGE: Tables = {
    "behavior_rules": [
        {"rule_id": "fading", "points": "123456.789012", "decay_percent": "25", "decay_every_days": "30"},
        {"rule_id": "capped", "points": "999999.999999", "max_awards": "1000000000"},
    ],
}
for rule in LARGE["behavior_rules"]:
    rule |= {"event_type": "page_view", "description": "x"}


@given(book=rule_books())
@example(book=shipped() | TRIMMED)
@example(book=shipped() | LARGE)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_legal_rule_book_is_refused(project: CompiledProject, book: Tables) -> None:
    """Hostile but legal rule books build; only half a decay is refused, which scoring reads as no decay."""
    for rule in book["behavior_rules"]:
        if not rule.get("decay_percent"):
            rule["decay_every_days"] = None
        elif not rule["decay_every_days"]:
            rule["decay_percent"] = None
    # 33.33 points losing 12.5 % need seven decimals
    six = [(s, t) for s, t in problems(project, book) if s == "error" and "more than six decimals" not in t]
    assert six == []


LEAD: Row = {"lead_id": "L", "created_at": "2026-01-01", "industry": "製造業"}


def test_a_rule_that_meets_nobody_is_named(project: CompiledProject) -> None:
    """One lead, one recent page view and one old click: what no data speak for is said, rule by rule."""
    events = [
        {"event_id": "1", "lead_id": "L", "event_type": "page_view", "asset": "/", "occurred_at": "2026-06-30"},
        {"event_id": "2", "lead_id": "L", "event_type": "email_click", "asset": "m", "occurred_at": "2026-04-01 15:00"},
        {"event_id": "3", "lead_id": "L", "event_type": "email_open", "asset": "m", "occurred_at": "2026-07-01 00:00"},
    ]
    raw = NO_ROWS | {"leads": [LEAD], "events": events}
    with project.score(shipped(), raw, AS_OF) as database:
        found = [said(row)[1] for row in rows(database, "from rule_use_problems order by file, line")]
    assert (
        "seeds/rules/attribute_rules.csv line 6, rule decision_maker: no lead matches the rule."
        " Compare value with what the leads hold, or delete the rule."
    ) in found
    assert (
        'seeds/rules/behavior_rules.csv line 8, rule email_open: no event of type "email_open" has ever been seen;'
        ' the nearest that has is "email_click".'
        " Write the event type as the tracking calls it, or delete the rule."
    ) in found
    assert (
        "seeds/rules/behavior_rules.csv line 7, rule email_click: nobody matched the rule in the last 90 days."
        " Compare asset_pattern with the assets of recent events, or delete the rule."
    ) in found
    assert (
        "seeds/rules/recency_rules.csv line 4, rule active_3_days_in_30: nobody held the points in the last 90 days."
        " Lower min_active_days, or delete the rule."
    ) in found
    assert not any("target_industry" in sentence or "site_visit" in sentence for sentence in found)


def test_without_data_no_rule_is_blamed(project: CompiledProject) -> None:
    """An empty warehouse, or one without events, says nothing about the rules of behavior."""
    for leads in ([], [LEAD]):
        with project.score(shipped(), NO_ROWS | {"leads": leads}, AS_OF) as database:
            files = rows(database, "select distinct file from rule_use_problems order by file")
        named = ["attribute", "disqualification"] if leads else []
        assert [row["file"] for row in files] == [f"seeds/rules/{name}_rules.csv" for name in named]


def test_faults_of_files_stop_before_anything_loads(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """What a spreadsheet did to a file is said in the words of a spreadsheet, all files at once."""
    seeds = project_copy / "seeds"
    edit(seeds / "rules/attribute_rules.csv", ("points", "pionts"))
    edit(seeds / "rules/behavior_rules.csv", ("30,item", "３０,item"), (",10,day,3,", ",10点,day,3.5,"))
    edit(seeds / "rules/behavior_rules.csv", (",50,30,true", ",50.1234567,30,はい"))
    edit(seeds / "rules/disqualification_rules.csv", ("学生は", "学生は,"))
    edit(seeds / "rules/recency_rules.csv", (",直近7日", ',"直近7日'))
    edit(seeds / "rules/reset_rules.csv", ("dormant_reset,90,reset,,true,", "dormant_reset,90,reset,"))
    tiers = seeds / "rules/tiers.csv"
    tiers.write_text(tiers.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    edit(seeds / "governance/sales_capacity.csv", ("2024-07-01", "2024-07-32"))
    edit(seeds / "governance/business_hours.csv", ("09:00", "9:00"), ("18:00", "18時"))
    (seeds / "rules/recency_rules_backup.csv").write_bytes((seeds / "rules/recency_rules.csv").read_bytes())
    targets = seeds / "governance/kpi_targets.csv"
    targets.write_bytes(targets.read_bytes().replace(b"\n", b"\r\n", 1))
    built = run_dbt(tmp_path, "build", project=project_copy)
    assert built.exit_code != 0
    for sentence in [
        'attribute_rules.csv line 1: nothing reads the column "pionts", or it is there twice. Delete or rename it;',
        "attribute_rules.csv line 1: the column points is missing. Write it into the first line; the columns are rule_",
        'behavior_rules.csv line 2, rule document_download: points is "３０". Write half-width digits',
        'behavior_rules.csv line 5, rule pricing_page: points is "10点". Write half-width digits',
        'behavior_rules.csv line 5, rule pricing_page: max_awards is "3.5". Write a whole number in half-width digits',
        'behavior_rules.csv line 6, rule site_visit: decay_percent is "50.1234567". Write half-width digits',
        'behavior_rules.csv line 6, rule site_visit: keeps_active is "はい". Write true or false.',
        "disqualification_rules.csv line 2: the line has too many cells, not 7. Put a text that holds a comma in",
        "recency_rules.csv line 2: a double quote is not closed. Write a double quote inside a text twice",
        "reset_rules.csv line 2: the line has too few cells, not 6. Add the commas that are missing;",
        "recency_rules_backup.csv: no rule file has this name. Rename it, or move it out of seeds/rules.",
        "tiers.csv line 1: the cells are separated by semicolons, not by commas. In Excel choose",
    ]:
        assert f"ERROR seeds/rules/{sentence}" in built.output
    assert (
        'sales_capacity.csv line 2: valid_from_date is "2024-07-32". Write a date such as 2026-01-31.' in built.output
    )
    assert 'business_hours.csv line 2: closes_at is "18時". Write a time of day such as 09:00.' in built.output
    assert "opens_at is" not in built.output
    assert "kpi_targets.csv line 2: the line ends otherwise than the lines before (CR LF and LF). Save" in built.output
    assert "OK loaded" not in built.output and "Traceback" not in built.output


def test_files_as_excel_saves_them_are_read(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """With a byte order mark and CRLF, every seed has the columns and rows it has without."""
    arguments = ["build", "--select", "+rule_book_problems", "--indirect-selection", "cautious"]
    plain = run_dbt(tmp_path / "plain", *arguments, project=project_copy)
    paths = sorted((project_copy / "seeds" / "rules").glob("*.csv"))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8-sig", newline="\r\n")
    excel = run_dbt(tmp_path / "excel", *arguments, project=project_copy)
    assert excel.exit_code == 0, excel.output
    with duckdb.connect() as connection:
        for name, built in (("plain", plain), ("excel", excel)):
            connection.execute(f"attach '{built.database}' as {name} (read_only)")
        for path in paths:
            content = [rows(connection, f"from {name}.{path.stem} order by all") for name in ("plain", "excel")]
            assert content[0] == content[1] and content[0], path.stem


def lint(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the console command in a project."""
    command = [Path(sys.executable).with_name("lead-scoring"), "lint", "--project-dir", project, *arguments]
    return subprocess.run(command, cwd=project.parent, capture_output=True, text=True, check=False)


def test_the_command_says_what_the_build_says(run_dbt: RunDbt, project_copy: Path, tmp_path: Path) -> None:
    """`lead-scoring lint` prints the sentences of `dbt build` and a closing line, and touches no database file."""
    good = lint(project_copy)
    assert (good.returncode, good.stdout) == (0, "0 errors and 0 warnings in the rule book.\n"), good.stderr

    edit(project_copy / "seeds/rules/attribute_rules.csv", ("target_industry,industry", "target_industry,lead_source"))
    edit(project_copy / "seeds/rules/behavior_rules.csv", (",50,30,true", ",50,,true"))
    edit(project_copy / "seeds/rules/tiers.csv", (",50点以上80点未満", ","))
    faulty = lint(project_copy)
    *sentences, closing = faulty.stdout.splitlines()
    assert faulty.returncode == 1
    assert closing == "2 errors and 1 warning in the rule book."
    built = run_dbt(tmp_path, "build", "--exclude-resource-type", "unit_test", project=project_copy)
    assert sentences == [line for line in built.output.splitlines() if line.startswith(("ERROR ", "WARNING "))]
    assert lint(project_copy, "--vars", as_vars(scored_attributes=["lead_source"])).stdout.endswith(
        "1 error and 1 warning in the rule book.\n"
    )
    assert not list(project_copy.glob("*.duckdb"))

    shift_jis = project_copy / "seeds/rules/tiers.csv"
    shift_jis.write_bytes(shift_jis.read_text(encoding="utf-8").encode("cp932"))
    assert lint(project_copy).stdout == (
        "ERROR seeds/rules/tiers.csv line 2: the file is not UTF-8; most likely it is Shift_JIS, which Excel in Japan"
        ' saves as "CSV". In Excel choose "Save as" and the type "CSV UTF-8 (comma delimited)".\n'
        "1 error and 0 warnings in the rule book.\n"
    )


def test_the_command_reads_the_mapping_of_a_connected_source(project_copy: Path) -> None:
    """A row that decides nothing is said without a look at the source, which need not be there."""
    with (project_copy / "seeds/mapping/event_types.csv").open("a", encoding="utf-8") as file:
        file.write("hubspot,form,f-contact,,お問い合わせ\n")
    line = len((project_copy / "seeds/mapping/event_types.csv").read_text(encoding="utf-8").splitlines())
    found = lint(project_copy, "--vars", as_vars(connectors=["hubspot"]))
    assert found.stdout == (
        f"ERROR seeds/mapping/event_types.csv line {line}: form f-contact has no event type. Write the event type the"
        " rules are to know it by.\n1 error and 0 warnings in the rule book.\n"
    ), found.stderr
    assert lint(project_copy).stdout == "0 errors and 0 warnings in the rule book.\n"


def test_a_failure_of_another_kind_is_said_too(project_copy: Path) -> None:
    """A broken macro is no clean rule book."""
    (project_copy / "macros" / "broken.sql").write_text("{% macro broken() %}", encoding="utf-8")
    broken = lint(project_copy)
    assert broken.returncode == 1
    assert "close tag for macro" in broken.stderr
