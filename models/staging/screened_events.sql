-- Staged events and problems are found in one pass over the raw rows.
with

base_events as (

    select * from {{ ref('base_events') }}

),

repeated_events as (

    select * from {{ ref('repeated_events') }}
    where version_rank = 1

),

lead_ids as (

    select * from {{ ref('lead_ids') }}

),

-- of an event that came more than once the version that counts is added below
looked_up as (

    select
        base_events.*,
        base_events.rejection_reason is null and repeated_events.event_id is null as is_latest,
        lead_ids.lead_id as known_lead_id
    from base_events
    left join repeated_events on base_events.event_id = repeated_events.event_id
    left join lead_ids on base_events.lead_id = lead_ids.known_id

),

judged as (

    select
        *,
        is_latest and known_lead_id is not null as is_staged,
        coalesce(rejection_reason, field_problems)
        || case when is_latest and known_lead_id is null then 'unknown_lead' else '' end as problem
    from looked_up

),

screened_events as (

    select
        event_id,
        coalesce(known_lead_id, lead_id, '') as lead_id,
        event_type,
        occurred_at,
        recorded_at,
        loaded_at,
        asset,
        is_bot,
        is_staged,
        problem,
        case when problem <> '' then {{ raw_values('events') }} end as raw_values
    from judged
    where is_staged or problem <> ''
    union all
    select
        repeated_events.event_id,
        coalesce(lead_ids.lead_id, repeated_events.lead_id) as lead_id,
        repeated_events.event_type,
        repeated_events.occurred_at,
        repeated_events.recorded_at,
        repeated_events.loaded_at,
        repeated_events.asset,
        repeated_events.is_bot,
        lead_ids.lead_id is not null as is_staged,
        case when lead_ids.lead_id is null then 'unknown_lead' else '' end as problem,
        case when lead_ids.lead_id is null then repeated_events.raw_values end as raw_values
    from repeated_events
    left join lead_ids on repeated_events.lead_id = lead_ids.known_id

)

select * from screened_events
