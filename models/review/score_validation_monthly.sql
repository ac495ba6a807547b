with

months as (

    select * from {{ ref('month_ends') }}

),

rankings as (

    select * from {{ ref('month_rankings') }}

),

-- while a month is immature nothing is said of its outcomes
known as (

    select
        months.month,
        months.is_mature,
        rankings.leads,
        rankings.handoff_lead_share,
        rankings.capacity,
        case when months.is_mature then rankings.leads end as mature_leads,
        case when months.is_mature then rankings.opportunities end as opportunities,
        case when months.is_mature then rankings.auc end as auc,
        case when months.is_mature then rankings.auc_margin end as auc_margin,
        case when months.is_mature then rankings.handoff_opportunity_share end as handoff_opportunity_share,
        case when months.is_mature then rankings.lift_at_capacity end as lift_at_capacity
    from months
    inner join rankings on months.month = rankings.month

),

trends as (

    select
        *,
        sum(opportunities) over (order by month rows between 11 preceding and current row) as year_opportunities,
        sum(mature_leads) over (order by month rows between 11 preceding and current row) as year_leads
    from known

),

score_validation_monthly as (

    select
        month,
        is_mature,
        leads,
        opportunities,
        {{ share_of('opportunities', 'mature_leads') }} as opportunity_rate,
        {{ wilson_low('opportunities', 'mature_leads') }} as opportunity_rate_low,
        {{ wilson_high('opportunities', 'mature_leads') }} as opportunity_rate_high,
        cast(case when is_mature then {{ share_of('year_opportunities', 'year_leads') }} end as numeric(18, 6))
            as opportunity_rate_of_year,
        cast(auc as numeric(18, 6)) as auc,
        cast(case when auc_margin is not null then greatest(auc - auc_margin, 0) end as numeric(18, 6)) as auc_low,
        cast(case when auc_margin is not null then least(auc + auc_margin, 1) end as numeric(18, 6)) as auc_high,
        handoff_lead_share,
        cast(handoff_opportunity_share as numeric(18, 6)) as handoff_opportunity_share,
        capacity,
        cast(lift_at_capacity as numeric(18, 6)) as lift_at_capacity
    from trends

)

select * from score_validation_monthly
