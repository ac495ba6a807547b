"""One hand-written DuckDB script for exactly this rule book: no ledger, no history, no reasons.

What an expert would write who wants today's `lead_mart` as fast as possible and nothing else: integer keys, only
repeated events ranked, events folded to one row per lead, rule, day and item as they are read, episodes found
among active days.
"""

from datetime import datetime
from pathlib import Path

import duckdb
from rules import SEEDS

LEADS = """
create temp table leads as
select
    lead_id, created_at, nullif(trim(email), '') as email, nullif(trim(company_name), '') as company_name,
    nullif(trim(industry), '') as industry, employee_count, nullif(trim(job_title), '') as job_title,
    nullif(trim(region), '') as region, nullif(trim(segment), '') as segment,
    nullif(split_part(trim(email), '@', 2), '') as email_domain,
    created_at <= $as_of as is_scored
from read_parquet($leads)
where
    lead_id is not null
    and created_at >= timestamp '1990-01-01' and created_at < timestamp '2101-01-01'
    and coalesce(updated_at >= timestamp '1990-01-01' and updated_at < timestamp '2101-01-01', true)
    and coalesce(employee_count >= 0, true)
qualify row_number() over (
    partition by lead_id order by
        updated_at desc nulls last, created_at desc, email desc nulls last, company_name desc nulls last,
        employee_count desc nulls last, industry desc nulls last, job_title desc nulls last,
        region desc nulls last, segment desc nulls last
) = 1
"""

# one row per lead, rule, item and local day; an event that keeps nobody active keeps its own time, as a reset may
# lie between two of one day
TOUCHES = """
create temp view valid_events as
select * replace (lower(trim(event_type)) as event_type, coalesce(is_bot, false) as is_bot)
from read_parquet($events)
where
    event_id is not null and lead_id is not null and nullif(trim(event_type), '') is not null
    and occurred_at >= timestamp '1990-01-01' and occurred_at < timestamp '2101-01-01'
    and coalesce(loaded_at >= timestamp '1990-01-01' and loaded_at < timestamp '2101-01-01', true);

create temp table repeated_ids as select event_id from valid_events group by event_id having count(*) > 1;

create temp table repeated as
from valid_events
where event_id in (from repeated_ids)
qualify row_number() over (
    partition by event_id order by
        loaded_at desc nulls last, lead_id desc, event_type desc, occurred_at desc, asset desc nulls last, is_bot desc
) = 1;

create temp table touches as
select
    leads.rowid as lead,
    rules.rule_id,
    case rules.award_per when 'item' then events.asset when 'event' then events.event_id end as item,
    case
        when rules.keeps_active then date_trunc('day', events.occurred_at + interval 9 hours) else events.occurred_at
    end as moment,
    min(events.occurred_at) as first_at,
    max(events.occurred_at) as last_at
from (
    from valid_events where event_id not in (from repeated_ids)
    union all
    from repeated
) as events
inner join leads on events.lead_id = leads.lead_id and leads.is_scored
inner join behavior_rules as rules
    on events.event_type = rules.event_type and events.asset_or_blank like coalesce(rules.asset_pattern, '%')
where not events.is_bot and events.occurred_at <= $as_of
group by all
""".replace("events.asset_or_blank", "coalesce(lower(events.asset), '')")

EPISODES = """
create temp table active_days as
select lead, moment as day, min(first_at) as first_at, max(last_at) as last_at
from touches
inner join behavior_rules using (rule_id)
where keeps_active
group by lead, moment;

create temp table episodes as
with spans as (
    select lead, first_at, last_at from active_days
    union all
    select rowid, created_at, created_at from leads where is_scored
),
ordered as (
    select
        lead, first_at,
        max(last_at) over (partition by lead order by first_at, last_at) as last_at,
        max(last_at) over (
            partition by lead order by first_at, last_at rows between unbounded preceding and 1 preceding
        ) as previous_at
    from spans
),
started as (
    select lead, first_at, last_at, count(*) filter (
        where previous_at is null or first_at >= previous_at + to_days(inactive_days)
    ) over (partition by lead order by first_at, last_at) as episode, inactive_days
    from ordered cross join reset_rules
)
select lead, episode, min(first_at) as started_at, max(last_at) + to_days(any_value(inactive_days)) as reset_at
from started
group by lead, episode
"""

BEHAVIOR = """
create temp table behavior as
with awards as (
    select touches.lead, episode, rule_id, reset_at, min(first_at) as awarded_at
    from touches
    inner join behavior_rules using (rule_id)
    inner join episodes
        on touches.lead = episodes.lead and first_at >= episodes.started_at and first_at < episodes.reset_at
    group by
        touches.lead, episode, rule_id, reset_at, item,
        case award_per when 'day' then date_trunc('day', first_at + interval 9 hours) end
),
counted as (
    select awards.*, points, decay_percent, decay_every_days
    from awards
    inner join behavior_rules using (rule_id)
    qualify
        max_awards is null
        or row_number() over (partition by lead, episode, rule_id order by awarded_at) <= max_awards
),
-- decay steps due by now, and before the reset
decayed as (
    select
        lead, reset_at <= $as_of as is_reset,
        points * (100 - least(100, coalesce(decay_percent * (
            (epoch_us(least($as_of, reset_at - to_microseconds(1))) - epoch_us(awarded_at))
            // (decay_every_days * 86400000000)
        ), 0))) * 0.01 as points
    from counted
)
select
    lead,
    sum(points) filter (where not is_reset) as behavior_score,
    sum(points) filter (where is_reset) as points_lost_to_resets
from decayed
group by lead
"""

RECENCY = """
create temp table recency as
select lead, sum(points) as recency_score
from (
    select lead, points
    from active_days
    inner join recency_rules on last_at + to_days(window_days) > $as_of
    group by lead, rule_id, points, min_active_days
    having count(*) >= min_active_days
)
group by lead
"""

ATTRIBUTES = """
create temp view attribute_values as
unpivot (
    select
        rowid as lead, cast(employee_count as varchar) as employee_count, lower(industry) as industry,
        lower(job_title) as job_title, lower(email_domain) as email_domain, lower(segment) as segment
    from leads where is_scored
) on employee_count, industry, job_title, email_domain, segment into name attribute value content;

create temp table attributes as
select lead, sum(points) as attribute_score
from attribute_values
inner join attribute_rules as rules
    on
        attribute_values.attribute = rules.attribute
        and case
            when rules.value is not null
                then list_bool_or(list_transform(string_split(lower(rules.value), '|'), lambda part: content like part))
            else
                try_cast(content as bigint) >= coalesce(rules.min_value, -1)
                and coalesce(try_cast(content as bigint) < rules.max_value, true)
        end
group by lead;

create temp table disqualified as
select lead, arg_min(reason, rule_id) as reason
from attribute_values
inner join disqualification_rules as rules
    on
        attribute_values.attribute = rules.attribute
        and list_bool_or(list_transform(string_split(lower(rules.value), '|'), lambda part: content like part))
group by lead
"""

MART = """
copy (
    with scored as (
        select
            leads.*,
            coalesce(attribute_score, 0) as attribute_score,
            coalesce(behavior_score, 0) as behavior_score,
            coalesce(recency_score, 0) as recency_score,
            coalesce(attribute_score, 0) + coalesce(behavior_score, 0) + coalesce(recency_score, 0) as raw_score,
            coalesce(points_lost_to_resets, 0) as points_lost_to_resets,
            disqualified.lead is not null as is_disqualified,
            disqualified.reason as disqualification_reason,
            last_activity_at,
            greatest(last_activity_at, created_at) + to_days(inactive_days) as reset_at
        from leads
        left join attributes on leads.rowid = attributes.lead
        left join behavior on leads.rowid = behavior.lead
        left join recency on leads.rowid = recency.lead
        left join disqualified on leads.rowid = disqualified.lead
        left join (select lead, max(last_at) as last_activity_at from active_days group by lead) as activity
            on leads.rowid = activity.lead
        cross join reset_rules
        where leads.is_scored
    ),
    totalled as (
        select *, case when is_disqualified then 0 else greatest(raw_score, 0) end as total_score from scored
    )
    select
        lead_id, email, company_name, industry, employee_count, job_title, region, segment, created_at,
        attribute_score, behavior_score, recency_score, raw_score, total_score,
        case when is_disqualified then 'disqualified' else tier end as tier,
        case when is_disqualified then '対象外' else label end as tier_label,
        case when is_disqualified then 'スコアリング対象外' else action end as next_action,
        is_disqualified, disqualification_reason,
        reset_at <= $as_of as is_dormant,
        last_activity_at,
        date_sub('day', coalesce(last_activity_at, created_at), $as_of) as days_since_activity,
        case when reset_at > $as_of then reset_at end as resets_at,
        points_lost_to_resets
    from totalled
    asof join tiers on total_score >= min_score
) to $result (format parquet)
"""


def score(raw: Path, as_of: datetime, result: Path) -> None:
    """Compute all columns of `lead_mart` but the reasons, `tier_since` and the rules' version."""
    values = {
        "$leads": f"'{raw}/leads.parquet'",
        "$events": f"'{raw}/events.parquet'",
        "$as_of": f"timestamp '{as_of}'",
        "$result": f"'{result}'",
    }
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        for path in SEEDS.glob("*.csv"):
            connection.execute(f"create temp table {path.stem} as from read_csv('{path}')")
        for step in (LEADS, TOUCHES, EPISODES, BEHAVIOR, RECENCY, ATTRIBUTES, MART):
            for name, value in values.items():
                step = step.replace(name, value)
            connection.execute(step)
