with

ranked as (

    select
        *,
        {{ version_number('opportunities') }} as version_rank
    from {{ ref('base_opportunities') }}
    where rejection_reason is null

),

lead_ids as (

    select * from {{ ref('lead_ids') }}

),

stg_opportunities as (

    select
        ranked.opportunity_id,
        lead_ids.lead_id,
        ranked.deal_id,
        ranked.created_at,
        ranked.is_created_date_only,
        ranked.closed_at,
        ranked.is_won,
        case when ranked.is_won then coalesce(ranked.closed_at, ranked.created_at) end as won_at,
        case when not ranked.is_won then ranked.closed_at end as lost_at,
        ranked.amount,
        ranked.updated_at
    from ranked
    inner join lead_ids on ranked.lead_id = lead_ids.known_id
    where ranked.version_rank = 1

)

select * from stg_opportunities
