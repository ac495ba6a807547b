with

hubspot_contacts as (

    select * from {{ ref('hubspot_contacts') }}

),

hubspot_merges as (

    select * from {{ ref('hubspot_merges') }}

),

named as (

    select contact_id as record_id from hubspot_contacts
    {{ union_distinct() }}
    select record_id from hubspot_merges
    {{ union_distinct() }}
    select moved_to_id as record_id from hubspot_merges

),

hubspot_records as (

    select
        'contact' as crm_object,
        named.record_id,
        hubspot_merges.moved_to_id,
        hubspot_contacts.created_at,
        coalesce(hubspot_contacts.is_deleted, true) as is_deleted
    from named
    left join hubspot_contacts on named.record_id = hubspot_contacts.contact_id
    left join hubspot_merges on named.record_id = hubspot_merges.record_id

)

select * from hubspot_records
