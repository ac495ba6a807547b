-- Numbering every event would sort them all. Grouping finds the first moment of each day or item
-- instead, and only the events of moments within the cap are numbered afterwards.
with

event_matches as (

    select * from {{ ref('event_matches') }}
    where not is_bot

),

-- The first condition is always true. Without it DuckDB may take the events for the fewer and keep
-- all of them in memory, as it did with a filter on the points of their rules (50 M events: 12 s, not 7 s).
episodes as (

    select
        lead_id,
        episode,
        started_at,
        reset_at,
        coalesce(reset_at, cast('9999-12-31' as {{ dbt.type_timestamp() }})) as ends_at
    from {{ ref('engagement_episodes') }}
    where (reset_at is null or started_at < reset_at)

),

-- outside an episode the lead sleeps (or was not yet there): such an event earns nothing, nor does
-- one whose rule has no points
candidates as (

    select
        event_matches.lead_id,
        episodes.episode,
        episodes.reset_at,
        event_matches.rule_id,
        case when event_matches.points <> 0 then event_matches.max_awards else 0 end as max_awards,
        event_matches.occurred_at,
        case when event_matches.award_per = 'day' then {{ local_date('event_matches.occurred_at') }} end as award_date,
        case when event_matches.award_per = 'item' then event_matches.asset end as award_item,
        case when event_matches.award_per = 'event' then event_matches.occurred_at end as award_moment
    from event_matches
    inner join episodes
        on
            event_matches.lead_id = episodes.lead_id
            and event_matches.occurred_at >= episodes.started_at
            and event_matches.occurred_at < episodes.ends_at

),

firsts as (

    select
        lead_id,
        episode,
        reset_at,
        rule_id,
        max_awards,
        award_item,
        min(occurred_at) as awarded_at
    from candidates
    group by lead_id, episode, reset_at, rule_id, max_awards, award_date, award_item, award_moment

),

ranked as (

    select
        *,
        rank() over (partition by lead_id, rule_id, episode order by awarded_at) as earliest_rank
    from firsts

),

award_moments as (

    select
        lead_id,
        episode,
        reset_at,
        rule_id,
        award_item,
        awarded_at
    from ranked
    where max_awards is null or earliest_rank <= max_awards

)

select * from award_moments
