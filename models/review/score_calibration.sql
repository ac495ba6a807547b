-- a band is ten points wide; above 100 there are few leads, so the last has no end
with

months as (

    select * from {{ ref('month_ends') }}
    where is_mature

),

scores as (

    select
        scores.month,
        cast(least(floor(scores.total_score / 10) * 10, 100) as {{ dbt.type_int() }}) as band_from,
        case when scores.has_opportunity then 1 else 0 end as opportunity
    from {{ ref('month_end_scores') }} as scores
    inner join months on scores.month = months.month

),

counted as (

    select
        month,
        band_from,
        count(*) as leads,
        sum(opportunity) as opportunities
    from scores
    group by month, band_from

),

-- what was known when the month ended: outcomes of months whose horizon was over by then
promised as (

    select
        months.month,
        counted.band_from,
        sum(counted.leads) as learned_leads,
        sum(counted.opportunities) as learned_opportunities
    from months
    inner join months as learned on months.month_end_at >= learned.horizon_ends_at
    inner join counted on learned.month = counted.month
    group by months.month, counted.band_from

),

score_calibration as (

    select
        counted.month,
        counted.band_from,
        cast(counted.leads as {{ dbt.type_bigint() }}) as leads,
        cast(counted.opportunities as {{ dbt.type_bigint() }}) as opportunities,
        {{ share_of('counted.opportunities', 'counted.leads') }} as opportunity_rate,
        {{ wilson_low('counted.opportunities', 'counted.leads') }} as opportunity_rate_low,
        {{ wilson_high('counted.opportunities', 'counted.leads') }} as opportunity_rate_high,
        cast(coalesce(promised.learned_leads, 0) as {{ dbt.type_bigint() }}) as learned_leads,
        cast(coalesce(promised.learned_opportunities, 0) as {{ dbt.type_bigint() }}) as learned_opportunities,
        {{ share_of('promised.learned_opportunities', 'promised.learned_leads') }} as promised_rate,
        {{ share_of('promised.learned_opportunities * counted.leads', 'promised.learned_leads') }}
            as promised_opportunities
    from counted
    left join promised on counted.month = promised.month and counted.band_from = promised.band_from

)

select * from score_calibration
