with

months as (

    select * from {{ ref('month_ends') }}

),

tiers as (

    select * from {{ ref('tiers') }}

),

scores as (

    select
        month,
        tier,
        lead_id,
        case when has_opportunity then 1 else 0 end as opportunity,
        case when is_won then 1 else 0 end as win,
        case when is_worked then 1 else 0 end as worked
    from {{ ref('month_end_scores') }}

),

months_tiers as (

    select
        months.month,
        tiers.tier,
        tiers.min_score,
        months.is_mature,
        count(scores.lead_id) as leads,
        coalesce(sum(scores.opportunity), 0) as opportunities,
        coalesce(sum(scores.win), 0) as wins,
        coalesce(sum(scores.worked), 0) as worked_leads,
        coalesce(sum(scores.worked * scores.opportunity), 0) as worked_opportunities
    from months
    cross join tiers
    left join scores on months.month = scores.month and tiers.tier = scores.tier
    group by months.month, tiers.tier, tiers.min_score, months.is_mature

),

-- without matured outcomes every figure about them is unknown, not 0
counted as (

    select
        month,
        tier,
        min_score,
        is_mature,
        cast(leads as {{ dbt.type_bigint() }}) as leads,
        {%- for figure in ['opportunities', 'wins', 'worked_leads', 'worked_opportunities'] %}
            cast(case when is_mature then {{ figure }} end as {{ dbt.type_bigint() }}) as {{ figure }},
        {%- endfor %}
        cast(
            case when is_mature then sum(leads) over (partition by month) end as {{ dbt.type_bigint() }}
        ) as month_leads,
        cast(
            case when is_mature then sum(opportunities) over (partition by month) end as {{ dbt.type_bigint() }}
        ) as month_opportunities
    from months_tiers

),

score_validation as (

    select
        month,
        tier,
        min_score,
        is_mature,
        leads,
        opportunities,
        {{ share_of('opportunities', 'leads') }} as opportunity_rate,
        {{ wilson_low('opportunities', 'leads') }} as opportunity_rate_low,
        {{ wilson_high('opportunities', 'leads') }} as opportunity_rate_high,
        wins,
        {{ share_of('wins', 'leads') }} as win_rate,
        {{ wilson_low('wins', 'leads') }} as win_rate_low,
        {{ wilson_high('wins', 'leads') }} as win_rate_high,
        {{ share_of('opportunities * month_leads', 'leads * month_opportunities') }} as lift,
        worked_leads,
        worked_opportunities,
        {{ share_of('worked_opportunities', 'worked_leads') }} as worked_opportunity_rate,
        leads - worked_leads as unworked_leads,
        opportunities - worked_opportunities as unworked_opportunities,
        {{ share_of('opportunities - worked_opportunities', '(leads - worked_leads)') }} as unworked_opportunity_rate
    from counted

)

select * from score_validation
