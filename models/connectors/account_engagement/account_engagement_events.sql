with

acts as (

    select * from {{ ref('account_engagement_acts') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'salesforce'

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'account_engagement' and mapping = 'event_types'

),

-- the first 15 characters of a Salesforce id are the whole id, the last three a checksum
short_ids as (

    select
        substring(record_id, 1, 15) as short_id,
        max(lead_id) as lead_id
    from people
    group by substring(record_id, 1, 15)

),

account_engagement_events as (

    select
        'pardot ' || acts.event_id as event_id,
        coalesce(short_ids.lead_id, 'prospect ' || acts.prospect_id) as lead_id,
        coalesce(decisions.decision, lower(acts.code)) as event_type,
        acts.occurred_at,
        cast(null as {{ dbt.type_timestamp() }}) as recorded_at,
        acts.loaded_at,
        acts.asset,
        false as is_bot
    from acts
    left join short_ids on substring(acts.record_id, 1, 15) = short_ids.short_id
    left join decisions on acts.kind = decisions.kind and acts.code = decisions.code

)

select * from account_engagement_events
