"""What other points and thresholds would do, without a build: a score is a sum of ledger rows, linear in its points.

Decays and resets scale with the awards they take back, so a rule's rows are multiplied by its new points over its old
ones. What is not linear (caps, conditions of rules, the days of a reset, a rule that had no points) is for
`lead-scoring impact`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

# Rules whose points may be tried: those that have any.
RULES = """
    select rule_kind, rule_id, points, description from rule_book
    where rule_kind <> 'tiers' and points <> 0 order by rule_kind, rule_id
"""
TIERS = "select tier, min_score, sla_hours is not null as is_handoff from tiers order by min_score desc"

# What another rule book would make of rows of points by rule. `{points}` has the rows with the columns `lead_id`,
# `rule_id`, `axis`, `points` and what tells situations of a lead apart, `{stands}` the situations themselves.
SCORED = """
    with weights as (
        select unnest($rules) as rule_id, unnest($old_points) as old_points, unnest($new_points) as new_points
    ),
    tried_tiers as (
        select * replace (cast(coalesce(tried.min_score, tiers.min_score) as decimal(18, 6)) as min_score)
        from tiers
        left join (
            select unnest($tiers) as tier, cast(unnest($min_scores) as decimal(18, 6)) as min_score
        ) as tried using (tier)
    ),
    points as (
        select
            {keys},
            case
                when weights.rule_id is null then rows.points
                else cast(round(cast(rows.points as double) * new_points / old_points, 6) as decimal(18, 6))
            end as points,
            rows.axis
        from ({points}) as rows
        left join weights using (rule_id)
    ),
    sums as (
        select
            {keys},
            cast(sum(points) as decimal(18, 6)) as raw_score,
            cast(coalesce(sum(points) filter (axis = 'attribute'), 0) as decimal(18, 6)) as attribute_score
        from points group by {keys}
    ),
    stood as (
        select
            stands.*,
            case when is_disqualified then 0 else greatest(0, coalesce(raw_score, 0)) end as new_score,
            coalesce(attribute_score, 0) as new_attribute_score
        from ({stands}) as stands left join sums using ({keys})
    ),
    states as (
        select distinct new_score, new_attribute_score, is_dormant from stood where not is_disqualified
    ),
    -- the highest tier whose conditions hold
    found as (
        select new_score, new_attribute_score, is_dormant, max_by(tier, min_score) as new_tier
        from states
        inner join tried_tiers
            on states.new_score >= tried_tiers.min_score
            and states.new_attribute_score >= coalesce(tried_tiers.min_attribute_score, states.new_attribute_score)
            and not (states.is_dormant and coalesce(tried_tiers.requires_active, false))
        group by new_score, new_attribute_score, is_dormant
    )
    select
        stood.* exclude (is_dormant, is_disqualified, new_attribute_score),
        case when stood.is_disqualified then 'disqualified' else found.new_tier end as new_tier
    from stood left join found using (new_score, new_attribute_score, is_dormant)
"""
NOW = SCORED.format(
    keys="lead_id",
    points="select lead_id, rule_id, axis, points from lead_score_reasons",
    stands="select lead_id, company_name, total_score as old_score, tier as old_tier, is_dormant, is_disqualified"
    " from lead_mart",
)
# Of mature months: those whose outcome is known. Whether a lead slept matters only where a tier asks for it.
MONTH_ENDS = SCORED.format(
    keys="month, lead_id",
    points="select month, lead_id, rule_id, rule_book.axis, month_end_rule_points.points from month_end_rule_points"
    " inner join rule_book using (rule_id) where rule_book.rule_kind <> 'tiers'",
    stands="select month, month_end_at, lead_id, total_score as old_score, tier as old_tier, has_opportunity,"
    " {dormant} as is_dormant, false as is_disqualified from month_end_scores {slept} where is_mature",
)
SLEPT = """
    inner join (select lead_id, valid_from, valid_to, is_dormant as slept from score_history) as history using (lead_id)
"""
DURING = " and valid_from < month_end_at and (valid_to is null or valid_to >= month_end_at)"


@dataclass(frozen=True)
class Change:
    """Other points by rule, other thresholds by tier; what is not named stays."""

    points: Mapping[str, Decimal] = field(default_factory=dict)
    min_scores: Mapping[str, Decimal] = field(default_factory=dict)


def tried_now(connection: duckdb.DuckDBPyConnection, change: Change) -> duckdb.DuckDBPyRelation:
    """Score all leads of the published set under other points and thresholds.

    Arguments:
        connection: to the published set.
        change: what is other.

    Returns:
        One row per lead: `lead_id`, `company_name`, `old_score`, `old_tier`, `new_score`, `new_tier`.

    """
    return connection.execute(NOW, _parameters(connection, change))


def tried_month_ends(connection: duckdb.DuckDBPyConnection, change: Change) -> duckdb.DuckDBPyRelation:
    """Score all leads as they stood at the ends of past months whose outcome is known.

    Arguments:
        connection: to the published set.
        change: what is other.

    Returns:
        One row per month and lead: `month`, `month_end_at`, `lead_id`, `old_score`, `old_tier`, `has_opportunity`,
        `new_score`, `new_tier`.

    """
    [(asks,)] = connection.execute("select coalesce(bool_or(requires_active), false) from tiers").fetchall()
    query = MONTH_ENDS.replace("{dormant}", "slept" if asks else "false").replace("{slept}", SLEPT if asks else "")
    query = query.replace("where is_mature", f"where is_mature{DURING if asks else ''}")
    return connection.execute(query, _parameters(connection, change))


def _parameters(connection: duckdb.DuckDBPyConnection, change: Change) -> dict[str, list[object]]:
    old = {rule_id: points for _, rule_id, points, _ in connection.execute(RULES).fetchall()}
    unknown = change.points.keys() - old.keys()
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no rule with points; lead-scoring impact can tell.")
    rules = [rule_id for rule_id, points in change.points.items() if points != old[rule_id]]
    return {
        "rules": rules or [""],
        "old_points": [float(old[rule_id]) for rule_id in rules] or [1.0],
        "new_points": [float(change.points[rule_id]) for rule_id in rules] or [1.0],
        "tiers": list(change.min_scores) or [""],
        "min_scores": [str(score) for score in change.min_scores.values()] or ["0"],
    }
