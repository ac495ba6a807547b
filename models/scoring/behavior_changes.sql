with

awards as (

    select * from {{ ref('behavior_awards') }}

),

decay_steps as (

    select * from {{ ref('decay_steps') }}

),

deductions as (

    select * from {{ ref('inactivity_deductions') }}

),

decays as (

    select
        awards.*,
        decay_steps.percent_lost,
        {{ add_days('awards.awarded_at', 'decay_steps.after_days') }} as decayed_at
    from awards
    inner join decay_steps on awards.rule_id = decay_steps.rule_id

),

behavior_changes as (

    select
        lead_id,
        awarded_at as effective_at,
        rule_id,
        'award' as entry_type,
        points,
        event_id,
        asset,
        episode
    from awards
    union all
    select
        lead_id,
        decayed_at as effective_at,
        rule_id,
        'decay' as entry_type,
        cast(cast(-points as numeric(28, 6)) * percent_lost * 0.01 as numeric(18, 6)) as points,
        event_id,
        asset,
        episode
    from decays
    where reset_at is null or decayed_at < reset_at
    union all
    select
        lead_id,
        deducted_at as effective_at,
        rule_id,
        'deduct' as entry_type,
        points,
        {{ no_event() }},
        episode
    from deductions

)

select * from behavior_changes
