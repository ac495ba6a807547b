with

month_ends as (

    select * from {{ ref('month_ends') }}

),

deals as (

    select * from {{ ref('closed_deals') }}

),

closings as (

    select
        {{ local_month('closed_at') }} as month,
        count(*) as closed,
        sum(case when is_won then 1 else 0 end) as won,
        sum(won_amount) as won_amount
    from deals
    group by {{ local_month('closed_at') }}

),

leads_by_tier as (

    select * from {{ ref('leads_by_tier_monthly') }}

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
        cast({{ share_of('closings.won', 'closings.closed') }} as numeric(28, 6)) as value
    from month_ends
    left join closings on month_ends.month = closings.month
    union all
    select
        month_ends.month,
        'won_amount' as kpi,
        cast(coalesce(closings.won_amount, 0) as numeric(28, 6)) as value
    from month_ends
    left join closings on month_ends.month = closings.month
    union all
    select
        month_ends.month,
        'stale_leads' as kpi,
        cast(coalesce(stale.leads, 0) as numeric(28, 6)) as value
    from month_ends
    left join stale on month_ends.month = stale.month
    union all
    select
        month,
        'share_of_leads_' || tier as kpi,
        cast({{ share_of('leads', 'sum(leads) over (partition by month)') }} as numeric(28, 6)) as value
    from leads_by_tier

)

select * from kpi_leads
