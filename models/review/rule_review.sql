with

outcomes as (

    select
        *,
        leads - leads_with as leads_without,
        opportunities - opportunities_with as opportunities_without,
        leads_with > 0 and leads - leads_with > 0 as is_comparable,
        leads_with >= {{ var('review_min_leads') }}
        and leads - leads_with >= {{ var('review_min_leads') }}
        and opportunities >= {{ var('review_min_opportunities') }} as has_enough_data
    from {{ ref('rule_outcomes') }}

),

-- half a case more in each of the four cells: nobody with the rule won is not minus infinity
smoothed as (

    select
        *,
        {{ as_float('opportunities_with + 0.5') }} as won_with,
        {{ as_float('leads_with - opportunities_with + 0.5') }} as not_won_with,
        {{ as_float('opportunities_without + 0.5') }} as won_without,
        {{ as_float('leads_without - opportunities_without + 0.5') }} as not_won_without
    from outcomes

),

weighed as (

    select
        *,
        ln((won_with / (won_with + won_without)) / (not_won_with / (not_won_with + not_won_without)))
            as weight_of_evidence,
        ln(won_with * not_won_without / (not_won_with * won_without)) as log_odds,
        {{ z_95() }} * sqrt(1 / won_with + 1 / not_won_with + 1 / won_without + 1 / not_won_without) as log_odds_margin
    from smoothed

),

-- the suggested points spread as far as the current ones do, only divided otherwise
scale as (

    select sum(abs(current_points)) / nullif(sum(abs(log_odds)), 0) as points_per_log_odds
    from weighed
    where has_enough_data

),

suggested as (

    select
        weighed.*,
        round(cast(weighed.log_odds * scale.points_per_log_odds as numeric(18, 6))) as suggested_points,
        (weighed.log_odds - weighed.log_odds_margin) * scale.points_per_log_odds as least_points,
        (weighed.log_odds + weighed.log_odds_margin) * scale.points_per_log_odds as most_points
    from weighed
    cross join scale

),

rule_review as (

    select
        rule_id,
        axis,
        description,
        months,
        leads,
        leads_with,
        {{ share_of('leads_with', 'leads') }} as prevalence,
        opportunities,
        opportunities_with,
        {{ share_of('opportunities_with', 'leads_with') }} as rate_with,
        {{ share_of('opportunities_without', 'leads_without') }} as rate_without,
        {{ share_of('opportunities_with * leads', 'leads_with * opportunities') }} as lift,
        {{ share_of(wilson_low('opportunities_with', 'leads_with') ~ ' * leads', 'opportunities') }} as lift_low,
        {{ share_of(wilson_high('opportunities_with', 'leads_with') ~ ' * leads', 'opportunities') }} as lift_high,
        cast(case when is_comparable then weight_of_evidence end as numeric(18, 6)) as weight_of_evidence,
        cast(case when is_comparable then log_odds end as numeric(18, 6)) as log_odds,
        current_points,
        cast(case when has_enough_data then suggested_points end as {{ dbt.type_int() }}) as suggested_points,
        case
            when not has_enough_data then 'not enough data'
            when current_points < least_points and current_points < suggested_points then 'raise'
            when current_points > most_points and current_points > suggested_points then 'lower'
            else 'keep'
        end as verdict
    from suggested

)

select * from rule_review
