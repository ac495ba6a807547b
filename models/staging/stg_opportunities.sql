with

base_opportunities as (

    select * from {{ ref('base_opportunities') }}

),

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

ranked as (

    select
        *,
        {{ version_number('opportunities') }} as version_rank
    from base_opportunities
    where rejection_reason is null

),

stg_opportunities as (

    select
        ranked.opportunity_id,
        ranked.lead_id,
        ranked.created_at,
        ranked.closed_at,
        ranked.is_won,
        ranked.amount
    from ranked
    inner join leads on ranked.lead_id = leads.lead_id
    where ranked.version_rank = 1

)

select * from stg_opportunities
