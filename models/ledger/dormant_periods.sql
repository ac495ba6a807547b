with

quiet_stretches as (

    select * from {{ ref('quiet_stretches') }}

),

activity_limits as (

    select * from {{ ref('activity_limits') }}

),

sleeping as (

    select
        quiet_stretches.lead_id,
        {{ add_days('quiet_stretches.last_activity_at', 'activity_limits.dormant_days') }} as dormant_from,
        quiet_stretches.next_activity_at as dormant_until
    from quiet_stretches
    cross join activity_limits

),

dormant_periods as (

    select
        lead_id,
        dormant_from,
        dormant_until
    from sleeping
    where dormant_from is not null and (dormant_until is null or dormant_until > dormant_from)

)

select * from dormant_periods
