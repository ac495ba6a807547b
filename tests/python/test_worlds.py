"""Random worlds: the SQL models against the slow reference, row for row."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from compiled import CompiledProject, Tables, rows
from hypothesis import HealthCheck, example, given, settings
from reference import Scored, score, stage
from worlds import World, as_raw, boundary_world, known_at, worlds

Row = dict[str, Any]

# model: (rows of the reference, columns compared)
COMPARED: dict[str, tuple[Callable[[Scored], list[Row]], str]] = {
    "score_ledger": (
        lambda scored: scored.ledger,
        "lead_id effective_at axis rule_id entry_type points event_id asset episode",
    ),
    "engagement_episodes": (
        lambda scored: scored.episodes,
        "lead_id episode started_at last_activity_at reset_at",
    ),
    "score_history": (
        lambda scored: scored.history,
        "lead_id valid_from valid_to attribute_score behavior_score recency_score raw_score"
        " total_score tier is_dormant is_disqualified",
    ),
    "handoff_openings": (
        lambda scored: scored.openings,
        "lead_id tier entered_at handed_off_at total_score attribute_score behavior_score recency_score"
        " rearmed_at rearm_reason next_handed_off_at",
    ),
    "lead_mart": (
        lambda scored: scored.mart,
        "lead_id created_at attribute_score behavior_score recency_score raw_score total_score"
        " tier tier_label next_action is_disqualified disqualification_reason is_dormant"
        " last_activity_at days_since_activity resets_at points_lost_to_resets tier_since"
        " handed_off_at sla_due_at first_touch_at sla_status is_stale stale_reason opportunity_status",
    ),
    "sales_handoffs": (
        lambda scored: scored.handoffs,
        "lead_id tier entered_at handed_off_at total_score attribute_score behavior_score recency_score"
        " sla_hours sla_clock sla_due_at first_touch_at first_touch_owner response_hours sla_status"
        " is_touched_within_1_hour opportunity_created_at is_won rearmed_at rearm_reason"
        " next_handed_off_at is_latest",
    ),
    "handoff_queue": (
        lambda scored: scored.queue,
        "lead_id tier handed_off_at sla_due_at queue_status",
    ),
    "stale_leads": (
        lambda scored: scored.stale,
        "lead_id stale_reason stale_since total_score",
    ),
    "stale_leads_monthly": (
        lambda scored: scored.review.stale_leads_monthly,
        "month stale_reason leads",
    ),
    "leads_by_tier_monthly": (
        lambda scored: scored.review.leads_by_tier_monthly,
        "month tier leads",
    ),
    "month_ends": (
        lambda scored: scored.review.month_ends,
        "month month_end_at is_mature is_reviewed",
    ),
    "month_end_scores": (
        lambda scored: scored.review.month_end_scores,
        "month month_end_at is_mature lead_id attribute_score behavior_score recency_score total_score"
        " tier is_handoff_tier has_opportunity is_won is_worked",
    ),
    "month_end_rule_points": (
        lambda scored: scored.review.month_end_rule_points,
        "month lead_id rule_id points",
    ),
    "score_validation": (
        lambda scored: scored.review.score_validation,
        "month tier is_mature leads opportunities opportunity_rate wins win_rate lift"
        " worked_leads worked_opportunities worked_opportunity_rate"
        " unworked_leads unworked_opportunities unworked_opportunity_rate",
    ),
    "score_validation_monthly": (
        lambda scored: scored.review.score_validation_monthly,
        "month is_mature leads opportunities auc handoff_lead_share handoff_opportunity_share",
    ),
    "kpi_leads": (
        lambda scored: scored.review.kpi_leads,
        "month kpi value",
    ),
    "kpi_handoffs": (
        lambda scored: scored.review.kpi_handoffs,
        "month kpi value",
    ),
    "rejected_records": (
        lambda scored: scored.rejected,
        "source_table record_id reason is_row_kept",
    ),
    "stg_leads": (
        lambda scored: scored.staged["leads"],
        "lead_id created_at updated_at email company_name employee_count industry job_title region segment"
        " disqualified_at disqualified_reason",
    ),
    "stg_events": (
        lambda scored: scored.staged["events"],
        "event_id lead_id event_type occurred_at recorded_at loaded_at asset is_bot",
    ),
    "stg_sales_activities": (
        lambda scored: scored.staged["sales_activities"],
        "activity_id lead_id activity_type occurred_at owner is_date_only",
    ),
    "stg_opportunities": (
        lambda scored: scored.staged["opportunities"],
        "opportunity_id lead_id created_at closed_at is_won amount deal_id is_created_date_only",
    ),
    "stg_lead_aliases": (
        lambda scored: scored.staged["lead_aliases"],
        "alias_id lead_id",
    ),
}


# Legal rule books have no problem, which is what test_rule_lint.py is about.
UNCHECKED: Tables = {"rule_book_problems": []}


def comparable(found: list[Row], columns: list[str]) -> list[tuple[Any, ...]]:
    """Return the rows as sorted tuples of the columns; null sorts first."""
    picked = [tuple(row[column] for column in columns) for row in found]
    return sorted(picked, key=lambda row: [(cell is not None, str(cell)) for cell in row])


@given(world=worlds())
@example(world=boundary_world())
@example(world=boundary_world(datetime(2026, 3, 1)))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_models_agree_with_the_reference(project: CompiledProject, world: World) -> None:
    """Every table the reference knows is the same in the warehouse."""
    rule_book, raw, as_of, *zones = world
    expected = score(rule_book, raw, as_of, zones[0], raw_timezone=zones[1])
    models = [*COMPARED, "row_accounting"]
    with project.score(rule_book | UNCHECKED, raw, as_of, *zones, models=models) as database:
        for model, (reference_rows, names) in COMPARED.items():
            columns = names.split()
            found = comparable(rows(database, f"from {model}"), columns)
            assert found == comparable(reference_rows(expected), columns), model
        assert rows(database, "from row_accounting where rows_in <> rows_staged + rows_rejected + rows_duplicate") == []


# What people are told as of the clock, which nothing after it may change.
TOLD = ["lead_mart", "sales_handoffs", "stale_leads", "stale_leads_monthly", "leads_by_tier_monthly"]
TOLD += [
    "handoff_queue",
    "kpi_leads",
    "kpi_handoffs",
    "month_end_scores",
    "month_end_rule_points",
    "score_validation",
    "score_validation_monthly",
]


@pytest.mark.slow
@given(world=worlds())
@example(world=boundary_world())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_past_day_does_not_change(project: CompiledProject, world: World) -> None:
    """What happened after the clock changes nothing that is told for it, nor does a second load."""
    rule_book, raw, as_of, *zones = world
    staged, _, _ = stage(raw, [], *zones)
    twice = {table: content + content[::-1] for table, content in raw.items()}
    told = []
    for tables in (raw, as_raw(known_at(staged, as_of), ZoneInfo(zones[0])), twice):
        with project.score(rule_book | UNCHECKED, tables, as_of, *zones, models=TOLD) as database:
            found = {model: rows(database, f"from {model}") for model in TOLD}
            told.append({model: comparable(content, list((content or [{}])[0])) for model, content in found.items()})
    assert told[0] == told[1]
    assert told[0] == told[2]
