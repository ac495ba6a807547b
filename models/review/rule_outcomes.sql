with

scores as (

    select
        scores.month,
        scores.lead_id,
        case when scores.has_opportunity then 1 else 0 end as opportunity
    from {{ ref('month_end_scores') }} as scores
    inner join {{ ref('month_ends') }} as month_ends on scores.month = month_ends.month
    where month_ends.is_reviewed

),

totals as (

    select
        month,
        count(*) as leads,
        sum(opportunity) as opportunities
    from scores
    group by month

),

-- the second filter says nothing new, but keeps a view over all months from being worked out (2.8 s, not 10 s)
holders as (

    select
        rule_points.rule_id,
        scores.month,
        count(*) as leads_with,
        sum(scores.opportunity) as opportunities_with
    from {{ ref('month_end_rule_points') }} as rule_points
    inner join scores on rule_points.month = scores.month and rule_points.lead_id = scores.lead_id
    where rule_points.is_reviewed
    group by rule_points.rule_id, scores.month

),

rules as (

    select * from {{ ref('rule_book') }}
    where axis is not null and points is not null

),

rule_outcomes as (

    select
        rules.rule_id,
        totals.month,
        cast(totals.leads as {{ dbt.type_bigint() }}) as leads,
        cast(totals.opportunities as {{ dbt.type_bigint() }}) as opportunities,
        cast(coalesce(holders.leads_with, 0) as {{ dbt.type_bigint() }}) as leads_with,
        cast(coalesce(holders.opportunities_with, 0) as {{ dbt.type_bigint() }}) as opportunities_with
    from rules
    cross join totals
    left join holders on rules.rule_id = holders.rule_id and totals.month = holders.month

)

select * from rule_outcomes
