with

links as (

    select
        alias_id,
        lead_id
    from {{ ref('lead_alias_links') }}
    where not is_in_cycle

),

{{ chain_steps('links') }}

stg_lead_aliases as (

    select
        alias_id,
        lead_id
    from chain_6

)

select * from stg_lead_aliases
