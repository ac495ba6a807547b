-- Inactive for n days means n * 24 h and not a second less: within an episode no gap between
-- active days reaches the limit, and between two episodes every gap does.
with

reset_rule as (

    select min(inactive_days) as inactive_days from {{ ref('reset_rules') }}
    where action = 'reset'

),

activities as (

    select
        lead_id,
        first_at,
        last_at
    from {{ ref('active_spans') }}
    union all
    select
        lead_id,
        created_at as first_at,
        created_at as last_at
    from {{ ref('stg_leads') }}

),

placed as (

    select
        activities.lead_id,
        activities.first_at,
        episodes.episode,
        max(activities.last_at) over (
            partition by activities.lead_id
            order by activities.first_at, activities.last_at
            rows between unbounded preceding and 1 preceding
        ) as previous_at,
        lag(episodes.episode) over (
            partition by activities.lead_id order by activities.first_at, activities.last_at
        ) as previous_episode
    from activities
    left join {{ ref('engagement_episodes') }} as episodes
        on
            activities.lead_id = episodes.lead_id
            and activities.first_at >= episodes.started_at
            and activities.last_at <= episodes.last_activity_at

)

select placed.*
from placed
cross join reset_rule
where
    placed.episode is null
    or (
        placed.previous_at is not null
        and (placed.episode <> placed.previous_episode)
        is distinct from coalesce(
            placed.first_at >= {{ add_days('placed.previous_at', 'reset_rule.inactive_days') }}, false
        )
    )
