{%- set is_of_type = either_way('common_events.event_type', 'rules.event_types')
    ~ place_in("'|' || common_events.event_type || '|'", 'rules.event_types') ~ ' > 0' -%}
with

events as (

    select
        lead_id,
        event_type,
        lower(asset) as asset,
        occurred_at
    from {{ ref('stg_events') }}
    where not is_bot

),

rules as (

    select
        rule_id,
        '|' || replace(replace(lower({{ clean_text('event_type') }}), ' |', '|'), '| ', '|') || '|' as event_types,
        case when {{ is_given('asset_pattern') }} then {{ like_pattern('asset_pattern') }} end as pattern
    from {{ ref('behavior_rules') }}

),

common_events as (

    select
        event_type,
        asset,
        count(*) as events
    from events
    group by event_type, asset

),

unnamed_types as (

    select common_events.event_type
    from common_events
    left join rules on {{ is_of_type }}
    where rules.rule_id is null
    group by common_events.event_type
    having sum(common_events.events) >= {{ var('review_min_leads') }}

),

-- a rule for every page of a type names none of them
unnamed_assets as (

    select
        common_events.event_type,
        common_events.asset
    from common_events
    left join rules on {{ is_of_type }} and {{ is_like('common_events.asset', 'rules.pattern') }}
    where
        rules.rule_id is null
        and common_events.asset is not null
        and common_events.events >= {{ var('review_min_leads') }}

),

month_ends as (

    select * from {{ ref('month_ends') }}
    where is_reviewed

),

-- what a rule would pay for stands at a month's end: in an episode, and not yet taken back by its reset
first_events as (

    select
        events.lead_id,
        events.event_type,
        events.asset,
        episodes.reset_at,
        min(events.occurred_at) as occurred_at
    from events
    inner join {{ ref('engagement_episodes') }} as episodes
        on
            events.lead_id = episodes.lead_id
            and events.occurred_at >= episodes.started_at
            and coalesce(events.occurred_at < episodes.reset_at, true)
    group by events.lead_id, events.event_type, events.asset, episodes.episode, episodes.reset_at

),

candidate_events as (

    select
        'event type' as candidate_kind,
        first_events.event_type as candidate_id,
        first_events.lead_id,
        first_events.occurred_at,
        first_events.reset_at
    from first_events
    inner join unnamed_types on first_events.event_type = unnamed_types.event_type
    union all
    select
        'asset' as candidate_kind,
        first_events.event_type || ' of ' || first_events.asset as candidate_id,
        first_events.lead_id,
        first_events.occurred_at,
        first_events.reset_at
    from first_events
    inner join unnamed_assets
        on first_events.event_type = unnamed_assets.event_type and first_events.asset = unnamed_assets.asset

),

event_candidates as (

    select distinct
        candidate_events.candidate_kind,
        candidate_events.candidate_id,
        month_ends.month,
        candidate_events.lead_id
    from candidate_events
    inner join month_ends
        on
            candidate_events.occurred_at < month_ends.month_end_at
            and coalesce(candidate_events.reset_at >= month_ends.month_end_at, true)

)

select * from event_candidates
