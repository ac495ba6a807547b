with

owner as (

    {{ source_table('hubspot', 'owner') }}

),

hubspot_owners as (

    select
        owner_id,
        max(coalesce(
            {{ clean_text("coalesce(last_name, '') || ' ' || coalesce(first_name, '')") }},
            email,
            owner_id
        )) as owner
    from owner
    group by owner_id

)

select * from hubspot_owners
