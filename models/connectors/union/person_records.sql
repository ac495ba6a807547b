with

people as (

    select * from {{ ref('connected_people') }}

),

ranked as (

    select
        *,
        row_number() over (partition by lead_id order by connector, survivor_id) as record_rank
    from people
    where record_id = survivor_id

),

person_records as (

    select
        lead_id,
        connector as crm,
        survivor_object as crm_object,
        survivor_id as crm_id
    from ranked
    where record_rank = 1

)

select * from person_records
