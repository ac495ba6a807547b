-- What only data can tell: a rule may be well written and still meet nobody. Where there are no
-- leads or no recent events at all, nothing is held against a rule.
with

rules as (

    {%- for seed in ['attribute_rules', 'behavior_rules', 'disqualification_rules', 'recency_rules'] %}
        select
            '{{ seed }}' as rule_kind,
            rule_id,
            {{ 'event_type' if seed == 'behavior_rules' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as event_type,
            {{ 'points' if seed != 'disqualification_rules' else '1' }} as points,
            file,
            line
        from ({{ rule_lines(seed) }}) as {{ seed }}_lines
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

rules_in_use as (

    select * from {{ ref('rules_in_use') }}

),

leads as (

    select count(*) as lead_count
    from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

event_types as (

    select
        event_type,
        max(occurred_at) as last_occurred_at
    from {{ ref('stg_events') }}
    where occurred_at <= {{ as_of() }}
    group by event_type

),

events as (

    select max(last_occurred_at) as last_occurred_at from event_types

),

-- of the event types that a rule lists one is enough
listed_types as (

    select
        rule_types.rule_id,
        max(case when event_types.event_type is not null then 1 else 0 end) = 1 as is_heard_of,
        min(case when event_types.event_type is null then nearest.similar_event_type end) as similar_event_type
    from {{ ref('rule_event_types') }} as rule_types
    left join event_types on rule_types.event_type = event_types.event_type
    left join {{ ref('similar_event_types') }} as nearest on rule_types.event_type = nearest.event_type
    group by rule_types.rule_id

),

unused_rules as (

    select
        rules.*,
        coalesce(listed_types.is_heard_of, false) as is_heard_of,
        '; the nearest that has is "' || listed_types.similar_event_type || '"' as nearest,
        events.last_occurred_at > {{ add_days(as_of(), -90) }} as has_recent_events
    from rules
    inner join leads on leads.lead_count > 0
    cross join events
    left join listed_types on rules.rule_id = listed_types.rule_id
    left join rules_in_use on rules.rule_kind = rules_in_use.rule_kind and rules.rule_id = rules_in_use.rule_id
    where rules_in_use.rule_id is null

),

rule_use_problems as (

    {{ rule_problem(
        'warn', 'unused_rules', "rule_kind = 'behavior_rules' and not is_heard_of and has_recent_events is not null",
        'no event of type "{event_type}" has ever been seen{nearest}',
        'Write the event type as the tracking calls it, or delete the rule',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'unused_rules', "rule_kind = 'behavior_rules' and is_heard_of and has_recent_events",
        'nobody matched the rule in the last 90 days',
        'Compare asset_pattern with the assets of recent events, or delete the rule',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'unused_rules', "rule_kind = 'recency_rules' and points <> 0 and has_recent_events",
        'nobody held the points in the last 90 days', 'Lower min_active_days, or delete the rule',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'unused_rules', "rule_kind in ('attribute_rules', 'disqualification_rules')",
        'no lead matches the rule', 'Compare value with what the leads hold, or delete the rule',
    ) }}

)

select * from rule_use_problems
