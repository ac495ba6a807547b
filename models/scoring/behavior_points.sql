with

behavior_changes as (

    select * from {{ ref('behavior_changes') }}
    where {{ is_among('touched_leads') }}

),

episodes as (

    select * from {{ ref('engagement_episodes') }}
    where reset_at is not null and {{ is_among('touched_leads') }}

),

reset_rule as (

    select min(rule_id) as rule_id from {{ ref('reset_rules') }}
    where action = 'reset'

),

balances as (

    select
        lead_id,
        episode,
        sum(points) as balance
    from behavior_changes
    group by lead_id, episode

),

behavior_points as (

    select
        lead_id,
        effective_at,
        'behavior' as axis,
        rule_id,
        entry_type,
        points,
        event_id,
        asset,
        episode
    from behavior_changes
    union all
    select
        episodes.lead_id,
        episodes.reset_at as effective_at,
        'behavior' as axis,
        reset_rule.rule_id,
        'reset' as entry_type,
        cast(-balances.balance as numeric(18, 6)) as points,
        {{ no_event() }},
        episodes.episode
    from episodes
    inner join balances on episodes.lead_id = balances.lead_id and episodes.episode = balances.episode
    cross join reset_rule
    where balances.balance <> 0

)

select * from behavior_points
