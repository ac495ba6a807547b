with

touches as (

    select * from {{ ref('connected_touches') }}
    where connector = 'hubspot'

),

engagement_contacts as (

    select * from {{ ref('hubspot_engagement_contacts') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'hubspot'

),

-- a person may be there with several of her records
touched as (

    select distinct
        engagement_contacts.engagement_id,
        coalesce(people.lead_id, engagement_contacts.contact_id) as lead_id
    from engagement_contacts
    left join people on engagement_contacts.contact_id = people.record_id

),

hubspot_sales_activities as (

    select
        touches.engagement_id || ':' || touched.lead_id as activity_id,
        touched.lead_id,
        touches.activity_type,
        touches.occurred_at,
        touches.owner,
        touches.updated_at
    from touches
    inner join touched on touches.engagement_id = touched.engagement_id

)

select * from hubspot_sales_activities
