with

responses as (

    select * from {{ ref('salesforce_responses') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'salesforce'

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'salesforce' and mapping = 'event_types'

),

salesforce_events as (

    select
        responses.event_id,
        coalesce(people.lead_id, responses.record_id) as lead_id,
        coalesce(decisions.decision, lower(responses.code)) as event_type,
        responses.occurred_at,
        {#- a list of attendants is often typed in days later -#}
        case when responses.member_created_at > responses.occurred_at then responses.member_created_at end as recorded_at,
        responses.loaded_at,
        responses.asset,
        false as is_bot
    from responses
    left join people on responses.record_id = people.record_id
    left join decisions on responses.kind = decisions.kind and responses.code = decisions.code

)

select * from salesforce_events
