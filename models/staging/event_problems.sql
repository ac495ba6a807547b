with

screened_events as (

    select * from {{ ref('screened_events') }}
    where problem <> ''

),

event_problems as (

    select
        lead_id,
        event_id as record_id,
        problem,
        raw_values
    from screened_events

)

select * from event_problems
