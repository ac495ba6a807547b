with

ranked as (

    select
        alias_id,
        lead_id,
        {{ version_number('lead_aliases') }} as version_rank
    from {{ ref('base_lead_aliases') }}
    where rejection_reason is null

),

links as (

    select
        alias_id,
        lead_id
    from ranked
    where version_rank = 1

),

{{ chain_steps('links') }}

-- whoever is reached after so many links and is an alias itself goes in circles
reached as (

    select distinct lead_id
    from chain_6

),

lead_alias_links as (

    select
        links.alias_id,
        links.lead_id,
        reached.lead_id is not null as is_in_cycle
    from links
    left join reached on links.alias_id = reached.lead_id

)

select * from lead_alias_links
