-- Horizons that overlap would count one opportunity several times. A month has at least 28 days, so
-- months this far apart share none.
{%- set step = [1, (var('outcome_horizon_days') / 28) | round(0, 'ceil') | int] | max %}
with

mature_months as (

    select
        month,
        max(month) over () as newest
    from {{ ref('month_ends') }}
    where is_mature

),

ages as (

    select
        month,
        {{ dbt.datediff('month', 'newest', 'month') }} as months_ago
    from mature_months

),

reviewed_months as (

    select month from ages
    where mod(cast(months_ago as {{ dbt.type_int() }}), {{ step }}) = 0

),

scores as (

    select
        scores.month,
        scores.lead_id,
        case when scores.has_opportunity then 1 else 0 end as opportunity
    from {{ ref('month_end_scores') }} as scores
    inner join reviewed_months on scores.month = reviewed_months.month

),

totals as (

    select
        count(distinct month) as months,
        count(*) as leads,
        coalesce(sum(opportunity), 0) as opportunities
    from scores

),

holders as (

    select
        rule_points.rule_id,
        count(*) as leads_with,
        sum(scores.opportunity) as opportunities_with
    from {{ ref('month_end_rule_points') }} as rule_points
    inner join scores on rule_points.month = scores.month and rule_points.lead_id = scores.lead_id
    group by rule_points.rule_id

),

rules as (

    select * from {{ ref('rule_book') }}
    where axis is not null and points is not null

),

rule_outcomes as (

    select
        rules.rule_id,
        rules.axis,
        rules.description,
        rules.points as current_points,
        cast(totals.months as {{ dbt.type_int() }}) as months,
        cast(totals.leads as {{ dbt.type_bigint() }}) as leads,
        cast(totals.opportunities as {{ dbt.type_bigint() }}) as opportunities,
        cast(coalesce(holders.leads_with, 0) as {{ dbt.type_bigint() }}) as leads_with,
        cast(coalesce(holders.opportunities_with, 0) as {{ dbt.type_bigint() }}) as opportunities_with
    from rules
    cross join totals
    left join holders on rules.rule_id = holders.rule_id

)

select * from rule_outcomes
