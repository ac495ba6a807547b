with

month_ends as (

    select * from {{ ref('month_ends') }}

),

-- A lead with an opportunity is left out from then on: its score is partly its result. All that is
-- known of the lead is joined before the months: of a join on a range DuckDB expects few rows and
-- would keep them in memory for the next join (200 M events: 12 GB, not 2 GB).
stretches as (

    select
        history.lead_id,
        history.attribute_score,
        history.behavior_score,
        history.recency_score,
        history.total_score,
        history.tier,
        outcomes.first_touch_at,
        outcomes.first_opportunity_at,
        greatest(history.valid_from, outcomes.created_at) as valid_from,
        history.valid_to
    from {{ ref('score_history') }} as history
    inner join {{ ref('lead_outcomes') }} as outcomes on history.lead_id = outcomes.lead_id
    where not history.is_disqualified

),

scored as (

    select
        stretches.*,
        month_ends.month,
        month_ends.month_end_at,
        month_ends.is_mature,
        month_ends.horizon_ends_at,
        case when stretches.first_opportunity_at < month_ends.horizon_ends_at then stretches.first_opportunity_at end
            as opportunity_at
    from stretches
    inner join month_ends
        on
            stretches.valid_from < month_ends.month_end_at
            and coalesce(stretches.valid_to >= month_ends.month_end_at, true)
            and coalesce(stretches.first_opportunity_at >= month_ends.month_end_at, true)

),

wins as (

    select
        month_ends.month,
        opportunities.lead_id
    from {{ ref('stg_opportunities') }} as opportunities
    inner join month_ends
        on
            opportunities.created_at < month_ends.horizon_ends_at
            and opportunities.won_at >= month_ends.month_end_at
            and opportunities.won_at < month_ends.horizon_ends_at
    where month_ends.is_mature
    group by month_ends.month, opportunities.lead_id

),

month_end_scores as (

    select
        scored.month,
        scored.month_end_at,
        scored.is_mature,
        scored.lead_id,
        scored.attribute_score,
        scored.behavior_score,
        scored.recency_score,
        scored.total_score,
        scored.tier,
        tiers.sla_hours is not null as is_handoff_tier,
        case when scored.is_mature then scored.opportunity_at is not null end as has_opportunity,
        case when scored.is_mature then wins.lead_id is not null end as is_won,
        case
            when scored.is_mature
                then coalesce(
                    scored.first_touch_at < coalesce(scored.opportunity_at, scored.horizon_ends_at), false
                )
        end as is_worked
    from scored
    left join {{ ref('tiers') }} as tiers on scored.tier = tiers.tier
    left join wins on scored.month = wins.month and scored.lead_id = wins.lead_id

)

select * from month_end_scores
