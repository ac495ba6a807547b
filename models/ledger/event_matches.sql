with

events as (

    select * from {{ ref('stg_events') }}

),

behavior_rules as (

    select
        behavior_rules.rule_id,
        rule_event_types.event_type,
        case when {{ is_given('asset_pattern') }} then {{ like_pattern('asset_pattern') }} end as pattern,
        behavior_rules.points,
        coalesce(lower({{ clean_text('award_per') }}), 'event') as award_per,
        behavior_rules.max_awards,
        coalesce(behavior_rules.keeps_active, true) as keeps_active
    from {{ ref('behavior_rules') }} as behavior_rules
    inner join {{ ref('rule_event_types') }} as rule_event_types on behavior_rules.rule_id = rule_event_types.rule_id

),

event_matches as (

    select
        events.lead_id,
        events.event_id,
        events.occurred_at,
        events.recorded_at,
        events.asset,
        events.is_bot,
        behavior_rules.rule_id,
        behavior_rules.points,
        behavior_rules.award_per,
        behavior_rules.max_awards,
        behavior_rules.keeps_active and not events.is_bot as is_activity
    from events
    inner join behavior_rules on events.event_type = behavior_rules.event_type
    where
        behavior_rules.pattern is null
        or {{ is_like('lower(events.asset)', 'behavior_rules.pattern') }}

)

select * from event_matches
