with

base_events as (

    -- rows that name no lead are one group of their own, as in `base_fingerprints`
    select * from {{ ref('base_events') }}
    where {{ is_among('restaged_leads', "coalesce(lead_id, '')") }}

),

repeated_events as (

    select * from {{ ref('repeated_events') }}
    where version_rank = 1

),

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

suspects as (

    select
        base_events.*,
        base_events.rejection_reason is null and leads.lead_id is null as is_orphan
    from base_events
    left join leads on base_events.lead_id = leads.lead_id
    where coalesce(base_events.rejection_reason, base_events.field_problems) <> '' or leads.lead_id is null

),

event_problems as (

    select
        coalesce(lead_id, '') as lead_id,
        event_id as record_id,
        coalesce(rejection_reason, field_problems) as problem,
        {{ raw_values('events') }} as raw_values
    from suspects
    where coalesce(rejection_reason, field_problems) <> ''
    union all
    select
        suspects.lead_id,
        suspects.event_id as record_id,
        'unknown_lead' as problem,
        {{ raw_values('events') }} as raw_values
    from suspects
    left join repeated_events on suspects.event_id = repeated_events.event_id
    where suspects.is_orphan and repeated_events.event_id is null
    union all
    select
        repeated_events.lead_id,
        repeated_events.event_id as record_id,
        'unknown_lead' as problem,
        repeated_events.raw_values
    from repeated_events
    left join leads on repeated_events.lead_id = leads.lead_id
    where leads.lead_id is null and {{ is_among('restaged_leads', 'repeated_events.lead_id') }}

)

select * from event_problems
