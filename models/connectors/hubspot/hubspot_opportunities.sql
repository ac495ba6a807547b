with

deal_spans as (

    select * from {{ ref('connected_deal_spans') }}
    where connector = 'hubspot'

),

deal_merges as (

    select * from {{ ref('hubspot_deal_merges') }}

),

deal_contacts as (

    select * from {{ ref('hubspot_deal_contacts') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'hubspot'

),

-- a person may be there with several of her records
pairs as (

    select distinct
        coalesce(deal_merges.deal_id, deal_contacts.deal_id) as deal_id,
        coalesce(people.lead_id, deal_contacts.contact_id) as lead_id
    from deal_contacts
    left join deal_merges on deal_contacts.deal_id = deal_merges.merged_deal_id
    left join people on deal_contacts.contact_id = people.record_id

),

hubspot_opportunities as (

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

select * from hubspot_opportunities
