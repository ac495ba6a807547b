with

engagement_contact as (

    {{ source_table('hubspot', 'engagement_contact') }}

),

engagements as (

    select * from {{ ref('hubspot_engagements') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

hubspot_engagement_contacts as (

    select engagement_id, contact_id from engagement_contact
    {{ union_distinct() }}
    select
        engagements.engagement_id,
        {{ nth_part('engagements.contact_ids', ',', 'numbers.number') }} as contact_id
    from engagements
    inner join numbers on numbers.number <= {{ item_count('engagements.contact_ids', ',') }}

)

select * from hubspot_engagement_contacts
