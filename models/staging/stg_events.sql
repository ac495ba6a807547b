with

base_events as (

    select * from {{ ref('base_events') }}

),

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

ranked as (

    select
        *,
        {{ version_number('events') }} as version_rank
    from base_events
    where rejection_reason is null

),

stg_events as (

    select
        ranked.event_id,
        ranked.lead_id,
        ranked.event_type,
        ranked.occurred_at,
        ranked.loaded_at,
        ranked.asset,
        ranked.is_bot
    from ranked
    inner join leads on ranked.lead_id = leads.lead_id
    where ranked.version_rank = 1

)

select * from stg_events
