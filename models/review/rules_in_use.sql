with

event_matches as (

    select * from {{ ref('event_matches') }}
    where not is_bot and occurred_at > {{ add_days(as_of(), -90) }} and occurred_at <= {{ as_of() }}

),

recency_points as (

    select * from {{ ref('recency_points') }}
    where effective_at <= {{ as_of() }}

),

attribute_matches as (

    select * from {{ ref('attribute_matches') }}
    where created_at <= {{ as_of() }}

),

rules_in_use as (

    select distinct
        rule_kind || '_rules' as rule_kind,
        rule_id
    from attribute_matches
    union all
    select distinct
        'behavior_rules' as rule_kind,
        rule_id
    from event_matches
    union all
    -- somebody holds the points now, or got or lost them lately
    select
        'recency_rules' as rule_kind,
        rule_id
    from recency_points
    group by rule_id
    having sum(points) <> 0 or max(effective_at) > {{ add_days(as_of(), -90) }}

)

select * from rules_in_use
