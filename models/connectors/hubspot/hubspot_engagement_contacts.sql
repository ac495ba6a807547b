with

engagement_contact as (

    {{ source_table('hubspot', 'engagement_contact') }}

),

call as (

    {{ source_table('hubspot', 'engagement_call') }}

),

email as (

    {{ source_table('hubspot', 'engagement_email') }}

),

meeting as (

    {{ source_table('hubspot', 'engagement_meeting') }}

),

task as (

    {{ source_table('hubspot', 'engagement_task') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

lists as (

    select engagement_id, contact_ids from call
    union all
    select engagement_id, contact_ids from email
    union all
    select engagement_id, contact_ids from meeting
    union all
    select engagement_id, contact_ids from task

),

hubspot_engagement_contacts as (

    select engagement_id, contact_id from engagement_contact
    union
    select
        lists.engagement_id,
        {{ nth_part('lists.contact_ids', ',', 'numbers.number') }} as contact_id
    from lists
    inner join numbers on numbers.number <= {{ item_count('lists.contact_ids', ',') }}

)

select * from hubspot_engagement_contacts
