with

lead_ids as (

    select
        lead_id as known_id,
        lead_id
    from {{ ref('stg_leads') }}
    union all
    select
        aliases.alias_id as known_id,
        aliases.lead_id
    from {{ ref('stg_lead_aliases') }} as aliases
    inner join {{ ref('stg_leads') }} as leads on aliases.lead_id = leads.lead_id

)

select * from lead_ids
