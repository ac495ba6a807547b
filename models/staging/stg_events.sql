with

screened_events as (

    select * from {{ ref('screened_events') }}
    where is_staged

),

stg_events as (

    select
        event_id,
        lead_id,
        event_type,
        occurred_at,
        recorded_at,
        loaded_at,
        asset,
        is_bot
    from screened_events

)

select * from stg_events
