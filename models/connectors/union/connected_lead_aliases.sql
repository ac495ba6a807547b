with

people as (

    select * from {{ ref('connected_people') }}

),

person_ids as (

    select * from {{ ref('person_ids') }}

),

names as (

    select
        record_id as alias_id,
        lead_id
    from people
    {{ union_distinct() }}
    select
        person_ids.lead_id as alias_id,
        people.lead_id
    from person_ids
    inner join people on person_ids.connector = people.connector and person_ids.record_id = people.record_id

),

connected_lead_aliases as (

    select
        names.alias_id,
        min(names.lead_id) as lead_id
    from names
    left join people on names.alias_id = people.lead_id
    where people.lead_id is null
    group by names.alias_id

)

select * from connected_lead_aliases
