with

base_events as (

    select * from {{ ref('base_events') }}
    where rejection_reason is null and {{ is_among('restaged_leads') }}

),

repeated_events as (

    select * from {{ ref('repeated_events') }}

),

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

latest_versions as (

    select
        base_events.event_id,
        base_events.lead_id,
        base_events.event_type,
        base_events.occurred_at,
        base_events.loaded_at,
        base_events.asset,
        base_events.is_bot
    from base_events
    left join repeated_events on base_events.event_id = repeated_events.event_id and repeated_events.version_rank = 1
    where repeated_events.event_id is null
    union all
    select
        event_id,
        lead_id,
        event_type,
        occurred_at,
        loaded_at,
        asset,
        is_bot
    from repeated_events
    where version_rank = 1 and {{ is_among('restaged_leads') }}

),

stg_events as (

    select latest_versions.*
    from latest_versions
    inner join leads on latest_versions.lead_id = leads.lead_id

)

select * from stg_events
