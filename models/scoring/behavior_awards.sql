with

event_matches as (

    select * from {{ ref('event_matches') }}
    where not is_bot and points <> 0

),

episodes as (

    select
        lead_id,
        episode,
        started_at,
        reset_at,
        coalesce(reset_at, cast('9999-12-31' as {{ dbt.type_timestamp() }})) as ends_at
    from {{ ref('engagement_episodes') }}

),

-- outside an episode the lead sleeps (or was not yet there): such an event earns nothing
candidates as (

    select
        event_matches.lead_id,
        episodes.episode,
        episodes.reset_at,
        event_matches.rule_id,
        event_matches.event_id,
        event_matches.asset,
        event_matches.occurred_at,
        event_matches.points,
        event_matches.max_awards,
        event_matches.award_per,
        case
            when event_matches.award_per = 'event' then 1
            else row_number() over (
                partition by
                    event_matches.lead_id, event_matches.rule_id, episodes.episode,
                    case when event_matches.award_per = 'event' then event_matches.event_id end,
                    case when event_matches.award_per = 'day' then {{ local_date('event_matches.occurred_at') }} end,
                    case when event_matches.award_per = 'item' then event_matches.asset end
                order by event_matches.occurred_at, event_matches.event_id
            )
        end as occurrence
    from event_matches
    inner join episodes
        on
            event_matches.lead_id = episodes.lead_id
            and event_matches.occurred_at >= episodes.started_at
            and event_matches.occurred_at < episodes.ends_at

),

numbered as (

    select
        *,
        row_number() over (
            partition by lead_id, rule_id, episode order by occurred_at, event_id
        ) as award_number
    from candidates
    where occurrence = 1

),

behavior_awards as (

    select
        lead_id,
        episode,
        reset_at,
        rule_id,
        event_id,
        asset,
        occurred_at as awarded_at,
        points,
        award_number,
        max_awards
    from numbered
    where max_awards is null or award_number <= max_awards

)

select * from behavior_awards
