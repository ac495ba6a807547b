with

deduct_rules as (

    select * from {{ ref('reset_rules') }}
    where action = 'deduct'

),

episodes as (

    select * from {{ ref('engagement_episodes') }}

),

quiet_stretches as (

    select * from {{ ref('quiet_stretches') }}

),

due as (

    select
        quiet_stretches.lead_id,
        {{ add_days('quiet_stretches.last_activity_at', 'deduct_rules.inactive_days') }} as deducted_at,
        quiet_stretches.next_activity_at,
        deduct_rules.rule_id,
        deduct_rules.points,
        episodes.episode,
        episodes.reset_at
    from quiet_stretches
    cross join deduct_rules
    inner join episodes
        on
            quiet_stretches.lead_id = episodes.lead_id
            and quiet_stretches.last_activity_at >= episodes.started_at
            and quiet_stretches.last_activity_at <= episodes.last_activity_at

),

-- a reset at the same time or earlier leaves nothing to deduct from
inactivity_deductions as (

    select
        lead_id,
        episode,
        rule_id,
        deducted_at,
        points
    from due
    where
        points <> 0
        and (next_activity_at is null or next_activity_at >= deducted_at)
        and (reset_at is null or deducted_at < reset_at)

)

select * from inactivity_deductions
