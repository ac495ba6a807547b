with

activity as (

    select * from {{ ref('lead_activity') }}

),

ledger as (

    select * from {{ ref('score_ledger') }}
    where axis = 'behavior' and effective_at <= {{ as_of() }}

),

awards as (

    select
        lead_id,
        episode,
        rule_id,
        count(*) as award_count,
        max(case when award_number = max_awards then 1 else 0 end) as is_at_cap
    from {{ ref('behavior_awards') }}
    where awarded_at <= {{ as_of() }}
    group by lead_id, episode, rule_id

),

bot_events as (

    select
        lead_id,
        count(distinct event_id) as bot_event_count,
        sum(points) as bot_points
    from {{ ref('event_matches') }}
    where is_bot and occurred_at <= {{ as_of() }}
    group by lead_id

),

summed as (

    select
        lead_id,
        sum(points) as behavior_score,
        -sum(case when entry_type = 'reset' then points else 0 end) as points_lost_to_resets,
        -sum(case when entry_type = 'decay' then points else 0 end) as points_lost_to_decay
    from ledger
    group by lead_id

),

current_awards as (

    select
        activity.lead_id,
        cast(sum(awards.award_count) as {{ dbt.type_bigint() }}) as award_count,
        cast(sum(awards.is_at_cap) as {{ dbt.type_bigint() }}) as rules_at_cap
    from activity
    inner join awards on activity.lead_id = awards.lead_id and activity.episode = awards.episode
    where not activity.is_reset
    group by activity.lead_id

),

behavior_score as (

    select
        activity.lead_id,
        cast(coalesce(summed.behavior_score, 0) as numeric(18, 6)) as behavior_score,
        coalesce(current_awards.award_count, 0) as award_count,
        coalesce(current_awards.rules_at_cap, 0) as rules_at_cap,
        activity.episode,
        activity.resets_at,
        cast(coalesce(summed.points_lost_to_resets, 0) as numeric(18, 6)) as points_lost_to_resets,
        cast(coalesce(summed.points_lost_to_decay, 0) as numeric(18, 6)) as points_lost_to_decay,
        coalesce(bot_events.bot_event_count, 0) as bot_event_count,
        cast(coalesce(bot_events.bot_points, 0) as numeric(18, 6)) as bot_points
    from activity
    left join summed on activity.lead_id = summed.lead_id
    left join current_awards on activity.lead_id = current_awards.lead_id
    left join bot_events on activity.lead_id = bot_events.lead_id

)

select * from behavior_score
