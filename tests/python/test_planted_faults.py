"""Every data test has been seen red: plant one fault in a good build, and the test must find it.

The faults are planted in a transaction that is rolled back, and what runs is the SQL that dbt
compiled for the test, so a fault costs milliseconds.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from conftest import Built

# data test: statements that break the promise it guards
FAULTS = {
    "every_raw_row_is_accounted_for": "update row_accounting set rows_staged = rows_staged - 1",
    "mart_scores_are_ledger_sums": "delete from recency_points where entry_type = 'end'",
    "every_lead_is_in_the_mart_once": "delete from lead_mart where tier = 'hot'",
    "reasons_add_up_to_the_raw_score": "delete from rule_book where rule_id = 'site_visit'",
    "no_points_survive_an_episode": "delete from episode_resets",
    "episodes_end_exactly_at_the_limit": "update engagement_episodes set episode = 1",
    "nothing_is_earned_while_asleep": ("update engagement_episodes set reset_at = started_at + interval 1 minute"),
    "episodes_begin_with_an_activity": ("update engagement_episodes set started_at = started_at - interval 1 second"),
    "disqualified_leads_score_zero": "update lead_mart set total_score = 1 where is_disqualified",
    "unknown_values_never_disqualify": (
        "insert into disqualified_leads select lead_id, 'student', '', null from stg_leads where segment is null"
    ),
    "history_has_no_gap_and_no_overlap": "delete from score_history where valid_to is null",
    "history_agrees_with_the_mart": "update score_history set total_score = total_score + 1",
    "text_rules_match_a_lead_once": (
        "insert into rule_alternatives select * replace ('twin' as rule_id) from rule_alternatives"
        " where rule_id = 'decision_maker';"
        "insert into attribute_matches select * replace ('twin' as rule_id) from attribute_matches"
        " where rule_id = 'decision_maker'"
    ),
    "rule_book_has_no_errors": "update recency_rules set window_days = 91",
    "rule_book_has_no_warnings": "update recency_rules set description = null",
    "rule_book_fits_the_data": "delete from rules_in_use where rule_id = 'student'",
    "tiers_leave_no_score_out": "update score_history set tier = null where tier = 'hold'",
    "every_event_type_has_a_decision": "delete from ignored_event_types",
    "most_values_are_read": "insert into rejected_records select r.* from rejected_records as r, range(1000)",
    "no_row_lies_after_the_clock": "update scoring_clock set is_run_start = true, as_of = '2025-06-30'",
    "sales_records_what_it_does": "update sales_handoffs set sla_status = 'unknown' where sla_status = 'late'",
    "most_raw_rows_are_used": "update row_accounting set rows_in = rows_rejected where source_table = 'events'",
    "kpi_targets_name_a_kpi": "update kpi_targets set kpi = 'share_of_leads_warm' where kpi = 'share_of_leads_hot'",
    "published_scores_agree_with_the_mart": "update published_scores set tier = 'hold' where tier = 'hot'",
    "rule_book_periods_end_with_the_rule_book": "update rule_book_history set content = '' where rule_id = 'hot'",
    "checklist_asks_every_question": "delete from scoring_checklist where item = 18",
    "handoffs_follow_the_history": "delete from handoff_openings where next_handed_off_at is not null",
    "sla_status_follows_from_the_times": "update sales_handoffs set sla_status = 'met' where sla_status = 'late'",
    "stale_leads_agree_with_the_mart": "delete from stale_leads where stale_reason = 'abandoned'",
    "business_calendar_is_whole": "delete from business_periods where local_date = '2026-07-20'",
    "business_clocks_have_opening_hours": "update tiers set sla_clock = 'business'; delete from business_hours",
    "holidays_cover_the_handoffs": (
        "update sales_handoffs set sla_clock = 'business'; delete from holidays where holiday_date >= '2026-01-01'"
    ),
    "staging_keeps_the_latest_version": "update screened_events set loaded_at = loaded_at - interval 1 second",
    "rule_points_add_up_to_the_month_end_score": "delete from attribute_matches where rule_id = 'target_industry'",
    "reviews_count_every_lead_once": "update score_validation set leads = 0 where tier = 'hot'",
}

# More ways to break the same promises, each of which one branch of a test is there for.
FURTHER_FAULTS = [
    ("mart_scores_are_ledger_sums", "delete from lead_mart where lead_id = (select min(lead_id) from lead_mart)"),
    ("mart_scores_are_ledger_sums", "update lead_mart set attribute_score = null where tier = 'hot'"),
    ("mart_scores_are_ledger_sums", "update lead_mart set total_score = raw_score - 100 where raw_score < 50"),
    ("every_lead_is_in_the_mart_once", "insert into lead_mart from lead_mart where tier = 'hot'"),
    (
        "holidays_cover_the_handoffs",
        "update sales_handoffs set sla_clock = 'business'; delete from holidays where holiday_date < '2027-01-01'",
    ),
    ("no_points_survive_an_episode", "update recency_points set effective_at = effective_at + interval 99 day"),
    ("no_points_survive_an_episode", "update behavior_awards set episode = 99"),
    ("episodes_end_exactly_at_the_limit", "delete from engagement_episodes where episode = 1"),
    ("disqualified_leads_score_zero", "update lead_mart set tier = 'hot' where is_disqualified"),
    ("disqualified_leads_score_zero", "update disqualified_leads set disqualified_at = '2099-01-01'"),
    ("unknown_values_never_disqualify", "update disqualified_leads set rule_id = null, disqualified_at = null"),
    ("disqualified_leads_score_zero", "update lead_mart set is_disqualified = null where is_disqualified"),
    ("history_has_no_gap_and_no_overlap", "insert into score_history from score_history where valid_to is null"),
    ("history_has_no_gap_and_no_overlap", "delete from score_history where tier = 'disqualified'"),
    ("history_has_no_gap_and_no_overlap", "update score_history set valid_from = valid_from - interval 1 day"),
    ("history_agrees_with_the_mart", "update lead_mart set is_dormant = null where tier = 'hot'"),
    ("history_agrees_with_the_mart", "delete from score_history where valid_to is null"),
    (
        "rule_book_fits_the_data",
        "insert into rule_book_history select * replace (change_number + 1 as change_number,"
        " replace(content, 'event_type=page_view', 'event_type=x') as content)"
        " from rule_book_history where rule_id = 'site_visit'",
    ),
    ("published_scores_agree_with_the_mart", "delete from published_scores where tier = 'hot'"),
    ("published_scores_agree_with_the_mart", "update published_scores set total_score = total_score + 1"),
    ("rule_book_periods_end_with_the_rule_book", "delete from rule_book_history where rule_id = 'hot'"),
    ("rule_book_periods_end_with_the_rule_book", "delete from rule_book where rule_id = 'hot'"),
    ("checklist_asks_every_question", "insert into scoring_checklist from scoring_checklist where item = 18"),
    ("handoffs_follow_the_history", "update handoff_openings set total_score = total_score + 1"),
    ("handoffs_follow_the_history", "update handoff_openings set tier = 'nurture'"),
    ("handoffs_follow_the_history", "update handoff_openings set entered_at = entered_at - interval 1 second"),
    ("handoffs_follow_the_history", "update handoff_openings set handed_off_at = handed_off_at - interval 1 second"),
    ("handoffs_follow_the_history", "update stg_leads set created_at = created_at + interval 9 year"),
    ("handoffs_follow_the_history", "update stg_opportunities set created_at = created_at - interval 9 year"),
    ("handoffs_follow_the_history", "update stg_opportunities set lost_at = null"),
    ("handoffs_follow_the_history", "update tiers set rearm_below = -1; update score_history set is_dormant = false"),
    ("handoffs_follow_the_history", "delete from sales_handoffs where sla_status = 'open'"),
    (
        "sla_status_follows_from_the_times",
        "insert into sales_handoffs select * replace ('nurture' as tier, 'twin' || handoff_id as handoff_id,"
        " handed_off_at - interval 1 second as handed_off_at) from sales_handoffs where sla_status = 'breached'",
    ),
    ("sla_status_follows_from_the_times", "delete from stg_sales_activities"),
    ("sla_status_follows_from_the_times", "update sales_handoffs set sla_status = null where sla_status = 'open'"),
    ("sla_status_follows_from_the_times", "update sales_handoffs set sla_due_at = null where sla_status = 'open'"),
    ("sla_status_follows_from_the_times", "update sales_handoffs set handed_off_at = sla_due_at + interval 1 hour"),
    ("sla_status_follows_from_the_times", "update sales_handoffs set response_hours = null"),
    ("stale_leads_agree_with_the_mart", "update lead_mart set is_stale = null where not is_stale"),
    ("stale_leads_agree_with_the_mart", "update lead_mart set is_disqualified = true"),
    ("stale_leads_agree_with_the_mart", "update lead_mart set sla_status = 'met' where sla_status = 'breached'"),
    ("stale_leads_agree_with_the_mart", "update stale_leads set total_score = total_score + 1"),
    ("stale_leads_agree_with_the_mart", "update stale_leads set stale_since = stale_since + interval 9 year"),
    ("stale_leads_agree_with_the_mart", "delete from lead_mart where is_stale"),
    ("business_clocks_have_opening_hours", "update business_hours set opens_at = '9.00' where weekday = 1"),
    ("business_clocks_have_opening_hours", "update business_hours set weekday = 0 where weekday = 1"),
    ("business_clocks_have_opening_hours", "update business_hours set closes_at = '9:00' where weekday = 1"),
    ("business_clocks_have_opening_hours", "update business_hours set closes_at = null where weekday = 1"),
    ("rule_points_add_up_to_the_month_end_score", "update month_end_scores set recency_score = null"),
    ("rule_points_add_up_to_the_month_end_score", "update recency_points set points = null"),
    ("reviews_count_every_lead_once", "delete from month_end_scores where tier = 'hot'"),
    ("reviews_count_every_lead_once", "delete from score_validation where month = '2026-03-01'"),
    ("reviews_count_every_lead_once", "insert into score_validation from score_validation where tier = 'hot'"),
    ("reviews_count_every_lead_once", "update score_validation set opportunities = 0"),
    ("reviews_count_every_lead_once", "update score_validation set wins = null"),
    ("reviews_count_every_lead_once", "update score_validation set wins = 0 where month >= '2026-04-01'"),
    ("reviews_count_every_lead_once", "update score_validation set worked_leads = 0, unworked_leads = leads"),
    ("reviews_count_every_lead_once", "update score_validation set unworked_leads = 0"),
    ("reviews_count_every_lead_once", "update score_validation set unworked_opportunities = null"),
    ("reviews_count_every_lead_once", "delete from score_validation_monthly where month = '2026-03-01'"),
    ("reviews_count_every_lead_once", "update score_validation_monthly set leads = leads + 1"),
    ("reviews_count_every_lead_once", "update score_validation_monthly set opportunities = null"),
]  # fmt: skip


def data_tests(built: Built) -> dict[str, dict[str, Any]]:
    """Return the project's data tests with their compiled SQL, by name."""
    compiled = {result["unique_id"]: result["compiled_code"] for result in built.results}
    nodes = built.manifest["nodes"]
    return {
        node["name"]: node | {"compiled_code": compiled[key]}
        for key, node in nodes.items()
        if node["resource_type"] == "test" and key in compiled  # those of what is switched off did not run
    }


@pytest.fixture
def database(sample: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the sample's database; what a test changes in it is undone."""
    with duckdb.connect(str(sample.database)) as connection:
        connection.execute("begin")
        yield connection
        connection.execute("rollback")


def failing_rows(database: duckdb.DuckDBPyConnection, test: dict[str, Any]) -> int:
    """Return how many rows the data test complains about."""
    return len(database.execute(test["compiled_code"]).fetchall())


def test_every_singular_test_has_a_fault(sample: Built) -> None:
    """A data test without a planted fault has never been seen red."""
    singular = {name for name, test in data_tests(sample).items() if "test_metadata" not in test}
    assert singular == set(FAULTS)


@pytest.mark.parametrize(("name", "fault"), [*FAULTS.items(), *FURTHER_FAULTS])
def test_planted_fault_is_found(sample: Built, database: duckdb.DuckDBPyConnection, name: str, fault: str) -> None:
    """The test is green on the good build and red after the fault."""
    test = data_tests(sample)[name]
    assert failing_rows(database, test) == 0
    database.execute(fault)
    assert failing_rows(database, test) > 0


# generic test: statement that breaks it, for a table and a column
GENERIC_FAULTS = {
    "not_null": "update {table} set {column} = null",
    # also of a table that is empty in the sample
    "unique": (
        "insert into {table} from {table};"
        " update {table} set {column} = coalesce((select max(cast({column} as varchar)) from {table}), '1')"
    ),
    "unique_together": "insert into {table} from {table}",
    "accepted_values": "update {table} set {column} = 'nonsense'",
    "relationships": "update {table} set {column} = 'nonsense'",
}


# a value of each type that no text '1' can be
VALUES = {"BOOLEAN": "true", "DATE": "date '2026-01-01'", "TIMESTAMP": "timestamp '2026-01-01'"}


def faults_of(test: dict[str, Any], table: str, types: dict[str, str]) -> list[str]:
    """Return the statements each of which breaks a generic test of a table with these types of columns."""
    metadata = test["test_metadata"]
    if metadata["name"] == "never_null":
        columns = metadata["kwargs"]["columns"]
        values = {column: VALUES.get(types[column], "'1'") for column in columns}
        rows = [{**values, column: "null"} for column in columns]
        return [f"insert into {table} ({', '.join(row)}) values ({', '.join(row.values())})" for row in rows]
    fault = GENERIC_FAULTS[metadata["name"]].format(table=table, column=test["column_name"])
    return [f"insert into {table} default values; {fault}"]


def test_generic_tests_find_planted_faults(sample: Built, database: duckdb.DuckDBPyConnection) -> None:
    """Every test of columns is green on the good build and red after each fault of its kind."""
    nodes = sample.manifest["nodes"]
    generic = [test for test in data_tests(sample).values() if "test_metadata" in test]
    assert generic
    for test in generic:
        node = nodes[test["attached_node"]]
        table = node["name"]
        assert failing_rows(database, test) == 0, test["name"]
        types = {name: type_ for name, type_, *_ in database.execute(f"describe {table}").fetchall()}
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        for fault in faults_of(test, table, types):
            database.execute(f"create or replace temp table good as from {table}")
            database.execute(f"drop {kind} {table}; create table {table} as from good")
            database.execute(fault)
            assert failing_rows(database, test) > 0, (test["name"], fault)
            database.execute("rollback; begin")
