with

episodes as (

    select * from {{ ref('engagement_episodes') }}
    where reset_at is not null

),

activity_limits as (

    select * from {{ ref('activity_limits') }}

),

earned as (

    select
        lead_id,
        episode,
        points
    from {{ ref('behavior_awards') }}
    union all
    select
        lead_id,
        episode,
        points
    from {{ ref('point_decays') }}
    union all
    select
        lead_id,
        episode,
        points
    from {{ ref('inactivity_deductions') }}

),

balances as (

    select
        lead_id,
        episode,
        sum(points) as balance
    from earned
    group by lead_id, episode

),

episode_resets as (

    select
        episodes.lead_id,
        episodes.episode,
        activity_limits.reset_rule_id as rule_id,
        episodes.reset_at,
        cast(-balances.balance as numeric(18, 6)) as points
    from episodes
    inner join balances on episodes.lead_id = balances.lead_id and episodes.episode = balances.episode
    cross join activity_limits
    where balances.balance <> 0

)

select * from episode_resets
