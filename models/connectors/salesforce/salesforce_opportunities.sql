with

deal_spans as (

    select * from {{ ref('connected_deal_spans') }}
    where connector = 'salesforce'

),

opportunity_contact_role as (

    {{ source_table('salesforce', 'opportunity_contact_role') }}

),

lead as (

    {{ source_table('salesforce', 'lead') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'salesforce'

),

named as (

    select
        opportunity_id as deal_id,
        contact_id as record_id
    from opportunity_contact_role
    where not coalesce(is_deleted, false)
    {{ union_distinct() }}
    select
        converted_opportunity_id as deal_id,
        id as record_id
    from lead
    where coalesce(is_converted, false)

),

pairs as (

    select distinct
        named.deal_id,
        coalesce(people.lead_id, named.record_id) as lead_id
    from named
    left join people on named.record_id = people.record_id
    where named.deal_id is not null and named.record_id is not null

),

salesforce_opportunities as (

    select
        deal_spans.deal_id || ':' || pairs.lead_id as opportunity_id,
        pairs.lead_id,
        deal_spans.opened_at as created_at,
        deal_spans.closed_at,
        deal_spans.is_won,
        deal_spans.amount,
        deal_spans.deal_id,
        deal_spans.updated_at
    from deal_spans
    inner join pairs on deal_spans.deal_id = pairs.deal_id

)

select * from salesforce_opportunities
