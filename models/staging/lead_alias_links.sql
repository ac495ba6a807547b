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

-- whoever is reached after so many links and leads on goes in circles
circling as (

    select distinct chain_6.lead_id as alias_id
    from chain_6
    inner join links on chain_6.lead_id = links.alias_id

),

lead_alias_links as (

    select
        links.alias_id,
        links.lead_id,
        circling.alias_id is not null as is_in_cycle
    from links
    left join circling on links.alias_id = circling.alias_id

)

select * from lead_alias_links
