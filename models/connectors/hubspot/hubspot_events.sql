with

email_acts as (

    select * from {{ ref('hubspot_email_acts') }}

),

site_acts as (

    select * from {{ ref('hubspot_site_acts') }}

),

addresses as (

    select * from {{ ref('hubspot_addresses') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'hubspot'

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'hubspot' and mapping = 'event_types'

),

acts as (

    select
        email_acts.event_id,
        coalesce(addresses.lead_id, {{ unknown_person('email_acts.address') }}) as lead_id,
        email_acts.kind,
        email_acts.code,
        email_acts.occurred_at,
        email_acts.loaded_at,
        email_acts.asset,
        email_acts.is_bot
    from email_acts
    left join addresses on email_acts.address = addresses.address
    union all
    select
        site_acts.event_id,
        coalesce(people.lead_id, site_acts.contact_id) as lead_id,
        site_acts.kind,
        site_acts.code,
        site_acts.occurred_at,
        site_acts.loaded_at,
        site_acts.asset,
        false as is_bot
    from site_acts
    left join people on site_acts.contact_id = people.record_id

),

hubspot_events as (

    select
        acts.event_id,
        acts.lead_id,
        coalesce(decisions.decision, lower(acts.code)) as event_type,
        acts.occurred_at,
        cast(null as {{ dbt.type_timestamp() }}) as recorded_at,
        acts.loaded_at,
        acts.asset,
        acts.is_bot
    from acts
    left join decisions on acts.kind = decisions.kind and acts.code = decisions.code

)

select * from hubspot_events
