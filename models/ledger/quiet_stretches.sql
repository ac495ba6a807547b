with

active_spans as (

    select * from {{ ref('active_spans') }}

),

leads as (

    select * from {{ ref('stg_leads') }}

),

activity_limits as (

    select * from {{ ref('activity_limits') }}

),

-- creation starts the clock, but is no active day
activity_spans as (

    select
        lead_id,
        first_at,
        last_at
    from active_spans
    union all
    select
        lead_id,
        created_at as first_at,
        created_at as last_at
    from leads

),

-- a creation may lie inside a day's span: the latest activity so far is a running maximum
ordered as (

    select
        lead_id,
        min(first_at) over (partition by lead_id) as first_activity_at,
        max(last_at) over (
            partition by lead_id order by first_at, last_at
            rows between unbounded preceding and current row
        ) as last_activity_at,
        lead(first_at) over (partition by lead_id order by first_at, last_at) as next_activity_at
    from activity_spans

),

quiet_stretches as (

    select
        ordered.lead_id,
        ordered.first_activity_at,
        ordered.last_activity_at,
        ordered.next_activity_at
    from ordered
    cross join activity_limits
    where
        ordered.next_activity_at is null
        or ordered.next_activity_at >= {{ add_days('ordered.last_activity_at', 'activity_limits.shortest_days') }}

)

select * from quiet_stretches
