with

leads as (

    select * from {{ ref('stg_leads') }}
    where created_at <= {{ as_of() }}

),

-- a day's span may reach beyond the clock: only there its single events are looked at
activities as (

    select
        lead_id,
        max(active_at) as last_activity_at
    from (
        select
            lead_id,
            case when last_at <= {{ as_of() }} then last_at else first_at end as active_at
        from {{ ref('active_spans') }}
        where first_at <= {{ as_of() }}
        union all
        select
            lead_id,
            occurred_at as active_at
        from {{ ref('event_matches') }}
        where
            is_activity
            and occurred_at <= {{ as_of() }}
            and occurred_at > {{ add_days(as_of(), -1) }}
    ) as known_activities
    group by lead_id

),

episodes as (

    select
        lead_id,
        max(episode) as episode
    from {{ ref('engagement_episodes') }}
    where started_at <= {{ as_of() }}
    group by lead_id

),

activity_limits as (

    select * from {{ ref('activity_limits') }}

),

quiet_since as (

    select
        leads.lead_id,
        activities.last_activity_at,
        coalesce(activities.last_activity_at, leads.created_at) as counted_from,
        greatest(coalesce(activities.last_activity_at, leads.created_at), leads.created_at) as quiet_since
    from leads
    left join activities on leads.lead_id = activities.lead_id

),

-- an activity after the clock may have carried the episode on: where it would end is worked out
-- from what is known at the clock
due as (

    select
        quiet_since.*,
        {{ add_days('quiet_since.quiet_since', 'activity_limits.reset_days') }} as reset_due_at,
        {{ add_days('quiet_since.quiet_since', 'activity_limits.dormant_days') }} as dormant_at
    from quiet_since
    cross join activity_limits

),

lead_activity as (

    select
        due.lead_id,
        due.last_activity_at,
        {{ elapsed_days('due.counted_from', as_of()) }} as days_since_activity,
        episodes.episode,
        case when due.reset_due_at > {{ as_of() }} then due.reset_due_at end as resets_at,
        coalesce(due.reset_due_at <= {{ as_of() }}, false) as is_reset,
        due.dormant_at,
        coalesce(due.dormant_at <= {{ as_of() }}, false) as is_dormant
    from due
    left join episodes on due.lead_id = episodes.lead_id

)

select * from lead_activity
