with

survivors as (

    select * from {{ ref('connected_survivors') }}

),

person_ids as (

    select * from {{ ref('person_ids') }}

),

connected_people as (

    select
        survivors.connector,
        survivors.record_id,
        survivors.survivor_id,
        survivors.survivor_object,
        {{ known_name('survivors', 'person_ids.lead_id') }} as lead_id,
        survivors.created_at
    from survivors
    inner join person_ids on survivors.connector = person_ids.connector and survivors.record_id = person_ids.record_id

)

select * from connected_people
