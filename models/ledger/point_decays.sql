with

awards as (

    select * from {{ ref('behavior_awards') }}

),

decay_steps as (

    select * from {{ ref('decay_steps') }}

),

decays as (

    select
        awards.*,
        decay_steps.percent_lost,
        {{ add_days('awards.awarded_at', 'decay_steps.after_days') }} as decayed_at
    from awards
    inner join decay_steps on awards.rule_id = decay_steps.rule_id

),

point_decays as (

    select
        lead_id,
        episode,
        rule_id,
        event_id,
        asset,
        decayed_at,
        cast(cast(-points as numeric(28, 6)) * percent_lost * 0.01 as numeric(18, 6)) as points
    from decays
    where reset_at is null or decayed_at < reset_at

)

select * from point_decays
