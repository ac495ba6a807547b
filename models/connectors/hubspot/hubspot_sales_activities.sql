with

engagements as (

    select * from {{ ref('hubspot_engagements') }}

),

engagement_contact as (

    {{ source_table('hubspot', 'engagement_contact') }}

),

people as (

    select * from {{ ref('connected_people') }}
    where connector = 'hubspot'

),

owners as (

    select * from {{ ref('hubspot_owners') }}

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'hubspot' and mapping = 'sales_touches'

),

touched as (

    select distinct
        engagement_contact.engagement_id,
        coalesce(people.lead_id, engagement_contact.contact_id) as lead_id
    from engagement_contact
    left join people on engagement_contact.contact_id = people.record_id

),

-- one word against it is enough; a word without a decision is none
touches as (

    select engagements.*
    from engagements
    left join decisions as directions
        on engagements.direction_kind = directions.kind and engagements.direction = directions.code
    left join decisions as outcomes
        on engagements.activity_type || ' outcome' = outcomes.kind and engagements.outcome = outcomes.code
    where coalesce(directions.decision, 'true') = 'true' and coalesce(outcomes.decision, 'true') = 'true'

),

hubspot_sales_activities as (

    select
        touches.engagement_id || ':' || touched.lead_id as activity_id,
        touched.lead_id,
        touches.activity_type,
        touches.occurred_at,
        coalesce(owners.owner, touches.owner_id) as owner,
        touches.updated_at
    from touches
    inner join touched on touches.engagement_id = touched.engagement_id
    left join owners on touches.owner_id = owners.owner_id

)

select * from hubspot_sales_activities
