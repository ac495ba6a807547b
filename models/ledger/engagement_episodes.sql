with

quiet_stretches as (

    select * from {{ ref('quiet_stretches') }}

),

activity_limits as (

    select * from {{ ref('activity_limits') }}

),

endings as (

    select
        quiet_stretches.*,
        {{ add_days('quiet_stretches.last_activity_at', 'activity_limits.reset_days') }} as reset_at
    from quiet_stretches
    cross join activity_limits

),

engagement_episodes as (

    select
        lead_id,
        cast(row_number() over (partition by lead_id order by last_activity_at) as {{ dbt.type_int() }}) as episode,
        coalesce(
            lag(next_activity_at) over (partition by lead_id order by last_activity_at),
            first_activity_at
        ) as started_at,
        last_activity_at,
        reset_at
    from endings
    where next_activity_at is null or next_activity_at >= reset_at

)

select * from engagement_episodes
