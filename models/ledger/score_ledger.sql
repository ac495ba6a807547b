with

attribute_awards as (

    select
        lead_id,
        awarded_at as effective_at,
        'attribute' as axis,
        rule_id,
        'award' as entry_type,
        points,
        {{ no_event() }},
        cast(null as {{ dbt.type_int() }}) as episode
    from {{ ref('attribute_awards') }}

),

behavior_awards as (

    select
        lead_id,
        awarded_at as effective_at,
        'behavior' as axis,
        rule_id,
        'award' as entry_type,
        points,
        event_id,
        asset,
        episode
    from {{ ref('behavior_awards') }}

),

point_decays as (

    select
        lead_id,
        decayed_at as effective_at,
        'behavior' as axis,
        rule_id,
        'decay' as entry_type,
        points,
        event_id,
        asset,
        episode
    from {{ ref('point_decays') }}

),

inactivity_deductions as (

    select
        lead_id,
        deducted_at as effective_at,
        'behavior' as axis,
        rule_id,
        'deduct' as entry_type,
        points,
        {{ no_event() }},
        episode
    from {{ ref('inactivity_deductions') }}

),

episode_resets as (

    select
        lead_id,
        reset_at as effective_at,
        'behavior' as axis,
        rule_id,
        'reset' as entry_type,
        points,
        {{ no_event() }},
        episode
    from {{ ref('episode_resets') }}

),

recency_points as (

    select
        lead_id,
        effective_at,
        'recency' as axis,
        rule_id,
        entry_type,
        points,
        {{ no_event() }},
        episode
    from {{ ref('recency_points') }}

),

score_ledger as (

    select * from attribute_awards
    union all
    select * from behavior_awards
    union all
    select * from point_decays
    union all
    select * from inactivity_deductions
    union all
    select * from episode_resets
    union all
    select * from recency_points

)

select * from score_ledger
