with

owner as (

    {{ source_table('hubspot', 'owner') }}

),

decisions as (

    select * from {{ ref('mapping_rows') }}
    where connector = 'hubspot' and mapping = 'owners'

),

hubspot_owners as (

    select
        owner.owner_id,
        max(coalesce(
            decisions.decision,
            {{ clean_text("coalesce(owner.last_name, '') || ' ' || coalesce(owner.first_name, '')") }},
            owner.email,
            owner.owner_id
        )) as owner
    from owner
    left join decisions on owner.owner_id = decisions.code
    group by owner.owner_id

)

select * from hubspot_owners
