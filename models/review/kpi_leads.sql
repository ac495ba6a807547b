with

month_ends as (

    select * from {{ ref('month_ends') }}

),

closed_opportunities as (

    select
        {{ local_month('coalesce(closed_at, created_at)') }} as month,
        case when is_won then 1 else 0 end as won
    from {{ ref('stg_opportunities') }}
    where is_won is not null

),

closings as (

    select
        month,
        count(*) as closed,
        sum(won) as won
    from closed_opportunities
    group by month

),

tiers as (

    select tier from {{ ref('tiers') }}
    union all
    select 'disqualified' as tier

),

leads_by_tier as (

    select
        month_ends.month,
        stays.tier,
        count(*) as leads
    from month_ends
    inner join {{ ref('tier_stays') }} as stays
        on
            month_ends.month_end_at > stays.entered_at
            and (stays.left_at is null or month_ends.month_end_at <= stays.left_at)
    inner join {{ ref('stg_leads') }} as leads
        on month_ends.month_end_at > leads.created_at and stays.lead_id = leads.lead_id
    group by month_ends.month, stays.tier

),

stale as (

    select
        month,
        sum(leads) as leads
    from {{ ref('stale_leads_monthly') }}
    group by month

),

kpi_leads as (

    select
        month_ends.month,
        'win_rate' as kpi,
        {{ share_of('closings.won', 'closings.closed') }} as value
    from month_ends
    left join closings on month_ends.month = closings.month
    union all
    select
        month_ends.month,
        'stale_leads' as kpi,
        cast(coalesce(stale.leads, 0) as numeric(18, 6)) as value
    from month_ends
    left join stale on month_ends.month = stale.month
    union all
    select
        month_ends.month,
        'share_of_leads_' || tiers.tier as kpi,
        {{ share_of(
            'coalesce(leads_by_tier.leads, 0)', 'sum(leads_by_tier.leads) over (partition by month_ends.month)'
        ) }} as value
    from month_ends
    cross join tiers
    left join leads_by_tier on month_ends.month = leads_by_tier.month and tiers.tier = leads_by_tier.tier

)

select * from kpi_leads
