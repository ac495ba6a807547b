-- A deal may have a row for each of several people; it counts once. It is won as soon as one of them is, and lost
-- when none is open or won any more.
with

opportunities as (

    select opportunities.*
    from {{ ref('stg_opportunities') }} as opportunities
    inner join {{ ref('stg_leads') }} as leads on opportunities.lead_id = leads.lead_id
    where opportunities.created_at <= {{ as_of() }} and leads.created_at <= {{ as_of() }}

),

deals as (

    select
        deal_id,
        min(case when won_at <= {{ as_of() }} then won_at end) as won_at,
        max(case when won_at <= {{ as_of() }} then amount end) as won_amount,
        max(lost_at) as last_lost_at,
        min(case when lost_at <= {{ as_of() }} then 1 else 0 end) = 1 as is_lost
    from opportunities
    group by deal_id

),

closed_deals as (

    select
        deal_id,
        coalesce(won_at, last_lost_at) as closed_at,
        {{ local_date('coalesce(won_at, last_lost_at)') }} as closed_date,
        won_at is not null as is_won,
        cast(case when won_at is not null then coalesce(won_amount, 0) end as numeric(28, 6)) as won_amount
    from deals
    where won_at is not null or is_lost

)

select * from closed_deals
